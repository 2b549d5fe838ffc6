"""Pure. People whom no list has: a name in capitals beside an office, "the trade minister, Rosa Marin".

The side is that of the office's country or body. An office that says none ("the mayor") is of the party whose
people have such given names, where those of the other have not and no third party stands in the sentence.
A name in Cyrillic is put into the nominative and spelled in English; Arabic letters have no capitals, so that
there the office stands for its holder.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from monitor.contacts.model import Actor, Word
from monitor.contacts.parties import THIRD, Rank, is_namesake
from monitor.languages.given_names import culture_of, usual
from monitor.languages.grammar import is_office, office_title
from monitor.languages.transliteration import spelled
from monitor.languages.word_forms import nominative

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.contacts.model import Frame
    from monitor.contacts.parties import Cast

#: words with a capital, offices among them; an article or a stop may join one: "Adel al-Amin", "J. Marin"
_NAME = regex.compile(
    r"(?<![\p{L}\d'’-])(?:(?:\p{Ll}{2,3}-)?\p{Lu}[\p{Ll}\p{M}][\p{L}\p{M}-]*|\p{Lu}\.)"
    r"(?:[ \u00a0](?:\p{Ll}{2,3}-)?\p{Lu}[\p{L}\p{M}-]*[\p{Ll}]){1,7}(?![\p{L}\d-])"
)
#: behind whose it is, before a name
_OWNER = regex.compile(r"(?:'s)?\s*")
_CYRILLIC = regex.compile(r"\p{Cyrillic}")
_LOWER = regex.compile(r"\p{Ll}+")
#: what ends the words for an office
_BREAK = regex.compile(r"[,;:.()،؛«»\"“”]")
#: words of an office before a name, and between a name and the office behind it
BEFORE, BEHIND = 14, 3
#: letters between a name and the body that it is of: "of the"
CLOSE = 10
#: words of a name
LONGEST = 4


def name_unlisted(frame: Frame, cast: Cast, lang: str) -> None:
    """Give the offices of a sentence the names of who holds them, where the text names them."""
    if frame.sentence.field == "title":
        return
    for start, end in _names(frame):
        if is_office(frame.text[start:end], lang) or _names_a_body(frame, start, end):
            continue
        said = _said_before(frame, start) or _said_behind(frame, end) or _of_a_body(frame, end)
        if said is None:
            if not frame.text[:start].strip() or frame.ahead_of(start, frame.grammar.with_whom):
                _open(frame, cast, lang, (start, end))
            continue
        office, span = said
        name = _in_english(frame.given[_given(frame, start) : _given(frame, end)], lang)
        side = _side(frame, span)
        if not side and office_title(frame.text[slice(*span)]):
            side = _side_by_name(frame, name, cast)
        if name and side in frame.parties:
            _put(frame, Actor(name, side, Rank.PERSON, start, end, office.mention, "person"), office, span)
    frame.actors.sort(key=lambda a: a.start)


def _names_a_body(frame: Frame, start: int, end: int) -> bool:
    """Whether a word of a name says that it is a body: "the Federal Agency"."""
    return any(o.sense == "body" and start <= o.start and o.end <= end for o in frame.offices)


def _open(frame: Frame, cast: Cast, lang: str, place: tuple[int, int]) -> None:
    """Keep a name without an office that a sentence begins with: the title may have the office."""
    name = _in_english(frame.given[_given(frame, place[0]) : _given(frame, place[1])], lang)
    side = _side_by_name(frame, name, cast)
    near = next((word.mention for word in (*frame.offices, *frame.cues)), None)
    if side and near:
        frame.opening = Actor(name, side, Rank.PERSON, *place, near, "person")


def _names(frame: Frame) -> Iterator[tuple[int, int]]:
    """Where the plain text has a name that nothing known is part of; offices before it are not."""
    actors = (*frame.actors, *frame.lands, *frame.foreign, *frame.voices)
    known = [
        *((w.start, w.end) for w in actors if not is_namesake(w.mention)),
        *(_span(frame, m.start, m.end) for m, _ in frame.strangers if not is_namesake(m)),
        *(_span(frame, m.start, m.end) for m in frame.world),
    ]
    heads = [(o.start, o.end) for o in frame.offices]
    for found in _NAME.finditer(frame.given):
        start, end = frame.offsets[found.start()], frame.offsets[found.end()]
        begin = max(
            (stop for first, stop in (*heads, *known) if first < end and start < stop < end), default=0
        )
        if begin:
            begin = _OWNER.match(frame.text, begin).end()
        start = max(start, begin)
        words = frame.text[start:end].count(" ") + 1
        if 2 <= words <= LONGEST and not any(a < end and start < b for a, b in known):
            yield start, end


def _span(frame: Frame, start: int, end: int) -> tuple[int, int]:
    first, last = (max(0, place - frame.sentence.start) for place in (start, end))
    last = min(last, len(frame.given))
    return frame.offsets[min(first, last)], frame.offsets[last]


def _given(frame: Frame, place: int) -> int:
    """Where a place of the plain text is in the text as given."""
    return bisect_left(frame.offsets, place)


def _said_before(frame: Frame, start: int) -> tuple[Word, tuple[int, int]] | None:
    """The office that ends right before a name, or before the comma in front of it, and all its words."""
    end = start
    apart = frame.text[max(0, end - 2) : end] == ", "
    if apart:
        end -= 2
    breaks = [m.end() for m in _BREAK.finditer(frame.text, 0, end)]
    breaks += [c.end for c in frame.cues if c.end <= end and not _is_part(frame, c)]
    breaks += [a.end for a in frame.actors if a.end <= end and a.rank is Rank.PERSON]
    since = max(breaks, default=0)
    offices = [o for o in frame.offices if o.sense == "person" and since <= o.start and o.end <= end]
    for listed in frame.grammar.joiner.finditer(frame.text, since, end):
        following = [
            o
            for o in offices
            if listed.end() <= o.start and frame.text.count(" ", listed.end(), o.start) < BEHIND
        ]
        offices = following or offices
    if not offices:
        return None
    begin = offices[0].start
    between = frame.text[offices[0].end : end]
    if len(between.split()) > BEFORE or (not apart and _leans(frame, between)):
        return None
    first = max([since, *(a.start for a in frame.actors if a.start <= begin < a.end + 2)][-1:])
    return offices[0], (min(first, begin), end)


def _leans(frame: Frame, between: str) -> bool:
    """Whether the words behind an office end in one that something else follows: "minister in | New York"."""
    words = between.split()
    return bool(words) and bool(_LOWER.fullmatch(words[-1])) and len(words[-1]) <= BEHIND


def _is_part(frame: Frame, cue: Word) -> bool:
    """Whether a word of contact is one of an office: "chamber | of commerce"."""
    words: list[Actor | Word] = [*frame.offices, *(a for a in frame.actors if a.rank < Rank.COUNTRY)]
    return any(w.start <= cue.start and cue.end <= w.end for w in words)


def _said_behind(frame: Frame, end: int) -> tuple[Word, tuple[int, int]] | None:
    """The office that stands in apposition to a name: "Rosa Marin, the mayor of Bonn, …"."""
    if not frame.text.startswith(", ", end):
        return None
    start = end + 2
    stop = _BREAK.search(frame.text, start)
    until = stop.start() if stop else len(frame.text)
    for office in frame.offices:
        if office.sense == "person" and start <= office.start < until:
            near = frame.text.count(" ", start, office.start) < BEHIND
            return (office, (start, until)) if near else None
    return None


def _of_a_body(frame: Frame, end: int) -> tuple[Word, tuple[int, int]] | None:
    """The body that a name is said to be of: "Rosa Marin of the French Foreign Ministry"."""
    for body in frame.actors:
        words = frame.text[end : body.start].split() if 0 < body.start - end <= CLOSE else []
        of = frame.grammar.origin.fullmatch(f" {words[0]}") if words else None
        own = body.kind == "body" and body.rank in {Rank.BODY, Rank.OFFICE} and body.side in frame.parties
        if of and own and all(len(word) <= BEHIND for word in words[1:]):
            return Word("person", body.start, body.end, body.mention), (body.start, body.end)
    return None


def _side(frame: Frame, span: tuple[int, int]) -> str:
    """Whose office the words of a span are; "" where they say none."""
    inside = [a for a in (*frame.actors, *frame.foreign) if a.start < span[1] and span[0] < a.end]
    sides = {a.side for a in inside}
    return sides.pop() if len(sides) == 1 else THIRD if sides else ""


def _side_by_name(frame: Frame, name: str, cast: Cast) -> str:
    """Whose people have such a given name, where nobody of a third party is named."""
    if not name or frame.foreign or frame.world or any(a.side == THIRD for a in frame.actors):
        return ""
    culture = culture_of(name.split()[0])
    sides = [side for side, own in cast.cultures.items() if culture and own == culture]
    return sides[0] if len(sides) == 1 else ""


def _put(frame: Frame, person: Actor, office: Word, span: tuple[int, int]) -> None:
    """Put a person into a sentence in the place of the office that he holds."""
    holds = [
        a
        for a in frame.actors
        if a.rank is Rank.OFFICE and a.kind == "person" and a.start < span[1] and span[0] < a.end
    ]
    start, end = min(person.start, office.start, *(a.start for a in holds)), max(person.end, span[1])
    frame.actors = [
        a
        for a in frame.actors
        if a not in holds
        and not (a.rank is Rank.COUNTRY and start <= a.start < end)
        and not (is_namesake(a.mention) and person.start <= a.start < person.end)
    ]
    frame.actors.append(replace(person, start=start, end=end))


def _in_english(name: str, lang: str) -> str:
    """A name in Latin letters, one in Cyrillic in the nominative, with its given name as English spells it
    ("Alexandre Beglov" is Alexander); "" where its letters are others.
    """
    if not _CYRILLIC.search(name):
        first, space, last = name.partition(" ")
        return f"{usual(first)}{space}{last}" if lang != "en" and culture_of(first) and usual(first) else name
    given, *rest = nominative(name, lang).split()
    own = _spelled(given)
    # «Мухаммед» is Mohamed; a name that is listed as its letters say stays
    return " ".join((own if culture_of(own) else usual(given) or own, *map(_spelled, rest)))


def _spelled(word: str) -> str:
    """One word in Latin letters; an article in front of it stays small: "al-Amin"."""
    article, joint, own = word.rpartition("-")
    made = spelled(own, "en", 1)[0].title()
    before = spelled(article, "en", 1)[0] if joint else ""
    return f"{before if article.islower() else before.title()}{joint}{made}"
