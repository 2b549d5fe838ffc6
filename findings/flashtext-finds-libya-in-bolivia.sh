#!/bin/sh
# flashtext 2.7: a word ends where no ASCII letter, digit or underscore stands. Between Cyrillic or Arabic letters every
# place is such an end, so a name is found inside longer words of those scripts: the Russian word for Libya in that for
# Bolivia, Mali in "normalisation", and the Arabic word for Mali in that for "total". Accented Latin letters end words too.
# Only English text behaves as the documentation says ("whole words").
# Seen with Python 3.11: found in three of the words below, and Togo behind an accented letter; not in "Bolivianos".
# Remedy: put every letter of the texts into `non_word_boundaries`, or use a matcher that knows Unicode's letters.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check flashtext==2.7
seen=$("$folder/venv/bin/python" -c '
from flashtext import KeywordProcessor

names = KeywordProcessor()
names.add_keywords_from_list(["Ливия", "Мали", "مالي", "Togo", "Bolivia"])
for text in ("Боливия", "нормализация", "إجمالي", "Étogo", "Bolivianos"):
    print(f"{text}:", ", ".join(names.extract_keywords(text)) or "nothing")
')
echo "$seen"
[ "$seen" = "Боливия: Ливия
нормализация: Мали
إجمالي: مالي
Étogo: Togo
Bolivianos: nothing" ] || { echo "this has changed" >&2; exit 1; }
