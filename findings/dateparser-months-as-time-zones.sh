#!/bin/sh
# dateparser 1.5.0, given two languages of the text (`languages=["it", "fr"]`), takes Italy's short September, "set", for the
# time zone SET, and Turkey's March, "Mart", for that of the Marquesas. The word is used up, so the day before it becomes the
# month and the missing day is filled in from today's: an article of 7 September is dated July, or whatever month its day
# number names. With one language alone it reads the same text right.
# Seen with Python 3.11: it and fr: "July, UTC+01:00", it: "September, no zone"; tr and ru: "July, UTC-09:30", tr: "March, no zone".
# Remedy: pass one language at a time, or throw away what comes back with an offset the text did not name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check dateparser==1.5.0
seen=$("$folder/venv/bin/python" -c '
from calendar import month_name
from dateparser import parse

for text, languages in (("7 set 2025", "it fr"), ("7 set 2025", "it"), ("7 Mart 2025", "tr ru"), ("7 Mart 2025", "tr")):
    day = parse(text, languages=languages.split())
    print(f"{text}, {languages}: {month_name[day.month]}", day.strftime("UTC%z") if day.tzinfo else "no zone")
')
echo "$seen"
[ "$seen" = "7 set 2025, it fr: July UTC+0100
7 set 2025, it: September no zone
7 Mart 2025, tr ru: July UTC-0930
7 Mart 2025, tr: March no zone" ] || { echo "this has changed" >&2; exit 1; }
