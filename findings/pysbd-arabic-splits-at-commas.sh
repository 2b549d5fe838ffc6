#!/bin/sh
# pysbd 0.3.4, "ar": an Arabic comma or a colon ends a sentence, as a full stop does. A sentence of three clauses comes back
# as three sentences, and who says something is parted from what is said. In English the same sentence stays whole. Whoever
# asks whether two names stand in one sentence finds far fewer in Arabic.
# Seen with Python 3.11: four pieces of one Arabic sentence, one of the English one.
# Remedy: split at the full stop, "؟" and "!" alone, or take a splitter that was measured on an Arabic treebank.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check pysbd==0.3.4
seen=$("$folder/venv/bin/python" -c '
from pysbd import Segmenter

texts = {"ar": "قال الوزير: وصل الوفد إلى طرابلس، والتقى السفير، ثم غادر.",
         "en": "The minister said: the delegation came to Tripoli, met the ambassador, then left."}
for language, text in texts.items():
    pieces = Segmenter(language=language, clean=False).segment(text)
    print(language, len(pieces), [piece.strip()[-1] for piece in pieces])
')
echo "$seen"
[ "$seen" = "ar 4 [':', '،', '،', '.']
en 1 ['.']" ] || { echo "this has changed" >&2; exit 1; }
