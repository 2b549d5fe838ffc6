#!/bin/sh
# pymisp 2.5.34.4: `MISPEvent.to_feed()` of an event without `publish_timestamp` writes the moment of the call into it (and
# into the event itself). So the same event, exported twice a second apart, gives two documents: whoever compares feeds by
# their bytes sees every event change at each export, though `timestamp`, by which MISP itself decides, stays.
# Seen with Python 3.11: "differs in: publish_timestamp"; with `publish_timestamp` set by hand: "differs in: nothing".
# Remedy: set `publish_timestamp` to the event's own time before `to_feed()`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check pymisp==2.5.34.4
exported() {
  "$folder/venv/bin/python" -c '
import json, sys, time
from pymisp import MISPEvent, MISPOrganisation

def exported():
    event, owner = MISPEvent(), MISPOrganisation()
    owner.name, owner.uuid = "A desk", "11111111-1111-4111-8111-111111111111"
    event.info, event.date, event.timestamp, event.Orgc = "A meeting", "2026-03-01", 1772323200, owner
    event.uuid, event.published = "22222222-2222-4222-8222-222222222222", True
    if sys.argv[1] == "set":
        event.publish_timestamp = 1772323200
    return json.loads(json.dumps(event.to_feed(), default=str))["Event"]

before = exported()
time.sleep(1.5)
after = exported()
print("differs in:", ", ".join(sorted(k for k in before if before[k] != after[k])) or "nothing")
' "$1"
}
unset_=$(exported unset)
set_=$(exported set)
echo "publish_timestamp left out: $unset_"
echo "publish_timestamp set: $set_"
[ "$unset_" = "differs in: publish_timestamp" ] && [ "$set_" = "differs in: nothing" ] || { echo "this has changed" >&2; exit 1; }
