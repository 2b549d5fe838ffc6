"""Pure. Who tells a story and how far it may be believed, what changed, which contacts it reports: as data
for templates.

The judgement's own line is in English; other frames say the same by its stable words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.languages.locale import ENGLISH
from monitor.messages.text import clean, cut, direction, isolate, safe_link
from monitor.model import ContactStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from monitor.languages.locale import Frame
    from monitor.model import (
        Change,
        Corroboration,
        Judged,
        LedgerContact,
        Participant,
        Speaker,
        Story,
        StoryItem,
        Voice,
    )

Data = dict[str, Any]

#: what one story shows at most; the rest is counted
MAX_VOICES, MAX_OUTLETS, MAX_CONTACTS, MAX_STEPS, MAX_NAMES = 8, 8, 6, 4, 8
#: outlets of one side that are named for a contact
MAX_SAYING = 3
#: stories that one has to do with
MAX_RELATED = 3
MAX_NAME, MAX_TITLE = 80, 160


def name_of(item: StoryItem) -> str:
    """The outlet's name."""
    return cut(clean(item.outlet), MAX_NAME)


# --- who tells it
# --------------------------------------------------------------------------------------------


def corroboration(found: Corroboration, frame: Frame) -> Data:
    """The grade (`B2`) in words, what it rests on, and the voices."""
    grade = frame.comma.join((frame.word(found.reliability), frame.word(f"credibility_{found.credibility}")))
    return {
        "code": f"{found.reliability}{found.credibility}",
        "reliability": found.reliability,
        "reliability_word": frame.word(found.reliability),
        "credibility": found.credibility,
        "credibility_word": frame.word(f"credibility_{found.credibility}"),
        "grade": grade,
        "line": _explained(found, frame),
        "grounds": list(found.grounds),
        "voices": [_voice(voice, frame) for voice in found.voices[:MAX_VOICES]],
        "voices_cut": max(0, len(found.voices) - MAX_VOICES),
        "told_by": frame.comma.join(
            (frame.count("voice", len(found.voices)), frame.count("side", len(found.sides)))
        ),
    }


def _voice(voice: Voice, frame: Frame) -> Data:
    name = cut(clean(voice.name), MAX_NAME)
    return {
        "name": name,
        "dir": direction("und", name),
        "sides": list(voice.sides),
        "sides_line": frame.comma.join(frame.side(side) for side in voice.sides),
        "reliability": voice.reliability,
        "outlets": [cut(clean(outlet), MAX_NAME) for outlet in voice.outlets[:MAX_OUTLETS]],
        "outlets_cut": max(0, len(voice.outlets) - MAX_OUTLETS),
        "denies": voice.denies,
        "contradicts": voice.contradicts,
        "denies_word": frame.word("contradicts" if voice.contradicts else "denies") if voice.denies else "",
        "speaker": cut(clean(_told(voice.speaker, frame)), MAX_NAME) if voice.speaker else "",
        "through": list(voice.through),
    }


def _explained(found: Corroboration, frame: Frame) -> str:
    """`reported by northern and southern media; no independent confirmation yet`."""
    if frame.lang == ENGLISH:
        return clean(found.explained)
    telling = [side for voice in found.voices if not voice.denies for side in voice.sides]
    denying = [v for v in found.voices if v.denies and not v.contradicts]
    opposed = [side for voice in found.voices if voice.contradicts for side in voice.sides]
    parts = [frame.say("telling.reported", who=frame.media(telling))] if telling else []
    settled = frame.media(frame.sides.authorities(found.sides) if frame.sides else ())
    parts += [frame.say(f"telling.{ground}", who=settled) for ground in found.grounds if ground != "denied"]
    parts += _denials(denying, frame)
    parts += [frame.say("telling.contradicted", who=frame.media(opposed))] if opposed else []
    return frame.word("semicolon").join(parts)


def _denials(denying: Sequence[Voice], frame: Frame) -> list[str]:
    """Who is named as denying it and who reports that; then who denies it without naming anybody."""
    named = [voice for voice in denying if voice.speaker]
    own = [side for voice in denying if not voice.speaker for side in voice.sides]
    said = [isolate(clean(frame.name(v.speaker.name)), frame.direction) for v in named if v.speaker]
    through = frame.media(side for voice in named for side in voice.through)
    parts = [frame.say("telling.denied_said", names=frame.comma.join(said), who=through)] if named else []
    return [*parts, *([frame.say("telling.denied", who=frame.media(own))] if own else [])]


def outlets(judged: Judged, frame: Frame) -> tuple[list[Data], int, list[Data], int]:
    """Each outlet once, the most reliable first, and how many were cut;
    then the same of those that only repeat.
    """
    items = judged.story.items
    copied = {item.id for item in items if item.copy_of is not None}
    # who reports somebody else's denial does not deny it
    own_word = [v for v in judged.corroboration.voices if v.denies and v.speaker is None]
    denying = {outlet: "contradicts" if v.contradicts else "denies" for v in own_word for outlet in v.outlets}
    found: dict[str, StoryItem] = {}
    for item in sorted(items, key=lambda i: (i.id in copied, i.feed.reliability)):
        found.setdefault(name_of(item), item)
    own = [
        _outlet(item, frame, denying.get(item.outlet, "")) for item in found.values() if item.id not in copied
    ]
    carried = [_outlet(item, frame) for item in found.values() if item.id in copied]
    return (
        own[:MAX_OUTLETS],
        max(0, len(own) - MAX_OUTLETS),
        carried[:MAX_OUTLETS],
        max(0, len(carried) - MAX_OUTLETS),
    )


def _outlet(item: StoryItem, frame: Frame, denies: str = "") -> Data:
    name, side = name_of(item), item.side
    notes = {denies: bool(denies), "taken_back": item.withdrawn_at is not None}
    said = [cut(clean(item.credit), MAX_NAME)] if item.credit else []
    return {
        "name": name,
        "dir": direction("und", name),
        "side": side,
        "side_word": frame.side(side),
        "reliability": item.feed.reliability,
        "reliability_word": frame.word(item.feed.reliability),
        "credit": cut(clean(item.credit), MAX_NAME),
        "withdrawn": item.withdrawn_at is not None,
        "denies": bool(denies),
        "notes": [*said, *(frame.word(note) for note, holds in notes.items() if holds)],
        "link": safe_link(item.item.url),
        "title": cut(clean(item.item.title), 300),
        "lang": item.item.lang,
    }


def outlets_line(found: Sequence[Data], left: int, frame: Frame, *, sides: bool = True) -> str:
    """`Outlet (side), Outlet (side) and 3 more`."""
    names = [isolate(o["name"], frame.direction) + (f" ({o['side_word']})" if sides else "") for o in found]
    more = f" {frame.say('and_more', n=left)}" if left else ""
    return frame.comma.join(names) + more


# --- what it has to do with ---------------------------------------------------------------------------------


def related(story: Story, frame: Frame, public_url: str | None) -> Data:
    """Other stories that it has to do with: `related`, `related_cut`, and `related_line` in words."""
    shown = [
        {
            "id": other.id,
            "title": cut(clean(other.title), MAX_TITLE) or other.id,
            "why": clean(other.why),
            "link": safe_link(f"{public_url.rstrip('/')}/stories/{other.id}") if public_url else "",
        }
        for other in story.related[:MAX_RELATED]
    ]
    titles = frame.comma.join(f"“{isolate(other['title'], frame.direction)}”" for other in shown)
    left = max(0, len(story.related) - MAX_RELATED)
    more = f" {frame.say('and_more', n=left)}" if left else ""
    line = frame.say("related_line", titles=titles + more) if shown else ""
    return {"related": shown, "related_cut": left, "related_line": line}


# --- what changed
# --------------------------------------------------------------------------------------------


def change_line(changes: Sequence[Change], frame: Frame) -> str:
    """What is new to a reader who was told before, a sentence each."""
    said = [_change(change, frame) for change in changes]
    return " ".join(f"{frame.sentence(line)}." for line in said)


def _change(change: Change, frame: Frame) -> str:
    if frame.lang == ENGLISH:
        return clean(change.reason)
    kind, after = change.kind, change.after
    by_sides = after[1:] if kind == "status" and after[0] in (ContactStatus.DENIED, "contradicted") else ()
    if by_sides and change.speakers:
        plain = (clean(frame.name(name.removeprefix("the "))) for name in change.speakers)
        who = frame.comma.join(isolate(name, frame.direction) for name in plain)
        key, values = "change_denied_said", {"names": who, "who": frame.media(change.through)}
    elif by_sides and not any(" / " in word for word in by_sides):
        key, values = f"change_{after[0]}", {"who": frame.media(by_sides)}
    elif kind == "side":
        key, values = "change_side", {"who": frame.media(after)}
    elif kind == "participant":
        names = (isolate(clean(frame.name(name)), frame.direction) for name in after)
        key, values = "change_participant", {"names": frame.comma.join(names)}
    else:
        key, values = f"change_{kind}", {"now": clean(frame.word(after[0])) if after else ""}
    return frame.say(f"telling.{key}", **values) + _before(change, frame) + _between(change, frame)


def _between(change: Change, frame: Frame) -> str:
    """` (Ann Bee / Carl Dee)`: whose contact it is whose status changed, where the story has several."""
    parties = change.after[1:] if change.kind == "status" and not change.through else ()
    named = [_names_of(line, frame) for line in parties if " / " in line]
    return f" ({frame.comma.join(named)})" if named else ""


def _names_of(parties: str, frame: Frame) -> str:
    sides = (frame.comma.join(map(frame.name, side.split(", "))) for side in clean(parties).split(" / "))
    return isolate(" / ".join(sides), frame.direction)


def _before(change: Change, frame: Frame) -> str:
    if change.kind in ("participant", "withdrawn") or not change.before:
        return ""
    if change.kind == "side":
        return frame.say("telling.only", was=frame.media(change.before))
    return frame.say("telling.was", was=frame.comma.join(clean(frame.word(word)) for word in change.before))


def changes(found: Iterable[Change], frame: Frame) -> list[Data]:
    """Changes for machines, and as they are `told` to the reader."""
    return [
        {
            "kind": c.kind,
            "reason": clean(c.reason),
            "told": _change(c, frame),
            "before": list(c.before),
            "after": list(c.after),
            "speakers": list(c.speakers),
        }
        for c in found
    ]


# --- contacts
# ------------------------------------------------------------------------------------------------


def contacts(
    found: Sequence[LedgerContact], frame: Frame, zone: ZoneInfo, *, limit: int = MAX_CONTACTS
) -> tuple[list[Data], int]:
    """Each reported contact once; how many were cut."""
    return (
        [_contact(contact, frame, zone) for contact in found[:limit]],
        max(0, len(found) - limit),
    )


def _contact(contact: LedgerContact, frame: Frame, zone: ZoneInfo) -> Data:
    return {
        "type": contact.type.value,
        "type_word": frame.word(contact.type.value),
        "status": contact.status.value,
        "status_word": _status(contact, frame),
        "denied_by": [cut(clean(_told(s, frame)), MAX_NAME) for s in contact.deniers[:MAX_NAMES]],
        **_history(contact, frame, zone),
        "watchlist": contact.watchlist,
        "parties": [
            _party(party, contact.title(party, frame.lang), _names(people))
            for party, people in contact.parties.items()
        ],
        "place": cut(clean(contact.place or ""), MAX_NAME),
        "date": cut(clean(contact.date or ""), MAX_NAME),
        "background": contact.background,
        "background_word": frame.word("background") if contact.background else "",
        **_vouched(contact, frame),
    }


def _party(key: str, title: str, names: list[str]) -> Data:
    return {"id": key, "title": title, "names": names, "line": ", ".join(names) or "?"}


def _status(contact: LedgerContact, frame: Frame) -> str:
    """`denied by the foreign ministry`, `planned`."""
    word = frame.word(contact.status.value)
    if contact.status is not ContactStatus.DENIED or not contact.deniers:
        return word
    named = [cut(clean(_told(s, frame)), MAX_NAME) for s in contact.deniers[:MAX_SAYING]]
    names = frame.comma.join(isolate(name, frame.direction) for name in named)
    return frame.say("denied_by", names=names)


def _told(speaker: Speaker, frame: Frame) -> str:
    """Whom a text names as the one who denies, as a sentence of the frame names him."""
    return speaker.told if frame.lang == ENGLISH else frame.name(speaker.name)


def _history(contact: LedgerContact, frame: Frame, zone: ZoneInfo) -> Data:
    """What became of it, a step each."""
    steps = [
        {
            "status": status.value,
            "status_word": frame.word(status.value),
            "at": at.isoformat(),
            "when": frame.day(at.astimezone(zone).date(), year=False),
        }
        for at, status in contact.history[-MAX_STEPS:]
    ]
    arrow = " ← " if frame.direction == "rtl" else " → "
    told = arrow.join(f"{step['status_word']} {step['when']}" for step in steps)
    return {"history": steps, "history_line": told if len(steps) > 1 else ""}


def _vouched(contact: LedgerContact, frame: Frame) -> Data:
    """Who says so: the grade where it was judged, outlets by side, the first sentence."""
    judged = contact.corroboration
    names = {
        side: dict.fromkeys(cut(clean(source.outlet), MAX_NAME) for source in sources)
        for side, sources in contact.by_side.items()
    }
    said = [
        f"{frame.comma.join(isolate(name, frame.direction) for name in list(told)[:MAX_SAYING])} "
        f"({frame.side(side)})"
        for side, told in names.items()
    ]
    evidence = next((e for source in contact.sources for e in source.evidence), None)
    return {
        "code": f"{judged.reliability}{judged.credibility}" if judged else "",
        "grade": frame.word(f"credibility_{judged.credibility}") if judged else "",
        "sides": list(names),
        "told_by": frame.comma.join(said),
        "sentence": cut(clean(evidence.sentence or evidence.text), 300) if evidence else "",
    }


def _names(named: Sequence[Participant]) -> list[str]:
    """The first eight names; of more, how many."""
    shown = [cut(clean(someone.name), MAX_NAME) for someone in named[:MAX_NAMES]]
    return [*shown, f"+{len(named) - MAX_NAMES}"] if len(named) > MAX_NAMES else shown
