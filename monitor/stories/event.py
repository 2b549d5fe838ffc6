"""Pure. Do two items tell one event: as copies of one text, or in their own words, in whatever languages.

Copies share their shingles. Tellings share what they name: the cosine of their facts, helped by shared words within a
language, must reach a bar that rises with the time between them, because the same people do the same things again.
Meetings decide where both sides are named: the same people within days are one event, other counterparts two days
later are another. The numbers were chosen on labelled items (docs/decisions/0002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from monitor.stories import fingerprint

if TYPE_CHECKING:
    from monitor.stories.signature import Meeting, Signature

#: an item joins what is at most this much older or newer
REACH = timedelta(days=7)
#: copies: how much of the shorter text is in the longer; within one source, whose boilerplate is shared, more
COPY, COPY_AT_HOME = 0.55, 0.75
#: shingles that must be shared at least
MIN_SHARED = 4
#: the bar of likeness by hours between two tellings; beyond the last none is high enough
BAR = ((12.0, 0.36), (24.0, 0.41), (48.0, 0.58), (60.0, 0.9))
#: shared facts that tell something, those with a name counted twice; verbs and figures alone tell nothing
ENOUGH = 4
#: how much shared words of one language and a shared document add
WORDS_HELP, DOCUMENT_HELP, MEETING_HELP = 0.3, 0.1, 0.15
#: headlines of this many longer words are one when they share this much, within a day: formulas come back the next
MIN_TITLE, SAME_TITLE, SAME_TITLE_REACH = 4, 0.8, timedelta(days=1)
#: reports of one meeting are at most this far apart, planned ones before it included
MEETING_REACH = timedelta(days=4)
#: other counterparts this much later are another meeting
OTHER_MEETING = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Relation:
    """How two items hang together; `strength` compares relations of one kind."""

    kind: Literal["copy", "event"]
    strength: float
    why: str


def relation(ours: Signature, theirs: Signature) -> Relation | None:
    """How two items report one event; None: they do not, as far as can be told."""
    apart = abs(ours.at - theirs.at)
    if apart > REACH:
        return None
    if ours.address and ours.address == theirs.address:
        return Relation("copy", 1.0, "the same address")
    copied = likeness_of_texts(ours, theirs)
    if copied:
        return Relation("copy", copied, f"{copied:.0%} of the text is the same")
    return _same_event(ours, theirs, apart)


def likeness_of_texts(ours: Signature, theirs: Signature) -> float:
    """How much of the shorter text the longer one holds; 0 where it is too little for a copy."""
    needed = min(MIN_SHARED, ours.length, theirs.length)
    if not needed or len(set(ours.shingles).intersection(theirs.shingles)) < needed:
        return 0.0
    resembles = fingerprint.resemblance(ours.shingles, theirs.shingles, fingerprint.SHINGLES)
    held = fingerprint.containment(resembles, ours.length, theirs.length)
    home = bool(ours.source) and ours.source == theirs.source
    return held if held >= (COPY_AT_HOME if home else COPY) else 0.0


def _same_event(ours: Signature, theirs: Signature, apart: timedelta) -> Relation | None:
    if ours.documents and theirs.documents and ours.documents.isdisjoint(theirs.documents):
        # the same formula in another resolution is another event
        return None
    met = _meetings(ours, theirs, apart) if ours.meetings and theirs.meetings else ""
    if met == "same":
        return Relation("event", 2.0 - apart / REACH, "the same people meet")
    if met == "other":
        return None
    if apart <= SAME_TITLE_REACH and _same_title(ours, theirs):
        return Relation("event", 1.0, "the same headline")
    needed = bar(apart)
    likeness = likeness_of_facts(ours, theirs) + (MEETING_HELP if met == "half" else 0.0)
    if ours.lang == theirs.lang and needed - WORDS_HELP <= likeness < needed:
        likeness += WORDS_HELP * _words(ours, theirs)
    if likeness < needed:
        return None
    return Relation("event", likeness, f"they name the same ({likeness:.2f})")


def _same_title(ours: Signature, theirs: Signature) -> bool:
    shorter = min(len(ours.title), len(theirs.title))
    if shorter < MIN_TITLE or ours.lang != theirs.lang:
        return False
    return len(set(ours.title).intersection(theirs.title)) >= SAME_TITLE * shorter


def likeness_of_facts(ours: Signature, theirs: Signature) -> float:
    """Cosine of the facts, 0 to 1, with what a shared document adds."""
    shared = ours.facts.keys() & theirs.facts.keys()
    named = sum(key[0] in "@u" for key in shared)
    if not named or named + len(shared) < ENOUGH:
        return 0.0
    dot = sum(ours.facts[key] * theirs.facts[key] for key in shared)
    likeness = dot / (ours.norm * theirs.norm)
    return likeness + DOCUMENT_HELP if any(key.startswith("un:") for key in shared) else likeness


def bar(apart: timedelta) -> float:
    """The likeness that two tellings need at this distance."""
    hours = apart.total_seconds() / 3600
    lower = BAR[0]
    for upper in BAR:
        if hours <= upper[0]:
            if upper is lower:
                return upper[1]
            done = (hours - lower[0]) / (upper[0] - lower[0])
            return lower[1] + done * (upper[1] - lower[1])
        lower = upper
    return math.inf


def _words(ours: Signature, theirs: Signature) -> float:
    """Cosine of the words, from the resemblance of their sketches (equal sizes assumed)."""
    resembles = fingerprint.resemblance(ours.words, theirs.words, fingerprint.WORDS)
    return 2 * resembles / (1 + resembles)


def _meetings(ours: Signature, theirs: Signature, apart: timedelta) -> str:
    """same, half (one side named the same, the other open), other, or nothing to tell."""
    found = {_compared(a, b, apart) for a in ours.meetings for b in theirs.meetings}
    return next((verdict for verdict in ("same", "half", "other") if verdict in found), "")


def _compared(a: Meeting, b: Meeting, apart: timedelta) -> str:
    days = _days(a.date, b.date)
    russian, libyan = _side(a.russian, b.russian), _side(a.libyan, b.libyan)
    if days is not None and days > 1:
        return "other" if days > 2 else ""
    if "other" in (russian, libyan):
        # who travels meets several hosts in a day; another guest, elsewhere or nowhere said, is another meeting
        elsewhere = libyan == "other" and (not a.place or a.place != b.place)
        return "other" if elsewhere or apart >= OTHER_MEETING else ""
    if russian == libyan == "same":
        return "same" if apart <= MEETING_REACH else ""
    return "half" if "same" in (russian, libyan) and apart <= MEETING_REACH else ""


def _side(ours: frozenset[str], theirs: frozenset[str]) -> str:
    if not ours or not theirs:
        return "open"
    return "other" if ours.isdisjoint(theirs) else "same"


def _days(one: str, other: str) -> int | None:
    """Days between two exact dates; None where either is missing or inexact."""
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return None
