"""Pure. Do two items tell one event: as copies of one text, or in their own words, in whatever languages.

Copies share their shingles, and their headlines do not say different things. Tellings are weighed trait by
trait (`traits`): who, where, what, how many, which document they share and in which they differ, against how
crowded the stream is. Something specific must agree; the topic of the watchlist is nothing specific. What is
close but not the same is related. The weights were learned on labelled items (docs/decisions/0003).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from monitor.stories import fingerprint
from monitor.stories.signature import BODY, TITLE
from monitor.stories.traits import (
    OTHER_GUEST,
    alike,
    all_met,
    compared,
    contrary,
    crowd,
    met_or_not,
    other_country,
    other_guests,
    other_name,
    other_words,
    reworded,
    shared,
    specific,
    told,
    traits,
    turned_round,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.stories.signature import Signature

#: an item joins what is at most this much older or newer
REACH = timedelta(days=7)
#: copies: how much of the shorter text is in the longer; within one source, whose frame is shared, more
COPY, COPY_AT_HOME, FRAME = 0.55, 0.75, 0.25
#: shingles that must be shared at least
MIN_SHARED = 4
#: headlines of this many longer words are one when they are the same within a day: formulas come back the
#: next
MIN_TITLE, SAME_TITLE_REACH = 4, timedelta(days=1)
#: the score from which two items tell one event, and from which they have to do with each other
JOIN, LINK = 0.6, -1.5
#: how much less the same people need who meet at the same place and time, and all of both sides
MET, ALL_MET = 1.2, 2.5
#: from here on a word that no table knows sets two languages no longer apart, where there is a text (shingles)
SURE, SENTENCE = 1.5, 5
#: an arrival and what followed it there
TRIP = timedelta(hours=24)
#: something specific that must be shared for the one and the other, unless the same people meet
AGREES, TOUCHES = 0.12, 0.3
#: a text is news by itself when it names this much of what is done and with what, or is this long (shingles)
NEWS, ARTICLE = 4, 25
#: how much of what either headline names the other item must name
SAME_HEAD = 0.5
#: a fact at least this rare tells something
RARE = 0.25
#: what is shared counts for something from here on
SLIGHT = 0.05
#: what is done and with what tells one event from another of the same people from here on
DONE = 0.5
#: opposite reports of one event are this close, and share this much of who, where and what about
OPPOSED, OPPOSED_AGREES = timedelta(hours=24), 0.2
#: what they do who meet
IN_TOUCH = frozenset(
    {
        "d:arrive",
        "d:visit",
        "d:meet",
        "d:discuss",
        "d:call",
        "d:write",
        "d:begin",
        "d:invite",
        "d:hand-over",
        "d:sign",
    }
)
#: what is done at the end of a journey
ARRIVED = "d:arrive"
#: kinds of facts of which something must be shared, be it the topic
NAMED = ("person", "place", "body", "country", "sense", "document")
#: what each trait adds to the score
WEIGHTS = {
    "person": 3.0, "place": 4.0, "body": 3.0, "country": 2.5, "sense": 1.5, "document": 2.8, "number": 3.6,
    "deed": 1.1, "thing": 4.3, "reaction": 6.6, "sound": 0.9, "alike": 4.2, "headline": 1.4, "other list": -1.6,
    "crowd": -1.5, "one language": -0.6, "days": -0.7, "later days": -0.4, "other person": -1.4, "other place": -1.7,
    "other headline": -0.4, "other wording": -1.2, "other reaction": -5.5, "contrary": -6.1, "met same": 1.5,
    "met again": -1.7, "met other": -0.6, "one meets": -0.8,
}  # fmt: skip
#: traits that say that what is close is another event
APART = ("other reaction", "contrary", "met again", "days", "later days")
BIAS = -1.4


@dataclass(frozen=True, slots=True)
class Relation:
    """How two items hang together; `strength` compares relations of one kind."""

    kind: Literal["copy", "event", "related"]
    strength: float
    why: str
    #: each says something that the other does not: they are never in one story
    apart: bool = False


def relation(ours: Signature, theirs: Signature) -> Relation | None:
    """How two items hang together; None: not at all, as far as can be told."""
    if abs(ours.at - theirs.at) > REACH:
        return None
    held, home = likeness_of_texts(ours, theirs), bool(ours.source) and ours.source == theirs.source
    if held >= (COPY_AT_HOME if home else COPY) and _one_headline(ours, theirs):
        if _say_opposite(ours, theirs):
            return Relation("event", max(JOIN, held), "they say the opposite")
        return Relation("copy", held, f"{held:.0%} of the text is the same")
    # what a desk prints below everything names the same each time
    return _same_event(ours, theirs, framed=home and held >= FRAME)


def likeness_of_texts(ours: Signature, theirs: Signature) -> float:
    """How much of the shorter text the longer one holds, 0 to 1."""
    needed = min(MIN_SHARED, ours.length, theirs.length)
    if not needed or len(set(ours.shingles).intersection(theirs.shingles)) < needed:
        return 0.0
    resembles = fingerprint.resemblance(ours.shingles, theirs.shingles, fingerprint.SHINGLES)
    return fingerprint.containment(resembles, ours.length, theirs.length)


def _one_headline(ours: Signature, theirs: Signature) -> bool:
    """Whether headlines over the same text are about the same thing.

    They share words or what they name, or the text itself says what they are about: a challenge page, a line
    about the channel or a cookie notice under different headlines is not the news.
    """
    apart = reworded(ours, theirs) and not _say_opposite(ours, theirs)
    guest = bool(ours.meetings and theirs.meetings) and compared(ours, theirs) == "other"
    if apart or (max(ours.length, theirs.length) < ARTICLE and (guest or other_name(ours, theirs))):
        return False
    if ours.title == theirs.title or not ours.title or not theirs.title:
        return True
    if min(told(ours, theirs), told(theirs, ours)) >= SAME_HEAD:
        return True
    if len(set(ours.title) & set(theirs.title)) * 2 >= min(len(ours.title), len(theirs.title)):
        return True
    return all(_is_news(of) for of in (ours, theirs)) and ours.source != theirs.source


def _is_news(of: Signature) -> bool:
    """Whether the text below the headline tells something by itself."""
    below = [key for key, place in of.facts.items() if place < TITLE and _tells(of, key)]
    named, done = sum(key[0] in "plu" for key in below), sum(key[0] in "dtn" for key in below)
    return named > 0 or done >= NEWS or (of.stated and of.length >= ARTICLE)


def _tells(of: Signature, key: str) -> bool:
    return key not in of.topic and key[0] != "c" and of.rare.get(key, 1.0) >= RARE


def _same_event(ours: Signature, theirs: Signature, *, framed: bool) -> Relation | None:
    found = shared(ours, theirs)
    if not _worth_weighing(ours, theirs, found):
        return None
    found = traits(ours, theirs, found)
    another = found["met again"] or _not_one(ours, theirs) or other_name(ours, theirs)
    if _same_title(ours, theirs) and not another:
        return Relation("event", max(score(found), JOIN), "the same headline")
    agrees = specific(found)
    trip = _one_trip(ours, theirs, found)
    met = bool(found["met same"]) or trip
    total = score(found)
    later = abs(ours.at - theirs.at) >= OTHER_GUEST
    differs = found["other person"] or later or other_guests(ours, theirs)
    other_guest = bool(found["met other"] and differs) and not trip
    if framed or other_guest or found["other reaction"] or _not_one(ours, theirs):
        return _related(found, total, agrees)
    if _opposed(ours, theirs, found, total):
        return Relation("event", max(JOIN, total - WEIGHTS["contrary"]), "they say the opposite")
    translated = _translated(ours, theirs, found, total)
    once = met or translated or turned_round(ours, theirs)
    elsewhere = agrees - found["thing"] - found["deed"] < AGREES and not met and other_country(ours, theirs)
    wording = elsewhere or (found["other wording"] and not once)
    if wording or (not translated and _named_apart(ours, theirs, found)):
        return replace(linked, apart=True) if (linked := _related(found, total, agrees)) else None
    if found["met again"]:
        return Relation("related", total, "the same people meet again")
    if total >= JOIN - _allowed(ours, theirs, found, met=met) and (met or agrees >= AGREES):
        return Relation("event", total, _why(found))
    return _related(found, total, agrees)


def _allowed(ours: Signature, theirs: Signature, found: Mapping[str, float], *, met: bool) -> float:
    """How far below the bar two items may stand whose people meet.

    A headline that names others, over a text that has the same people too, tells of another day of theirs.
    """
    if not met:
        return 0.0
    if _all_met(ours, theirs, found):
        return ALL_MET
    return 0.0 if found["other headline"] and other_name(ours, theirs) else MET


def _all_met(ours: Signature, theirs: Signature, found: Mapping[str, float]) -> bool:
    """Whether the very same people meet, and neither headline tells what came of it."""
    if not found["met same"] or not all_met(ours, theirs):
        return False
    deeds = [of.named("d", TITLE) - IN_TOUCH - other.named("d", BODY) for of, other in _both(ours, theirs)]
    return not any(deeds)


def _both(ours: Signature, theirs: Signature) -> tuple[tuple[Signature, Signature], ...]:
    return (ours, theirs), (theirs, ours)


def _translated(ours: Signature, theirs: Signature, found: Mapping[str, float], total: float) -> bool:
    """Whether two languages tell so much alike, of somebody or some place, that one word is no other event."""
    if ours.lang == theirs.lang or min(ours.length, theirs.length) < SENTENCE or total < SURE:
        return False
    named = any(found[kind] > SLIGHT for kind in ("person", "place", "body", "document"))
    return (named or found["deed"] + found["thing"] >= DONE) and not other_name(ours, theirs)


def _one_trip(ours: Signature, theirs: Signature, found: Mapping[str, float]) -> bool:
    """Whether one tells of an arrival, and the other within a day what all who arrived did at that place."""
    if abs(ours.at - theirs.at) > TRIP or min(found["person"], found["place"]) <= SLIGHT:
        return False
    if not (ours.meetings and theirs.meetings):
        return False
    arrived = [of for of in (ours, theirs) if ARRIVED in of.named("d", TITLE) - of.undone]
    return len(arrived) == 1 and arrived[0].named("p", TITLE) <= (ours.named("p") & theirs.named("p"))


def _worth_weighing(ours: Signature, theirs: Signature, found: dict[str, float]) -> bool:
    """Whether two items share enough to be compared: most of those that share a key do not."""
    if _same_title(ours, theirs) or (ours.meetings and theirs.meetings):
        return True
    # what is done with trucks and ports happens everywhere: something must be named, be it the topic
    if specific(found) < min(AGREES, TOUCHES) or not any(found[kind] for kind in NAMED):
        return False
    found["alike"], found["crowd"] = alike(ours, theirs), crowd(ours, theirs)
    # the headlines add at most their whole weight, everything else takes away
    return score(found) + WEIGHTS["headline"] >= LINK


def _named_apart(ours: Signature, theirs: Signature, found: Mapping[str, float]) -> bool:
    """Whether of two short items each headline names what the other item does not,
    and little but who is in it is shared.
    """
    if min(ours.length, theirs.length) >= ARTICLE:
        return False
    together = len(ours.named("p") & theirs.named("p")) > 1 or (_all_met(ours, theirs, found))
    if together or any(found[kind] > SLIGHT for kind in ("place", "number", "document")):
        return False
    if other_name(ours, theirs):
        return True
    told = (
        found["sound"] > SLIGHT
        or found["deed"] + found["thing"] >= DONE
        or max(ours.length, theirs.length) >= ARTICLE
    )
    return not told and other_words(ours, theirs)


def _opposed(ours: Signature, theirs: Signature, found: Mapping[str, float], total: float) -> bool:
    """Whether two desks say the opposite of one event within a day:
    the same place or people, nothing else between them.
    """
    near = abs(ours.at - theirs.at) <= OPPOSED and ours.source != theirs.source
    met = bool(found["met same"]) and met_or_not(ours, theirs)
    if not (found["contrary"] and near) or not (met or not (ours.meetings or theirs.meetings)):
        return False
    alone = (
        total - WEIGHTS["contrary"] * found["contrary"] - WEIGHTS["other headline"] * found["other headline"]
    )
    return alone >= (JOIN - MET if met else JOIN) and (
        met or found["place"] + found["person"] + found["deed"] >= OPPOSED_AGREES
    )


def _say_opposite(ours: Signature, theirs: Signature) -> bool:
    """Whether two headlines cannot both be true, however much of the text is the same:
    no desk repeats the other.
    """
    if ours.meetings or theirs.meetings:
        return met_or_not(ours, theirs)
    return contrary(ours, theirs) or turned_round(ours, theirs)


def score(found: Mapping[str, float]) -> float:
    """The weighed sum of the traits."""
    return BIAS + sum(WEIGHTS.get(trait, 0.0) * value for trait, value in found.items() if value)


def _not_one(ours: Signature, theirs: Signature) -> bool:
    """Whether two items cannot be one event, however much they name:
    an edition of a series, another document.
    """
    if ours.series or theirs.series:
        return True
    if ours.source and ours.source == theirs.source and ours.title == theirs.title and len(ours.title) > 1:
        # the same title over another text at the same desk: a running title, whatever it is called
        return True
    return bool(ours.documents and theirs.documents) and ours.documents.isdisjoint(theirs.documents)


def _related(found: Mapping[str, float], total: float, agrees: float) -> Relation | None:
    """A link, where enough is shared beside what says that it is another event."""
    close = total - sum(WEIGHTS[trait] * found[trait] for trait in APART)
    if close >= LINK and agrees >= TOUCHES:
        return Relation("related", total, "they name the same")
    return None


def _same_title(ours: Signature, theirs: Signature) -> bool:
    near = abs(ours.at - theirs.at) <= SAME_TITLE_REACH and ours.lang == theirs.lang
    return near and len(ours.title) >= MIN_TITLE and set(ours.title) == set(theirs.title)


def _why(found: Mapping[str, float]) -> str:
    """What decided, in words."""
    if found["met same"]:
        return "the same people meet"
    said = sorted(
        (
            kind
            for kind in ("person", "place", "body", "document", "number", "deed", "thing", "reaction")
            if found[kind] > SLIGHT
        ),
        key=lambda kind: -found[kind] * WEIGHTS[kind],
    )
    return "the same " + ", ".join(said[:4]) if said else "they name the same"
