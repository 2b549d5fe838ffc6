#!/bin/sh
# simplemma 2.0.0 and pymorphy3 2.0.6 (dictionary 2.4.417150.4580142): a capital says nothing to either, so names of places
# become other words. In Italian Tripoli is lemmatized to "tripolare" (three-polar) and Mali to "male" (evil); in Russian both
# make "of Chad" the word for a child (though pymorphy3 has the country too, as its second reading), and pymorphy3 makes Sirte
# an orphan. Most other names come through whole, so a test of a few names shows nothing.
# Seen with Python 3.11: as below.
# Remedy: look names up in the form of the text, with endings of their own, and lemmatize only what is no name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check simplemma==2.0.0 pymorphy3==2.0.6 pymorphy3-dicts-ru==2.4.417150.4580142 setuptools==80.9.0
seen=$("$folder/venv/bin/python" -c '
from pymorphy3 import MorphAnalyzer
from simplemma import lemmatize

for language, word in (("it", "Libia"), ("it", "Tripoli"), ("it", "Mali"), ("ru", "Ливии"), ("ru", "Чада")):
    print("simplemma", word, lemmatize(word, lang=language))
for word in ("Ливии", "Чада", "Сирта"):
    print("pymorphy3", word, MorphAnalyzer().parse(word)[0].normal_form)
')
echo "$seen"
[ "$seen" = "simplemma Libia Libia
simplemma Tripoli tripolare
simplemma Mali male
simplemma Ливии Ливия
simplemma Чада чадо
pymorphy3 Ливии ливия
pymorphy3 Чада чадо
pymorphy3 Сирта сирот" ] || { echo "this has changed" >&2; exit 1; }
