"""Pure. Contacts as MISP events, with the grades of the admiralty-scale taxonomy as tags.

An event each, with the participants, the place and every report as objects of MISP's own templates. UUIDs are
of version 5, so that importing again updates. The one doorway to pymisp.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pymisp import MISPEvent, MISPObject

from monitor.exports import plain
from monitor.model import ContactStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import ContactSource, LedgerContact, Participant

_DONE = frozenset({ContactStatus.HAPPENED, ContactStatus.CANCELLED, ContactStatus.DENIED})


def write(contacts: Iterable[LedgerContact], *, people: Iterable[str]) -> str:
    """A JSON document as MISP itself answers with several events. `people`: names that are persons."""
    persons = frozenset(people)
    events = [{"Event": _stamped(contact, _event(contact, persons))} for contact in contacts]
    return json.dumps({"response": events}, ensure_ascii=False, indent=2) + "\n"


def feed(contacts: Iterable[LedgerContact], *, people: Iterable[str]) -> dict[str, bytes]:
    """The files of a MISP feed by name: a document for each event, then `hashes.csv` and `manifest.json`.

    Format: the MISP core format and `feed_meta_generator` of pymisp. A server asks for the manifest first,
    and fetches the events whose timestamp there is newer than what it has.
    """
    persons = frozenset(people)
    files: dict[str, bytes] = {}
    manifest: dict[str, Any] = {}
    hashes: list[str] = []
    for contact in contacts:
        event = MISPEvent()
        made = _stamped(contact, _event(contact, persons))
        event.from_dict(**made, publish_timestamp=_moment(contact), Orgc=_OURSELVES)
        files[f"{event.uuid}.json"] = _written(event.to_feed())
        manifest |= json.loads(json.dumps(event.manifest, default=str))
        hashes += [f"{value},{event.uuid}\n" for value in event.attributes_hashes("md5")]
    files["hashes.csv"] = "".join(hashes).encode()
    return files | {"manifest.json": _written(manifest)}


#: the organisation that made the events; a MISP server keeps it apart from the one that shares them
_OURSELVES = {"name": "monitor", "uuid": plain.stable_uuid("misp", "organisation")}


def _written(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _stamped(of: LedgerContact, event: MISPEvent) -> dict[str, Any]:
    """As plain data, with the moment of our last news:
    the library leaves it out of what it holds for edited.
    """
    data: dict[str, Any] = json.loads(event.to_json())
    for part in (data, *data["Object"]):
        part["timestamp"] = _moment(of)
    return data


def _moment(of: LedgerContact) -> str:
    return str(int(plain.last_news(of).timestamp()))


def _event(of: LedgerContact, people: frozenset[str]) -> MISPEvent:
    event = MISPEvent()
    event.from_dict(
        uuid=plain.stable_uuid("misp", of.id),
        info=plain.clean(f"{plain.title(of)} ({plain.STATUS_WORDS[of.status]})"),
        date=of.day.isoformat(),
        # your organisation only, until somebody shares it; threat level undefined
        distribution=0,
        threat_level_id=4,
        analysis=2 if of.status in _DONE else 1,
        published=False,
    )
    for tag in _tags(of):
        event.add_tag(tag)
    said = plain.clean(plain.summary(of))
    event.add_attribute("text", said, category="Other", comment=of.id, **_stamp(of, "summary"))
    for party, participants in of.parties.items():
        for participant in participants:
            made = _participant(of, participant, person=participant.name in people)
            made.comment = plain.clean(of.title(party))
            event.add_object(made)
    if of.place:
        place = _object("geolocation", of, of.place)
        _say(place, of, "city", of.place)
        event.add_object(place)
    for source in of.sources:
        event.add_object(_source(of, source))
    return event


def _tags(of: LedgerContact) -> list[str]:
    """Grades in the taxonomy's own words, and ours for what it has none."""
    graded = (
        [
            f'admiralty-scale:source-reliability="{of.corroboration.reliability.lower()}"',
            f'admiralty-scale:information-credibility="{of.corroboration.credibility}"',
        ]
        if of.corroboration
        else []
    )
    sides = (("side", side) for side in of.by_side)
    ours = (("watchlist", of.watchlist), ("contact", of.type.value), ("status", of.status.value), *sides)
    return [*graded, *(_tag(kind, value) for kind, value in ours)]


def _tag(kind: str, value: str) -> str:
    return f'monitor:{kind}="{value}"'


def _participant(of: LedgerContact, who: Participant, *, person: bool) -> MISPObject:
    made = _object("person" if person else "organization", of, who.name)
    _say(made, of, "full-name" if person else "name", who.name)
    if who.role:
        _say(made, of, "occupation" if person else "role", who.role)
    return made


def _source(of: LedgerContact, source: ContactSource) -> MISPObject:
    """A report: outlet, address, the sentences that carry it."""
    key = f"item {source.item_id}"
    made = _object("news-media", of, key)
    _say(made, of, "source", source.outlet, key)
    if source.url:
        _say(made, of, "link", plain.uri(source.url), key)
    if quoted := "\n".join(plain.sentences(source)):
        _say(made, of, "content", quoted, key)
    made.comment = f"{source.side}, {source.lang}, reliability {source.reliability}, {source.status.value}"
    return made


def _object(template: str, of: LedgerContact, key: str) -> MISPObject:
    made = MISPObject(template)
    made.uuid = plain.stable_uuid("misp", of.id, template, key)
    return made


def _say(made: MISPObject, of: LedgerContact, relation: str, value: str, key: str = "") -> None:
    made.add_attribute(relation, value=plain.clean(value), **_stamp(of, made.name, relation, value, key))


def _stamp(of: LedgerContact, *parts: str) -> dict[str, str]:
    """What makes an attribute the same one at every export."""
    return {
        "uuid": plain.stable_uuid("misp", of.id, *parts),
        "timestamp": _moment(of),
    }
