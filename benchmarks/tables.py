"""The three questions that the benchmark answers, each as a table of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks import lists, peers, texts
from monitor.contacts import extract
from monitor.folding import fold
from monitor.matching.matcher import Matcher

if TYPE_CHECKING:
    from benchmarks.timing import Effort, Work
    from monitor.matching.rules import Watchlists
    from monitor.model import Item

FLOOR = "folding + automaton: the floor"
#: items of a kind, and of a feed's document
COUNT, DOCUMENT = 240, 40


def contenders(shipped: Watchlists, *, effort: Effort, most: int | None = None) -> Iterator[str]:
    """Who takes how long for one item, by kind of item;
    `most`: literals that the others get, None for all.
    """
    shipped.lexicon.prepare()
    matcher = Matcher(shipped, extract=extract.extractor(shipped))
    patterns = lists.patterns(shipped)[:most]
    kinds = {
        "ordinary": texts.ordinary(COUNT),
        "near miss": texts.near(COUNT),
        "matching": texts.matching(COUNT),
    }
    ways = _ours(matcher, patterns) | _theirs([pattern.strip() for pattern in patterns])
    work: dict[str, Work] = {}
    for kind, items in kinds.items():
        given: dict[str, Sequence[object]] = {
            "item": items,
            "given": [_given(i) for i in items],
            "folded": [fold(_given(i)).text for i in items],
            "document": [items[at : at + DOCUMENT] for at in range(0, COUNT, DOCUMENT)],
        }
        work |= {f"{name}|{kind}": (do, given[what]) for name, (do, what) in ways.items() if do is not None}
    taken = effort.microseconds(work)
    size = sum(len(_given(item)) for items in kinds.values() for item in items) / (3 * COUNT)
    yield (
        f"{len(patterns):,} literals, {len(shipped.rules)} rules, {size:.0f} characters an item; "
        "µs per item, × the floor"
    )
    yield _line("", *(f"{kind:>10}       " for kind in kinds))
    for name, (do, what) in ways.items():
        many = DOCUMENT if what == "document" else 1
        cells = (
            (_cell(taken[f"{name}|{kind}"] / many, taken[f"{FLOOR}|{kind}"]) for kind in kinds)
            if do
            else ("not installed",)
        )
        yield _line(name, *cells)


def literals_growth(sizes: Sequence[int], *, effort: Effort) -> Iterator[str]:
    """The same items against ever more literals."""
    items = texts.saying(lists.names(sizes[0]), COUNT)
    work: dict[str, Work] = {}
    for size in sizes:
        matcher = lists.matcher(lists.lexicon_of(size))
        work |= {
            f"scan|{size}": (matcher.watchlists.lexicon.scan, items),
            f"decision|{size}": (matcher.decide, items),
        }
    yield from _growth("literals, 3 rules", ("scan", "decision"), sizes, effort.microseconds(work))


def rules_growth(sizes: Sequence[int], *, effort: Effort) -> Iterator[str]:
    """The same items, with the same matches, against ever more rules."""
    kinds = {
        "names nobody": texts.ordinary(COUNT),
        "matches three rules": texts.saying(lists.names(2), COUNT),
    }
    work: dict[str, Work] = {}
    for size in sizes:
        matcher = lists.matcher(lists.rules_of(size))
        work |= {f"{kind}|{size}": (matcher.decide, items) for kind, items in kinds.items()}
    yield from _growth("rules, 3,000 names", tuple(kinds), sizes, effort.microseconds(work))


Way = tuple[Callable[[Any], object] | None, str]


def _ours(matcher: Matcher, patterns: Sequence[str]) -> dict[str, Way]:
    automaton = peers.automaton(patterns)
    lexicon = matcher.watchlists.lexicon
    return {
        "plain folding": (fold, "given"),
        "ahocorasick_rs alone, on folded text": (automaton, "folded"),
        FLOOR: (lambda text: automaton(fold(text).text), "given"),
        "our scan: places, senses, silencing": (lexicon.scan, "item"),
        "our whole decision, contacts included": (matcher.decide, "item"),
        "the same of a document, as it is polled": (matcher.decide_all, "document"),
    }


def _theirs(literals: Sequence[str]) -> dict[str, Way]:
    return {
        "re alternation, on folded text": (peers.alternation(literals), "folded"),
        "spaCy PhraseMatcher, blank pipeline": (peers.phrase_matcher(literals), "given"),
    }


def _growth(
    what: str, rows: Sequence[str], sizes: Sequence[int], taken: Mapping[str, float]
) -> Iterator[str]:
    yield f"growth in {what}; µs per item, × the smallest"
    yield _line("", *(f"{size:>10,}       " for size in sizes))
    for row in rows:
        yield _line(row, *(_cell(taken[f"{row}|{size}"], taken[f"{row}|{sizes[0]}"]) for size in sizes))


def _line(name: str, *cells: str) -> str:
    return f"  {name:<40}{''.join(cells)}".rstrip()


def _cell(taken: float, floor: float) -> str:
    return f"{taken:>10,.0f} ×{taken / floor:<5.3g}"


def _given(item: Item) -> str:
    return f"{item.title} {item.summary} {item.content}"
