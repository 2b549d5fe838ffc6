"""Pure. What makes a story worth telling again, and why, in one line.

A side that had not told it, a status that changed, a denial, a person who was not named before, a louder
match, a correction or a source that took its entry back. Another outlet of a known side is no change, nor is
an edit that says the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.model import Change, ContactStatus, Standing
from monitor.stories.corroboration import media, spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.model import Judged, LedgerContact, Side, StoryItem, Voice
    from monitor.model.press import Sides

#: statuses that are one to a reader: a visit under way and a visit that took place are not two pieces of news
_AS_ONE = {ContactStatus.ONGOING: ContactStatus.HAPPENED, ContactStatus.INVITED: ContactStatus.PLANNED}
_STATUS = {
    ContactStatus.HAPPENED: "took place",
    ContactStatus.ONGOING: "under way",
    ContactStatus.PLANNED: "planned",
    ContactStatus.INVITED: "invited",
    ContactStatus.POSTPONED: "postponed",
    ContactStatus.CANCELLED: "cancelled",
    ContactStatus.DENIED: "denied",
}
#: how a desk marks a correction, where it stands at the head of a title or text, or as its last line
_CORRECTION = re.compile(
    r"(?:^|[\[(«]|\n\s*)(?:corrected|correction|corrigendum|erratum|correctif|rectificatif|rettifica|errata corrige|"
    r"исправлено|исправление|уточнение|поправка|تصحيح|تصويب|düzeltme|tashih)(?:[\])»]|\s*[:\-–—.(]|\s\d|$)",
    re.IGNORECASE,
)


def standing(judged: Judged, people: Collection[str]) -> Standing:
    """What a reader knows of a story who was told it as it stands. `people`:
    canonical names that are persons.
    """
    found = judged.corroboration
    voices = () if "withdrawn" in found.grounds else found.voices
    telling = [voice for voice in voices if not voice.denies]
    news = [contact for contact in judged.contacts if not contact.background]
    items = judged.story.items
    return Standing(
        severity=judged.story.severity,
        sides=_sides(telling),
        denied_by=_sides(voice for voice in voices if voice.denies and not voice.contradicts),
        contradicted_by=_sides(voice for voice in voices if voice.contradicts),
        deniers={v.speaker.told: v.through for v in voices if v.denies and v.speaker},
        voices=frozenset(voice.name for voice in voices),
        participants=frozenset(name for contact in news for name in _names(contact) if name in people),
        statuses={_parties(contact): _reported(contact) for contact in news},
        withdrawn=any(item.withdrawn_at and not _still_told(item, items) for item in items),
        corrected=any(_is_correction(item) for item in items if item.copy_of is None),
    )


def _sides(voices: Iterable[Voice]) -> frozenset[Side]:
    return frozenset(side for voice in voices for side in voice.sides)


def _names(contact: LedgerContact) -> Iterator[str]:
    yield from (someone.name for someone in contact.participants)


def _parties(contact: LedgerContact) -> str:
    """A contact in one line: `Ann Bee / Carl Dee, Eve Eff`."""
    return " / ".join(
        ", ".join(sorted(someone.name for someone in side)) for side in contact.parties.values()
    )


def _reported(contact: LedgerContact) -> ContactStatus:
    """The latest status that somebody vouches for; denied only where nobody does."""
    said = [status for _, status in contact.history if status is not ContactStatus.DENIED]
    return said[-1] if said else ContactStatus.DENIED


def _still_told(item: StoryItem, items: Sequence[StoryItem]) -> bool:
    """Whether the feed of an entry that was taken out still tells the story by another,
    or others repeat it.
    """
    if item.copy_of is not None:
        return True
    return any(
        other.withdrawn_at is None and other.feed.id == item.feed.id for other in items if other is not item
    )


def _is_correction(item: StoryItem) -> bool:
    texts = (item.item.title, item.item.summary[:200], item.item.content[:200], item.item.content[-300:])
    return any(_CORRECTION.search(text) for text in texts)


def known(told: Iterable[Standing]) -> Standing | None:
    """What somebody knows who was told several times, oldest first; None: nothing yet."""
    whole: Standing | None = None
    for more in told:
        whole = _joined(whole, more) if whole else more
    return whole


def _joined(one: Standing, more: Standing) -> Standing:
    return Standing(
        severity=max(one.severity, more.severity, key=lambda s: s.rank),
        sides=one.sides | more.sides,
        denied_by=one.denied_by | more.denied_by,
        contradicted_by=one.contradicted_by | more.contradicted_by,
        deniers={**one.deniers, **more.deniers},
        voices=one.voices | more.voices,
        participants=one.participants | more.participants,
        statuses={**one.statuses, **more.statuses},
        withdrawn=one.withdrawn or more.withdrawn,
        corrected=one.corrected or more.corrected,
    )


def changes(told: Standing, now: Standing, known: Sides) -> tuple[Change, ...]:
    """What is news to somebody who knows `told`, the weightiest first; nothing: not worth telling again."""
    denied = _denied(told, now, known)
    statuses = [
        change
        for change in _statuses(told.statuses, now.statuses)
        if denied is None or change.after[0] != ContactStatus.DENIED
    ]
    if statuses:
        denied = _denied(told, now, known, said=True)
    found = (
        _withdrawn(told, now),
        _corrected(told, now),
        *statuses,
        denied,
        _contradicted(told, now, known),
        _side(told, now, known),
        _participant(told, now),
        _louder(told, now),
    )
    return tuple(change for change in found if change is not None)


def _withdrawn(told: Standing, now: Standing) -> Change | None:
    if told.withdrawn or not now.withdrawn:
        return None
    gone = tuple(sorted(told.voices - now.voices))
    by = f" by {', '.join(gone)}" if gone else ""
    return Change(kind="withdrawn", reason=f"an entry was taken back{by}", before=gone)


def _corrected(told: Standing, now: Standing) -> Change | None:
    if told.corrected or not now.corrected:
        return None
    return Change(kind="corrected", reason="a source published a correction")


def _statuses(told: Mapping[str, ContactStatus], now: Mapping[str, ContactStatus]) -> Iterator[Change]:
    """Contacts whose status is another one; more names in the same contact make it no other."""
    for parties, status in now.items():
        before = [told[line] for line in told if _same(line, parties)]
        if not before or _as_one(status) in map(_as_one, before):
            continue
        was, who = before[-1], f" ({parties})" if len(now) > 1 else ""
        yield Change(
            kind="status",
            reason=f"{_STATUS[status]}; was: {_STATUS[was]}{who}",
            before=(was.value,),
            after=(status.value, parties) if who else (status.value,),
        )


def _as_one(status: ContactStatus) -> ContactStatus:
    return _AS_ONE.get(status, status)


def _same(one: str, other: str) -> bool:
    """Whether two lines of parties can mean one contact: on each side a name in common, or nobody named."""
    sides = zip(one.split(" / "), other.split(" / "), strict=True)
    return all(not a or not b or not set(a.split(", ")).isdisjoint(b.split(", ")) for a, b in sides)


def _denied(told: Standing, now: Standing, sides: Sides, *, said: bool = False) -> Change | None:
    """`said`: what was reported before is in another line already."""
    fresh = now.denied_by - told.denied_by
    if not fresh or (not told.denied_by and not told.sides):
        return None
    was = () if said else tuple(dict.fromkeys(told.statuses.values()))
    before = "; was: " + ", ".join(_STATUS[status] for status in was) if was else ""
    named = {name: by for name, by in now.deniers.items() if name not in told.deniers}
    through = sides.ordered({side for by in named.values() for side in by})
    who = spoken(list(named), through, sides) if named else media(sides.ordered(fresh), sides)
    return Change(
        kind="status",
        reason=f"denied by {who}{before}",
        before=tuple(status.value for status in was),
        after=(ContactStatus.DENIED.value, *sides.ordered(fresh)),
        speakers=tuple(named),
        through=tuple(through),
    )


def _contradicted(told: Standing, now: Standing, sides: Sides) -> Change | None:
    fresh = now.contradicted_by - told.contradicted_by
    if not fresh:
        return None
    return Change(
        kind="status",
        reason=f"contradicted by {media(sides.ordered(fresh), sides)}",
        after=("contradicted", *sides.ordered(fresh)),
    )


def _side(told: Standing, now: Standing, sides: Sides) -> Change | None:
    fresh = {side for side in now.sides - told.sides if not sides.plays("unknown", side)}
    if not fresh:
        return None
    was = f"; was: {media(sides.ordered(told.sides), sides)} only" if told.sides else ""
    return Change(
        kind="side",
        reason=f"now confirmed by {media(sides.ordered(fresh), sides)}{was}",
        before=tuple(sides.ordered(told.sides)),
        after=tuple(sides.ordered(fresh)),
    )


def _participant(told: Standing, now: Standing) -> Change | None:
    fresh = tuple(sorted(now.participants - told.participants))
    if not fresh:
        return None
    reason = f"new participant{'s' if len(fresh) > 1 else ''}: {', '.join(fresh)}"
    return Change(kind="participant", reason=reason, before=tuple(sorted(told.participants)), after=fresh)


def _louder(told: Standing, now: Standing) -> Change | None:
    if now.severity.rank <= told.severity.rank:
        return None
    reason = f"more severe: {now.severity}; was: {told.severity}"
    return Change(kind="louder", reason=reason, before=(told.severity.value,), after=(now.severity.value,))
