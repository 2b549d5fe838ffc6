"""Pure. The shapes of the files that analysts edit: entities, vocabulary, watchlists and the tests beside
them.

Each model is also published as a JSON Schema (`schemas`), so that an editor completes and checks while
typing.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from monitor.fields import Strict
from monitor.matching.mentions import (
    EntitySpec,
    Id,
    Nearby,
    Tag,
    Text,
    VocabularySpec,
)
from monitor.matching.rules import Scope
from monitor.model import ContactType, Severity
from monitor.model.press import Outlets, Sides
from monitor.validation_messages import worded
from monitor.watchlists.selftest import UPGRADE, TestsFile

_PAGE_LANGUAGE = worded(r"^[a-z]{2,3}$", "a language code of two or three small letters, like en")
#: of words for readers, who always read some language
PageLanguage = Annotated[str, StringConstraints(pattern=_PAGE_LANGUAGE)]


class EntityDefaults(Strict):
    """What holds for every entity of a file, so that no entity has to say it."""

    tags: list[Tag] = Field(default=[], description="tags that every entity has beside its own")
    confirm: Nearby | None = Field(
        default=None, description="for every entity with weak names and no confirm of its own"
    )


class EntitiesFile(Strict):
    """entities/*.yaml"""

    defaults: EntityDefaults = Field(default=EntityDefaults())
    entities: list[EntitySpec]

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:
        """The file with its defaults written into each entity."""
        defaults = given.get("defaults") if isinstance(given, dict) else None
        listed = given.get("entities") if isinstance(given, dict) else None
        if not isinstance(defaults, dict) or not isinstance(listed, list):
            return given
        return {**given, "entities": [_with_defaults(entity, defaults) for entity in listed]}


def _with_defaults(entity: Any, defaults: dict[str, Any]) -> Any:
    if not isinstance(entity, dict):
        return entity
    made = dict(entity)
    has_weak = "weak" in entity or "weak_case" in entity or entity.get("surname") in ("weak", "all-weak")
    if "confirm" in defaults and has_weak:
        made.setdefault("confirm", defaults["confirm"])
    tags = entity.get("tags", [])
    if isinstance(tags, list) and isinstance(defaults.get("tags"), list):
        made["tags"] = list(dict.fromkeys([*defaults["tags"], *tags]))
    return made


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
        f" | put contacts: {{between: {{{between}}}}} above rules:, and contact: true here or"
        f" remove the rule; {UPGRADE}"
    )


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
    scope: Scope | None = None
    related: bool = Field(default=False, description="shown as related (severity low), never alerted")
    references: list[Text] = Field(default=[])


class WatchlistFile(Strict):
    """<name>.yaml"""

    watchlist: Id
    title: Text | Annotated[dict[PageLanguage, Text], AfterValidator(_in_english)] = Field(
        description="what readers are shown; or by language, `en` for everybody else"
    )
    description: str = ""
    severity: Severity = Severity.MEDIUM
    falsepositives: list[Text] | Text = Field(default=[])
    references: list[Text] = Field(default=[])
    contacts: ContactsFile | None = None
    rules: list[RuleFile] = Field(default=[])

    @model_validator(mode="after")
    def _asks_something(self) -> WatchlistFile:
        if not self.rules and self.contacts is None:
            raise ValueError("asks for nothing | add contacts: with two parties, or a rule")
        if self.contacts is None and any(rule.contact for rule in self.rules):
            raise ValueError(
                "has a rule with contact: true but no parties | add contacts: between: with two parties"
            )
        return self


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file, by the name under which it is published."""
    models: dict[str, type[BaseModel]] = {
        "entities": EntitiesFile,
        "vocabulary": VocabularySpec,
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
