#!/bin/sh
# atoma 0.0.17: an Atom entry whose content is of type xhtml (RFC 4287, 3.1.1.3) comes back with `content` None, as if it
# had none. Feeds that publish whole articles in this form look empty, and nothing is raised or logged.
# Seen with Python 3.11: as below.
# Remedy: read such entries from the XML yourself, or with another parser.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check atoma==0.0.17
seen=$("$folder/venv/bin/python" -c '
from atoma import parse_atom_bytes

div = "<div xmlns=%shttp://www.w3.org/1999/xhtml%s>The envoy <b>left</b> Tripoli.</div>" % (chr(34), chr(34))
feed = """<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>F</title><updated>2026-11-29T07:00:00Z</updated>
<entry><id>1</id><title>One</title><updated>2026-11-29T07:00:00Z</updated><content type="%s">%s</content></entry></feed>"""
for kind, text in (("xhtml", div), ("html", "The envoy &lt;b&gt;left&lt;/b&gt; Tripoli.")):
    content = parse_atom_bytes((feed % (kind, text)).encode()).entries[0].content
    print(f"{kind}:", content.value if content else None)
')
echo "$seen"
[ "$seen" = "xhtml: None
html: The envoy <b>left</b> Tripoli." ] || { echo "this has changed" >&2; exit 1; }
