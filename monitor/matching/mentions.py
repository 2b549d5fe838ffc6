"""Pure. What one item says, as the matcher sees it: sentences and mentions; and what a lexicon is built from.

Offsets are Python string indices, half-open, into the field's text as given. Token numbers run through the
item.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

#: the fields of an item in reading order
FIELDS = ("title", "summary", "content")
#: tokens skipped between fields and between paragraphs, so that no NEAR reaches across by accident
FIELD_GAP = 1000
PARAGRAPH_GAP = 50

#: the analysts' vocabulary of trades that tell namesakes apart
TRADES = "%other-trades"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence; `index` and `paragraph` are unique over the item and rise from title to content."""

    field: str
    start: int
    end: int
    index: int
    paragraph: int


class Mention(NamedTuple):
    """One term where it stands. A tuple, because an item has hundreds of them."""

    #: "@khalifa-haftar", "%contact", '"foreign forces"' (a rule's phrase, folded, in quotes), 'mercenar*'
    term: str
    #: the vocabulary's sense that hit ("meeting", "denied"); empty otherwise
    sense: str
    #: the entity's tags, role tags resolved by the item's date; empty for other terms
    tags: frozenset[str]
    field: str
    start: int
    end: int
    #: `Sentence.index` and `Sentence.paragraph` of where it starts
    sentence: int
    paragraph: int
    #: token numbers, `token_end` exclusive
    token: int
    token_end: int
    #: a form that counts only when confirmed; it was, when `silenced_by` is None
    weak: bool
    #: why it does not count: an `except` phrase, "unconfirmed", or the entity whose longer name covers it
    silenced_by: str | None


@lru_cache(maxsize=50_000)
def keys(term: str, sense: str, tags: frozenset[str]) -> tuple[str, ...]:
    """The names under which queries know a mention: its term, its term with sense, its tags."""
    return (term, *((f"{term}.{sense}",) if sense else ()), *(f"#{tag}" for tag in tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Everything about one item; mentions sorted by token, then longer first, silenced ones included."""

    lang: str
    fields: Mapping[str, str]
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    #: when the item says it came out: what "on Monday" is counted from
    published: datetime | None = None
    #: the language of sentences that are not in `lang`, by their number
    langs: Mapping[int, str] = field(default_factory=dict)

    def lang_of(self, sentence: int) -> str:
        """The language of one sentence."""
        return self.langs.get(sentence, self.lang)

    def text(self, sentence: int) -> str:
        """The words of one sentence, exactly as given. Raises IndexError for an unknown index."""
        found = self.sentences[sentence]
        return self.fields[found.field][found.start : found.end]


# --- what a lexicon is built from ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A dated office: its tags hold for items dated inside it, both months included."""

    title: str
    #: first and last day, None where open
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A condition on a mention's surroundings: any of `terms` within reach."""

    #: by language or "any": "%vocabulary", "%vocabulary.sense", "@entity", "#tag" or a plain phrase
    terms: Mapping[str, tuple[str, ...]]
    #: sentence | paragraph | neighbours (the sentence before or after) | item
    within: str = "sentence"
    #: where any of these stands within the same reach, the condition does not hold
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySpec:
    """One entity as its file describes it; all word lists by language code or "any"."""

    id: str
    name: str
    #: person | body | place | country | demonym | event
    kind: str
    tags: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    #: names; inflected and prefixed forms are generated from them
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: forms taken as they are
    exact: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: forms taken as they are and only in this very upper and lower case
    exact_case: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: names that count only when `confirm` holds
    weak: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: the same, taken as they are and only in this very upper and lower case
    weak_case: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirm: Nearby | None = None
    #: phrases that silence the mention they cover or touch
    excepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    except_near: Nearby | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularySpec:
    """A word list with senses: sense -> language -> words; `word*` is a prefix."""

    id: str
    title: str = ""
    senses: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    #: also generate the light inflected forms of plain words
    forms: bool = False
    #: its senses are facts that tell events apart
    events: bool = False


# What the automaton finds, before it is known whether it counts.

ENTITY, VOCABULARY, LITERAL, EXCEPT = "entity", "vocabulary", "literal", "except"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one folded form may mean."""

    kind: str
    #: "@id", "%vocabulary", '"phrase"' or 'prefix*'; for an except phrase the "@id" it silences
    term: str
    sense: str = ""
    lang: str = "any"
    weak: bool = False
    #: made by rules of the language, not listed
    generated: bool = False
    #: the only spelling that counts, None where case does not matter
    spelling: str | None = None
    #: asked for by a rule; phrases that only confirm or silence are not given out
    given_out: bool = True
    #: claims of one key at one place are one hit
    key: str = field(init=False, default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.kind} {self.term} {self.sense}")


@dataclass(slots=True, eq=False)
class Hit:
    """A claim where it stands, its verdict still open."""

    claim: Claim
    start: int
    end: int
    sentence: int
    paragraph: int
    field: str
    token: int
    token_end: int
    tags: frozenset[str] = frozenset()
    silenced_by: str | None = None
