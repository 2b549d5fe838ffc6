#!/bin/sh
# PyPI's reader 3.26 holds a copy of feedparser of its own, which imports `sgmllib` (the package sgmllib3k). It does not
# ask for that package: it asks for feedparser >= 6, and counts on what feedparser brings along. Since feedparser 6.0.13
# brings `feedparser-sgmllib` (another module name), a fresh `pip install reader` cannot add a web address.
# Seen with Python 3.11: reader 3.26 + feedparser 6.0.14: "ModuleNotFoundError: No module named 'sgmllib'";
# the same with feedparser 6.0.11, which brings sgmllib3k: "added".
# Remedy for users of reader: install sgmllib3k beside it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/python" -m pip install -q --disable-pip-version-check "$@"; }
add() {
  "$folder/venv/bin/python" -c '
from reader import make_reader
try:
    make_reader(":memory:").add_feed("http://127.0.0.1:1/feed.xml")
    print("added")
except ModuleNotFoundError as error:
    print(error)
'
}
pip reader==3.26 feedparser==6.0.14
new=$(add)
pip feedparser==6.0.11
old=$(add)
echo "with feedparser 6.0.14: $new"
echo "with feedparser 6.0.11: $old"
[ "$new" = "No module named 'sgmllib'" ] && [ "$old" = "added" ] || { echo "this has changed" >&2; exit 1; }
