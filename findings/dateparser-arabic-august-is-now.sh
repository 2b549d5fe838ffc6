#!/bin/sh
# dateparser 1.5.0, left to find the language, reads August as Syria, Iraq and Lebanon write it as the present moment: once
# accents are dropped the month is spelt like Urdu's word for "now", and the day and year beside it are ignored. Other months
# of that series give None, so nobody looks for a wrong date: an old page is simply news of this minute.
# Seen with Python 3.11: 15 August 2019: "now"; 15 February 2019: None; August with `locales=["ar-SY"]`: "2019-08-15".
# Remedy: pass `locales` (not `languages=["ar"]`, which gives None) for Arabic pages.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check dateparser==1.5.0
parsed() {
  "$folder/venv/bin/python" -c '
import sys
from datetime import datetime, timedelta
from dateparser import parse

day = parse(sys.argv[1], locales=sys.argv[2:] or None)
print(day and ("now" if abs(datetime.now() - day) < timedelta(minutes=1) else day.date()))
' "$@"
}
august=$(parsed "15 آب 2019")
february=$(parsed "15 شباط 2019")
told=$(parsed "15 آب 2019" ar-SY)
echo "15 August 2019: $august"
echo "15 February 2019: $february"
echo "15 August 2019, the locale told: $told"
[ "$august" = "now" ] && [ "$february" = "None" ] && [ "$told" = "2019-08-15" ] || { echo "this has changed" >&2; exit 1; }
