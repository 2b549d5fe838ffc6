#!/bin/sh
# country_converter 1.3.2 with pandas 3.1.1: no country can be converted. The package reads its table with the two-letter
# codes as text and takes "NA" off the words that mean "missing"; this pandas takes Namibia's code for missing all the same,
# and the constructor stops at it. pip installs the two together, since the package asks for pandas 1.0 or newer.
# Seen with Python 3.11: pandas 3.0.0 gives the codes of Libya and Namibia, pandas 3.1.1 a TypeError.
# Remedy: pin pandas below 3.1 beside it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
seen=""
for pandas in 3.0.0 3.1.1; do
  "$folder/venv/bin/python" -m pip install -q --disable-pip-version-check country_converter==1.3.2 pandas==$pandas
  seen="$seen$pandas: $("$folder/venv/bin/python" -c '
import country_converter

try:
    print(country_converter.convert(["Libya", "Namibia"], to="ISO2"))
except TypeError as error:
    print("TypeError:", error)
')
"
done
printf %s "$seen"
[ "$seen" = "3.0.0: ['LY', 'NA']
3.1.1: TypeError: first argument must be string or compiled pattern
" ] || { echo "this has changed" >&2; exit 1; }
