#!/bin/sh
# PyPI's countryinfo 1.0.1: `native_name()` of Libya, Bahrain and Egypt holds an invisible direction mark (U+200F before the
# first two, U+200E behind the third); the other Arabic names have none. On a screen the name is right, but no text holds it:
# a watch on these countries' own names finds nothing, while that on their neighbours works.
# Seen with Python 3.11: Libya, Egypt and Bahrain: "not in the headline", Tunisia, Jordan and Sudan: "in the headline".
# Remedy: drop the characters of category Cf from every name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check countryinfo==1.0.1
seen=$("$folder/venv/bin/python" -c '
from countryinfo import CountryInfo

headline = "اجتماع وزراء ليبيا ومصر والبحرين وتونس والأردن والسودان"
for country in "Libya", "Egypt", "Bahrain", "Tunisia", "Jordan", "Sudan":
    name = CountryInfo(country).native_name()
    print(f"{country}:", "in the headline" if name in headline else "not in the headline")
')
echo "$seen"
[ "$seen" = "Libya: not in the headline
Egypt: not in the headline
Bahrain: not in the headline
Tunisia: in the headline
Jordan: in the headline
Sudan: in the headline" ] || { echo "this has changed" >&2; exit 1; }
