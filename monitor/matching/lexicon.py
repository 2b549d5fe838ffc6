"""Pure. Every name, word and phrase of every watchlist in one automaton; an item is read once, whatever their number.

Aho-Corasick (`ahocorasick_rs`, contiguous NFA) over folded text; a whole word stands between spaces, so patterns carry
theirs. Cost grows with the text and its hits, not with the lists.

Which language's lists apply: an item's own and `any` always; a word in Cyrillic, Arabic or another script of its own
everywhere; a listed Latin name in every item, unless the item's own language lists the same form otherwise ("Menfi"
is weak in Italian); generated Latin forms and Latin vocabulary in their own language only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.matching import undocs
from monitor.matching.forms import forms_of_script, inflected
from monitor.matching.mentions import FIELD_GAP, FIELDS, PARAGRAPH_GAP, Mention, Scan
from monitor.matching.sentences import split
from monitor.matching.silence import (
    ENTITY,
    EXCEPT,
    LITERAL,
    VOCABULARY,
    Claim,
    Condition,
    Guards,
    Hit,
    silence,
    widest,
)
from monitor.matching.text import BARRIER, Folded, extended, fold, fold_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from monitor.matching.mentions import EntitySpec, Nearby, Sentence, VocabularySpec
    from monitor.matching.undocs import Resolution, UnDocument
    from monitor.model import Item

#: pattern number, start and end in the folded text, the spaces around included
Match = tuple[int, int, int]

#: the term of UN documents
UN_DOCUMENT = "%un-document"

_JOINT = f" {BARRIER} "
_OTHER_SCRIPT = re.compile(r"(?=[\u0370-\u1dff])[^\W\d_]")


@dataclass(frozen=True, slots=True)
class _Bearer:
    """An entity's tags, and those that hold only at times."""

    tags: frozenset[str]
    roles: tuple[tuple[date | None, date | None, frozenset[str]], ...]

    def tags_at(self, day: date | None) -> frozenset[str]:
        """All tags on `day`; without a day every role holds."""
        found = self.tags
        for since, until, tags in self.roles:
            if day is None or ((since is None or since <= day) and (until is None or day <= until)):
                found |= tags
        return found


class Lexicon:
    """Built once from the analysts' files, then only read; safe to share between threads."""

    def __init__(
        self,
        patterns: Mapping[str, tuple[Claim, ...]],
        bearers: Mapping[str, _Bearer],
        guards: dict[str, Guards],
        *,
        resolutions: Mapping[int, Resolution],
    ) -> None:
        self._claims = list(patterns.values())
        self._automaton = AhoCorasick(
            list(patterns) or ["\uffff"],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        self._bearers = bearers
        self._guards = guards
        self._resolutions = resolutions
        self._resolved: dict[str, dict[int, tuple[Claim, ...]]] = defaultdict(dict)

    @classmethod
    def build(
        cls,
        entities: Iterable[EntitySpec],
        vocabularies: Iterable[VocabularySpec],
        literals: Iterable[str],
        *,
        resolutions: Mapping[int, Resolution] | None = None,
    ) -> Lexicon:
        """Compile. `literals` are the rules' own phrases and prefixes: '"foreign forces"' or 'mercenar*'.

        With a table of `resolutions` (undocs.load) UN documents are mentions of "%un-document", their sense as
        undocs.sense says.
        """
        builder = _Builder()
        for entity in entities:
            builder.entity(entity)
        for vocabulary in vocabularies:
            builder.vocabulary(vocabulary)
        builder.literals(list(literals), given_out=True)
        builder.finish()
        return cls(builder.patterns, builder.bearers, builder.guards, resolutions=resolutions or {})

    def __len__(self) -> int:
        """The number of forms in the automaton."""
        return len(self._claims)

    def scan(self, item: Item) -> Scan:
        """Everything the lists say about one item; mentions sorted by token, then longer first."""
        fields = {"title": item.title, "summary": item.summary, "content": item.content}
        sentences = split(fields)
        text = fold(_JOINT.join(fields.values()))
        found = self._automaton.find_matches_as_indexes(text.text, overlapping=True)
        named = undocs.find(text.given) if self._resolutions else ()
        if not (found or named) or not sentences:
            return Scan(
                lang=item.lang, fields=fields, sentences=sentences, mentions=(), published=item.published_at
            )
        places = _Places(text, fields, sentences)
        hits = widest([*self._hits(found, places, item), *self._documents(named, places)])
        silence(hits, self._guards)
        mentions = tuple(_mention(hit) for hit in hits if hit.claim.given_out and hit.claim.kind != EXCEPT)
        return Scan(
            lang=item.lang,
            fields=fields,
            sentences=sentences,
            mentions=mentions,
            published=item.published_at,
        )

    def _documents(self, named: Sequence[UnDocument], places: _Places) -> Iterator[Hit]:
        found = [places.bounds(document.start, document.end) for document in named]
        for document, place in zip(named, places.of(found), strict=True):
            sense = undocs.sense(document, self._resolutions)
            hit = places.hit(Claim(VOCABULARY, UN_DOCUMENT, sense=sense), place)
            if hit is not None:
                hit.end = hit.start + document.end - document.start
                yield hit

    def _hits(self, found: list[Match], places: _Places, item: Item) -> list[Hit]:
        applying = list(self._applying(found, item.lang))
        day = item.published_at.date() if item.published_at else None
        tags: dict[str, frozenset[str]] = {}
        hits: dict[tuple[str, int, int], Hit] = {}
        for (_, claims), place in zip(applying, places.of([match for match, _ in applying]), strict=True):
            for claim in claims:
                key = (claim.key, place[0], place[1])
                known = hits.get(key)
                if known is not None and not known.claim.weak:
                    continue
                hit = places.hit(claim, place)
                if hit is None:
                    continue
                hits[key] = hit
                if claim.kind == ENTITY:
                    if claim.term not in tags:
                        tags[claim.term] = self._bearers[claim.term].tags_at(day)
                    hit.tags = tags[claim.term]
        return list(hits.values())

    def _applying(self, found: list[Match], lang: str) -> Iterator[tuple[Match, tuple[Claim, ...]]]:
        """The matches that say something in an item of language `lang`, with what they say."""
        resolved = self._resolved[lang]
        for match in found:
            claims = resolved.get(match[0])
            if claims is None:
                claims = resolved[match[0]] = _resolve(self._claims[match[0]], lang)
            if claims:
                yield match, claims


# --- which claims apply in an item's language ------------------------------------------------------------


def _resolve(claims: Sequence[Claim], lang: str) -> tuple[Claim, ...]:
    """The claims that apply in an item of language `lang`; of one entity's, its own language's listing decides."""
    usable: list[Claim] = []
    by_entity: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.kind == ENTITY:
            by_entity[claim.term].append(claim)
        elif claim.kind != VOCABULARY or claim.lang in ("any", lang) or lang == "und":
            usable.append(claim)
    for listed in by_entity.values():
        usable += _listed(listed, lang)
    return tuple(dict.fromkeys(usable))


def _listed(claims: Sequence[Claim], lang: str) -> list[Claim]:
    for group in (
        [c for c in claims if c.lang == lang and not c.generated],
        [c for c in claims if c.lang == lang],
        [c for c in claims if c.lang == "any"],
        [c for c in claims if not c.generated or lang == "und"],
    ):
        if group:
            return sorted(group, key=lambda c: c.weak)
    return []


# --- places ----------------------------------------------------------------------------------------------

#: token, token_end (by words of the folded text), start, end (offsets into all fields joined), sentence number
Place = tuple[int, int, int, int, int]


class _Places:
    """From matches in the folded text to fields, sentences and tokens."""

    def __init__(self, text: Folded, fields: Mapping[str, str], sentences: Sequence[Sentence]) -> None:
        self._text = text
        self._sentences = sentences
        self._offsets = dict(zip(FIELDS, _offsets(fields), strict=True))
        self._starts = np.array([self._offsets[s.field] + s.start for s in sentences])
        self._gaps = [FIELD_GAP * FIELDS.index(s.field) + PARAGRAPH_GAP * s.paragraph for s in sentences]

    def of(self, found: list[Match]) -> Iterator[Place]:
        """One place for each match."""
        bounds = np.array(found, dtype=np.int64).reshape(-1, 3)
        spaces = self._text.spaces
        first = np.searchsorted(spaces, bounds[:, 1])
        last = np.searchsorted(spaces, bounds[:, 2] - 1)
        starts = self._text.origins[bounds[:, 1] + 1]
        ends = self._text.origins[spaces[last] - 1] + 1
        within = np.searchsorted(self._starts, starts, side="right") - 1
        columns = (column.tolist() for column in (first, last, starts, ends, within))
        return zip(*columns, strict=True)

    def bounds(self, start: int, end: int) -> Match:
        """An original span as a match in the folded text, spaces around it included."""
        first, last = np.searchsorted(self._text.origins[1:-1], (start, end)).tolist()
        return 0, first, last + 1

    def hit(self, claim: Claim, place: Place) -> Hit | None:
        """`claim` at `place`, offsets into its field; None across a sentence's end or in another spelling."""
        token, token_end, start, end, number = place
        sentence = self._sentences[number]
        offset = self._offsets[sentence.field]
        if number < 0 or end > offset + sentence.end or start < offset + sentence.start:
            return None
        end = extended(self._text.given, end)
        if claim.spelling is not None and _spelling(self._text.given[start:end]) != claim.spelling:
            return None
        gap = self._gaps[number]
        return Hit(
            claim, start - offset, end - offset, number, sentence.paragraph, sentence.field,
            token + gap, token_end + gap,
        )  # fmt: skip


def _offsets(fields: Mapping[str, str]) -> Iterator[int]:
    offset = 0
    for name in FIELDS:
        yield offset
        offset += len(fields[name]) + len(_JOINT)


def _mention(hit: Hit) -> Mention:
    claim = hit.claim
    return Mention(
        term=claim.term,
        sense=claim.sense,
        tags=hit.tags,
        field=hit.field,
        start=hit.start,
        end=hit.end,
        sentence=hit.sentence,
        paragraph=hit.paragraph,
        token=hit.token,
        token_end=hit.token_end,
        weak=claim.weak,
        silenced_by=hit.silenced_by,
    )


# --- building --------------------------------------------------------------------------------------------


class _Builder:
    """Folded forms with what they claim."""

    def __init__(self) -> None:
        self.patterns: dict[str, tuple[Claim, ...]] = {}
        self.bearers: dict[str, _Bearer] = {}
        self.guards: dict[str, Guards] = {}
        self._literals: dict[str, bool] = {}
        #: what `finish` folds, and what each word claims
        self._words: list[str] = []
        self._waiting: list[Claim] = []

    def entity(self, spec: EntitySpec) -> None:
        term = f"@{spec.id}"
        roles = tuple((role.since, role.until, frozenset(role.tags)) for role in spec.roles)
        self.bearers[term] = _Bearer(frozenset(spec.tags), roles)
        for words, weak, generate in (
            (spec.aliases, False, True),
            (spec.exact, False, False),
            (spec.weak, True, True),
        ):
            for lang, word in _each(words):
                self._name(spec, Claim(ENTITY, term, lang=lang, weak=weak), word, generate=generate)
        for lang, word in _each(spec.exact_case):
            self._add(word, Claim(ENTITY, term, lang=lang, spelling=_spelling(word)))
        for lang, word in _each(spec.excepts):
            self._add(word, Claim(EXCEPT, term, lang=lang))
        confirm, near = self._condition(spec.confirm), self._condition(spec.except_near)
        if confirm or near:
            self.guards[term] = Guards(confirm, near)

    def _name(self, spec: EntitySpec, claim: Claim, word: str, *, generate: bool) -> None:
        self._add(word, claim)
        if not generate or word.endswith("*"):
            return
        # a name listed for every language declines in those that share its script
        for lang in (claim.lang,) if claim.lang != "any" else forms_of_script(word):
            latin = replace(claim, generated=True, lang=lang)
            for form in inflected(word, lang, spec.kind)[1:]:
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
        terms = list(dict.fromkeys(term for _, term in _each(nearby.terms)))
        named = [term for term in terms if term[:1] in "@#%"]
        phrases = self.literals([term for term in terms if term[:1] not in "@#%"], given_out=False)
        return Condition((*named, *phrases), nearby.within)

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
            pattern = f" {stem}" if word.endswith("*") else f" {stem} "
            known = patterns.get(pattern)
            if known is None:
                patterns[pattern] = alone.setdefault(id(made), (made,))
            elif made not in known:
                patterns[pattern] = (*known, made)
        self._words.clear()
        self._waiting.clear()


def _each(words: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    for lang, listed in words.items():
        for word in listed:
            yield lang, word


def _spelling(word: str) -> str:
    """A word for comparing upper and lower case: stops left out, one space between words."""
    return " ".join(word.replace(".", "").split())


def _is_latin(word: str) -> bool:
    """Whether the word is written in Latin letters (or none), which many languages share."""
    return _OTHER_SCRIPT.search(word) is None
