#!/bin/sh
# PyPI's countryinfo 1.0.1: `timezones()` gives UTC offsets that were given up years ago (Libya 2013, Turkey 2016, Sudan 2017,
# Syria 2022), while `info()["timezoneNames"]` beside it names zones of the tz database that are right. A quiet time or a
# deadline by the former is an hour off for these countries all year, without any clock change to blame.
# Seen with Python 3.11 (offsets of January): Libya +1 and +2, Turkey +2 and +3, Sudan +3 and +2, Syria +2 and +3,
# Egypt +2 and +2.
# Remedy: use `timezoneNames` with zoneinfo.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check countryinfo==1.0.1 tzdata==2026.6
seen=$(PYTHONTZPATH="" "$folder/venv/bin/python" -c '
from datetime import datetime
from zoneinfo import ZoneInfo
from countryinfo import CountryInfo

for name in "Libya", "Turkey", "Sudan", "Syria", "Egypt":
    country = CountryInfo(name)
    zone = datetime(2026, 1, 15, tzinfo=ZoneInfo(country.info()["timezoneNames"][0]))
    print(f"{name}:", country.timezones()[0], f"and {zone:UTC%z}")
')
echo "$seen"
[ "$seen" = "Libya: UTC+01:00 and UTC+0200
Turkey: UTC+02:00 and UTC+0300
Sudan: UTC+03:00 and UTC+0200
Syria: UTC+02:00 and UTC+0300
Egypt: UTC+02:00 and UTC+0200" ] || { echo "this has changed" >&2; exit 1; }
