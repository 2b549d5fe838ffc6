"""Pure. What a question's files may lack, by the news itself: names that stand beside known ones,
names of known people in other letters, and sentences with both parties that are not read as a contact.
Where a watchlist has no parties, the tags and entities that its rules ask for are what is known.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.folding import folded
from monitor.languages import remembered, tables
from monitor.matching.rules import terms
from monitor.stories.sound import SHORTEST, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.matching.matcher import Matcher
    from monitor.matching.mentions import EntitySpec, Mention, Scan
    from monitor.model import Item

_PARTICLES = (
    "al",
    "el",
    "bin",
    "ben",
    "ibn",
    "de",
    "di",
    "da",
    "von",
    "ас",
    "аль",
    "эль",
    "аш",
    "ан",
    "бен",
    "бин",
)
#: words written large, at most four, with the particles of names between them; see `_is_name`
_NAME = re.compile(
    r"(?<!\w)[^\W\d_a-zа-яё][\w'’]+(?:[- ](?:(?:"
    + "|".join(_PARTICLES)
    + r")[- ])?[^\W\d_a-zа-яё][\w'’]+){1,3}"
)
#: one word written large inside a sentence: a name where it is seen again, and never in small letters
_ALONE = re.compile(r"(?<=[\w,;] )[^\W\d_a-zа-яё][\w]{3,}")
_SMALL = re.compile(r"(?<!\w)[a-zà-öø-ÿа-яё][\w]{3,}")
_AGAIN = 2
_WORD = re.compile(r"\w+")
#: what stands before an office that is a part of a name: "Reserve Bank"
_INSIDE = re.compile(r"[^\W\d_a-zа-яё][\w'’]*[- ]$")
#: the script without large letters: two words behind an office
_ARABIC = re.compile(r"\s+([\u0621-\u064a]{3,}\s[\u0621-\u064a]{3,})")
_ARABIC_LETTER = re.compile(r"[\u0600-\u06ff]")
_OFFICE = "%official"
#: samples kept of each finding
SAMPLES = 2


@dataclass(slots=True)
class Found:
    """A name or a sentence, how often it stood there, and where."""

    times: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    def add(self, language: str, sentence: str, beside: set[str]) -> None:
        """Once more, in this sentence."""
        self.times += 1
        self.languages[language] += 1
        self.beside.update(beside)
        if len(self.samples) < SAMPLES and sentence not in self.samples:
            self.samples.append(sentence)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that may be missing: `kind` is name, alias or sentence.

    `name` is what to add, "" of a sentence; `entity` whose alias it may be; `tags` the parties beside it.
    """

    kind: str
    name: str
    entity: str
    times: int
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    samples: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Every field by its name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Suggestions:
    """Hears items one by one, then says what is missing."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        lists = matcher.watchlists
        self._parties = {p.tag for w in lists.lists for p in w.between or ()}
        self._asked = self._parties or {
            term.key for rule in lists.rules for term in terms(rule.query) if term.key[0] in "#@"
        }
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        self._letters: dict[str, frozenset[str]] = {}
        for entity in lists.entities.values():
            if entity.kind in ("person", "body", "place"):
                self._learn(entity)
        self._names: defaultdict[str, Found] = defaultdict(Found)
        self._alone: defaultdict[str, Found] = defaultdict(Found)
        self._small: set[str] = set()
        self._sentences: defaultdict[str, Found] = defaultdict(Found)
        self.items = 0

    def _learn(self, entity: EntitySpec) -> None:
        forms = [n for words in (entity.aliases, entity.exact) for said in words.values() for n in said]
        self._letters[entity.id] = frozenset(_script(name) for name in forms)
        for name in (entity.name, *forms):
            heard = _sound(name)
            if " " in heard:
                self._known[heard].add(entity.id)

    def add(self, item: Item) -> None:
        """Read one item."""
        self.items += 1
        decision = self._matcher.decide(item)
        scan = self._matcher.read(item).scan
        self._small.update(folded(word) for text in scan.fields.values() for word in _SMALL.findall(text))
        by_sentence: defaultdict[int, list[Mention]] = defaultdict(list)
        for mention in scan.mentions:
            by_sentence[mention.sentence].append(mention)
        for number, mentions in by_sentence.items():
            sides = {key for m in mentions for key in self._asked if key[1:] in m.tags or key == m.term}
            if not sides:
                continue
            sentence = " ".join(scan.text(number).split())
            for name in _unknown(scan, number, mentions):
                names = self._names if " " in name or "-" in name else self._alone
                names[name].add(scan.lang_of(number), sentence, sides)
            if len(sides & self._parties) > 1 and not decision.contacts:
                self._sentences[folded(sentence)].add(scan.lang_of(number), sentence, sides)

    def found(self, least: int = 1) -> tuple[Suggestion, ...]:
        """What was there at least so often: aliases first, then names and sentences, the frequent first."""
        names = self._names | {
            name: said for name, said in self._alone.items() if self._is_seen_again(name, said)
        }
        listed = [self._named(name, said) for name, said in names.items() if said.times >= least]
        listed += [_suggestion("sentence", "", "", said) for said in self._sentences.values()]
        order = ("alias", "name", "sentence")
        return tuple(sorted(listed, key=lambda s: (order.index(s.kind), -s.times, s.name)))

    def _is_seen_again(self, name: str, said: Found) -> bool:
        return said.times >= _AGAIN and folded(name) not in self._small

    def _named(self, name: str, said: Found) -> Suggestion:
        script = _script(name)
        same = (e for e in sorted(self._known[_sound(name)]) if script not in self._letters[e])
        entity = next(same, "")
        return _suggestion("alias" if entity else "name", name, entity, said)


def _suggestion(kind: str, name: str, entity: str, said: Found) -> Suggestion:
    languages = tuple(lang for lang, _ in said.languages.most_common())
    tags = tuple(tag for tag, _ in said.beside.most_common())
    return Suggestion(kind, name, entity, said.times, languages, tags, tuple(said.samples))


def _unknown(scan: Scan, number: int, mentions: list[Mention]) -> Iterator[str]:
    """The names of a sentence that no entity of the files touches; those of one word only inside it."""
    sentence = scan.sentences[number]
    text = scan.text(number)
    spans = [(m.start - sentence.start, m.end - sentence.start, m.term) for m in mentions]
    known = [(start, end) for start, end, term in spans if term[0] == "@" or term == _OFFICE]
    # offices are read without an entry: "Foreign Ministry"; who holds one stands behind it
    bare, named = text, {end + 1 for _, end, term in spans if term[0] == "@"}
    for start, end, term in spans:
        if term == _OFFICE and (start in named or not _INSIDE.search(text[:start])):
            bare = bare[:start] + "_" * (end - start) + bare[end:]
    days = _days(scan.lang_of(number))
    bare = _WORD.sub(lambda word: "_" * len(word[0]) if word[0].lower() in days else word[0], bare)
    found = [m.span() for m in _NAME.finditer(bare) if _is_name(m.group())]
    found += [
        behind.span(1) for _, end, term in spans if term == _OFFICE and (behind := _ARABIC.match(text, end))
    ]
    alone = (m.span() for m in _ALONE.finditer(bare) if _is_name(m.group()))
    found += [
        (start, end) for start, end in alone if all(end <= left or right <= start for left, right in found)
    ]
    for start, end in dict.fromkeys(found):
        if all(end <= left or right <= start for left, right in known):
            yield text[start:end]


@remembered
def _days(language: str) -> frozenset[str]:
    """How a language calls months and days of the week, but for those that are other words too."""
    named = tables.read(tables.Dates, language) if language in tables.having(tables.Dates) else tables.Dates()
    return frozenset(
        w for _, words in (*named.months, *named.weekdays) for w in re.findall(r"\w+\b(?!~)", words)
    )


def _is_name(said: str) -> bool:
    """Not Arabic, and no word that begins with a small letter that the pattern lets through: "école"."""
    words = (word for word in re.split(r"[- ]", said) if word not in _PARTICLES)
    return not _ARABIC_LETTER.search(said) and all(word[:1].isupper() for word in words)


def _script(name: str) -> str:
    if _ARABIC_LETTER.search(name):
        return "arabic"
    return "cyrillic" if re.search(r"[\u0400-\u04ff]", name) else "latin"


def _sound(name: str) -> str:
    """The consonants of each word that has some; articles of their own are none."""
    heard = [skeleton(word.removeprefix("ال")) for word in re.split(r"[\s-]+", name)]
    return " ".join(sound for sound in heard if len(sound) >= SHORTEST - 1)
