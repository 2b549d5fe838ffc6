"""Pure. A contact in words and as plain data: what every format starts from."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid5

from w3lib.url import safe_url_string

from monitor.model import ContactStatus, ContactType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from monitor.model import ContactSource, Corroboration, LedgerContact, Participant, Speaker

#: ids made from it are the same on every machine and every day
NAMESPACE = UUID("6f0d7a52-2c33-5b7e-9d3c-5c1f0e5f4a11")
#: what XML 1.0 cannot hold, and no text needs
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: how a kind is said where a headline would have another word: our own feeds are read again
KIND_WORDS = {ContactType.CALL: "Phone call", ContactType.TRANSFER: "Delivery", ContactType.OTHER: "Contact"}
#: how a status is said where there is room for it
STATUS_WORDS = {
    ContactStatus.HAPPENED: "took place",
    ContactStatus.ONGOING: "under way",
    ContactStatus.PLANNED: "planned",
    ContactStatus.INVITED: "invited",
    ContactStatus.POSTPONED: "postponed",
    ContactStatus.CANCELLED: "called off",
    ContactStatus.DENIED: "denied",
}


def clean(text: str) -> str:
    """`text` as any document can hold it."""
    return _FORBIDDEN.sub("\ufffd", text)


def uri(url: str) -> str:
    """A link as strict readers want it: a URI (RFC 3986), letters beyond ASCII encoded (RFC 3987 section
    3.1).

    The host becomes its ASCII form; what is encoded already stays. An address that cannot be read stays as it
    is.
    """
    try:
        return _STRAY_PERCENT.sub("%25", str(safe_url_string(clean(url))))
    except ValueError:
        return _STRAY_PERCENT.sub("%25", quote(clean(url), safe="%/:?#[]@!$&'()*+,;=~"))


def stable_uuid(*parts: str) -> str:
    """A version 5 UUID of what it names."""
    return str(uuid5(NAMESPACE, clean("\n".join(parts))))


def names(of: Iterable[Participant]) -> str:
    """Names in one line."""
    return ", ".join(p.name for p in of)


def with_roles(of: Iterable[Participant]) -> str:
    """Names with the offices held on the day."""
    return ", ".join(f"{p.name} ({p.role})" if p.role else p.name for p in of)


def title(of: LedgerContact) -> str:
    """One line: the kind, who with whom, where."""
    place = f", {of.place}" if of.place else ""
    kind = KIND_WORDS.get(of.type, of.type.value.capitalize())
    return f"{kind}: {' – '.join(map(names, of.parties.values()))}{place}"


def heading(contacts: Iterable[LedgerContact]) -> str:
    """What a document of these is called: by the two parties, where there are no others."""
    between = {tuple(map(contact.title, contact.parties)) for contact in contacts}
    return f"Contacts: {' – '.join(*between)}" if len(between) == 1 else "Contacts"


def summary(of: LedgerContact, mark: Callable[[str], str] = str) -> str:
    """A few plain lines: who in what office, when, status with its history,
    who says so and how far to believe it.
    """
    lines = [
        *(f"{of.title(party)}: {with_roles(people)}" for party, people in of.parties.items()),
        f"Place: {of.place or 'not said'}",
        f"Date: {of.date or f'not said; first told on {first_told(of):%Y-%m-%d}'}",
        f"Status: {history(of)}",
        *([f"Denied by: {', '.join(clean(s.told) for s in of.deniers)}"] if of.deniers else []),
        f"Told by: {told_by(of, mark)}",
    ]
    if of.corroboration is not None:
        lines.append(f"Standing: {grade(of.corroboration)}, {of.corroboration.explained}")
    if of.background:
        lines.append("Only mentioned as background: no report of its own was seen.")
    return "\n".join(lines)


def history(of: LedgerContact) -> str:
    """Every status with its day: "planned (2026-03-01), took place (2026-03-04)"."""
    return ", ".join(f"{STATUS_WORDS[status]} ({at:%Y-%m-%d})" for at, status in of.history)


def told_by(of: LedgerContact, mark: Callable[[str], str] = str) -> str:
    """Outlets by side: "independent: Gazette; un: News Centre"; `mark` sets off a name in another script."""
    return "; ".join(
        f"{side}: {', '.join(dict.fromkeys(mark(s.outlet) for s in sources))}"
        for side, sources in of.by_side.items()
    )


def grade(of: Corroboration) -> str:
    """Source letter and credibility number: "B2"."""
    return f"{of.reliability}{of.credibility}"


def first_told(of: LedgerContact) -> datetime:
    """When its first source told it."""
    return of.sources[0].told_at


def last_news(of: LedgerContact) -> datetime:
    """The latest moment at which we learned anything about it."""
    moments = [s.first_seen_at for s in of.sources] + [s.withdrawn_at for s in of.sources if s.withdrawn_at]
    return max(moments)


def sentences(of: ContactSource) -> tuple[str, ...]:
    """The source's own words, each sentence once."""
    return tuple(dict.fromkeys(e.sentence or e.text for e in of.evidence))


def as_json(of: LedgerContact) -> dict[str, Any]:
    """Plain data; times are UTC in ISO 8601."""
    return {
        "id": of.id,
        "type": of.type.value,
        "types": [kind.value for kind in of.types],
        "status": of.status.value,
        "history": [{"at": instant(at), "status": status.value} for at, status in of.history],
        "watchlist": of.watchlist,
        "parties": {
            party: [{"name": p.name, "role": p.role} for p in people] for party, people in of.parties.items()
        },
        "party_titles": {party: of.title(party) for party in of.parties},
        "place": of.place,
        "date": of.date,
        "background": of.background,
        "corroboration": corroboration_json(of.corroboration) if of.corroboration else None,
        "sources": [_source(s) for s in of.sources],
    }


def speaker_json(of: Speaker | None) -> dict[str, str] | None:
    """Who says it, as plain data; None: the outlet itself."""
    return {"name": of.name, "kind": of.kind, "side": of.side} if of else None


def status(of: LedgerContact) -> str:
    """The status in words, a denial with who is named as denying: "denied by the Foreign Ministry"."""
    named = of.deniers if of.status is ContactStatus.DENIED else ()
    by = f" by {', '.join(clean(speaker.told) for speaker in named)}" if named else ""
    return STATUS_WORDS[of.status] + by


def instant(at: datetime) -> str:
    """2026-03-04T12:00:00Z, whatever the zone it came in."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def corroboration_json(of: Corroboration) -> dict[str, Any]:
    """A grade as plain data."""
    return {
        "reliability": of.reliability,
        "credibility": of.credibility,
        "grounds": list(of.grounds),
        "explained": of.explained,
        "sides": list(of.sides),
        "voices": [
            {
                "name": v.name,
                "sides": list(v.sides),
                "reliability": v.reliability,
                "outlets": list(v.outlets),
                "denies": v.denies,
                "contradicts": v.contradicts,
                "speaker": speaker_json(v.speaker),
                "through": list(v.through),
            }
            for v in of.voices
        ],
    }


def _source(of: ContactSource) -> dict[str, Any]:
    return {
        "item": of.item_id,
        "story": of.story_id,
        "outlet": of.outlet,
        "side": of.side,
        "reliability": of.reliability,
        "lang": of.lang,
        "url": of.url,
        "published": instant(of.published_at) if of.published_at else None,
        "first_seen": instant(of.first_seen_at),
        "status": of.status.value,
        "speaker": speaker_json(of.speaker),
        "withdrawn": instant(of.withdrawn_at) if of.withdrawn_at else None,
        "copy_of": of.copy_of,
        "evidence": [
            {"field": e.field, "start": e.start, "end": e.end, "text": e.text, "sentence": e.sentence}
            for e in of.evidence
        ],
    }
