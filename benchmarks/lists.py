"""Made-up names and rules, as many as wanted, to see how cost grows."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING

from monitor.matching.building import Builder
from monitor.matching.lexicon import Lexicon
from monitor.matching.matcher import Matcher
from monitor.matching.mentions import EntitySpec
from monitor.watchlists.compile import compile_sources

if TYPE_CHECKING:
    from monitor.matching.rules import Watchlists

_FIRST = (
    "bal",
    "dor",
    "fen",
    "gim",
    "hul",
    "jar",
    "kes",
    "lom",
    "mir",
    "nov",
    "pel",
    "quo",
    "ras",
    "sil",
    "tor",
    "vux",
)
_LAST = ("adan", "ebel", "idor", "omin", "uske", "ayra", "enko", "ivik", "oran", "ulat")
_VOCABULARY = b"""\
vocabulary: guests
title: Words of company
senses:
  guest: {en: [guest, guests, "visit*"]}
"""


def names(count: int) -> list[str]:
    """Two-word names that no language has, the same ones every time."""
    syllables = product(_FIRST, _LAST, _FIRST, _LAST, _FIRST)
    return [f"{a}{b} {c}{d}{e}".title() for a, b, c, d, e in islice(syllables, count)]


def patterns(lists: Watchlists) -> list[str]:
    """Every folded form that the lexicon of `lists` looks for, with its spaces."""
    builder = Builder()
    for entity in lists.entities.values():
        builder.entity(entity)
    for vocabulary in lists.vocabularies.values():
        builder.vocabulary(vocabulary)
    builder.finish()
    return list(builder.patterns)


def lexicon_of(count: int) -> Watchlists:
    """Three rules over a lexicon of `count` literals."""
    few = _compiled(names(count)[:4], rules=3)
    specs = [
        EntitySpec(id=f"n{number}", name=name, kind="person", exact={"any": (name,)})
        for number, name in enumerate(names(count))
    ]
    return replace(few, lexicon=Lexicon.build(specs, few.vocabularies.values(), ()))


def rules_of(count: int) -> Watchlists:
    """`count` rules over a lexicon of 3,000 names;
    all but the first three ask for other names than those three.
    """
    return _compiled(names(3000), rules=count)


def matcher(lists: Watchlists) -> Matcher:
    """Ready to decide."""
    return Matcher(lists)


def _compiled(known: list[str], *, rules: int) -> Watchlists:
    half = len(known) // 2 + 1
    sources = {
        f"entities/n{at}.yaml": _entities(known[at : at + half], at).encode()
        for at in range(0, len(known), half)
    }
    sources["vocabulary/guests.yaml"] = _VOCABULARY
    sources["w.yaml"] = (
        "watchlist: w\ntitle: w\nrules:\n" + "".join(_rule(n, len(known)) for n in range(rules))
    ).encode()
    return compile_sources(sources)


def _entities(known: list[str], first: int) -> str:
    return "entities:\n" + "".join(
        f"  - {{id: n{first + number}, name: {name}, kind: person, exact: {{any: [{name}]}}}}\n"
        for number, name in enumerate(known)
    )


def _rule(number: int, known: int) -> str:
    one, other = (0, 1) if number < 3 else (3 + number % (known - 3), 3 + (number * 7) % (known - 3))
    return f'  - {{id: r{number}, title: r, query: "(@n{one} OR @n{other}) SENTENCE %guests"}}\n'
