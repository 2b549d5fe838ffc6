"""Pure. People whom no list has: a name in capitals beside an office, "the trade minister, Rosa Marin".

The side is that of the office's country or body. An office that says none ("the mayor") is of the party whose
people have such given names, where those of the other have not and no third party stands in the sentence.
A name in Cyrillic is put into the nominative and spelled in English. Arabic letters have no capitals: there a
name begins with a given name, and its vowels are guessed. Who is listed goes by the listed name.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from monitor.contacts.model import Actor, Word
from monitor.contacts.parties import THIRD, Rank, is_namesake
from monitor.languages import tables
from monitor.languages.given_names import culture_of, parted, usual
from monitor.languages.grammar import is_office, office_title, plain
from monitor.languages.transliteration import (
    FromLatin,
    arabic_from_cyrillic,
    from_arabic,
    from_latin,
    spelled,
)
from monitor.languages.word_forms import nominative

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_ARABIC = regex.compile(r"\p{Arabic}+")
#: words of an Arabic name behind which it goes on: "son of", "servant of"
_GOES_ON = frozenset({"بن", "ابن", "ابو", "بو", "عبد", "ال"})
_ARTICLE = "ال"
#: the Arabic article in all its sounds
_ASSIMILATED = regex.compile(r"\A(?:[AE]l|[AE]s?sh|[AE][dnrstz])-")
_WORD = regex.compile(r"[\p{L}-]+")
_LOWER = regex.compile(r"\p{Ll}+")
#: what ends the words for an office
_BREAK = regex.compile(r"[,;:.()،؛«»\"“”]")
#: words of an office before a name, and between a name and the office behind it
BEFORE, BEHIND = 14, 3
#: letters between a name and the body that it is of: "of the"; before one, of a word of leading
CLOSE, LED = 10, 30
#: words of a name
LONGEST = 4


def name_unlisted(frame: Frame, cast: Cast, lang: str) -> None:
    """Give the offices of a sentence the names of who holds them, where the text names them."""
    if frame.sentence.field == "title":
        return
    for start, end in _names(frame, lang):
        if is_office(frame.text[start:end], lang) or _names_a_body(frame, start, end):
            continue
        said = _said_before(frame, start) or _said_behind(frame, end) or _of_a_body(frame, end)
        first = not frame.text[:start].strip() or frame.ahead_of(start, frame.grammar.with_whom)
        if said is None and _leads(frame, start, end):
            _put_leader(frame, cast, lang, (start, end))
        elif said is None and first:
            _open(frame, cast, lang, (start, end))
        if said is None:
            continue
        office, span = said
        name = _name(frame, (start, end), lang)
        side = _side(frame, span)
        if not side and (frame.cues or office_title(frame.text[slice(*span)])):
            side = _side_by_name(frame, name, cast)
        side = _side_despite(frame, span, name, cast) or side
        if name and side in frame.parties:
            name = cast.listed(name, side)
            _put(frame, Actor(name, side, Rank.PERSON, start, end, office.mention, "person"), office, span)
    frame.actors.sort(key=lambda a: a.start)


def _names_a_body(frame: Frame, start: int, end: int) -> bool:
    """Whether a word of a name says that it is a body: "the Federal Agency"."""
    return any(o.sense == "body" and start <= o.start and o.end <= end for o in frame.offices)


def _name(frame: Frame, place: tuple[int, int], lang: str) -> str:
    """A name of the plain text in English."""
    return _in_english(frame.given[_given(frame, place[0]) : _given(frame, place[1])], lang)


def _leads(frame: Frame, start: int, end: int) -> bool:
    """Whether a name is that of who leads: "headed by Rosa Marin"."""
    words = frame.grammar.leads.finditer(frame.text, max(0, start - LED), start)
    return any(start - said.end() <= 1 for said in words) or (
        frame.grammar.verb_last and frame.grammar.leads.match(frame.text, end + 1) is not None
    )


def _put_leader(frame: Frame, cast: Cast, lang: str, place: tuple[int, int]) -> None:
    """Put who leads a delegation beside it."""
    name = _name(frame, place, lang)
    led = [a for a in frame.actors if a.side in frame.parties and Rank.PERSON < a.rank < Rank.METONYM]
    nearest = min(led, key=lambda a: min(abs(a.start - place[1]), abs(a.end - place[0])), default=None)
    side = nearest.side if nearest else _side_by_name(frame, name, cast)
    words = (*(a.mention for a in led), *(w.mention for w in (*frame.offices, *frame.cues)))
    if name and side and words:
        frame.actors.append(Actor(cast.listed(name, side), side, Rank.PERSON, *place, words[0], "person"))


def _open(frame: Frame, cast: Cast, lang: str, place: tuple[int, int]) -> None:
    """Keep a name without an office that a sentence begins with: the title may have the office."""
    name = _name(frame, place, lang)
    side = _side_by_name(frame, name, cast)
    near = next((word.mention for word in (*frame.offices, *frame.cues)), None)
    if side and near:
        frame.opening = Actor(cast.listed(name, side), side, Rank.PERSON, *place, near, "person")


def _names(frame: Frame, lang: str) -> Iterator[tuple[int, int]]:
    """Where the plain text has a name that nothing known is part of; offices before it are not."""
    actors = (*frame.actors, *frame.lands, *frame.foreign, *frame.voices)
    known = [
        *((w.start, w.end) for w in actors if not is_namesake(w.mention)),
        *(_span(frame, m.start, m.end) for m, _ in frame.strangers if not is_namesake(m)),
        *(_span(frame, m.start, m.end) for m in frame.world),
    ]
    yield from _uncased_names(frame, known)
    heads = [(o.start, o.end) for o in frame.offices]
    for found in _NAME.finditer(frame.given):
        start, end = frame.offsets[found.start()], frame.offsets[found.end()]
        begin = max(
            (stop for first, stop in (*heads, *known) if first < end and start < stop < end), default=0
        )
        if begin:
            begin = _OWNER.match(frame.text, begin).end()
        start = _at_given(frame, max(start, begin), end, lang)
        words = frame.text[start:end].count(" ") + 1
        if 2 <= words <= LONGEST and not any(a < end and start < b for a, b in known):
            yield start, end


def _at_given(frame: Frame, start: int, end: int, lang: str) -> int:
    """Where the given name is among words with a capital: "the Red Crescent | Ann Bee"."""
    words = [m.span() for m in _WORD.finditer(frame.text, start, end)][:-1]
    for first, last in words[2:]:
        given = frame.given[_given(frame, first) : _given(frame, last)]
        if usual(given) or usual(nominative(f"{given} -", lang).split()[0]):
            return int(first)
    return start


def _uncased_names(frame: Frame, known: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where a sentence in Arabic letters with somebody's office has a name that begins with a given name."""
    if not frame.offices:
        return
    stops = [
        *known,
        *((w.start, w.end) for w in (*frame.offices, *frame.cues, *frame.statuses, *frame.sayings)),
    ]
    words = [m.span() for m in _ARABIC.finditer(frame.text)]
    free = [not any(a < end and start < b for a, b in stops) for start, end in words]
    last = 0
    for number, (start, end) in enumerate(words):
        if start < last or not free[number]:
            continue
        begin = start + 1 if frame.text[start] == "و" and not usual(frame.text[start:end]) else start
        after = _name_end(frame, words, free, number, begin)
        if after > number + 1:
            last = words[after - 1][1]
            yield begin, last


def _name_end(
    frame: Frame, words: Sequence[tuple[int, int]], free: Sequence[bool], number: int, begin: int
) -> int:
    """The number of the word behind a name that may begin at a word."""
    text = frame.text
    said = text[begin : words[number][1]]
    if said == "عبد" and number + 1 < len(words):
        number, said = number + 1, said + text[slice(*words[number + 1])]
    given = frame.given[_given(frame, begin) : _given(frame, words[number][1])]
    if not usual(said) and not frame.grammar.name_begins.fullmatch(given):
        return number
    after = number + 1
    while (
        after < len(words)
        and free[after]
        and words[after][0] - words[after - 1][1] == 1
        and after - number < LONGEST
    ):
        word = text[slice(*words[after])]
        if frame.grammar.name_ends.match(text, words[after][0]):
            break
        after += 1
        if word not in _GOES_ON and (word.startswith(_ARTICLE) or not usual(word)):
            break
    return after


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
    given = frame.given[_given(frame, offices[0].end) : _given(frame, end)]
    if len(between.split()) > BEFORE or (not apart and _leans(given)):
        return None
    beside = [a for a in frame.actors if since <= a.start <= begin < a.end + 2 and not frame.is_where(a)]
    first = beside[-1].start if beside else since
    return offices[0], (min(first, begin), end)


def _leans(between: str) -> bool:
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
    actors = (a for a in (*frame.actors, *frame.foreign) if not is_namesake(a.mention))
    inside = [a for a in actors if a.start < span[1] and span[0] < a.end]
    # an embassy rather than the country in which it is
    sides = {a.side for a in inside if a.rank < Rank.COUNTRY} or {a.side for a in inside}
    return sides.pop() if len(sides) == 1 else THIRD if sides else ""


def _side_by_name(frame: Frame, name: str, cast: Cast) -> str:
    """Whose people have such a given name, where nobody of a third party is named."""
    others = any(a.side == THIRD and not is_namesake(a.mention) for a in frame.actors)
    if not name or frame.foreign or frame.world or others:
        return ""
    culture = culture_of(name.split()[0])
    sides = [side for side, own in cast.cultures.items() if culture and own == culture]
    return sides[0] if len(sides) == 1 else ""


def _side_despite(frame: Frame, span: tuple[int, int], name: str, cast: Cast) -> str:
    """The side of a given name, where the words of the office are listed for one side and say no country;
    "" where they say one.
    """
    inside = [a for a in frame.actors if a.start < span[1] and span[0] < a.end]
    bare = inside and all(
        a.side in frame.parties and not cast.nations[a.side].search(frame.text, *span) for a in inside
    )
    return _side_by_name(frame, name, cast) if bare and all(a.kind != "place" for a in inside) else ""


def _put(frame: Frame, person: Actor, office: Word, span: tuple[int, int]) -> None:
    """Put a person into a sentence in the place of the office that he holds."""
    holds = [
        a
        for a in frame.actors
        if a.rank is Rank.OFFICE and a.kind == "person" and a.start < span[1] and span[0] < a.end
    ]
    start, end = min(person.start, office.start, *(a.start for a in holds)), max(person.end, span[1])
    same = [
        a.mention for a in frame.actors if is_namesake(a.mention) and person.start <= a.start < person.end
    ]
    frame.strangers = [(m, kind) for m, kind in frame.strangers if all(m is not other for other in same)]
    frame.actors = [
        a
        for a in frame.actors
        if a not in holds
        and not (a.rank is Rank.COUNTRY and start <= a.start < end)
        and all(a.mention is not other for other in same)
    ]
    frame.actors.append(replace(person, start=start, end=end))


def _in_english(name: str, lang: str) -> str:
    """A name in Latin letters, one in Cyrillic in the nominative, with its given name as English spells it
    ("Alexandre Beglov" is Alexander).
    """
    if _ARABIC.match(name):
        return _from_arabic(plain(name).text)
    if not _CYRILLIC.search(name):
        return _from_latin(name, lang)
    given, rest = parted(nominative(name, lang))
    own = usual(given) or _spelled(given)
    arabic = culture_of(own) == "arabic"
    # «Мухаммед» is Mohamed; a name that is listed as its letters say stays
    said = own if arabic or not culture_of(_spelled(given)) else _spelled(given)
    return " ".join((said, *(_spelled(word, arabic=arabic) for word in rest.split())))


def _from_latin(name: str, lang: str) -> str:
    given, *rest = name.split()
    given = given if culture_of(given) else given.replace("İ", "I")
    culture = culture_of(given)
    if lang == tables.DEFAULT or not culture or lang not in tables.having(FromLatin):
        return name
    arabic = culture == "arabic"
    return " ".join((usual(given), *(_latin(word, lang, arabic=arabic) for word in rest)))


def _latin(word: str, lang: str, *, arabic: bool) -> str:
    made = from_latin(word.lower().replace("i̇", "i"), lang, foreign=not arabic)
    return _ASSIMILATED.sub("al-", made.title()) if arabic else made.title()


def _spelled(word: str, *, arabic: bool = False) -> str:
    """One word in Latin letters; an article in front of it stays small: "al-Amin"."""
    article, joint, own = word.rpartition("-")
    letters = spelled(own, "en", 1)[0]
    made = (arabic_from_cyrillic(letters) if arabic else letters).title()
    if arabic and joint and article.islower():
        return f"al-{made}"
    before = spelled(article, "en", 1)[0] if joint else ""
    return f"{before if article.islower() else before.title()}{joint}{made}"


def _from_arabic(name: str) -> str:
    words = name.split()
    if words[0] == "عبد":
        words[:2] = ["".join(words[:2])]
    given = usual(words[0])
    foreign = bool(given) and culture_of(given) != "arabic"
    given = given or _vowelled(words[0], foreign=False)
    return " ".join((given, *(usual(word) or _vowelled(word, foreign=foreign) for word in words[1:])))


def _vowelled(word: str, *, foreign: bool) -> str:
    """One word of a name in Arabic letters; the article in front of it stays small."""
    article = "al-" if word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 1 and not foreign else ""
    own = word.removeprefix(_ARTICLE) if article else word
    return article + (usual(own) or from_arabic(own, foreign=foreign).title())
