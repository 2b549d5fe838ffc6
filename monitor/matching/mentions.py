"""Pure. What one item says, as the matcher sees it: sentences and mentions; and what a lexicon is built from.

Offsets are Python string indices, half-open, into the field's text as given. Token numbers run through the
item.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from monitor.fields import Strict, worded
from monitor.matching.written_out import merged, names_of, spelled_names, written_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

#: the fields of an item in reading order
FIELDS = ("title", "summary", "content")
#: tokens skipped between fields and between paragraphs, so that no NEAR reaches across by accident
FIELD_GAP = 1000
PARAGRAPH_GAP = 50

#: the analysts' vocabulary of trades that tell namesakes apart
TRADES = "%other-trades"


@dataclass(slots=True, kw_only=True)
class Sentence:
    """One sentence; `index` and `paragraph` are unique over the item and rise from title to content.

    Never changed; frozen, it would take three times as long to make.
    """

    field: str
    start: int
    end: int
    index: int
    paragraph: int


class Mention(NamedTuple):
    """One term where it stands. A tuple, because an item has hundreds of them."""

    #: "@rosa-marin", "%contact", '"foreign forces"' (a rule's phrase, folded, in quotes), 'mercenar*'
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


# --- the kinds of values in the analysts' files ---------------------------------------------------------

#: small letters, digits and single hyphens
_ID = worded(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", "an id: small letters a to z, digits and single hyphens, like foreign-office"
)
Id = Annotated[str, StringConstraints(pattern=_ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_LANGUAGE = worded(r"^(any|[a-z]{2,3})$", "a language code of two or three small letters, like en, or any")
#: words by language: an ISO 639 code, or `any` for forms used everywhere
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
#: phrases, with their alternatives written out
Phrases = Annotated[tuple[Text, ...], AfterValidator(written_out)]
Words = dict[Language, Phrases]
#: the widest reach in words
MAX_WORDS = 50
_REACHES = ("sentence", "neighbours", "paragraph", "item")


def _reach(value: Any) -> Any:
    words = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_WORDS
    if value in _REACHES or words:
        return value
    raise ValueError(f"{value!r} is no reach | write {', '.join(_REACHES)}, or 1 to {MAX_WORDS} words")


#: how near something stands: in the sentence, it or one beside it, the paragraph, the item, or so many words
#: between
Reach = Annotated[
    str | int,
    BeforeValidator(_reach),
    WithJsonSchema(
        {"anyOf": [{"enum": [*_REACHES]}, {"type": "integer", "minimum": 1, "maximum": MAX_WORDS}]}
    ),
]
Tag = Annotated[str, StringConstraints(pattern=_ID)]


MONTH = worded(r"^\d{4}(-\d{2}){0,2}$", "a date: write 2015, 2015-03 or 2015-03-07")


def as_date_text(value: Any) -> Any:
    """A year alone is a number in YAML."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def first_day(text: str) -> date:
    """The first day of `2015`, `2015-03` or `2015-03-07`. Raises ValueError."""
    parts = [int(p) for p in text.split("-")] if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) else []
    if not parts:
        raise ValueError(f"{text!r} is not a date: write 2015, 2015-03 or 2015-03-07")
    year, month, day = [*parts, 1, 1][:3]
    return date(year, month, day)


def last_day(text: str) -> date:
    """The last day of `2015`, `2015-03` or `2015-03-07`. Raises ValueError."""
    first = first_day(text)
    if len(text) == 4:
        return date(first.year, 12, 31)
    return first if len(text) == 10 else first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _from_text(day: Callable[[str], date]) -> BeforeValidator:
    def read(value: Any) -> Any:
        given = as_date_text(value)
        return given if isinstance(given, date) else day(str(given))

    return BeforeValidator(read)


_AS_TEXT = WithJsonSchema({"type": "string"})
FirstDay = Annotated[date, _from_text(first_day), _AS_TEXT]
LastDay = Annotated[date, _from_text(last_day), _AS_TEXT]


# --- what a lexicon is built from: the entries of entities/*.yaml and vocabulary/*.yaml --------------------


class Role(Strict):
    """An office and when it was held; its tags hold only then."""

    title: Text
    #: first and last day, None where open
    since: FirstDay | None = Field(default=None, alias="from")
    until: LastDay | None = None
    #: when somebody last looked whether it is still held; None: nobody said
    checked: FirstDay | None = None
    tags: tuple[Tag, ...] = ()


class Nearby(BaseModel):
    """`{any: [...], en: [...], within: sentence}`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[Language, Phrases]
    #: sentence | paragraph | neighbours (the sentence before or after) | item | so many words between
    within: Reach = "sentence"
    in_item: tuple[Text, ...] = Field(
        default=(), description="it holds as well where one of these stands anywhere in the item"
    )
    home: tuple[Id, ...] = Field(
        default=(), description="it holds as well in an outlet of one of these countries (outlets.yaml)"
    )
    unless: tuple[Text, ...] = Field(
        default=(), description="it does not hold where any of these stands as near"
    )

    @property
    def terms(self) -> Mapping[str, tuple[str, ...]]:
        """By language or "any": "%vocabulary", "%vocabulary.sense", "@entity", "#tag" or a plain phrase."""
        return self.__pydantic_extra__

    @property
    def named(self) -> tuple[str, ...]:
        """All that it names, wherever it looks for it."""
        return (*(t for listed in self.terms.values() for t in listed), *self.in_item, *self.unless)


def _without_what_a_full_name_says(schema: dict[str, Any]) -> None:
    schema["required"] = [key for key in schema["required"] if key not in ("name", "kind")]


class EntitySpec(Strict):
    """One person, body, place, country, demonym or event with its names."""

    model_config = ConfigDict(json_schema_extra=_without_what_a_full_name_says)

    id: Id
    name: Text = Field(description="canonical English name, shown in alerts")
    kind: Literal["person", "body", "place", "country", "demonym", "event"]
    tags: tuple[Tag, ...] = ()
    roles: tuple[Role, ...] = ()
    full_name: dict[Language, Text] = Field(
        default={},
        description="given name, patronymic and surname of a person; spellings in other languages are made",
    )
    surname: Literal["strong", "weak", "never", "all-weak"] = Field(
        default="strong",
        description="whether the surname of `full_name` counts alone; all-weak: the full name is weak too",
    )
    spelled: Words = Field(
        default={}, description="names in Cyrillic that other languages spell by their letters: ships, firms"
    )
    #: inflected and prefixed forms are generated from them
    aliases: Words = Field(default={})
    exact: Words = Field(default={}, description="forms taken as they are; nothing is generated from them")
    exact_case: Words = Field(default={}, description="only in this very upper and lower case")
    weak: Words = Field(default={}, description="names that count only when `confirm` holds")
    weak_case: Words = Field(default={}, description="weak, and only in this very upper and lower case")
    repeats: Words = Field(
        default={}, description="words for it that count only where one of its names counts in the item"
    )
    confirm: Nearby | None = None
    confirm_or: tuple[Nearby, ...] = Field(
        default=(), description="other conditions, each as good as `confirm`"
    )
    excepts: Words = Field(
        default={}, alias="except", description="phrases that silence a mention they touch"
    )
    except_near: Nearby | None = None
    examined: tuple[Text, ...] = Field(
        default=(), description="names that count unconfirmed: it was looked up that nobody else bears them"
    )
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, given: Any) -> Any:
        """The names that `full_name` stands for, among the aliases; a weak surname among the weak names."""
        if not isinstance(given, dict):
            return given
        made = dict(given)
        for lang, names in _mapping(given, "spelled"):
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                made["aliases"] = merged(spelled_names(written_out(names), lang), made.get("aliases", {}))
        for lang, full in _mapping(given, "full_name"):
            if not isinstance(full, str) or len(full.split()) < 2:
                raise ValueError("full_name: wants a given name and a surname | list one name under aliases")
            together, alone = names_of(full, lang)
            made = {"kind": "person", "name": next(iter(together.get("en", (full,)))), **made}
            surname = given.get("surname", "strong")
            key = "weak" if surname == "all-weak" else "aliases"
            made[key] = merged(together, made.get(key, {}))
            if surname != "never":
                key = "aliases" if surname == "strong" else "weak"
                made[key] = merged(alone, made.get(key, {}))
        return made

    @model_validator(mode="after")
    def _usable(self) -> EntitySpec:
        if not any((self.aliases, self.exact, self.exact_case, self.weak, self.weak_case)):
            raise ValueError("has no names to look for | add aliases")
        if (self.weak or self.weak_case) and self.confirm is None:
            raise ValueError("weak names never count without confirm | add confirm, or move them to aliases")
        return self


def _mapping(given: Mapping[str, Any], key: str) -> tuple[tuple[Any, Any], ...]:
    listed = given.get(key)
    return tuple(listed.items()) if isinstance(listed, dict) else ()


class VocabularySpec(Strict):
    """vocabulary/*.yaml: words with one purpose, in senses; `word*` is a prefix."""

    id: Id = Field(alias="vocabulary")
    title: Text
    description: str = ""
    #: sense to language to words
    senses: Annotated[dict[Id, Words], Field(min_length=1)]
    forms: bool = Field(default=False, description="also look for the light inflected forms of plain words")
    events: bool = Field(default=False, description="its senses help to tell one event from another")


# What the automaton finds, before it is known whether it counts.

ENTITY, VOCABULARY, LITERAL, EXCEPT = "entity", "vocabulary", "literal", "except"
#: no name reaches over one, unless it is written with one
COMMAS = frozenset(",،;؛")


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
    #: weak, and confirmed by a name of the same entity alone
    repeats: bool = False
    #: a name with a comma of its own ("Marin Trading, Ltd.")
    comma: bool = False
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

    @property
    def mention(self) -> Mention:
        """As rules see it."""
        claim = self.claim
        return Mention(
            claim.term, claim.sense, self.tags, self.field, self.start, self.end, self.sentence,
            self.paragraph, self.token, self.token_end, claim.weak, self.silenced_by,
        )  # fmt: skip
