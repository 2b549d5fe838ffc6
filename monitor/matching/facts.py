"""Pure. What a text names, in words that are the same in every language: the base of telling events apart.

An entity is "@khalifa-haftar", a sense of a vocabulary that rules ask for "%contact.meeting", a UN document
"un:S/RES/2570", a number "n:1300". Each once, with the weight of its best place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from monitor.matching import undocs
from monitor.model import Fact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from monitor.matching.mentions import Scan

TITLE, LEAD, BODY = 3, 2, 1
#: of one text; a list of a hundred figures tells nothing
MAX_NUMBERS = 24
_NUMBER = regex.compile(r"(?<![\w.,])\d[\d.,\u00a0\u202f٫٬]*\d(?!\w)")
_YEAR = regex.compile(r"(?:19|20)\d\d")


def facts(scan: Scan, senses: Collection[str], skipped: Collection[str] = ()) -> tuple[Fact, ...]:
    """The facts of a scanned item. `senses`: the vocabularies ("%contact") whose senses count; `skipped`: entities."""
    lead = next((s.paragraph for s in scan.sentences if s.field == "content"), -1)
    found: dict[str, int] = {}
    for mention in scan.mentions:
        if mention.silenced_by is not None:
            continue
        term = mention.term
        if term[0] == "@":
            if term in skipped:
                continue
            key = term
        elif term == "%un-document":
            key = _document(scan.fields[mention.field][mention.start : mention.end])
        elif term in senses:
            key = f"{term}.{mention.sense}"
        else:
            continue
        weight = (
            TITLE
            if mention.field == "title"
            else LEAD
            if mention.field == "summary" or mention.paragraph == lead
            else BODY
        )
        if weight > found.get(key, 0):
            found[key] = weight
    if found:
        found.update((key, BODY) for key in _numbers(scan))
    return tuple(Fact(key, weight) for key, weight in found.items())


def _document(text: str) -> str:
    named = undocs.find(text)
    return f"un:{named[0].symbol}" if named else f"un:{text}"


def _numbers(scan: Scan) -> Iterator[str]:
    """Figures of two digits and more, digits of every script; years tell nothing."""
    found: dict[str, None] = {}
    for text in scan.fields.values():
        for match in _NUMBER.finditer(text):
            digits = "".join(str(int(c)) for c in match[0] if c.isdecimal())
            if not _YEAR.fullmatch(digits):
                found[f"n:{digits}"] = None
            if len(found) == MAX_NUMBERS:
                return iter(found)
    return iter(found)
