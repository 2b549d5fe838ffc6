"""Pure. The shapes of the files that analysts edit: entities, vocabulary, watchlists and the tests beside
them.

Each model is also published as a JSON Schema (`schemas`), so that an editor completes and checks while
typing.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic import Tag as PydanticTag

from monitor.matching.mentions import EntitySpec, Nearby, Role, VocabularySpec
from monitor.model import ContactType, Severity
from monitor.model.press import Outlets, Sides
from monitor.validation_messages import worded

#: small letters, digits and single hyphens
_ID = worded(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", "an id: small letters a to z, digits and single hyphens, like foreign-office"
)
Id = Annotated[str, StringConstraints(pattern=_ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_LANGUAGE = worded(r"^(any|[a-z]{2,3})$", "a language code of two or three small letters, like en, or any")
#: words by language: an ISO 639 code, or `any` for forms used everywhere
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
Words = dict[Language, list[Text]]
_PAGE_LANGUAGE = worded(r"^[a-z]{2,3}$", "a language code of two or three small letters, like en")
#: of words for readers, who always read some language
PageLanguage = Annotated[str, StringConstraints(pattern=_PAGE_LANGUAGE)]
Reach = Literal["sentence", "neighbours", "paragraph", "item"]
Tag = Annotated[str, StringConstraints(pattern=_ID)]


def _as_date_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _checked_date(value: str) -> str:
    first_day(value)
    return value


def first_day(text: str) -> date:
    """The first day of `2015`, `2015-03` or `2015-03-07`. Raises ValueError."""
    parts = [int(p) for p in text.split("-")] if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) else []
    if not parts:
        raise ValueError("not a date | write 2015, 2015-03 or 2015-03-07")
    year, month, day = [*parts, 1, 1][:3]
    return date(year, month, day)


def last_day(text: str) -> date:
    """The last day of `2015`, `2015-03` or `2015-03-07`. Raises ValueError."""
    first = first_day(text)
    if len(text) == 4:
        return date(first.year, 12, 31)
    return first if len(text) == 10 else first.replace(day=calendar.monthrange(first.year, first.month)[1])


_MONTH = worded(r"^\d{4}(-\d{2}){0,2}$", "a date: write 2015, 2015-03 or 2015-03-07")
Month = Annotated[
    str,
    BeforeValidator(_as_date_text),
    StringConstraints(pattern=_MONTH),
    AfterValidator(_checked_date),
]


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NearbyFile(BaseModel):
    """`{any: [...], en: [...], within: sentence}`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[Language, list[Text]]
    within: Reach = "sentence"
    unless: list[Text] = Field(default=[], description="it does not hold where any of these stands as near")

    def spec(self) -> Nearby:
        """As the lexicon takes it."""
        return Nearby(terms=_frozen(self.__pydantic_extra__), within=self.within, unless=tuple(self.unless))


class RoleFile(Strict):
    """An office and when it was held; its tags hold only then."""

    title: Text
    since: Month | None = Field(default=None, alias="from")
    until: Month | None = None
    tags: list[Tag] = []

    def spec(self) -> Role:
        """As the lexicon takes it."""
        return Role(
            title=self.title,
            since=first_day(self.since) if self.since else None,
            until=last_day(self.until) if self.until else None,
            tags=tuple(self.tags),
        )


class EntityFile(Strict):
    """One person, body, place, country, demonym or event with its names."""

    id: Id
    name: Text = Field(description="canonical English name, shown in alerts")
    kind: Literal["person", "body", "place", "country", "demonym", "event"]
    tags: list[Tag] = []
    roles: list[RoleFile] = []
    aliases: Words = {}
    exact: Words = Field(default={}, description="forms taken as they are; nothing is generated from them")
    exact_case: Words = Field(default={}, description="only in this very upper and lower case")
    weak: Words = Field(default={}, description="names that count only when `confirm` holds")
    weak_case: Words = Field(default={}, description="weak, and only in this very upper and lower case")
    confirm: NearbyFile | None = None
    excepts: Words = Field(
        default={}, alias="except", description="phrases that silence a mention they touch"
    )
    except_near: NearbyFile | None = None
    note: str = ""

    @model_validator(mode="after")
    def _usable(self) -> EntityFile:
        if not any((self.aliases, self.exact, self.exact_case, self.weak, self.weak_case)):
            raise ValueError("has no names to look for | add aliases")
        if (self.weak or self.weak_case) and self.confirm is None:
            raise ValueError("weak names never count without confirm | add confirm, or move them to aliases")
        return self

    def spec(self) -> EntitySpec:
        """As the lexicon takes it."""
        return EntitySpec(
            id=self.id,
            name=self.name,
            kind=self.kind,
            tags=tuple(self.tags),
            roles=tuple(role.spec() for role in self.roles),
            aliases=_frozen(self.aliases),
            exact=_frozen(self.exact),
            exact_case=_frozen(self.exact_case),
            weak=_frozen(self.weak),
            weak_case=_frozen(self.weak_case),
            confirm=self.confirm.spec() if self.confirm else None,
            excepts=_frozen(self.excepts),
            except_near=self.except_near.spec() if self.except_near else None,
        )


class EntitiesFile(Strict):
    """entities/*.yaml"""

    entities: list[EntityFile]


class VocabularyFile(Strict):
    """vocabulary/*.yaml: words with one purpose, in senses; `word*` is a prefix."""

    vocabulary: Id
    title: Text
    description: str = ""
    senses: Annotated[dict[Id, Words], Field(min_length=1)]
    forms: bool = Field(default=False, description="also look for the light inflected forms of plain words")
    events: bool = Field(default=False, description="its senses help to tell one event from another")

    def spec(self) -> VocabularySpec:
        """As the lexicon takes it."""
        senses = {sense: _frozen(words) for sense, words in self.senses.items()}
        return VocabularySpec(
            id=self.vocabulary, title=self.title, senses=senses, forms=self.forms, events=self.events
        )


def _in_english(titles: dict[str, str]) -> dict[str, str]:
    if "en" not in titles:
        raise ValueError("has no English title | add en: it is shown where no other language fits")
    return titles


def _two_parties(parties: dict[str, Any]) -> dict[str, Any]:
    if len(parties) != 2:
        raise ValueError(f"names {len(parties)} parties | a contact is between exactly two")
    return parties


class PartyFile(Strict):
    """One of two parties."""

    title: Annotated[dict[PageLanguage, Text], AfterValidator(_in_english)] = Field(
        description="what readers are shown, by language; `en` is for everybody else"
    )
    tag: Text = Field(description="the entities of the party, like '#france'")


class ContactsFile(Strict):
    """The parties between which a watchlist looks for contacts."""

    between: Annotated[dict[Id, PartyFile], AfterValidator(_two_parties)] = Field(
        description="exactly two parties by id, the first one first in every list"
    )
    types: Annotated[list[ContactType], Field(min_length=1)] = Field(
        default=list(ContactType), description="the kinds of contact to look for; all where it is left out"
    )


_TAG = re.compile(r"#[\w-]+")


def _no_sides(contact: Any) -> Any:
    """The form of before, a query for each side, is told with the form of now and the same values."""
    if not isinstance(contact, dict):
        return contact
    asked = contact.get("parties", contact)
    sides = {str(side): str(query) for side, query in asked.items() if side not in {"type", "parties"}}
    between = ", ".join(
        f"{side}: "
        f"{{title: {{en: {side.capitalize()} side}}, tag: '{min(_TAG.findall(query) or ['#…'], key=len)}'}}"
        for side, query in sides.items()
    )
    raise ValueError(
        "is a query for each side, while the two sides are declared once for the watchlist"
        f" | put contacts: {{between: {{{between}}}}} above rules:, and contact: true here or remove the rule"
    )


class ScopeFile(Strict):
    """The country that the found sentence must be about."""

    country: Id
    others: Text = "#other-country"


class RuleFile(Strict):
    """One rule."""

    id: Id
    title: Text
    query: Text
    severity: Severity | None = None
    status: Literal["stable", "test", "experimental"] = Field(
        default="test", description="stable: needs tests of both kinds; experimental: shown, never alerted"
    )
    reason: str = ""
    unless: Text | None = None
    contact: Annotated[bool, BeforeValidator(_no_sides)] = Field(
        default=False, description="fires only where the item tells of a contact between the parties"
    )
    scope: ScopeFile | None = None
    related: bool = Field(default=False, description="shown as related (severity low), never alerted")
    references: list[Text] = []


class WatchlistFile(Strict):
    """<name>.yaml"""

    watchlist: Id
    title: Text
    description: str = ""
    severity: Severity = Severity.MEDIUM
    falsepositives: list[Text] | Text = []
    references: list[Text] = []
    contacts: ContactsFile | None = None
    rules: list[RuleFile] = []

    @model_validator(mode="after")
    def _asks_something(self) -> WatchlistFile:
        if not self.rules and self.contacts is None:
            raise ValueError("asks for nothing | add contacts: with two parties, or a rule")
        if self.contacts is None and any(rule.contact for rule in self.rules):
            raise ValueError(
                "has a rule with contact: true but no parties | add contacts: between: with two parties"
            )
        return self


class TestItem(Strict):
    """The item of a test, when its text alone does not say enough."""

    title: str = ""
    summary: str = ""
    content: str = ""
    lang: Language | None = None
    published: Month | str | None = None
    outlet: str = ""
    outlet_side: str = "unknown"


def _text_or_item(value: Any) -> str:
    return "text" if isinstance(value, str) else "item"


#: told apart before checking, so that a slip in an item is told once
Tried = Annotated[
    Annotated[Text, PydanticTag("text")] | Annotated[TestItem, PydanticTag("item")],
    Discriminator(_text_or_item),
]


class ContactExpectation(Strict):
    """What the contact must say; what is left out is not checked."""

    @model_validator(mode="before")
    @classmethod
    def _names_under_parties(cls, given: Any) -> Any:
        loose = {k: v for k, v in given.items() if isinstance(v, list)} if isinstance(given, dict) else {}
        if loose:
            now = ", ".join(f"{party}: [{', '.join(map(str, names))}]" for party, names in loose.items())
            raise ValueError(
                "names who took part beside the parties' ids, not under them"
                f" | write parties: {{{now}}} with the ids of the watchlist's contacts:"
            )
        return given

    type: str | None = None
    status: str | None = None
    parties: dict[Id, list[Text]] = {}
    place: str | None = None
    background: bool | None = None


class TestFile(Strict):
    """One test: exactly one of match, no_match, todo_match, todo_no_match."""

    match: Tried | None = None
    no_match: Tried | None = None
    todo_match: Tried | None = None
    todo_no_match: Tried | None = None
    rules: list[Id] = []
    severity: Severity | None = None
    lang: Language | None = None
    contact: ContactExpectation | None = None
    why: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> TestFile:
        if len(self.model_fields_set & set(KINDS)) != 1:
            raise ValueError(f"a test is exactly one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """match, no_match, todo_match or todo_no_match."""
        return next(kind for kind in KINDS if kind in self.model_fields_set)

    @property
    def item(self) -> TestItem:
        """What is tested; plain text stands in the content."""
        value = getattr(self, self.kind)
        return value if isinstance(value, TestItem) else TestItem(content=value, lang=self.lang)


KINDS = ("match", "no_match", "todo_match", "todo_no_match")


class TestsFile(Strict):
    """<name>.test.yaml"""

    watchlist: Id
    tests: list[TestFile]


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file, by the name under which it is published."""
    models: dict[str, type[BaseModel]] = {
        "entities": EntitiesFile,
        "vocabulary": VocabularyFile,
        "watchlist": WatchlistFile,
        "tests": TestsFile,
        "sides": Sides,
        "outlets": Outlets,
    }
    return {f"{name}.schema.json": _schema(model) for name, model in models.items()}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True),
    }


def _frozen(words: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(listed) for language, listed in words.items()}
