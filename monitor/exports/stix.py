"""Pure. Contacts as a STIX 2.1 bundle: a report each, with its participants as identities and who met whom.

Ids are of version 5, so that importing again updates; `confidence` follows the Admiralty scale of the
specification's appendix A. The one doorway to stix2.
"""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from stix2 import v21

from monitor.exports import plain
from monitor.model.words import days_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.model import LedgerContact, Participant

#: Admiralty credibility to STIX confidence; 6, which cannot be judged, has none
CONFIDENCE = {1: 90, 2: 70, 3: 50, 4: 30, 5: 10}
#: who made the objects; of a fixed date, so that it is one object everywhere
_BORN = "2026-01-01T00:00:00Z"


def write(contacts: Iterable[LedgerContact], *, people: Iterable[str]) -> str:
    """The bundle as JSON; the same contacts give the same text. `people`: names that are persons."""
    listed, persons = list(contacts), frozenset(people)
    author = v21.Identity(
        id=_id("identity", "author"),
        created=_BORN,
        modified=_BORN,
        name="foreign-influence-monitor",
        identity_class="system",
    )
    objects: dict[str, Any] = {author.id: author}
    for name, first in _first_named(listed).items():
        identity = _identity(name, first, author.id, person=name in persons)
        objects[identity.id] = identity
    for contact in listed:
        met = list(_relationships(contact, author.id))
        objects.update({relation.id: relation for relation in met})
        report = _report(contact, author.id, [relation.id for relation in met])
        objects[report.id] = report
    bundle = v21.Bundle(id=_id("bundle", *objects), objects=list(objects.values()))
    # the library's own indenting looks every key up in the whole bundle, which takes minutes for thousands
    return plain.clean(json.dumps(json.loads(bundle.serialize()), ensure_ascii=False, indent=2)) + "\n"


def _id(kind: str, *parts: str) -> str:
    return f"{kind}--{plain.stable_uuid('stix', kind, *parts)}"


def _first_named(contacts: Iterable[LedgerContact]) -> dict[str, datetime]:
    """Every participant with the first moment at which one of `contacts` names them."""
    found: dict[str, datetime] = {}
    for contact in contacts:
        at = contact.sources[0].first_seen_at
        for participant in _everybody(contact):
            found[participant.name] = min(at, found.get(participant.name, at))
    return found


def _everybody(of: LedgerContact) -> tuple[Participant, ...]:
    return of.participants


def _identity(name: str, first: datetime, author: str, *, person: bool) -> Any:
    return v21.Identity(
        id=_id("identity", name),
        created_by_ref=author,
        created=first,
        modified=first,
        name=name,
        identity_class="individual" if person else "organization",
    )


def _relationships(of: LedgerContact, author: str) -> Iterator[Any]:
    """Each of one party with each of the other, on the days of the contact where it names them."""
    days = days_of(of.date)
    when = {"start_time": f"{days[0].isoformat()}T00:00:00Z"} if days is not None else {}
    for ours, theirs in product(*of.parties.values()):
        yield v21.Relationship(
            id=_id("relationship", of.id, ours.name, theirs.name),
            created_by_ref=author,
            created=of.sources[0].first_seen_at,
            modified=plain.last_news(of),
            relationship_type="related-to",
            source_ref=_id("identity", ours.name),
            target_ref=_id("identity", theirs.name),
            description=f"{of.type.value}, {plain.STATUS_WORDS[of.status]}",
            **when,
        )


def _report(of: LedgerContact, author: str, relations: list[str]) -> Any:
    rated = CONFIDENCE.get(of.corroboration.credibility) if of.corroboration else None
    return v21.Report(
        id=_id("report", of.id),
        created_by_ref=author,
        created=of.sources[0].first_seen_at,
        modified=plain.last_news(of),
        published=plain.first_told(of),
        name=plain.title(of),
        description=plain.summary(of),
        report_types=["observed-data"],
        object_refs=[*(_id("identity", p.name) for p in _everybody(of)), *relations],
        labels=[of.watchlist, of.type.value, of.status.value, *(["background"] if of.background else [])],
        external_references=list(_references(of)),
        lang="en",
        **({"confidence": rated} if rated is not None else {}),
    )


def _references(of: LedgerContact) -> Iterator[dict[str, str]]:
    yield {"source_name": "foreign-influence-monitor", "external_id": of.id}
    for source in of.sources:
        words = " ".join((f"{source.side}, {source.lang}.", *plain.sentences(source)))
        yield {"source_name": source.outlet, "description": words} | (
            {"url": plain.uri(source.url)} if source.url else {}
        )
