#!/bin/sh
# PyPI's fastfeedparser 0.6.5 gives an empty title for an Atom entry whose title is `type="xhtml"` (RFC 4287, 3.1.1.3, allows
# it for every text of a feed), though it reads summary and content of that type. Nothing is raised and no other field has
# the words, so a watch on headlines never sees the entry; feedparser reads the same document.
# Seen with Python 3.11: fastfeedparser: "", feedparser 6.0.14: "Talks <em>fail</em> in the capital".
# Remedy: read such feeds with feedparser; an entry that has an id and no title shows them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check fastfeedparser==0.6.5 feedparser==6.0.14
title() {
  "$folder/venv/bin/python" -c '
import importlib, sys

feed = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:example:feed</id><title>A desk</title>
<updated>2026-03-05T14:30:00Z</updated><entry><id>urn:example:1</id><updated>2026-03-05T14:30:00Z</updated>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Talks <em>fail</em> in the capital</div></title>
<link href="https://example.org/1"/></entry></feed>"""
print(importlib.import_module(sys.argv[1]).parse(feed).entries[0].title)
' "$1"
}
fast=$(title fastfeedparser)
usual=$(title feedparser)
echo "fastfeedparser: $fast"
echo "feedparser: $usual"
[ "$fast" = "" ] && [ "$usual" = "Talks <em>fail</em> in the capital" ] || { echo "this has changed" >&2; exit 1; }
