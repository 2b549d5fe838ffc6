"""Pure. The spellings of a person's given name: "Mohamed" is also Muhammad and Mohammed.

The spellings of one name stand on one line of `given_names.txt`. An Arabic name made with "servant of" is
written with either vowel, apart or joined: Abdulhamid, Abdel Hamid, عبد الحميد, عبدالحميد.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from monitor.languages import tables
from monitor.languages.detect import written_in
from monitor.languages.grammar import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

#: "servant of" and what follows, apart or joined, in Latin, Cyrillic and Arabic letters
_SERVANT = re.compile(r"(?:(abd[ue]l|абд[уе]ль?)[-\s]?|(عبد)\s?(?=ال))(?=\w{3})(?![lл])", re.IGNORECASE)
_WRITTEN = {"a": ("Abdul", "Abdel"), "а": ("Абдель", "Абдул"), "ع": ("عبد",)}


def respelled(name: str) -> tuple[str, ...]:
    """A full name with its given name in every other spelling of the same script; none for a name alone."""
    return _servants(name) or _spelled(name)


def _servants(name: str) -> tuple[str, ...]:
    found = _SERVANT.match(name)
    rest = name[found.end() :] if found else ""
    if found is None or " " not in rest:
        return ()
    made = [
        f"{servant}{joint}{_cased(rest, joint)}"
        for servant in _WRITTEN[name[0].lower()]
        for joint in ("", " ")
    ]
    return tuple(form for form in made if form != name)


def _cased(rest: str, joint: str) -> str:
    return rest[0].upper() + rest[1:] if joint else rest[0].lower() + rest[1:]


def _spelled(name: str) -> tuple[str, ...]:
    given, space, rest = name.partition(" ")
    if not rest:
        return ()
    script = written_in(given)
    others = _lines().get(given, ())
    return tuple(
        f"{other}{space}{rest}" for other in others if other != given and written_in(other) == script
    )


def culture_of(given: str) -> str:
    """Whose given name it is, by the section it stands in; "" for an unknown one.
    What is made with "servant of" is of the same as "Abdullah", listed or not.
    """
    return _cultures().get(given) or (_cultures()["Abdullah"] if _SERVANT.match(given) else "")


def usual(given: str) -> str:
    """The first spelling of a given name, in Latin letters; "" for an unknown one.

    In Arabic letters it may be in its plain form: "احمد".
    """
    return next(iter(_lines().get(given) or _plain_lines().get(given, ())), "")


#: what counts of a family's name, whoever spells it: no article, "kh" as "h", nothing doubled; then of a long
#: one its consonants, of a short one its vowels too, however written
_SOUNDS = (
    (re.compile(r"\A(?:[ae]l|[ae]([dnrstz])(?=-\1)|ash|as(?=-sh))[- ]"), ""),
    (re.compile("kh|ḥ"), "h"),
    (re.compile("gh|[qgğ]"), "k"),
    (re.compile("dzh|[cç]"), "j"),
    (re.compile("ş"), "sh"),
    (re.compile("[^a-z]|(?<!s)h(?=\\Z)"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_VOWELS = ((re.compile("[ouwv]+"), "u"), (re.compile("[iıy]+"), "i"), (re.compile("[ae]+"), "a"))
_SILENT = re.compile("[aeiouvwy]")
#: consonants with which a family's name is told from others
_TELLING = 3


def sound(family: str) -> str:
    """What all spellings of a family's name have in common, in Latin letters.

    "al-Huveyc" is not "al-Hajj", and "el-Akuri" is "al-Aqouri".
    """
    said = family.casefold()
    for letters, counts in _SOUNDS:
        said = letters.sub(counts, said)
    consonants = _SOUNDS[-1][0].sub(r"\1", _SILENT.sub("", said))
    if len(consonants) >= _TELLING:
        return consonants
    for letters, counts in _VOWELS:
        said = letters.sub(counts, said)
    return said


def parted(name: str) -> tuple[str, str]:
    """The given name and the family's: "Abdel Salam Zlitni" has the given name "Abdelsalam"."""
    given, _, rest = name.partition(" ")
    found = _SERVANT.match(name)
    if found and found.end() == len(given) + 1:
        more, _, rest = rest.partition(" ")
        given += more.casefold()
    return given, rest


@cache
def _cultures() -> Mapping[str, str]:
    """Each given name with its culture; without those of two."""
    found: dict[str, set[str]] = {}
    for culture, listed in tables.shared("given_names.txt").items():
        for _, line in listed:
            for name in line.split():
                found.setdefault(name, set()).add(culture)
    return {name: cultures.pop() for name, cultures in found.items() if len(cultures) == 1}


@cache
def _plain_lines() -> Mapping[str, tuple[str, ...]]:
    """The names in Arabic letters in the form that `plain` gives them."""
    return {plain(name).text: line for name, line in _lines().items() if name[0] > "\u0600"}


@cache
def _lines() -> Mapping[str, tuple[str, ...]]:
    """Each given name with the spellings of its line."""
    lines = (
        tuple(line.split()) for listed in tables.shared("given_names.txt").values() for _, line in listed
    )
    return {name: line for line in lines for name in line}
