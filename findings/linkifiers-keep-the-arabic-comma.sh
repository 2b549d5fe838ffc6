#!/bin/sh
# Bleach 6.4.0 (`linkify`) and linkify-it-py 2.2.0 turn addresses in a text into links, and leave the comma or question mark
# behind an address out of it. They know these marks of ASCII only: the Arabic comma and question mark become part of the
# address, and every link in the midst of an Arabic sentence, as in a digest, leads to a missing page. Unicode counts
# them as terminal punctuation as it does the ASCII ones (PropList), and npm's linkify-it, the original, leaves them out.
# Seen with Python 3.11: ASCII comma: "https://example.org/12"; Arabic comma, question mark: that and the mark, in both.
# Remedy: put a space behind an address in Arabic text, or make the links by hand.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check bleach==6.4.0 linkify-it-py==2.2.0
seen=$("$folder/venv/bin/python" -c '
import re
from bleach import linkify
from linkify_it import LinkifyIt

for name, mark in {"comma": ",", "Arabic comma": "،", "Arabic question mark": "؟"}.items():
    text = f"انظر https://example.org/12{mark} ثم"
    (by_bleach,) = re.findall("href=\"([^\"]*)", linkify(text))
    (by_linkify_it,) = LinkifyIt().match(text)
    print(f"{name}: {by_bleach} {by_linkify_it.url}")
')
echo "$seen"
[ "$seen" = "comma: https://example.org/12 https://example.org/12
Arabic comma: https://example.org/12، https://example.org/12،
Arabic question mark: https://example.org/12؟ https://example.org/12؟" ] || { echo "this has changed" >&2; exit 1; }
