#!/bin/sh
# PyPI's fastfeedparser 0.6.5 reads the guid of an RSS item without a date as a date, if it is no web address. RSS 2.0 calls
# the guid a string without any syntax, and `pubDate` is optional. A guid that is a running number up to the month's length
# becomes that day of this month, "may" becomes May, 1900 becomes the year 1900: items get dates that nobody wrote, new
# ones at every reading in another month.
# Seen with Python 3.11 in November 2026: guid 17: "2026-11-17T00:00:00+00:00", guid 1900: a day in 1900, guid a-x: None.
# Remedy: trust `published` only in feeds whose text has a date element (`pubDate`, `dc:date`) in every item.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check fastfeedparser==0.6.5 python-dateutil==2.9.0.post0
published() {
  "$folder/venv/bin/python" -c '
import sys
from datetime import datetime
from fastfeedparser import parse

feed = f"""<rss version="2.0"><channel><title>A desk</title><link>https://example.org/</link><description>News</description>
<item><title>A report</title><link>https://example.org/1</link><guid isPermaLink="false">{sys.argv[1]}</guid></item>
</channel></rss>"""
read = str(parse(feed).entries[0].get("published"))
print(read.replace(f"{datetime.now():%Y-%m}", "this month", 1) if read[:4] != "1900" else read[:4])
' "$1"
}
number=$(published 17)
year=$(published 1900)
word=$(published a-x)
echo "guid 17: $number"
echo "guid 1900: $year"
echo "guid a-x: $word"
[ "$number" = "this month-17T00:00:00+00:00" ] && [ "$year" = "1900" ] && [ "$word" = "None" ] || { echo "this has changed" >&2; exit 1; }
