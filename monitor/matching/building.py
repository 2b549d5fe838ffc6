"""Pure. From the analysts' files to the forms that a lexicon looks for, each with what it may mean."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from dataclasses import replace
from itertools import accumulate, chain
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.folding import BARRIER, fold_all, folded
from monitor.languages.given_names import respelled
from monitor.languages.word_forms import articled, forms_of_script, inflected
from monitor.matching.mentions import COMMAS, ENTITY, EXCEPT, LITERAL, VOCABULARY, Claim
from monitor.matching.namesakes import Bearer, bearer_of, folded_bearers
from monitor.matching.silence import Condition, Guards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from monitor.matching.mentions import EntitySpec, Nearby, VocabularySpec

    #: the claim of each form, -1 where it has several; and these by the form's number
    Owners = tuple[Iterable[int], Mapping[int, Sequence[int]]]


_OTHER_SCRIPT = re.compile(r"(?=[\u0370-\u1dff])[^\W\d_]")


class Builder:
    """Collects; `finish` folds and gives `patterns`: folded form, spaces around it, to its claims."""

    def __init__(self) -> None:
        self.patterns: dict[str, tuple[Claim, ...]] = {}
        self.bearers: dict[str, Bearer] = {}
        self.guards: dict[str, Guards] = {}
        self._literals: dict[str, bool] = {}
        #: what `finish` folds, and what each word claims
        self._words: list[str] = []
        self._waiting: list[Claim] = []

    def bearer(self, spec: EntitySpec) -> None:
        """Who the entity is and what its hits must have beside them, without its names."""
        term = f"@{spec.id}"
        self.bearers[term] = bearer_of(spec)
        conditions = (self._condition(nearby) for nearby in (spec.confirm, *spec.confirm_or))
        confirm, near = tuple(filter(None, conditions)), self._condition(spec.except_near)
        if confirm or near:
            self.guards[term] = Guards(confirm, near)

    def entity(self, spec: EntitySpec) -> None:
        """Everything about an entity."""
        self.bearer(spec)
        term = f"@{spec.id}"
        if spec.kind == "person" and spec.aliases:
            self._name(spec, Claim(ENTITY, term), spec.name, generate=True)
        for words, weak, generate in (
            (spec.aliases, False, True),
            (spec.exact, False, False),
            (spec.weak, True, True),
        ):
            for lang, word in _each(words):
                self._name(spec, Claim(ENTITY, term, lang=lang, weak=weak), word, generate=generate)
        for lang, word in _each(spec.repeats):
            self._name(spec, Claim(ENTITY, term, lang=lang, weak=True, repeats=True), word, generate=True)
        for words, weak in ((spec.exact_case, False), (spec.weak_case, True)):
            for lang, word in _each(words):
                self._add(word, Claim(ENTITY, term, lang=lang, weak=weak, spelling=spelling(word)))
        for lang, word in _each(spec.excepts):
            self._add(word, Claim(EXCEPT, term, lang=lang))

    def _name(self, spec: EntitySpec, claim: Claim, word: str, *, generate: bool) -> None:
        self._add(word, claim)
        if not generate or word.endswith("*"):
            return
        spelled: tuple[str, ...] = ()
        if spec.kind == "person":
            bears = _is_latin(word) and _bears_article(spec)
            names = (word, *(() if spec.full_name else respelled(word)))
            spelled = (*names[1:], *(form for name in names for form in articled(name, bears_article=bears)))
        for form in spelled:
            self._add(form, claim)
        declined = (word, *(() if _is_latin(word) else spelled))
        # a name listed for every language declines in those that share its script
        for lang in (claim.lang,) if claim.lang != "any" else forms_of_script(word):
            latin = replace(claim, generated=True, lang=lang)
            for form in (form for name in declined for form in inflected(name, lang, spec.kind)[1:]):
                self._add(form, latin if _is_latin(form) else claim)

    def vocabulary(self, spec: VocabularySpec) -> None:
        for sense, words in spec.senses.items():
            for lang, word in _each(words):
                own = "any" if not _is_latin(word) else lang
                claim = Claim(VOCABULARY, f"%{spec.id}", sense=sense, lang=own)
                generate = spec.forms and not word.endswith("*")
                for form in inflected(word, lang, "word") if generate else (word,):
                    self._add(form, claim)

    def literals(self, texts: Sequence[str], *, given_out: bool) -> list[str]:
        """Register phrases of rules or conditions; returns the terms they are known by."""
        stems = fold_all([text.rstrip("*").strip('"') for text in texts])
        return [
            self._literal(stem, prefix=text.endswith("*"), given_out=given_out)
            for stem, text in zip(stems, texts, strict=True)
        ]

    def _literal(self, stem: str, *, prefix: bool, given_out: bool) -> str:
        term = f"{stem}*" if prefix else f'"{stem}"'
        if stem and (term not in self._literals or (given_out and not self._literals[term])):
            pattern = f" {stem}" if prefix else f" {stem} "
            claims = (c for c in self.patterns.get(pattern, ()) if (c.kind, c.term) != (LITERAL, term))
            self.patterns[pattern] = (*claims, Claim(LITERAL, term, given_out=given_out))
            self._literals[term] = given_out
        return term

    def _condition(self, nearby: Nearby | None) -> Condition | None:
        if nearby is None:
            return None
        terms = dict.fromkeys(term for _, term in _each(nearby.terms))
        return Condition(
            self._keys(terms),
            nearby.within,
            unless=self._keys(nearby.unless),
            in_item=self._keys(nearby.in_item),
            homes=nearby.home,
        )

    def _keys(self, terms: Iterable[str]) -> tuple[str, ...]:
        listed = list(terms)
        named = [term for term in listed if term[:1] in "@#%"]
        phrases = self.literals([term for term in listed if term[:1] not in "@#%"], given_out=False)
        return (*named, *phrases)

    def _add(self, word: str, claim: Claim) -> None:
        self._words.append(word)
        self._waiting.append(claim)

    def finish(self) -> None:
        """Fold all words at once, which is many times as fast as one by one."""
        stems = fold_all([word.removesuffix("*") for word in self._words])
        patterns = self.patterns
        alone: dict[int, tuple[Claim]] = {}
        for stem, word, claim in zip(stems, self._words, self._waiting, strict=True):
            if not stem:
                continue
            made = replace(claim, sense=stem) if claim.kind == EXCEPT else claim
            if claim.kind == ENTITY and not COMMAS.isdisjoint(word):
                made = replace(claim, comma=True)
            pattern = f" {stem}" if word.endswith("*") else f" {stem} "
            known = patterns.get(pattern)
            if known is None:
                patterns[pattern] = alone.setdefault(id(made), (made,))
            elif made not in known:
                patterns[pattern] = (*known, made)
        self._words.clear()
        self._waiting.clear()
        self.bearers.update(folded_bearers(self.bearers))


#: number of a form, start and end in the folded text, the spaces around included
Match = tuple[int, int, int]

_OF_ONE_SCRIPT = re.compile("[\u0370-\U0010ffff]")


class Patterns:
    """The forms that a lexicon looks for, numbered, and what each may mean.

    A form belongs to the 256 code points in which its first letter beyond Latin stands, its script; 0 for all
    others. Each script has an automaton, made when a text first has that script: a start seldom needs all.
    """

    def __init__(self, forms: Mapping[int, str], owners: Owners, claims: Sequence[Claim]) -> None:
        """`forms`: by script, a line each; `owners` of them in that order."""
        self.forms, self.claims = dict(forms), claims
        self.owners, self.several = array("i", owners[0]), owners[1]  # a list takes six times as much
        counts = [lines.count("\n") + 1 for lines in forms.values()]
        self._firsts = dict(zip(forms, accumulate(counts, initial=0), strict=False))
        self._automata: dict[int, AhoCorasick] = {}
        self._whole: AhoCorasick | None = None
        self._building = Lock()

    @classmethod
    def of(cls, patterns: Mapping[str, tuple[Claim, ...]]) -> Patterns:
        """From forms, spaces around them, to their claims."""
        scripts: dict[int, list[str]] = defaultdict(list)
        for form in patterns:
            letter = _OF_ONE_SCRIPT.search(form)
            scripts[ord(letter[0]) >> 8 if letter else 0].append(form)
        numbers: dict[Claim, int] = {}
        owners, several = array("i"), {}
        for form in chain.from_iterable(scripts.values()):
            of = [numbers.setdefault(claim, len(numbers)) for claim in patterns[form]]
            if len(of) > 1:
                several[len(owners)] = of
            owners.append(of[0] if len(of) == 1 else -1)
        lines = {script: "\n".join(forms) for script, forms in scripts.items()}
        return cls(lines, (owners, several), list(numbers))

    def __len__(self) -> int:
        return len(self.owners)

    def meant(self, number: int) -> tuple[Claim, ...]:
        """What a form may mean."""
        of = self.owners[number]
        return (self.claims[of],) if of >= 0 else tuple(self.claims[n] for n in self.several[number])

    def find(self, text: str) -> list[Match]:
        """Every form that stands in a folded text, by where it ends, longer ones first."""
        if self._whole is not None:
            return self._whole.find_matches_as_indexes(text, overlapping=True)
        found: list[list[Match]] = []
        for script in self._scripts(text):
            automaton = self._automata.get(script) or self._automaton(script)
            first = self._firsts[script]
            of_script = automaton.find_matches_as_indexes(text, overlapping=True)
            found.append([(n + first, start, end) for n, start, end in of_script] if first else of_script)
        if len(found) == 1:
            return found[0]
        return sorted(chain.from_iterable(found), key=lambda match: (match[2], match[1]))

    def prepare(self) -> None:
        """Make one automaton of all scripts, which spares each text a fifth of its time, in a process
        that is to run for long; not where a text came before.
        """
        with self._building:
            if self.forms.keys() == self._firsts.keys():
                lines = "\n".join(self.forms.values())
                self._whole = _automaton(lines.split("\n") if self.forms else [])
                self.forms.clear()

    def _scripts(self, text: str) -> list[int]:
        if text.isascii():
            return [0] if 0 in self._firsts else []
        of_text = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4") >> 8
        return [script for script in self._firsts if not script or (of_text == script).any()]

    def _automaton(self, script: int) -> AhoCorasick:
        with self._building:
            if script not in self._automata:
                self._automata[script] = _automaton(self.forms.pop(script).split("\n"))
            return self._automata[script]


def _automaton(forms: list[str]) -> AhoCorasick:
    return AhoCorasick(
        forms or [BARRIER * 2],
        matchkind=MatchKind.Standard,
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )


class PatternCache(Protocol):
    """Where patterns that were made before are kept."""

    def read(self) -> Patterns | None:
        """The patterns of the same files and the same program; None: there are none."""

    def made(self, make: Callable[[], Patterns]) -> Patterns:
        """What `make` gives, kept for the next start, if possible."""


class _NoCache:
    """Nothing is kept."""

    def read(self) -> None:
        """Nothing."""

    def made(self, make: Callable[[], Patterns]) -> Patterns:
        """What `make` gives."""
        return make()


NO_CACHE: PatternCache = _NoCache()


class Made(NamedTuple):
    """What a lexicon is made of."""

    patterns: Patterns
    bearers: Mapping[str, Bearer]
    guards: Mapping[str, Guards]


def made(
    entities: Iterable[EntitySpec],
    vocabularies: Iterable[VocabularySpec],
    literals: Iterable[str],
    cache: PatternCache = NO_CACHE,
) -> Made:
    """Everything of a lexicon; patterns that `cache` has are not made again."""
    known = (tuple(entities), tuple(vocabularies), tuple(literals))
    builder = Builder()
    for entity in known[0]:
        builder.bearer(entity)
    builder.finish()
    patterns = cache.read()
    if patterns is None:
        patterns = cache.made(lambda: Patterns.of(_filled(*known)))
    return Made(patterns, builder.bearers, builder.guards)


def _filled(
    entities: Iterable[EntitySpec],
    vocabularies: Iterable[VocabularySpec],
    literals: Iterable[str],
) -> Mapping[str, tuple[Claim, ...]]:
    builder = Builder()
    for entity in entities:
        builder.entity(entity)
    for vocabulary in vocabularies:
        builder.vocabulary(vocabulary)
    builder.literals(list(literals), given_out=True)
    builder.finish()
    return builder.patterns


def _bears_article(spec: EntitySpec) -> bool:
    """Whether a person's surname alone has the Arabic article: "الدبيبة"."""
    listed = (word for names in (spec.aliases, spec.weak) for _, word in _each(names))
    return any(word.startswith("ال") and " " not in word for word in listed)


def _each(words: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    for lang, listed in words.items():
        for word in listed:
            yield lang, word


def spelling(word: str) -> str:
    """A word for comparing upper and lower case: stops left out, one space between words."""
    return " ".join(word.replace(".", "").split())


def _is_latin(word: str) -> bool:
    """Whether the word is written in Latin letters (or none), which many languages share."""
    return _OTHER_SCRIPT.search(word) is None


# How an entity may be written:
# every listed and generated form, folded, for a search across languages.


def spellings(spec: EntitySpec) -> tuple[str, ...]:
    """The folded forms, a space where a word begins or ends; names that count only on a condition are left
    out.

    A form that holds another one is left out, too: where it stands, so does the other.
    """
    builder = Builder()
    builder.entity(spec)
    builder.finish()
    forms = [
        form
        for form, claims in builder.patterns.items()
        if any(claim.kind == ENTITY and not claim.weak for claim in claims)
    ]
    fewest: list[str] = []
    for form in sorted(forms, key=len):
        if not any(shorter in form for shorter in fewest):
            fewest.append(form)
    return tuple(fewest)


class Names:
    """Who goes by which names, in any language and spelling. They are folded once, which takes a while."""

    def __init__(self, entities: Iterable[EntitySpec]) -> None:
        self._whole: dict[str, list[EntitySpec]] = {}
        self._parts: list[tuple[str, EntitySpec]] = []
        for entity in entities:
            for name in dict.fromkeys(fold_all(_names(entity))):
                self._whole.setdefault(name, []).append(entity)
            self._parts.append((f" {folded(entity.name)} ", entity))

    def called(self, said: str) -> tuple[EntitySpec, ...]:
        """The entities that go by `said`; where none does, those whose name has it as a word."""
        wanted = folded(said)
        if not wanted:
            return ()
        return tuple(self._whole.get(wanted) or (e for name, e in self._parts if f" {wanted} " in name))


def called(entities: Iterable[EntitySpec], said: str) -> tuple[EntitySpec, ...]:
    """The entities that go by `said`, asked once."""
    return Names(entities).called(said)


def _names(of: EntitySpec) -> list[str]:
    lists = (of.aliases, of.exact, of.exact_case, of.weak, of.weak_case)
    return [of.name, *(word for listed in lists for words in listed.values() for word in words)]
