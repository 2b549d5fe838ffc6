#!/bin/sh
# geotext 0.4.0: a city counts for one country, that of the last row of its list which bears the name. Moscow (Idaho)
# counts for the United States, Alexandria likewise, Santiago for the Philippines, and "Russian talks in Moscow" gives Russia
# one mention and the United States one. "Dominican" is counted for a country with the code " Do".
# Seen with Python 3.11: as below.
# Remedy: take of its answer the names alone and look their countries up elsewhere, by population.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check geotext==0.4.0
seen=$("$folder/venv/bin/python" -c '
from geotext import GeoText

for text in ("Talks in Moscow", "Russian talks in Moscow", "Talks in Alexandria", "Talks in Santiago", "A Dominican envoy"):
    print(f"{text}:", dict(GeoText(text).country_mentions))
')
echo "$seen"
[ "$seen" = "Talks in Moscow: {'US': 1}
Russian talks in Moscow: {'US': 1, 'RU': 1}
Talks in Alexandria: {'US': 1}
Talks in Santiago: {'PH': 1}
A Dominican envoy: {' Do': 1}" ] || { echo "this has changed" >&2; exit 1; }
