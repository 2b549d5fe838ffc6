#!/bin/sh
# htmldate 1.11.0 (and so trafilatura's `date`) searches the text of a page's JSON-LD for the first "datePublished", whatever
# it belongs to. In an article that names what it rests on before its own date (schema.org: isBasedOn, citation, video), that
# is the date of the source: today's article on a report of 2019 is dated 2019 and sorted out as old. The order of the keys
# of an object means nothing in JSON; with the article's own date first the same data give the right day.
# Seen with Python 3.11: source first: "2019-02-02", own date first: "2026-03-05".
# Remedy: read JSON-LD as JSON, take the date of the article's own node, and give the page to htmldate only without one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check htmldate==1.11.0 dateparser==1.5.0
seen=$("$folder/venv/bin/python" -c '
import json
from htmldate import find_date

own = {"datePublished": "2026-03-05"}
source = {"isBasedOn": {"@type": "Report", "name": "A report", "datePublished": "2019-02-02"}}
text = "<p>" + "The council met again and heard both sides. " * 8 + "</p>"
for name, parts in {"source first": source | own, "own date first": own | source}.items():
    data = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Talks"} | parts)
    page = f"<html><head><title>Talks</title><script type=\"application/ld+json\">{data}</script></head><body>{text}</body></html>"
    print(f"{name}:", find_date(page, original_date=True))
')
echo "$seen"
[ "$seen" = "source first: 2019-02-02
own date first: 2026-03-05" ] || { echo "this has changed" >&2; exit 1; }
