"""What else finds many literals in a text.

Each takes folded text or the item's own; None where it is not installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

Find = Callable[[str], object]


def automaton(patterns: Sequence[str]) -> Find:
    """The fastest multi-pattern library alone, set as we set it: the floor. Patterns bring their spaces."""
    built = AhoCorasick(
        patterns,
        matchkind=MatchKind.Standard,
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )
    return lambda text: built.find_matches_as_indexes(text, overlapping=True)


def alternation(literals: Sequence[str]) -> Find:
    """The standard library's `re`: one alternation between word boundaries."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(literals, key=len, reverse=True)))})\b")
    return lambda text: [match.span() for match in pattern.finditer(text)]


def phrase_matcher(literals: Sequence[str]) -> Find | None:
    """spaCy's PhraseMatcher over the blank multi-language pipeline, lower case."""
    try:
        spacy = import_module("spacy")
        phrases = import_module("spacy.matcher")
    except ImportError:
        return None
    pipeline = spacy.blank("xx")
    pipeline.max_length = 10_000_000
    matcher = phrases.PhraseMatcher(pipeline.vocab, attr="LOWER")
    matcher.add("literals", list(pipeline.tokenizer.pipe(literals)))
    return lambda text: matcher(pipeline.make_doc(text))
