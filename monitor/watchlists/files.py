"""The shapes of the files that analysts edit: entities, vocabulary, watchlists and the tests beside them; and
who speaks (`sides.yaml`, `outlets.yaml`), by the shipped files where a folder has none.

Each model is also published as a JSON Schema (`schemas`), so that an editor completes and checks while
typing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from monitor import documents
from monitor.config.load import bundled
from monitor.errors import ConfigError, Mistake
from monitor.fields import Strict, worded
from monitor.matching.mentions import EntitySpec, Id, Nearby, Tag, Text, VocabularySpec
from monitor.matching.rules import Scope
from monitor.model import ContactType, Severity
from monitor.model.press import Outlets, Press, Sides
from monitor.watchlists.selftest import UPGRADE, TestsFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.documents import Document

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


SIDES, OUTLETS = "sides.yaml", "outlets.yaml"


def load_press(directory: Path) -> Press:
    """Who tells the news, by the files of a folder. Raises ConfigError with every mistake of both."""
    sources: dict[str, bytes] = {}
    for path in (directory / SIDES, directory / OUTLETS):
        try:
            sources[path.name] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            mistake = Mistake(
                file=str(path), line=None, column=None, message=f"cannot be read: {error.strerror}"
            )
            raise ConfigError((mistake,)) from None
    return read_press(sources, root=directory.as_posix())


def read_press(sources: Mapping[str, bytes], *, root: str = "") -> Press:
    """Of files given as name -> bytes; `root` only names them in mistakes.

    Raises ConfigError with all mistakes.
    """
    if not sources.keys() & {SIDES, OUTLETS}:
        return shipped_press()
    mistakes: list[Mistake] = []
    read: dict[str, tuple[Document, Sides | Outlets]] = {}
    models: dict[str, type[Sides | Outlets]] = {SIDES: Sides, OUTLETS: Outlets}
    for name, model in models.items():
        text = sources.get(name)
        file = f"{root}/{name}" if root else name
        try:
            document = documents.read(_shipped(name) if text is None else text, file)
            read[name] = document, documents.validate(model, document)
        except ConfigError as error:
            mistakes += error.mistakes
    return _checked(read, mistakes, own=frozenset(sources))


@lru_cache(maxsize=1)
def shipped_press() -> Press:
    """The files that the product comes with."""
    return read_press({name: _shipped(name) for name in (SIDES, OUTLETS)})


def _shipped(name: str) -> bytes:
    return (bundled("watchlists") / name).read_bytes()


def _checked(
    read: Mapping[str, tuple[Document, Sides | Outlets]], mistakes: list[Mistake], *, own: frozenset[str]
) -> Press:
    """Both held against each other; of outlets that are not the folder's `own`,
    what its sides do not know is left out.
    """
    sides, outlets = (read[name][1] if name in read else None for name in (SIDES, OUTLETS))
    if isinstance(sides, Sides):
        mistakes += [read[SIDES][0].mistake(*fault) for fault in sides.faults()]
    if isinstance(sides, Sides) and isinstance(outlets, Outlets) and OUTLETS in own:
        mistakes += [read[OUTLETS][0].mistake(*fault) for fault in outlets.faults(sides.ids)]
    if mistakes or not isinstance(sides, Sides) or not isinstance(outlets, Outlets):
        raise ConfigError(tuple(mistakes))
    if OUTLETS not in own:
        outlets = outlets.among(sides.ids)
    elif "headlines" not in outlets.model_fields_set:  # a file from before that section
        outlets = outlets.model_copy(update={"headlines": shipped_press().outlets.headlines})
    return Press(sides=sides, outlets=outlets)
