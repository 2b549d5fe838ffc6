#!/bin/sh
# PyPI's feedparser-rs 0.7.1 offers itself with feedparser's interface, but a `dc:date` without seconds is no date to it:
# `published`, `updated` and `dc_date` are all missing. W3C-DTF, which Dublin Core and RSS 1.0 name for dates, has that form
# (YYYY-MM-DDThh:mmTZD), and it is common in RDF feeds. The item seems undated, so an old one looks new or is left out.
# Seen with Python 3.11: feedparser-rs: None, feedparser 6.0.14: "2026-03-05 12:30"; with seconds both have the date.
# Remedy: none but feedparser itself; the text of the element is not kept either.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check feedparser-rs==0.7.1 feedparser==6.0.14
dated() {
  "$folder/venv/bin/python" -c '
import importlib, sys, time

feed = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/rdf">
<title>A desk</title><link>https://example.org/</link><description>News</description><items><rdf:Seq>
<rdf:li rdf:resource="https://example.org/1"/></rdf:Seq></items></channel><item rdf:about="https://example.org/1">
<title>A report</title><link>https://example.org/1</link><dc:date>{sys.argv[2]}</dc:date></item></rdf:RDF>"""
entry = importlib.import_module(sys.argv[1]).parse(feed).entries[0]
read = entry.get("published_parsed") or entry.get("updated_parsed") or entry.get("dc_date_parsed")
print(read and time.strftime("%Y-%m-%d %H:%M", read))
' "$1" "$2"
}
rust=$(dated feedparser_rs 2026-03-05T14:30+02:00)
usual=$(dated feedparser 2026-03-05T14:30+02:00)
seconds=$(dated feedparser_rs 2026-03-05T14:30:00+02:00)
echo "feedparser-rs: $rust"
echo "feedparser: $usual"
echo "feedparser-rs, with seconds: $seconds"
[ "$rust" = "None" ] && [ "$usual" = "2026-03-05 12:30" ] && [ "$seconds" = "2026-03-05 12:30" ] || { echo "this has changed" >&2; exit 1; }
