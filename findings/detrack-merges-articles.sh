#!/bin/sh
# PyPI's detrack 0.4.1 strips tracking parameters from web addresses, and counts `sid` among them on every site. Old news
# systems of the PHP-Nuke family number their articles with it (modules.php?name=News&file=article&sid=7), so all articles
# of such an outlet get one address, and whoever deduplicates by the cleaned address keeps the first. ClearURLs' rules, as
# in unalix 0.9, leave it.
# Seen with Python 3.11: two articles: detrack 1 address, unalix 2.
# Remedy: check `clean(url).removed_params` and keep an address that lost `sid` as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check detrack==0.4.1 unalix==0.9
seen=$("$folder/venv/bin/python" -c '
from detrack import clean
from unalix import clear_url

articles = [f"https://example.org/modules.php?name=News&file=article&sid={n}&utm_source=feed" for n in (7, 8)]
print("detrack:", *{clean(article).url: None for article in articles})
print("unalix:", *{clear_url(article): None for article in articles})
')
echo "$seen"
[ "$seen" = "detrack: https://example.org/modules.php?name=News&file=article
unalix: https://example.org/modules.php?name=News&file=article&sid=7 https://example.org/modules.php?name=News&file=article&sid=8" ] || { echo "this has changed" >&2; exit 1; }
