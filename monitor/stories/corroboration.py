"""Pure. Who tells a story independently of each other, and how far it may be believed.

Letters and numbers are the Admiralty code (NATO STANAG 2511, AJP-2.1): the letter grades the source, the number what it
says, each by itself. The rules for the number are ours; docs/corroboration.md has them as a table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.model import ContactStatus, Corroboration, Side, Voice
from monitor.stories import families, stances

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.model import Contact, Speaker, Story, StoryItem

#: sides that speak with one mouth: two of their houses confirm nothing
_ONE_MOUTH = frozenset({Side.RUSSIA_STATE, Side.LIBYA_EAST, Side.LIBYA_WEST, Side.UN})
#: who would not do the other a favour
_ADVERSE = ((Side.LIBYA_WEST, Side.LIBYA_EAST), (Side.LIBYA_WEST, Side.RUSSIA_STATE))
#: letters of an independent voice whose word counts; of those, one must be good
_FAIR, _GOOD, _JUDGED = "ABC", "AB", "ABCD"
#: what a denial by one side leaves of a number
_CONTESTED = {1: 3, 2: 4, 3: 4, 6: 5}
#: statuses of somebody who says that it is so
_ASSERTED = frozenset(ContactStatus) - {ContactStatus.DENIED}

_SIDES = {
    Side.RUSSIA_STATE: "Russian state",
    Side.LIBYA_EAST: "eastern Libyan",
    Side.LIBYA_WEST: "western Libyan",
    Side.INDEPENDENT: "independent",
    Side.OTHER_STATE: "other states'",
    Side.UNKNOWN: "unplaced",
}
_WORDS = {
    "adverse-sides": "confirmed by sides that are against each other",
    "un-confirms": "confirmed by the United Nations",
    "independents": "independent voices confirm each other",
    "no-independent": "no independent confirmation yet",
    "one-independent": "only one independent voice yet",
    "one-side": "no other side confirms it yet",
    "one-voice": "no other voice yet",
    "unjudged": "nobody whose reliability is known tells it",
    "withdrawn": "taken back by its source",
    "nobody": "nobody else reports it",
}


def corroborate(story: Story, people: Collection[str] = ()) -> Corroboration:
    """The voices of `story` and what they amount to. Entries that were taken back count only when nothing else is left.

    `people`: canonical names that are persons; where two contacts name some, those decide whether they are one.
    """
    standing = [item for item in story.items if item.withdrawn_at is None]
    voices = voices_of(standing or story.items, people)
    telling = [voice for voice in voices if not voice.denies]
    credibility, grounds = _judged(telling, [v for v in voices if v.denies], withdrawn=not standing)
    return Corroboration(
        voices=voices,
        reliability=min(voice.reliability for voice in telling or voices),
        credibility=credibility,
        grounds=grounds,
        explained=_explained(telling, [v for v in voices if v.denies], grounds),
    )


def _judged(
    telling: Sequence[Voice], denying: Sequence[Voice], *, withdrawn: bool
) -> tuple[int, tuple[str, ...]]:
    """The number, and what it rests on."""
    if withdrawn:
        return 4, ("withdrawn",)
    if not telling:
        return 5, ("nobody", "denied")
    base, ground = _undenied(telling)
    if not denying:
        return base, (ground,)
    several = len(_mouths(denying)) > 1 and len(_mouths(telling)) == 1
    return 5 if several else _CONTESTED[base], (ground, "denied")


def _undenied(telling: Sequence[Voice]) -> tuple[int, str]:
    mouths = _mouths(telling)
    sides = {side for voice in telling for side in voice.sides}
    free = [voice.reliability for voice in telling if Side.INDEPENDENT in voice.sides]
    fair = [letter for letter in free if letter in _FAIR]
    if any(sides.issuperset(pair) for pair in _ADVERSE):
        return 1, "adverse-sides"
    if Side.UN in sides and len(mouths) > 1:
        return 1, "un-confirms"
    if len(fair) > 1 and min(fair) in _GOOD:
        return 1, "independents"
    if len(mouths) > 1:
        return 2, "one-independent" if free else "no-independent"
    if Side.UN in sides:
        # it speaks of its own meetings and missions, on the record
        return 2, "one-voice"
    if min(voice.reliability for voice in telling) not in _JUDGED:
        return 6, "unjudged"
    return 3, "one-voice" if Side.INDEPENDENT in sides else "one-side"


def _mouths(voices: Iterable[Voice]) -> set[str]:
    """Those who speak for themselves: a side with one mouth counts once, others by name."""
    return {side if side in _ONE_MOUTH else voice.name for voice in voices for side in voice.sides}


# --- voices --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Speaker:
    """A voice in the making."""

    name: str
    side: Side
    items: list[StoryItem]
    #: nothing but reprints whose first publisher is not named
    reprints: bool


def voices_of(items: Sequence[StoryItem], people: Collection[str] = ()) -> tuple[Voice, ...]:
    """Each independent telling once, the first to tell it first.

    Copies belong to the voice that they repeat and a credited wire to itself. Reprints of unknown origin are a
    voice only where nobody else speaks for their side. Who tells of other people's contacts only is none of the story's
    voices: it confirms nothing.
    """
    first = stances.claimed_first(items)
    denials = _spoken(items, first)
    speakers: dict[str, _Speaker] = {}
    for group in _copies(_without_spoken(items, first)):
        made = _speaker(group)
        known = speakers.setdefault(made.name, made)
        if known is not made:
            known.items += made.items
            known.reprints = known.reprints and made.reprints
    said = {s.name: _last_said(s.items) for s in speakers.values()}
    main = _main(list(said.values()), people)
    # a denial is held against every contact of the story, not only against the one that most tell
    reported = [contact for contacts in said.values() for contact in contacts if contact.status in _ASSERTED]
    kept = [
        speaker
        for speaker in _without_reprints(list(speakers.values()))
        if main is None
        or not said[speaker.name]
        or _tells(said[speaker.name], main, people)
        or _denies(said[speaker.name], reported, people)
    ]
    kept = _without_rumours(kept, said)
    own = [_voice(speaker, said[speaker.name], reported, people, first) for speaker in kept]
    spoken = (
        voice
        for contact, voice in denials
        if contact is None or not reported or _tells(reported, contact, people)
    )
    return (*own, *spoken)


def _spoken(items: Iterable[StoryItem], first: StoryItem | None) -> list[tuple[Contact | None, Voice]]:
    """The denials of whom a text names, each speaker's once, with the contact denied: its outlets only report them."""
    found: dict[str, tuple[Speaker, Contact | None, list[StoryItem]]] = {}
    for item in items:
        for speaker, contact in _denials(item, first):
            found.setdefault(speaker.name, (speaker, contact, []))[2].append(item)
    return [(contact, _denial(speaker, told)) for speaker, contact, told in found.values()]


def _denials(item: StoryItem, first: StoryItem | None) -> Iterator[tuple[Speaker, Contact | None]]:
    """Whom an item names as denying, and which contact; None: its news, which is no contact."""
    if not item.contacts and item.denier is not None and stances.is_denial(item, first):
        yield item.denier, None
    for contact in item.contacts:
        if _is_spoken(contact) and contact.speaker is not None:
            yield contact.speaker, contact


def _is_spoken(contact: Contact) -> bool:
    return contact.status is ContactStatus.DENIED and contact.speaker is not None and not contact.background


def _denial(speaker: Speaker, told: Sequence[StoryItem]) -> Voice:
    return Voice(
        name=speaker.name,
        sides=(speaker.side,),
        reliability=min(item.feed.reliability for item in told),
        outlets=tuple(dict.fromkeys(item.outlet for item in told)),
        denies=True,
        speaker=speaker,
        through=tuple(dict.fromkeys(families.voice(item)[1] for item in told)),
    )


def _without_spoken(items: Iterable[StoryItem], first: StoryItem | None) -> list[StoryItem]:
    """What the outlets say themselves: items with nothing but somebody's denial say nothing."""
    kept = []
    for item in items:
        own = tuple(c for c in item.contacts if not _is_spoken(c))
        if own or (not item.contacts and not any(_denials(item, first))):
            kept.append(replace(item, contacts=own) if len(own) < len(item.contacts) else item)
    return kept


def _main(said: Sequence[Sequence[Contact]], people: Collection[str]) -> Contact | None:
    """The contact that most speakers tell, the first of equals."""
    contacts = [contact for speaker in said for contact in speaker]
    return max(contacts, key=lambda c: sum(_tells(other, c, people) for other in said), default=None)


def _tells(said: Iterable[Contact], contact: Contact, people: Collection[str]) -> bool:
    return any(same_people(other, contact, people) for other in said)


def _copies(items: Sequence[StoryItem]) -> list[list[StoryItem]]:
    """Items with those that repeat them."""
    by_id = {item.id: item for item in items}
    groups: dict[int, list[StoryItem]] = {}
    for item in items:
        first, seen = item, {item.id}
        while first.copy_of in by_id and first.copy_of not in seen:
            first = by_id[first.copy_of]
            seen.add(first.id)
        groups.setdefault(first.id, []).append(item)
    return list(groups.values())


def _speaker(group: list[StoryItem]) -> _Speaker:
    """Whose word a group of copies is: the wire that any of them credits, else the first that is no reprint."""
    origins = sorted(group, key=lambda i: (not i.credit, families.is_aggregator(i), i.copy_of is not None))
    name, side = families.voice(origins[0])
    return _Speaker(name, side, group, families.is_aggregator(origins[0]))


def _without_reprints(speakers: list[_Speaker]) -> list[_Speaker]:
    own = [speaker for speaker in speakers if not speaker.reprints]
    kept: list[_Speaker] = []
    for speaker in speakers:
        spoken_for = (o.side is speaker.side or speaker.side not in _ONE_MOUTH for o in own or kept)
        if not (speaker.reprints and any(spoken_for)):
            kept.append(speaker)
    return kept


def _without_rumours(speakers: list[_Speaker], said: Mapping[str, Sequence[Contact]]) -> list[_Speaker]:
    """Who only passes on what is said confirms nobody who says it himself."""
    vouched = any(c.status in _ASSERTED and not c.rumoured for contacts in said.values() for c in contacts)
    rumours = {name for name, contacts in said.items() if contacts and all(c.rumoured for c in contacts)}
    return [s for s in speakers if s.name not in rumours] if vouched else speakers


def _voice(
    speaker: _Speaker,
    said: Sequence[Contact],
    reported: Collection[Contact],
    people: Collection[str],
    first: StoryItem | None,
) -> Voice:
    last = max(speaker.items, key=lambda i: (i.told_at, i.id))
    denies = _denies(said, reported, people) or (not said and stances.denies(last))
    contradicts = not denies and first is not None and stances.contradicts(last, first)
    return Voice(
        name=speaker.name,
        sides=(speaker.side,),
        reliability=min(item.feed.reliability for item in speaker.items),
        outlets=tuple(dict.fromkeys(item.outlet for item in speaker.items)),
        denies=denies or contradicts,
        contradicts=contradicts,
    )


def _denies(said: Sequence[Contact], reported: Collection[Contact], people: Collection[str]) -> bool:
    """Whether the last word of a voice is that it is not so; a denial of something else is none."""
    denied = [c for c in said if c.status is ContactStatus.DENIED]
    if not denied or any(c.status in _ASSERTED for c in said):
        return False
    return not reported or any(_tells(reported, contact, people) for contact in denied)


def _last_said(items: Sequence[StoryItem]) -> tuple[Contact, ...]:
    """The contacts that the latest item with any tells as news."""
    for item in sorted(items, key=lambda i: (i.told_at, i.id), reverse=True):
        said = tuple(c for c in item.contacts if not c.background)
        if said:
            return said
    return ()


def same_people(one: Contact, other: Contact, people: Collection[str] = ()) -> bool:
    """Whether two contacts can be between the same parties: on each side a name in common, or one left open.

    Where persons are known, a side that names only bodies leaves open who it was.
    """
    general = one.general | other.general
    return one.watchlist == other.watchlist and all(
        _share(set(names) - general, set(other.parties.get(party, ())) - general, people)
        for party, names in one.parties.items()
    )


def _share(a: set[str], b: set[str], people: Collection[str]) -> bool:
    if people and not a.isdisjoint(b):
        return True
    if people:
        a, b = a.intersection(people), b.intersection(people)
    return not a or not b or not a.isdisjoint(b)


# --- in words ------------------------------------------------------------------------------------------------


def _explained(telling: Sequence[Voice], denying: Sequence[Voice], grounds: Sequence[str]) -> str:
    parts = [f"reported by {media(_sides(telling))}"] if telling else []
    against = _against(denying)
    parts += against if not telling else []
    parts += [_WORDS[ground] for ground in grounds if ground != "denied"]
    parts += against if telling else []
    return "; ".join(parts)


def _against(denying: Sequence[Voice]) -> list[str]:
    """Who denies it, and who says the opposite."""
    denied = [v for v in denying if not v.contradicts]
    opposed = [v for v in denying if v.contradicts]
    found = [f"denied by {deniers(denied)}"] if denied else []
    return [*found, *([f"contradicted by {media(_sides(opposed))}"] if opposed else [])]


def deniers(denying: Sequence[Voice]) -> str:
    """`the Kremlin, reported by independent media`, `western Libyan media`, or both."""
    own = _sides(voice for voice in denying if voice.speaker is None)
    named = [voice for voice in denying if voice.speaker is not None]
    parts = [spoken([v.speaker.told for v in named if v.speaker], _through(named))] if named else []
    return "; also by ".join([*parts, *([media(own)] if own else [])])


def spoken(names: Sequence[str], through: Sequence[Side]) -> str:
    """`the Kremlin and Khalifa Haftar, reported by independent media`."""
    return f"{_listed(list(dict.fromkeys(names)))}, reported by {media(through)}"


def _through(voices: Iterable[Voice]) -> tuple[Side, ...]:
    return tuple(dict.fromkeys(side for voice in voices for side in voice.through))


def _sides(voices: Iterable[Voice]) -> tuple[Side, ...]:
    return tuple(dict.fromkeys(side for voice in voices for side in voice.sides))


def media(sides: Iterable[Side]) -> str:
    """`Russian state and eastern Libyan media and the United Nations`."""
    named = list(sides)
    words = [_SIDES[side] for side in named if side is not Side.UN]
    who = [_listed(words) + " media"] if words else []
    return _listed([*who, *(["the United Nations"] if Side.UN in named else [])])


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
