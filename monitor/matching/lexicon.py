"""Pure. Every name, word and phrase of every watchlist in one automaton; an item is read once.

Aho-Corasick (`building.Patterns`) over folded text; a whole word stands between spaces, as in its pattern.
Cost grows with the text and its hits, not with the lists. `hear` finds the words; `scan` also tells where
they stand and which of them count, which most items never need.

Which language's lists apply: an item's own and `any` always; a word in Cyrillic, Arabic or another script of
its own everywhere; a listed Latin name in every item, unless the item's own language lists the same form
otherwise ("Menfi" is weak in Italian); generated Latin forms and Latin vocabulary in their own language only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from monitor.folding import BARRIER, Folded, extended, fold_each, folded, tags
from monitor.matching import sentences as passages
from monitor.matching import un_documents
from monitor.matching.building import NO_CACHE, made, spelling
from monitor.matching.mentions import (
    COMMAS,
    ENTITY,
    EXCEPT,
    FIELD_GAP,
    FIELDS,
    PARAGRAPH_GAP,
    VOCABULARY,
    Claim,
    Hit,
    Mention,
    Scan,
    keys,
)
from monitor.matching.namesakes import Namesakes
from monitor.matching.sentences import JOINT, split
from monitor.matching.silence import silence, widest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from monitor.matching.building import Made, Match, PatternCache
    from monitor.matching.mentions import EntitySpec, Sentence, VocabularySpec
    from monitor.matching.un_documents import Resolution, UnDocument
    from monitor.model import Item

    #: from the name of an outlet and an item's address to a country, "" where it is not known
    Home = Callable[[str, str | None], str]

#: forms of an item that are looked at, from its title on: ten times what the longest article says
MAX_SPOKEN = 20_000
#: hashtags in one case that are tried, and the letters that two words have at least
MAX_TAGS, MIN_TAG, MAX_TAG = 20, 7, 30
#: the term of UN documents
UN_DOCUMENT = "%un-document"


def _nowhere(_outlet: str, _url: str | None) -> str:
    return ""


class Meaning(NamedTuple):
    """What one form may mean in an item of one language, and every key by which a query may ask for it."""

    claims: tuple[Claim, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of an item that mean something, not yet looked at closely."""

    text: Folded
    found: list[Match]
    #: by pattern; those without claims in this item's language left out
    claims: dict[int, tuple[Claim, ...]]
    documents: Sequence[UnDocument]
    #: every key that a mention of this item can have, and perhaps more
    keys: set[str]
    #: all its words as an archive keeps them; empty where a tag was parted, or a field holds the barrier
    folded: str

    def spoken(self) -> list[tuple[Match, tuple[Claim, ...]]]:
        """The matches that claim something, with what they claim, from the title on."""
        claims = self.claims
        return list(islice(((m, claims[m[0]]) for m in self.found if m[0] in claims), MAX_SPOKEN))


class Lexicon:
    """Built once from the analysts' files, then only read; safe to share between threads."""

    def __init__(
        self, make: Callable[[], Made], *, resolutions: Mapping[int, Resolution] | None, home: Home
    ) -> None:
        self._make = make
        self._resolutions = resolutions or {}
        self._home = home

    @classmethod
    def build(
        cls,
        entities: Iterable[EntitySpec],
        vocabularies: Iterable[VocabularySpec],
        literals: Iterable[str],
        *,
        resolutions: Mapping[int, Resolution] | None = None,
        cache: PatternCache = NO_CACHE,
        home: Home = _nowhere,
    ) -> Lexicon:
        """Compile, when the first item comes.

        `literals` are the rules' own phrases and prefixes: '"foreign forces"' or 'mercenar*'. With a table of
        `resolutions` (undocs.load) UN documents are mentions of "%un-document", their sense as undocs.sense
        says. What `cache` has is not made again. `home` tells in which country an outlet is at home.
        """
        known = (tuple(entities), tuple(vocabularies), tuple(literals))
        return cls(lambda: made(*known, cache), resolutions=resolutions, home=home)

    @cached_property
    def _made(self) -> Made:
        return self._make()

    @cached_property
    def _meanings(self) -> dict[str, dict[int, Meaning]]:
        """What each pattern means, worked out when first met, by the language of the item ("" where no list
        has it).
        """
        return {lang: {} for lang in {"", "und", *(claim.lang for claim in self._made.patterns.claims)}}

    def prepare(self) -> None:
        """Be ready for items of every script, in a process that is to run for long."""
        self._made.patterns.prepare()

    def __len__(self) -> int:
        """The number of forms in the automaton."""
        return len(self._made.patterns)

    def hear(self, item: Item) -> Heard:
        """The words of the item that may mean something: one folding, one pass of the automaton."""
        return self.hear_all((item,))[0]

    def hear_all(self, items: Sequence[Item]) -> list[Heard]:
        """The same of several, each step for all: so it finds its tables in the processor's cache."""
        given = [JOINT.join((item.title, item.summary, item.content)) for item in items]
        seams = [self._seams(one) for one in given]
        texts = fold_each(given, seams)
        found = [self._made.patterns.find(text.text) for text in texts]
        plain = [not s and one.count(BARRIER) == len(FIELDS) - 1 for s, one in zip(seams, given, strict=True)]
        return list(map(self._heard, items, texts, found, plain))

    def _heard(self, item: Item, text: Folded, found: list[Match], plain: bool) -> Heard:
        claims: dict[int, tuple[Claim, ...]] = {}
        heard: set[str] = set()
        if item.langs:
            stretches = passages.stretches(item)
            found = self._by_stretch(found, text, [end for end, _ in stretches])
            meant = self._meant_in([lang for _, lang in stretches], {match[0] for match in found})
        else:
            meant = self._meant({match[0] for match in found}, item.lang)
        for pattern, meaning in meant:
            if meaning.claims:
                claims[pattern] = meaning.claims
                heard |= meaning.keys
        named = un_documents.find(text.given, text.text)[:MAX_SPOKEN] if self._resolutions else ()
        for document in named:
            heard.update(keys(UN_DOCUMENT, un_documents.sense(document, self._resolutions), frozenset()))
        return Heard(text, found, claims, named, heard, text.text if plain else "")

    def scan(self, item: Item, heard: Heard | None = None) -> Scan:
        """Everything the lists say about one item; mentions sorted by token, then longer first."""
        heard = heard or self.hear(item)
        fields = {"title": item.title, "summary": item.summary, "content": item.content}
        sentences = split(fields)
        mentions: tuple[Mention, ...] = ()
        if sentences and (heard.claims or heard.documents):
            places = _Places(heard.text, fields, sentences)
            hits = widest([*self._hits(heard, places, item), *self._documents(heard, places)])
            names = Namesakes(fields, self._made.bearers, item.lang or "")
            silence(hits, self._made.guards, names, home=self._home(item.outlet, item.url))
            mentions = tuple(hit.mention for hit in hits if hit.claim.given_out and hit.claim.kind != EXCEPT)
        return Scan(
            lang=item.lang,
            fields=fields,
            sentences=sentences,
            mentions=mentions,
            published=item.published_at,
            langs=passages.by_sentence(item, sentences) if item.langs else {},
        )

    def _by_stretch(self, found: list[Match], text: Folded, ends: Sequence[int]) -> list[Match]:
        """`found` with each pattern's number raised by the number
        of all patterns for each stretch before it.
        """
        starts = text.origins[np.array([start + 1 for _, start, _ in found], dtype=np.int64)]
        numbers = np.searchsorted(ends, starts, side="right").clip(max=len(ends) - 1).tolist()
        many = len(self)
        return [(p + many * n, start, end) for (p, start, end), n in zip(found, numbers, strict=True)]

    def _meant(self, patterns: Iterable[int], lang: str) -> Iterator[tuple[int, Meaning]]:
        """What each pattern means in a text of language `lang`."""
        known = self._meanings[lang if lang in self._meanings else ""]
        for pattern in patterns:
            meaning = known.get(pattern)
            if meaning is None:
                meaning = known[pattern] = self._meaning(pattern, lang)
            yield pattern, meaning

    def _meant_in(self, langs: Sequence[str], patterns: Iterable[int]) -> Iterator[tuple[int, Meaning]]:
        """What each pattern means, its number raised by `_by_stretch`; `langs` are those of the stretches."""
        many = len(self)
        for raised in patterns:
            ((_, meaning),) = self._meant((raised % many,), langs[raised // many])
            yield raised, meaning

    def _seams(self, given: str) -> list[int]:
        """Where the words of a name begin that a hashtag in one case joins: "#rosamarin"."""
        found: list[int] = []
        for start, tag in islice(tags(given), MAX_TAGS):
            word = folded(tag)
            if len(word) == len(tag):
                found += [start + seam for seam in self._parted(word)]
        return found

    def _parted(self, word: str) -> tuple[int, ...]:
        """Where to part a word so that its parts are the name of somebody known;
        nowhere for a word that is known.
        """
        if len(word) < MIN_TAG or self._names(f" {word} "):
            return ()
        for seams in _splits(len(word)):
            parts = (word[a:b] for a, b in pairwise((0, *seams, len(word))))
            if self._names(f" {' '.join(parts)} "):
                return seams
        return ()

    def _names(self, form: str) -> bool:
        """Whether all of `form` is a form of the lexicon."""
        return any((start, end) == (0, len(form)) for _, start, end in self._made.patterns.find(form))

    def _meaning(self, pattern: int, lang: str) -> Meaning:
        claims = _resolve(self._made.patterns.meant(pattern), lang)
        found: set[str] = set()
        for claim in claims:
            tags = self._made.bearers[claim.term].ever if claim.kind == ENTITY else frozenset()
            if claim.given_out and claim.kind != EXCEPT:
                found.update(keys(claim.term, claim.sense, tags))
        return Meaning(claims, frozenset(found))

    def _documents(self, heard: Heard, places: _Places) -> Iterator[Hit]:
        if not heard.documents:
            return
        found = [places.bounds(document.start, document.end) for document in heard.documents]
        for document, place in zip(heard.documents, places.of(found), strict=True):
            sense = un_documents.sense(document, self._resolutions)
            words = places.words(place)
            if words is not None:
                hit = Hit(Claim(VOCABULARY, UN_DOCUMENT, sense=sense), *words)
                hit.end = hit.start + document.end - document.start
                yield hit

    def _hits(self, heard: Heard, places: _Places, item: Item) -> list[Hit]:
        day = item.published_at.date() if item.published_at else None
        tags: dict[str, frozenset[str]] = {}
        hits: dict[tuple[str, int, int], Hit] = {}
        spoken = heard.spoken()
        for (_, claims), place in zip(spoken, places.of([match for match, _ in spoken]), strict=True):
            words = places.words(place)
            if words is None:
                continue
            parted = place[1] - place[0] > 1 and places.parted(words)
            for claim in claims:
                if parted and claim.kind == ENTITY and not claim.comma:
                    continue
                key = (claim.key, place[0], place[1])
                known = hits.get(key)
                if known is not None and not known.claim.weak:
                    continue
                if claim.spelling is not None and places.spelled(words) != claim.spelling:
                    continue
                hits[key] = hit = Hit(claim, *words)
                if claim.kind == ENTITY:
                    if claim.term not in tags:
                        tags[claim.term] = self._made.bearers[claim.term].tags_at(day)
                    hit.tags = tags[claim.term]
        return list(hits.values())


def _splits(length: int) -> Iterator[tuple[int, ...]]:
    """All ways to part a word of `length` letters in two, then in three."""
    if length <= MAX_TAG:
        yield from combinations(range(1, length), 1)
        yield from combinations(range(1, length), 2)


# --- which claims apply in an item's language ------------------------------------------------------------


def _resolve(claims: Sequence[Claim], lang: str) -> tuple[Claim, ...]:
    """The claims that apply in an item of language `lang`;
    of one entity's, its own language's listing decides.
    """
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
            own = [c for c in claims if c.spelling is not None and c.lang == "any"]  # in capitals of its own
            return sorted(dict.fromkeys((*group, *own)), key=lambda c: c.weak)
    return []


# --- places ----------------------------------------------------------------------------------------------

#: token, token_end (by words of the folded text), start, end (offsets into all fields joined), sentence
#: number
Place = tuple[int, int, int, int, int]
#: start and end in its field, sentence, paragraph, field, token, token_end: as a `Hit` has them
Words = tuple[int, int, int, int, str, int, int]


class _Places:
    """From matches in the folded text to fields, sentences and tokens."""

    def __init__(self, text: Folded, fields: Mapping[str, str], sentences: Sequence[Sentence]) -> None:
        self._text = text
        self._is_ascii = text.given.isascii()
        self._sentences = sentences
        self._offsets = dict(zip(FIELDS, _offsets(fields), strict=True))
        self._starts = np.array([self._offsets[s.field] + s.start for s in sentences])
        self._gaps = [FIELD_GAP * FIELDS.index(s.field) + PARAGRAPH_GAP * s.paragraph for s in sentences]

    def of(self, found: list[Match]) -> Iterator[Place]:
        """One place for each match."""
        bounds = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found))
        spaces, origins = self._text.spaces, self._text.origins
        begin = bounds[1::3]
        last = spaces.searchsorted(bounds[2::3] - 1)
        starts = origins[begin + 1]
        ends = origins[spaces[last] - 1] + 1
        within = self._starts.searchsorted(starts, side="right") - 1
        columns = (spaces.searchsorted(begin), last, starts, ends, within)
        return zip(*(column.tolist() for column in columns), strict=True)

    def bounds(self, start: int, end: int) -> Match:
        """An original span as a match in the folded text, spaces around it included."""
        first, last = np.searchsorted(self._text.origins[1:-1], (start, end)).tolist()
        return 0, first, last + 1

    def words(self, place: Place) -> Words | None:
        """`place` by its field; None across a sentence's end."""
        token, token_end, start, end, number = place
        sentence = self._sentences[number]
        offset = self._offsets[sentence.field]
        if number < 0 or end > offset + sentence.end or start < offset + sentence.start:
            return None
        end = end if self._is_ascii else extended(self._text.given, end)
        gap = self._gaps[number]
        start, end = start - offset, end - offset
        return start, end, number, sentence.paragraph, sentence.field, token + gap, token_end + gap

    def spelled(self, words: Words) -> str:
        """What stands there, for comparing upper and lower case."""
        return spelling(self._given(words))

    def parted(self, words: Words) -> bool:
        """Whether a comma stands between the words: it is no one name."""
        said = self._given(words)
        return any(f"{comma} " in said for comma in (*COMMAS, ":"))

    def _given(self, words: Words) -> str:
        start, end, *_, field, _, _ = words
        offset = self._offsets[field]
        return self._text.given[offset + start : offset + end]


def _offsets(fields: Mapping[str, str]) -> Iterator[int]:
    offset = 0
    for name in FIELDS:
        yield offset
        offset += len(fields[name]) + len(JOINT)
