"""Pure. Who tells the news, as `sides.yaml` and `outlets.yaml` declare it: sides, publishers, wire agencies.

The engine knows no side by its name, only what the file says of it. A side that the archive holds and the
file no longer declares is shown by its id and treated as unknown.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from monitor.errors import suggestion
from monitor.model.words import UNKNOWN, Side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    #: where a mistake stands, what it is, and what to do about it
    Fault = tuple[tuple[str | int, ...], str, str]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: what may stand beside an outlet's name: an article, "(English)"
_BESIDE = re.compile(r"^the\s+|\s+\([^()]*\)$")
_HTTP = re.compile(r"https?://[^\s\[\]]+\Z")


class Strict(BaseModel):
    """Base of what people write in files: frozen, and unknown keys are mistakes.

    Code may name a field by its Python name; files by their key alone (`monitor.documents.validate`).
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True
    )


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(
            f"{value!r} is not an id | small letters a to z, digits and single hyphens, like un-mission"
        )
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value!r} is no language code | two or three small letters, like en")
    return value


def _pair(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) != 2:
        raise ValueError("is no pair | name two sides")
    return value


def _with_english(value: object) -> object:
    if isinstance(value, dict) and "en" not in value:
        raise ValueError("has no English words | add en: …, which stands in for other languages")
    return value


Id = Annotated[str, AfterValidator(_id)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Language = Annotated[str, AfterValidator(_language)]
#: words by language; English stands in for the others
Words = Annotated[dict[Language, Text], BeforeValidator(_with_english)]
Texts = tuple[Text, ...]
#: 1 confirmed … 6 cannot be judged (STANAG 2511)
Credibility = Annotated[int, Field(ge=1, le=6)]


class Weight(Strict):
    """How far the word of a side goes, as the number that a story gets by it (1 confirmed … 6)."""

    alone: Credibility = Field(default=3, description="nobody else tells it: its word in its own cause")
    seconded: Credibility = Field(default=2, description="somebody who speaks for himself tells it too")


class SideEntry(Strict):
    """One side."""

    id: Id
    title: Words = Field(description="by language, for lists and tables")
    media: dict[Language, Text] = Field(default={}, description="by language, for `reported by …`")
    tags: tuple[Id, ...] = Field(default=(), description="entities with one of these tags speak for it")
    party: Id | None = Field(default=None, description="the party of a contact watchlist it belongs to")
    role: Literal["independent", "unknown", "outsider"] | None = None
    weight: Weight = Weight()


class Sides(Strict):
    """sides.yaml: every side, in the order in which sentences name them."""

    sides: Annotated[tuple[SideEntry, ...], Field(min_length=1)]
    one_voice: tuple[Annotated[tuple[Id, ...], Field(min_length=1)], ...] = Field(
        default=(),
        description="sides of which two houses confirm nothing, those that speak as one in one list",
    )
    adverse: tuple[Annotated[tuple[Id, ...], AfterValidator(_pair)], ...] = Field(
        default=(), description="pairs who would do each other no favour: what both report is confirmed"
    )

    @cached_property
    def _by_id(self) -> dict[str, SideEntry]:
        return {entry.id: entry for entry in self.sides}

    @cached_property
    def _mouths(self) -> dict[str, str]:
        return {side: f"side {group[0]}" for group in self.one_voice for side in group}

    @property
    def ids(self) -> tuple[Side, ...]:
        """Every declared side, in the order of the file."""
        return tuple(map(Side, self._by_id))

    def known(self, text: str) -> Side:
        """The side that `text` names; the unknown one where none is called so."""
        return Side(text) if text in self._by_id else UNKNOWN

    def ordered(self, sides: Iterable[Side]) -> list[Side]:
        """`sides` in the order of the file, undeclared ones last."""
        places = {side: n for n, side in enumerate(self._by_id)}
        return sorted(sides, key=lambda side: (places.get(side, len(places)), side))

    def plays(self, role: str, side: Side) -> bool:
        """Whether `side` has that role; what is not declared is unknown."""
        entry = self._by_id.get(side)
        return entry.role == role if entry else role == "unknown"

    def title(self, side: str, lang: str) -> str:
        """`side` in `lang` for lists: "northern state"; its id where it is not declared."""
        entry = self._entry(side)
        return _in(entry.title, lang) if entry else side

    def media(self, side: str, lang: str) -> str:
        """`side` in `lang` for sentences: "northern state media";
        its title, or its id, where nothing is said.
        """
        entry = self._entry(side)
        return _in(entry.media, lang) or _in(entry.title, lang) if entry else side

    def mouth(self, side: Side) -> str | None:
        """What all speak with who speak as one with `side`; None: its houses speak for themselves."""
        return self._mouths.get(side)

    def are_adverse(self, sides: Collection[Side]) -> bool:
        """Whether two of `sides` would do each other no favour."""
        return any(all(side in sides for side in pair) for pair in self.adverse)

    def weight(self, side: Side) -> Weight:
        """How far its word goes."""
        entry = self._by_id.get(side)
        return entry.weight if entry else Weight()

    def authorities(self, sides: Iterable[Side]) -> list[Side]:
        """Those of `sides` whose word settles a thing that somebody else tells too."""
        return [side for side in dict.fromkeys(sides) if self.weight(side).seconded == 1]

    def spoken_for(self, tags: Collection[str], *, outsiders: bool = False) -> tuple[Side, ...]:
        """The sides for which somebody with these tags speaks;
        `outsiders`: those of states that are no party.
        """
        return tuple(
            Side(entry.id)
            for entry in self.sides
            if (entry.role == "outsider") is outsiders and not set(tags).isdisjoint(entry.tags)
        )

    def faults(self) -> Iterator[Fault]:
        """What cannot be meant: ids declared twice or not at all, roles that are missing or taken twice."""
        ids = [entry.id for entry in self.sides]
        roles = [entry.role for entry in self.sides]
        for role in ("independent", "unknown"):
            if role not in roles:
                yield ("sides",), f"no side has role: {role}", "give it to the side that is meant"
        for n, entry in enumerate(self.sides):
            yield from _faults_of(entry, n, ids[:n], roles[:n])
        for key, groups in (("one_voice", self.one_voice), ("adverse", self.adverse)):
            taken: set[str] = set()
            for n, group in enumerate(groups):
                yield from _misnamed(key, n, group, ids, taken)
                taken.update(group if key == "one_voice" else ())

    def _entry(self, side: str) -> SideEntry | None:
        """The declared side; for an outlet that nobody placed, the one with that role."""
        unplaced = next((e for e in self.sides if e.role == "unknown"), None)
        return self._by_id.get(side) or (unplaced if side == UNKNOWN else None)


def _faults_of(entry: SideEntry, n: int, ids: Sequence[str], roles: Sequence[str | None]) -> Iterator[Fault]:
    """What the entry in place `n` has that those before it have (`ids`, `roles`), or may not have."""
    if entry.id in ids:
        yield ("sides", n, "id"), f"a second side is called {entry.id!r}", "give each its own id"
    if entry.role == "unknown" and "unknown" in roles:
        yield ("sides", n, "role"), "a second side has role: unknown", "one is enough"
    if entry.id == UNKNOWN and entry.role != "unknown":
        message = f"{UNKNOWN!r} is the side of outlets that nobody placed"
        yield ("sides", n, "id"), message, "say role: unknown, or choose another id"


def _misnamed(
    key: str, n: int, group: Sequence[str], ids: Sequence[str], taken: Collection[str]
) -> Iterator[Fault]:
    """Names of a group that no side has, or that stand in the list already."""
    for m, name in enumerate(group):
        if name not in ids:
            yield (key, n, m), f"there is no side {name!r}", suggestion(name, ids)
        elif name in taken or name in group[:m]:
            yield (key, n, m), f"{name!r} stands in {key} already", "name it once"


def _in(words: dict[str, str], lang: str) -> str:
    return words.get(lang) or words.get("en", "")


class House(Strict):
    """A publisher: its outlets of other names, and where it is at home."""

    name: Text
    outlets: Texts = ()
    home: Id | None = Field(
        default=None, description="the country that its texts mean where they name none, as its entity's id"
    )
    hosts: Texts = Field(default=(), description="hosts of its pages, without www")


class Reprints(Strict):
    """Who prints what others wrote."""

    hosts: Texts = Field(default=(), description="hosts of pages, without www")
    publishers: Texts = Field(default=(), description="words in a publisher's name")


class Wire(Strict):
    """An agency."""

    name: Text
    side: Id = Field(default=UNKNOWN, description="who speaks through it")
    family: Text | None = Field(
        default=None, description="the publisher, where it has outlets of other names"
    )
    forms: Texts = Field(description="how it is written, exactly")
    short: Texts = Field(default=(), description="forms that mean other things too")
    not_before: Texts = Field(default=(), description="no form counts before one of these words")
    signed: Texts = Field(default=(), description="marks below its texts; … stands for names")


class Attribution(Strict):
    """How a text of one language credits an agency; `… ` stands for up to two words."""

    before: Texts = Field(default=(), description="according to AFP")
    joined: Texts = Field(default=(), description="letters that may be joined to `before`")
    after: Texts = Field(default=(), description="AFP reports")
    ending: Texts = Field(default=(), description="after a name with an ending: AFP'nin aktardığına")
    article: Texts = Field(default=(), description="what may stand before the name")
    kind: Texts = Field(default=(), description="what names its kind: … news agency")
    named: Texts = Field(default=(), description="what may stand between the name and `after`")
    footer: Texts = Field(default=(), description="below a text: Source: AFP")


def _starred(values: Texts) -> Texts:
    for value in values:
        if value.count("*") != 1 or not value.strip("* "):
            raise ValueError(f"{value!r} has not one star beside words | write '* Gazette' or 'Radio *'")
    return values


class HeadlineNames(Strict):
    """Names of outlets behind a headline; case, accents, a leading article and punctuation do not matter."""

    called: Annotated[Texts, AfterValidator(_starred)] = Field(
        default=(), description="how outlets call themselves; * stands for the other words, up to four in all"
    )
    names: Texts = Field(default=(), description="as aggregators write them: Headline - Gazette")


class Outlets(Strict):
    """outlets.yaml: publishers, reprinting pages, agencies, how texts credit them, names behind headlines."""

    houses: tuple[House, ...] = ()
    reprints: Reprints = Reprints()
    wires: tuple[Wire, ...] = ()
    credits: dict[Language, Attribution] = Field(default={})
    headlines: HeadlineNames = HeadlineNames()
    #: one for each file that is read: the patterns made of it are kept by it
    __hash__ = object.__hash__

    @cached_property
    def wire(self) -> dict[str, Wire]:
        """Agencies by name."""
        return {wire.name: wire for wire in self.wires}

    @cached_property
    def house(self) -> dict[str, str]:
        """Outlet's name, case-folded, to its publisher."""
        return {name.casefold(): house.name for house in self.houses for name in house.outlets}

    @cached_property
    def _homes(self) -> dict[str, str]:
        """Outlet's name or host, case-folded, to its country."""
        at_home = [house for house in self.houses if house.home]
        names = (
            (name, house.home) for house in at_home for name in (house.name, *house.outlets, *house.hosts)
        )
        return {name.casefold(): home for name, home in names if home}

    @property
    def homes(self) -> frozenset[str]:
        """The countries in which some outlet is at home."""
        return frozenset(self._homes.values())

    def home(self, outlet: str, url: str | None) -> str:
        """The country of an outlet, by its name or the host of an item's page; "" where none is declared."""
        if not self._homes:
            return ""
        said = _BESIDE.sub("", outlet.strip().casefold())
        host = (urlsplit(url).hostname or "") if url and _HTTP.match(url) else ""
        return self._homes.get(said) or self._homes.get(host.removeprefix("www."), "")

    def faults(self, sides: Collection[str]) -> Iterator[Fault]:
        """What cannot be meant: sides that are not declared, names and forms that are claimed twice."""
        for n, wire in enumerate(self.wires):
            if wire.side not in {*sides, UNKNOWN}:
                message = f"sides.yaml declares no side {wire.side!r}"
                yield ("wires", n, "side"), message, suggestion(wire.side, sides)
        yield from _doubled((("wires", n, "name"), wire.name) for n, wire in enumerate(self.wires))
        yield from _doubled(
            (("wires", n, key, m), form)
            for n, wire in enumerate(self.wires)
            for key in ("forms", "short")
            for m, form in enumerate(getattr(wire, key))
        )
        yield from _doubled(
            (("houses", n, "outlets", m), name.casefold())
            for n, house in enumerate(self.houses)
            for m, name in enumerate(house.outlets)
        )

    def among(self, sides: Collection[str]) -> Outlets:
        """The same where an agency whose side is none of `sides` speaks for nobody."""
        wires = (w if w.side in sides else w.model_copy(update={"side": UNKNOWN}) for w in self.wires)
        return self.model_copy(update={"wires": tuple(wires)})


def _doubled(names: Iterable[tuple[tuple[str | int, ...], str]]) -> Iterator[Fault]:
    taken: set[str] = set()
    for path, name in names:
        if name in taken:
            yield path, f"{name!r} stands here a second time", "keep one"
        taken.add(name)


class Press(Strict):
    """Sides and outlets: what judging needs to know of who speaks."""

    sides: Sides
    outlets: Outlets
