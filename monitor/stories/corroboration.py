"""Pure. Who tells a story independently of each other, and how far it may be believed.

Letters and numbers are the Admiralty code (NATO STANAG 2511, AJP-2.1): the letter grades the source, the
number what it says, each by itself. The rules for the number are ours; docs/explanation/corroboration.md has
them as a table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.model import ContactStatus, Corroboration, Voice
from monitor.stories import outlets, stances

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.model import Contact, Side, Speaker, Story, StoryItem
    from monitor.model.press import Press, Sides

#: letters of an independent voice whose word counts; of those, one must be good
_FAIR, _GOOD, _JUDGED = "ABC", "AB", "ABCD"
#: what a denial by one side leaves of a number
_CONTESTED = {1: 3, 2: 4, 3: 4, 4: 5, 5: 5, 6: 5}
#: what one voice is worth whose word goes no further than others'
_ALONE = 3
#: statuses of somebody who says that it is so
_ASSERTED = frozenset(ContactStatus) - {ContactStatus.DENIED}

_MEDIA = " media"
_WORDS = {
    "adverse-sides": "confirmed by sides that are against each other",
    "authority-confirms": "confirmed by {who}",
    "independents": "independent voices confirm each other",
    "no-independent": "no independent confirmation yet",
    "one-independent": "only one independent voice yet",
    "one-side": "no other side confirms it yet",
    "one-voice": "no other voice yet",
    "unjudged": "nobody whose reliability is known tells it",
    "withdrawn": "taken back by its source",
    "nobody": "nobody else reports it",
}


def corroborate(story: Story, press: Press, people: Collection[str] = ()) -> Corroboration:
    """The voices of `story` and what they amount to. Entries that were taken back count only when nothing
    else is left.

    `people`: canonical names that are persons; where two contacts name some, those decide whether they are
    one.
    """
    standing = [item for item in story.items if item.withdrawn_at is None]
    voices = voices_of(standing or story.items, press, people)
    telling, denying = ([v for v in voices if v.denies is denies] for denies in (False, True))
    credibility, grounds = _judged(telling, denying, press.sides, withdrawn=not standing)
    return Corroboration(
        voices=voices,
        reliability=min(voice.reliability for voice in telling or voices),
        credibility=credibility,
        grounds=grounds,
        explained=_explained(telling, denying, grounds, press.sides),
    )


def _judged(
    telling: Sequence[Voice], denying: Sequence[Voice], known: Sides, *, withdrawn: bool
) -> tuple[int, tuple[str, ...]]:
    """The number, and what it rests on."""
    if withdrawn:
        return 4, ("withdrawn",)
    if not telling:
        return 5, ("nobody", "denied")
    base, ground = _undenied(telling, known)
    if not denying:
        return base, (ground,)
    several = len(_mouths(denying, known)) > 1 and len(_mouths(telling, known)) == 1
    return 5 if several else _CONTESTED[base], (ground, "denied")


def _undenied(telling: Sequence[Voice], known: Sides) -> tuple[int, str]:
    mouths = _mouths(telling, known)
    sides = _sides(telling)
    free = [voice.reliability for voice in telling if any(known.plays("independent", s) for s in voice.sides)]
    fair = [letter for letter in free if letter in _FAIR]
    if known.are_adverse(sides):
        return 1, "adverse-sides"
    if len(mouths) > 1 and known.authorities(sides):
        return 1, "authority-confirms"
    if len(fair) > 1 and min(fair) in _GOOD:
        return 1, "independents"
    seconded, alone = (
        min(getattr(known.weight(side), key) for side in sides) for key in ("seconded", "alone")
    )
    if len(mouths) > 1:
        return seconded, "one-independent" if free else "no-independent"
    if alone < _ALONE:  # on the record
        return alone, "one-voice"
    if min(voice.reliability for voice in telling) not in _JUDGED:
        return 6, "unjudged"
    return alone, "one-voice" if free else "one-side"


def _mouths(voices: Iterable[Voice], known: Sides) -> set[str]:
    """Those who speak for themselves: sides that speak as one count once, others by name."""
    return {known.mouth(side) or voice.name for voice in voices for side in voice.sides}


# --- voices
# --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Speaker:
    """A voice in the making."""

    name: str
    side: Side
    items: list[StoryItem]
    #: nothing but reprints whose first publisher is not named
    reprints: bool


def voices_of(items: Sequence[StoryItem], press: Press, people: Collection[str] = ()) -> tuple[Voice, ...]:
    """Each independent telling once, the first to tell it first.

    Copies belong to the voice that they repeat and a credited wire to itself. Reprints of unknown origin are
    a voice only where nobody else speaks for their side. Who tells of other people's contacts only is none of
    the story's voices: it confirms nothing.
    """
    first = stances.claimed_first(items)
    denials = _spoken(items, first, press)
    speakers: dict[str, _Speaker] = {}
    for group in _copies(_without_spoken(items, first)):
        made = _speaker(group, press)
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
        for speaker in _without_reprints(list(speakers.values()), press.sides)
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


def _spoken(
    items: Iterable[StoryItem], first: StoryItem | None, press: Press
) -> list[tuple[Contact | None, Voice]]:
    """The denials of whom a text names, each speaker's once, with the contact denied:
    its outlets only report them.
    """
    found: dict[str, tuple[Speaker, Contact | None, list[StoryItem]]] = {}
    for item in items:
        for speaker, contact in _denials(item, first):
            found.setdefault(speaker.name, (speaker, contact, []))[2].append(item)
    return [(contact, _denial(speaker, told, press)) for speaker, contact, told in found.values()]


def _denials(item: StoryItem, first: StoryItem | None) -> Iterator[tuple[Speaker, Contact | None]]:
    """Whom an item names as denying, and which contact; None: its news, which is no contact."""
    if not item.contacts and item.denier is not None and stances.is_denial(item, first):
        yield item.denier, None
    for contact in item.contacts:
        if _is_spoken(contact) and contact.speaker is not None:
            yield contact.speaker, contact


def _is_spoken(contact: Contact) -> bool:
    return contact.status is ContactStatus.DENIED and contact.speaker is not None and not contact.background


def _denial(speaker: Speaker, told: Sequence[StoryItem], press: Press) -> Voice:
    return Voice(
        name=speaker.name,
        sides=(speaker.side,),
        reliability=min(item.feed.reliability for item in told),
        outlets=tuple(dict.fromkeys(item.outlet for item in told)),
        denies=True,
        speaker=speaker,
        through=tuple(dict.fromkeys(outlets.voice(item, press.outlets)[1] for item in told)),
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


def _speaker(group: list[StoryItem], press: Press) -> _Speaker:
    """Whose word a group of copies is:
    the wire that any of them credits, else the first that is no reprint.
    """
    printed = {item.id: outlets.is_aggregator(item, press.outlets) for item in group}
    origin = min(group, key=lambda i: (not i.credit, printed[i.id], i.copy_of is not None))
    name, side = outlets.voice(origin, press.outlets)
    return _Speaker(name, side, group, printed[origin.id])


def _without_reprints(speakers: list[_Speaker], known: Sides) -> list[_Speaker]:
    own = [speaker for speaker in speakers if not speaker.reprints]
    kept: list[_Speaker] = []
    for speaker in speakers:
        spoken_for = (o.side == speaker.side or not known.mouth(speaker.side) for o in own or kept)
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


# --- in words
# ------------------------------------------------------------------------------------------------


def _explained(
    telling: Sequence[Voice], denying: Sequence[Voice], grounds: Sequence[str], known: Sides
) -> str:
    parts = [f"reported by {media(_sides(telling), known)}"] if telling else []
    against = _against(denying, known)
    parts += against if not telling else []
    who = media(known.authorities(_sides(telling)), known)
    parts += [_WORDS[ground].format(who=who) for ground in grounds if ground != "denied"]
    parts += against if telling else []
    return "; ".join(parts)


def _against(denying: Sequence[Voice], known: Sides) -> list[str]:
    """Who denies it, and who says the opposite."""
    denied = [v for v in denying if not v.contradicts]
    opposed = [v for v in denying if v.contradicts]
    found = [f"denied by {deniers(denied, known)}"] if denied else []
    return [*found, *([f"contradicted by {media(_sides(opposed), known)}"] if opposed else [])]


def deniers(denying: Sequence[Voice], known: Sides) -> str:
    """`the foreign ministry, reported by independent media`, `northern media`, or both."""
    own = _sides(voice for voice in denying if voice.speaker is None)
    named = [voice for voice in denying if voice.speaker is not None]
    parts = [spoken([v.speaker.told for v in named if v.speaker], _through(named), known)] if named else []
    return "; also by ".join([*parts, *([media(own, known)] if own else [])])


def spoken(names: Sequence[str], through: Sequence[Side], known: Sides) -> str:
    """`the foreign ministry and Ann Bee, reported by independent media`."""
    return f"{_listed(list(dict.fromkeys(names)))}, reported by {media(through, known)}"


def _through(voices: Iterable[Voice]) -> tuple[Side, ...]:
    return tuple(dict.fromkeys(side for voice in voices for side in voice.through))


def _sides(voices: Iterable[Voice]) -> tuple[Side, ...]:
    return tuple(dict.fromkeys(side for voice in voices for side in voice.sides))


def media(sides: Iterable[Side], known: Sides) -> str:
    """`northern and southern media and the United Nations`: who ends on "media" shares that word."""
    said = [known.media(side, "en") for side in sides]
    shared = [words.removesuffix(_MEDIA) for words in said if words.endswith(_MEDIA)]
    others = [words for words in said if not words.endswith(_MEDIA)]
    return _listed([*([_listed(shared) + _MEDIA] if shared else []), *others])


def _listed(words: Sequence[str]) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last
