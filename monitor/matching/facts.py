"""Pure. What a text names, in words that are the same in every language: the base of telling events apart.

An entity is "@rosa-marin", a sense of a vocabulary that rules ask for "%contact.meeting", a UN document
"un:S/RES/2570", a number "n:1300". Each once, with the weight of its best place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from monitor.matching import un_documents
from monitor.model import Fact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from monitor.matching.mentions import Mention, Scan

TITLE, LEAD, BODY = 3, 2, 1
#: of one text; a list of a hundred figures tells nothing
MAX_NUMBERS = 24
_NUMBER = regex.compile(r"(?<![\w.,])\d[\d.,\u00a0\u202f٫٬]*\d(?!\w)")
_WORD = regex.compile(r"[^\W\d_][\w'’-]*")
_YEAR = regex.compile(r"(?:19|20)\d\d")


#: of several names for one word the first that is there: "the French army" is a body, not the country
_KINDS = ("person", "place", "body", "event", "country")


def facts(
    scan: Scan, senses: Collection[str], kinds: Mapping[str, str], countries: Mapping[str, str]
) -> tuple[Fact, ...]:
    """The facts of a scanned item, one name for each place of the text.

    `senses`: the vocabularies ("%contact") whose senses count; `kinds`: the kinds of the entities that do;
    `countries`: of a place or a nation, as "@french", its country.
    """
    lead = next((s.paragraph for s in scan.sentences if s.field == "content"), -1)
    found: dict[str, int] = {}
    counting = (_of_its_country(m, kinds, countries) for m in scan.mentions if m.silenced_by is None)
    for mention in _told_once(counting, kinds):
        term = mention.term
        if term[0] == "@":
            key = term
        elif term == "%un-document":
            key = _document(scan.fields[mention.field][mention.start : mention.end])
        elif term in senses:
            key = f"{term}.{mention.sense}"
        else:
            continue
        weight = _weight(mention, lead)
        if weight > found.get(key, 0):
            found[key] = weight
    if found:
        found.update((key, BODY) for key in _numbers(scan))
    return tuple(
        Fact(key, weight, kinds.get(key, ""), countries.get(key, "")) for key, weight in found.items()
    )


def unnamed(scan: Scan, told: Collection[str], countries: Mapping[str, str]) -> tuple[str, ...]:
    """The words of the title that no fact covers, and instead of a nation's its country.

    `told`: the terms of which facts are told; `countries`: as for `facts`.
    """
    title = scan.fields.get("title", "")
    known = [
        m
        for m in scan.mentions
        if m.field == "title" and m.silenced_by is None and (m.term in told or m.term in countries)
    ]
    words = (
        found[0]
        for found in _WORD.finditer(title)
        if not any(m.start < found.end() and found.start() < m.end for m in known)
    )
    nations = (countries[m.term] for m in known if m.term not in told)
    return tuple(dict.fromkeys((*words, *nations)))


def _of_its_country(mention: Mention, kinds: Collection[str], countries: Mapping[str, str]) -> Mention:
    """A nation stands for its country, as in `unnamed`."""
    nation = mention.term not in kinds and mention.term in countries
    return mention._replace(term=countries[mention.term]) if nation else mention


def _told_once(mentions: Iterable[Mention], kinds: Mapping[str, str]) -> Iterator[Mention]:
    """Mentions without the other names of the same words:
    helper entities would count one word several times.
    """
    named: dict[tuple[str, int], Mention] = {}
    for mention in mentions:
        if mention.term[0] != "@":
            yield mention
        elif mention.term in kinds:
            place = mention.field, mention.start
            before = named.get(place)
            if before is None or _says_more(mention, before, kinds):
                named[place] = mention
    yield from named.values()


def _says_more(one: Mention, other: Mention, kinds: Mapping[str, str]) -> bool:
    """Whether `one` names the same words better than `other`:
    a person before a body, then the name that sorts first.
    """
    ranks = [(_KINDS.index(kinds[m.term]), m.term) for m in (one, other)]
    return ranks[0] < ranks[1]


def _weight(mention: Mention, lead: int) -> int:
    if mention.field == "title":
        return TITLE
    return LEAD if mention.field == "summary" or mention.paragraph == lead else BODY


def _document(text: str) -> str:
    named = un_documents.find(text)
    return f"un:{named[0].symbol}" if named else f"un:{text}"


def _numbers(scan: Scan) -> Iterator[str]:
    """Figures of two digits and more, digits of every script; years tell nothing."""
    found: dict[str, None] = {}
    for text in scan.fields.values():
        for match in _NUMBER.finditer(text):
            digits = match[0]
            if not (digits.isascii() and digits.isdecimal()):
                digits = "".join(str(int(c)) for c in digits if c.isdecimal())
            if not _YEAR.fullmatch(digits):
                found[f"n:{digits}"] = None
            if len(found) == MAX_NUMBERS:
                return iter(found)
    return iter(found)
