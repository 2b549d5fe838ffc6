"""Pure. How two tellings compare, kind by kind:
what they share and where they differ, as numbers that can be weighed.

The same people meet again and again. Both sides the same within a day and a half, without another place or
day, are one meeting. A plan and what came of it may lie days apart, and so may a denial and what it denies.
Elsewhere, two days later, or by other means it is another one.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from monitor.model import ContactStatus, ContactType
from monitor.stories import fingerprint, lexicon, sound
from monitor.stories.signature import BODY, TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.stories.signature import Meeting, Odd, Signature

Verdict = Literal["same", "half", "again", "other", ""]
#: how far apart two reports of one meeting come out when neither says its day
REPORTED = timedelta(hours=36)
#: a plan is looked for this long before, a denial this long after
PLANNED, DENIED = timedelta(days=5), timedelta(days=7)
#: other counterparts this much later are another meeting
OTHER_GUEST = timedelta(days=2)
#: what is handed over at one place is a visit for one desk and a delivery for another, this far apart
HANDED_OVER = timedelta(hours=12)
#: outlets date one meeting up to this many days apart
SLACK = 1

_AHEAD = frozenset(
    {ContactStatus.PLANNED, ContactStatus.INVITED, ContactStatus.POSTPONED, ContactStatus.CANCELLED}
)
_TOOK_PLACE = frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})
#: ways to be in touch that are not taken for each other
_MEANS = {ContactType.CALL: "call", ContactType.MESSAGE: "message", ContactType.TRANSFER: "transfer"}
#: deeds by which somebody is in touch without meeting
MEANS_TOLD = frozenset({"d:call", "d:write", "d:protest", "d:summon", "d:hand-over", "d:deliver"})
_ORDER: tuple[Verdict, ...] = ("same", "half", "again", "other")


def compared(ours: Signature, theirs: Signature) -> Verdict:
    """What the meetings of two items say:
    the surest of all pairs, or nothing where one of them tells of none.
    """
    first, then = (ours, theirs) if ours.at <= theirs.at else (theirs, ours)
    apart, elsewhere = then.at - first.at, _elsewhere(ours, theirs)
    alike, bodies = _means_told(ours, theirs), ours.named("b") & theirs.named("b")
    found = {
        _pair(a, b, apart, elsewhere=elsewhere, alike=alike, bodies=bodies)
        for a in first.meetings
        for b in then.meetings
        if _of_one(a, b)
    }
    return next((verdict for verdict in _ORDER if verdict in found), "")


def all_met(ours: Signature, theirs: Signature) -> bool:
    """Whether both tell of a meeting of the very same people, all of both sides named."""
    one, other = ({m.sides for m in of.meetings if all(m.sides)} for of in (ours, theirs))
    return not one.isdisjoint(other)


def _of_one(a: Meeting, b: Meeting) -> bool:
    """Whether they are between the same parties, as far as is known."""
    return a.watchlist == b.watchlist or not (a.watchlist and b.watchlist)


def _elsewhere(ours: Signature, theirs: Signature) -> bool:
    """Whether both texts name places, and none in common."""
    places = ours.named("l", 1), theirs.named("l", 1)
    return bool(places[0] and places[1]) and places[0].isdisjoint(places[1])


def _means_told(ours: Signature, theirs: Signature) -> bool:
    """Whether each text tells by which means the other headline says that they were in touch."""
    one, other = (of.named("d", TITLE) & MEANS_TOLD for of in (ours, theirs))
    return bool(one and other) and one <= theirs.named("d") and other <= ours.named("d")


def _pair(
    a: Meeting, b: Meeting, apart: timedelta, *, elsewhere: bool, alike: bool, bodies: frozenset[str]
) -> Verdict:
    days = _days(a.date, b.date)
    sides = _side(a.sides[0], b.sides[0], bodies), _side(a.sides[1], b.sides[1], bodies)
    if "other" in sides:
        return "other"
    other_means = _by_other_means(a, b) and not alike
    if a.sender and b.sender and a.sender != b.sender:
        return "again"
    if other_means and not (_handed_over(a, b) and apart <= HANDED_OVER):
        return "again"
    if days is not None and days > SLACK:
        return "again"
    if sides == ("same", "same") and a.place and b.place and a.place != b.place and elsewhere:
        return "again"
    if apart > _reach(a, b, days):
        return "again"
    return "same" if sides == ("same", "same") else "half" if "same" in sides else ""


def _by_other_means(a: Meeting, b: Meeting) -> bool:
    return _MEANS.get(a.kind) != _MEANS.get(b.kind) and ContactType.OTHER not in (a.kind, b.kind)


def _handed_over(a: Meeting, b: Meeting) -> bool:
    """Whether one tells of a delivery, and the other of people at the same place."""
    there = bool(a.place) and a.place == b.place
    return there and {_MEANS.get(a.kind), _MEANS.get(b.kind)} == {"transfer", None}


def _reach(first: Meeting, then: Meeting, days: int | None) -> timedelta:
    if days is not None:
        return DENIED
    statuses = {first.status, then.status}
    if ContactStatus.DENIED in statuses:
        # "no meeting is planned" says nothing about one that took place later
        late = first.status is ContactStatus.DENIED and then.status in _TOOK_PLACE
        return REPORTED if late else DENIED
    if first.status is ContactStatus.CANCELLED and then.status in _TOOK_PLACE:
        return REPORTED
    return PLANNED if statuses & _AHEAD and (statuses & _TOOK_PLACE or len(statuses) > 1) else REPORTED


def _side(ours: frozenset[str], theirs: frozenset[str], bodies: frozenset[str]) -> str:
    """One side in two reports; `bodies`: those that both texts name."""
    if not ours or not theirs:
        return "open"
    if not ours.isdisjoint(theirs):
        return "same"
    # "the central bank" for one desk, its governor for the other
    return (
        "open"
        if any("b:" + "-".join(fingerprint.words(name)) in bodies for name in ours | theirs)
        else "other"
    )


def _days(one: str, other: str) -> int | None:
    """Days between two exact dates; None where either is missing or inexact."""
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return None


#: what a fact weighs by where it stands: below the lead, in the lead, in the title
PLACES = (0.0, 0.35, 0.8, 1.0)
#: days within which most of an event is told
SOON = 1.5
#: kinds of facts by the first letter of their keys
KINDS = {
    "p": "person", "l": "place", "b": "body", "c": "country", "s": "sense", "u": "document", "n": "number", "d": "deed",
    "t": "thing", "r": "reaction", "~": "sound",
}  # fmt: skip
#: all kinds but sounds
SAID = "plbcsundtr"
#: kinds that alone tell one event from another of the same topic
SPECIFIC = ("person", "place", "document", "number")
#: what is done to a document by whom it does not suit
REFUSES = "d:refuse"
#: how rare a name must be to be news in a headline: less, and every item of the stream has it
_SAID = 0.2
#: how rare what somebody reacts with must be to say who reacts
_TELLING = 0.3


def traits(ours: Signature, theirs: Signature, found: dict[str, float]) -> dict[str, float]:
    """Named numbers: how much is shared of each kind (`found`, of `shared`), what sets the two apart,
    how they lie in the stream.
    """
    found["alike"] = alike(ours, theirs)
    found["headline"] = min(told(ours, theirs), told(theirs, ours))
    found["other list"] = float(
        bool(ours.lists and theirs.lists) and set(ours.lists).isdisjoint(theirs.lists)
    )
    found["crowd"] = crowd(ours, theirs)
    found["one language"] = float(ours.lang == theirs.lang)
    found["days"] = abs(ours.at - theirs.at).total_seconds() / 86400
    found["later days"] = max(0.0, found["days"] - SOON)
    for kind, letter in (("person", "p"), ("place", "l"), ("number", "n"), ("thing", "t")):
        found[f"other {kind}"] = _differ(ours, theirs, letter)
    found["other headline"] = float(_disjoint(ours, theirs, "dt"))
    found["other wording"] = float(reworded(ours, theirs) or _other_telling(ours, theirs))
    found["other reaction"] = float(_react_apart(ours, theirs))
    found["contrary"] = float(contrary(ours, theirs))
    met = compared(ours, theirs) if ours.meetings and theirs.meetings else ""
    for verdict in ("same", "half", "again", "other"):
        found[f"met {verdict}"] = float(met == verdict)
    found["one meets"] = float(_meets_alone(ours, theirs) or _meets_alone(theirs, ours))
    return found


def shared(ours: Signature, theirs: Signature) -> dict[str, float]:
    """By kind how much both name, rare things and those in the title most."""
    found = dict.fromkeys(KINDS.values(), 0.0)
    for key in ours.facts.keys() & theirs.facts.keys():
        one, other = ours.rare.get(key, 0.0), theirs.rare.get(key, 0.0)
        rare = one if one < other else other
        found[KINDS[key[0]]] += rare * rare * PLACES[ours.facts[key]] * PLACES[theirs.facts[key]]
    return found


def specific(found: Mapping[str, float]) -> float:
    """How much of what is shared tells one event from another of the same topic.

    Things alone do not: every day has its convoys, ports and planes; what was done with them does.
    """
    done = found["thing"] + found["deed"] if found["deed"] > 0 else 0.0
    return sum(found[kind] for kind in SPECIFIC) + found["sound"] / 2 + done


def alike(ours: Signature, theirs: Signature) -> float:
    """Cosine of all facts but sounds, each telling the same:
    it counts where a stream has little of a topic.
    """
    both = ours.facts.keys() & theirs.facts.keys()
    dot = sum(PLACES[ours.facts[key]] * PLACES[theirs.facts[key]] for key in both if key[0] != "~")
    return dot / math.sqrt(_square(ours) * _square(theirs)) if dot else 0.0


def told(of: Signature, other: Signature) -> float:
    """How much of what a title names the other item names anywhere, by what each tells;
    0 where it names nothing.
    """
    named = [(key, of.rare.get(key, 0.0)) for key in of.named("plbudtnr", TITLE)]
    whole = sum(weight for _, weight in named)
    return sum(weight for key, weight in named if key in other.facts) / whole if whole else 0.0


def crowd(ours: Signature, theirs: Signature) -> float:
    """How many stories of their topic the stream has, on a scale where each doubling counts alike."""
    return math.log1p(max(ours.crowd, theirs.crowd))


def _square(of: Signature) -> float:
    """The square of the length of an item's facts."""
    title, lead, whole = (len(of.named(SAID, least)) for least in (3, 2, 1))
    return title * PLACES[3] ** 2 + (lead - title) * PLACES[2] ** 2 + (whole - lead) * PLACES[1] ** 2


def _differ(ours: Signature, theirs: Signature, letter: str) -> float:
    """How much each names of a kind in title or lead that the other does not;
    0 where one of them names nothing else.
    """
    one, other = ours.named(letter), theirs.named(letter)
    return min(_most(ours, one - other), _most(theirs, other - one))


def _most(of: Signature, keys: frozenset[str]) -> float:
    return max((of.rare.get(key, 0.0) for key in keys), default=0.0)


def _disjoint(ours: Signature, theirs: Signature, letters: str) -> bool:
    """Whether both titles name something of a kind, and nothing in common."""
    one, other = ours.named(letters, TITLE), theirs.named(letters, TITLE)
    return bool(one and other) and one.isdisjoint(other)


def reworded(ours: Signature, theirs: Signature) -> bool:
    """Whether two headlines of one language, with nothing below them, differ in a word on either side."""
    if ours.lang != theirs.lang or not (ours.bare and theirs.bare):
        return False
    one, other = set(ours.title), set(theirs.title)
    return bool(one - other and other - one)


def _other_telling(ours: Signature, theirs: Signature) -> bool:
    """Whether two headlines without a text each say something that the other does not:
    a place, a name, a verb.
    """
    return ours.bare and theirs.bare and _says_more(ours, theirs) and _says_more(theirs, ours)


def _says_more(of: Signature, other: Signature) -> bool:
    return _names_more(of, other, all_words=True) or any(
        of.named(kind, TITLE) and of.named(kind, TITLE).isdisjoint(other.named(kind, BODY)) for kind in "dtr"
    )


def other_name(ours: Signature, theirs: Signature) -> bool:
    """Whether each headline names somebody or some place that the other item does not."""
    return _names_more(ours, theirs) and _names_more(theirs, ours)


def other_country(ours: Signature, theirs: Signature) -> bool:
    """Whether both name countries, themselves or by a place, and none in common."""
    one, other = (of.named("c") | of.within for of in (ours, theirs))
    return bool(one and other) and one.isdisjoint(other)


def other_guests(ours: Signature, theirs: Signature) -> bool:
    """Whether each headline of one language names somebody of whom the other item says nothing,
    and one of them a person: two bodies may be one side's.
    """
    if ours.lang != theirs.lang:
        return False
    alone = [
        [key for key in of.named("pb", TITLE) - other.facts.keys() if of.rare.get(key, 0.0) >= _TELLING]
        for of, other in ((ours, theirs), (theirs, ours))
    ]
    return all(alone) and any(key[0] == "p" for keys in alone for key in keys)


def other_words(ours: Signature, theirs: Signature) -> bool:
    """The same of any word that no table knows."""
    return _names_more(ours, theirs, all_words=True) and _names_more(theirs, ours, all_words=True)


def _names_more(of: Signature, other: Signature, *, all_words: bool = False) -> bool:
    named = of.named("plcun", TITLE)
    if any(
        of.rare.get(key, 0.0) >= _SAID for key in named if key not in other.facts and key not in other.within
    ):
        return True
    caseless = all_words or of.lang == other.lang
    return any(
        (caseless if word.name is None else word.name or all_words) and not _has(other, of, word)
        for word in of.odd
    )


def _has(other: Signature, of: Signature, word: Odd) -> bool:
    """Whether the other item has a word: as written in its own language, by its sound in any."""
    if word.stem in other.facts or any(word.stem == their.stem for their in other.odd):
        return True
    if of.lang == other.lang and fingerprint.hashed(word.stem) in other.title:
        return True
    if any(word.stem in key[2:].split("-") for key in other.named("p", BODY)):
        return True
    sounds = {their.sound for their in other.odd} | {key[1:] for key in other.facts if key[0] == "~"}
    return any(_sounds_like(word.sound, heard) for heard in sounds)


def _sounds_like(one: str, other: str) -> bool:
    """The same consonants, or those of the longer go on: an ending."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= sound.SHORTEST and long.startswith(short))


def _react_apart(ours: Signature, theirs: Signature) -> bool:
    """Whether only one of them reacts, or somebody else does."""
    one, other = _reacts(ours), _reacts(theirs)
    if one != other:
        return True
    return one and not _speakers(ours) & _speakers(theirs)


def _reacts(of: Signature) -> bool:
    """Whether a headline says how somebody stands to news; who refuses a document answers those who wrote it."""
    return bool(of.named("r", TITLE)) or (REFUSES in of.named("d", TITLE) and bool(of.named("u", TITLE)))


def _meets_alone(of: Signature, other: Signature) -> bool:
    """Whether only one of them tells of a meeting, of people whom the other does not name."""
    if not of.meetings or other.meetings:
        return False
    return of.named("p", TITLE).isdisjoint(other.named("p"))


def _speakers(of: Signature) -> set[str]:
    who = of.named("p") | of.named("bc", TITLE)
    return {key for key in who if of.rare.get(key, 0.0) >= _TELLING}


def contrary(ours: Signature, theirs: Signature) -> bool:
    """Whether what one says was done is the opposite of what the other says."""
    pairs = lexicon.opposites()
    one, other = ours.named("d", TITLE), theirs.named("d", TITLE)
    return any((a, b) in pairs for a in one - other for b in other - one)


def turned_round(ours: Signature, theirs: Signature) -> bool:
    """Whether one says that it was or will be done and the other that not."""
    one, other = ours.named("d", TITLE), theirs.named("d", TITLE)
    return not (one - ours.undone).isdisjoint(theirs.undone) or not (other - theirs.undone).isdisjoint(
        ours.undone
    )


def met_or_not(ours: Signature, theirs: Signature) -> bool:
    """Whether one denies every contact that it tells, and the other none."""
    told = [{meeting.status is ContactStatus.DENIED for meeting in of.meetings} for of in (ours, theirs)]
    return {True} in told and {False} in told
