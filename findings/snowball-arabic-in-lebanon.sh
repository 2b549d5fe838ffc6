#!/bin/sh
# snowballstemmer 3.1.1, "arabic": the stemmer takes the prefix "in" off a word, so that "in Lebanon" is found by "Lebanon".
# For many names the two stems differ: Lebanon stays whole, and "in Lebanon" is stemmed to the word for milk; "in Sirte"
# keeps the prefix and loses the name's last letter; Palestine and France lose their first letter (alone it means "so"), but
# only without the prefix. A search by stems misses the form in which the press writes a place most often.
# Seen with Python 3.11: Syria and Libya alike; Lebanon, Sirte, Palestine and France different.
# Remedy: take prefixes off names by hand (with the whole name as a check), and do not stem them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check snowballstemmer==3.1.1
seen=$("$folder/venv/bin/python" -c '
from snowballstemmer import stemmer

stem = stemmer("arabic").stemWord
names = {"Libya": "ليبيا", "Syria": "سوريا", "Lebanon": "لبنان", "Sirte": "سرت", "Palestine": "فلسطين", "France": "فرنسا"}
for name, word in names.items():
    alone, within = stem(word), stem("ب" + word)
    print(f"{name}:", "alike" if alone == within else f"{alone} and {within}")
')
echo "$seen"
[ "$seen" = "Libya: alike
Syria: alike
Lebanon: لبنان and لبن
Sirte: سرت and بسر
Palestine: لسط and فلسط
France: رنس and فرنس" ] || { echo "this has changed" >&2; exit 1; }
