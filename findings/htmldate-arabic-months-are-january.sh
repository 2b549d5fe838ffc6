#!/bin/sh
# htmldate 1.11.0 (and so the `date` of trafilatura) knows the Arabic month names of Egypt and the Gulf, but not those of the
# Levant, Iraq and the Maghreb, all of them in Unicode's CLDR (ar-SY, ar-IQ, ar-DZ, ar-TN). A page dated with one of these is
# not undated: its year is taken for the whole date, as 1 January, in the same form as a true date.
# Seen with Python 3.11: 15 July 2025 as Egypt writes it: "2025-07-15"; as Syria and as Algeria write it: "2025-01-01".
# Remedy: distrust every 1 January; `extensive_search=False` gives None for such a page instead.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check htmldate==1.11.0 dateparser==1.5.0
found() {
  "$folder/venv/bin/python" -c '
import sys
from htmldate import find_date

text = "<p>" + "The council met again and heard both sides. " * 8 + "</p>"
page = "<html lang=\"ar\"><head><title>A report</title></head><body><article><span class=\"post-date\">"
print(find_date(page + sys.argv[1] + "</span>" + text + "</article></body></html>", original_date=True))
' "$1"
}
egypt=$(found "15 يوليو 2025")
syria=$(found "15 تموز 2025")
algeria=$(found "15 جويلية 2025")
echo "15 July in Egypt: $egypt"
echo "15 July in Syria: $syria"
echo "15 July in Algeria: $algeria"
[ "$egypt" = "2025-07-15" ] && [ "$syria" = "2025-01-01" ] && [ "$algeria" = "2025-01-01" ] || { echo "this has changed" >&2; exit 1; }
