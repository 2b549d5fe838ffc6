"""Pure. What earlier versions read, in the form of now: `monitor init --upgrade`.

Files are edited at the places of what is old, so that comments, order and spelling of everything else stay.
Whatever cannot be said in the form of now is a mistake with its place and remedy; then nothing is changed.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from monitor import documents
from monitor.contacts.kind import TYPES
from monitor.contacts.parties import CONTACT, FORCES, METONYM, NAVY, SPOKESMAN
from monitor.contacts.reasons import REASONS
from monitor.errors import ConfigError
from monitor.watchlists.editing import (
    PLAIN,
    Change,
    Text,
    Upgrade,
    YamlText,
    end_of,
    entries,
    items,
    together,
)
from monitor.watchlists.files import OUTLETS, SIDES, EntitiesFile, WatchlistFile
from monitor.watchlists.save_test import quoted
from monitor.watchlists.selftest import ContactExpectation, TestsFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel

#: a query that only lists whom it means
_LIST = re.compile(r"[\s(]*[#@][\w-]+(?:[\s)]+OR[\s(]+[#@][\w-]+)*[\s)]*")
_NAME = re.compile(r"[#@][\w-]+")
_KIND = re.compile(rf"{CONTACT}(?:\.([a-z-]+))?")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s+([\w.]+)")
_BY_HAND = "declare contacts: between: above rules:, and write contact: true"


@dataclass(frozen=True, slots=True)
class _Party:
    id: str
    titles: Mapping[str, str]
    tag: str


@cache
def _old() -> dict[str, Any]:
    return tomllib.loads(files("monitor.watchlists").joinpath("old_forms.toml").read_text("utf-8"))


def upgrade_watchlists(
    sources: Mapping[str, bytes], shipped: Mapping[str, bytes], *, root: str = ""
) -> Upgrade:
    """A folder of watchlists, given as relative path -> bytes; `shipped` are the files of this version.

    A folder without sides.yaml and outlets.yaml gets the shipped ones. Raises ConfigError with everything
    that cannot be rewritten.
    """
    done = _Folder(sources, shipped, root).run()
    missing = {n: shipped[n] for n in (SIDES, OUTLETS) if n not in sources}
    new = (Change(file=_named(root, n), line=None, before="", after="the shipped file") for n in missing)
    return Upgrade(files={**done.files, **missing}, changes=(*done.changes, *new))


def upgrade_templates(sources: Mapping[str, bytes], *, root: str = "") -> Upgrade:
    """Templates of the operator's own: who took part is asked of `contact.parties`. Raises ConfigError."""
    return together(_template(Text(_named(root, name), data), name) for name, data in sources.items())


def upgrade_variables(sources: Mapping[str, bytes], *, root: str = "") -> Upgrade:
    """Files that set environment variables. Raises ConfigError for one that is not UTF-8."""
    names = _old()["variables"]
    known = re.compile(rf"\b({'|'.join(names)})\b")

    def renamed(name: str, data: bytes) -> tuple[str, Text]:
        text = Text(_named(root, name), data)
        for found in known.finditer(text.text):
            text.edit(found.start(), found.end(), names[found[0]])
        return name, text

    return together(renamed(*given) for given in sources.items())


def _named(root: str, name: str) -> str:
    return f"{root}/{name}" if root else name


def _template(text: Text, name: str) -> tuple[str, Text]:
    sides = _old()["sides"]
    listed = "|".join(sides)
    who = re.compile(rf"\b(\w+)(?:\.({listed})\b|\[[\"']({listed})[\"']\])")
    head = re.compile(rf"\bw\.contact_({listed})\b")
    codes = [(found.start(), found[0]) for found in _CODE.finditer(text.text)]
    asked = {found[1] for _, code in codes for found in who.finditer(code)}
    loops = [found[2] for _, code in codes for found in _LOOP.finditer(code) if found[1] in asked]
    for at, code in codes:
        for found in who.finditer(code):
            number = sides.index(found[2] or found[3])
            text.edit(at + found.start(), at + found.end(), f"{found[1]}.parties[{number}].names")
        for found in head.finditer(code):
            if loops:
                title = f"{loops[0]}[0].parties[{sides.index(found[1])}].title"
                text.edit(at + found.start(), at + found.end(), title)
            else:
                remedy = "write the title of a party, as in {{ contact.parties[0].title }}"
                text.refuse(at + found.start(), f"{found[0]} is over no list of contacts", remedy)
    return name, text


@dataclass
class _Folder:
    """One folder of watchlists."""

    sources: Mapping[str, bytes]
    shipped: Mapping[str, bytes]
    root: str
    texts: dict[str, YamlText] = field(default_factory=dict)
    #: by watchlist: what a side of before, or a party's id, is called now
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    #: by watchlist: rules whose ids are those of declared ones
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)
    #: of all parties
    tags: set[str] = field(default_factory=set)

    def run(self) -> Upgrade:
        models: dict[str, type[BaseModel]] = {}
        for name, data in self.sources.items():
            models |= {name: model} if (model := _model(name)) else {}
            if model:
                self.texts[name] = YamlText(_named(self.root, name), data)
        for kind, rewrite in (
            (WatchlistFile, self._watchlist),
            (TestsFile, self._tests),
            (EntitiesFile, self._entities),
        ):
            for name in sorted(name for name, model in models.items() if model is kind):
                rewrite(self.texts[name])
        for name, text in self.texts.items():
            if text.edits and not text.mistakes:
                self._validate(text, models[name])
        return together(self.texts.items())

    def _validate(self, text: YamlText, model: type[BaseModel]) -> None:
        """What else is wrong in a file that changes is told before anything is written."""
        try:
            documents.validate(model, documents.read(text.edited(), text.file))
        except ConfigError as error:
            text.mistakes += error.mistakes

    # --- watchlists

    def _watchlist(self, text: YamlText) -> None:
        name = str((text.data or {}).get("watchlist"))
        old = [(rule, key, value) for rule in items(text.value(text.root, "rules")) for key, value in
               entries(rule) if key.value == "contact" and isinstance(value, yaml.MappingNode)]  # fmt: skip
        declared = text.value(text.root, "contacts")
        if declared is not None:
            between = entries(text.value(declared, "between"))
            parties = {
                str(key.value): str(getattr(text.value(said, "tag"), "value", "")) for key, said in between
            }
            self.ids[name] = {**dict(zip(_old()["sides"], parties, strict=False)), **{p: p for p in parties}}
            self.tags |= set(parties.values())
        elif old:
            self._declare(text, name, [value for *_, value in old])
        for _, key, value in old:
            text.put(key, value, "contact: true")
        if declared is not None or old:
            self._rename(text, name)

    def _declare(self, text: YamlText, name: str, asked: list[yaml.Node]) -> None:
        """Write `contacts:` above `rules:`, of what the rules ask."""
        sides: dict[str, list[yaml.Node]] = defaultdict(list)
        kinds: list[yaml.Node | None] = []
        for contact in asked:
            kinds.append(text.value(contact, "type"))
            for key, query in entries(text.value(contact, "parties") or contact):
                if key.value not in {"type", "parties"}:
                    sides[str(key.value)].append(query)
        order = [*(side for side in _old()["sides"] if side in sides), *sides]
        parties = {side: self._party(text, side, sides[side]) for side in dict.fromkeys(order)}
        types = self._types(text, kinds)
        found = [party for party in parties.values() if party]
        if len(parties) != 2 or (len(found) == 2 and found[0].tag == found[1].tag):
            named = ", ".join(party.tag for party in found)
            text.refuse(asked[0].start_mark.index, f"the rules name no two parties but {named}", _BY_HAND)
        self.ids[name] = {side: party.id for side, party in parties.items() if party}
        self.tags |= {party.tag for party in found}
        rules = next(key for key, _ in entries(text.root) if key.value == "rules")
        if text.root is None or getattr(text.root, "flow_style", False):
            text.refuse(rules.start_mark.index, "the file is written in braces", "write a key a line")
        at = _above_comments(text.text, rules.start_mark.index - rules.start_mark.column)
        indent = " " * rules.start_mark.column
        text.edit(at, at, "".join(f"{indent}{line}\n" for line in _declaration(found, types)))

    def _party(self, text: YamlText, side: str, queries: list[yaml.Node]) -> _Party | None:
        """The one tag that all the queries of a side come to."""
        for query in queries:
            if not isinstance(query, yaml.ScalarNode) or not _LIST.fullmatch(str(query.value)):
                remedy = f"give whom it means a tag of their own and write that tag alone, or {_BY_HAND}"
                text.refuse(
                    query.start_mark.index, f"{side}: is more than a list of tags and entities", remedy
                )
                return None
        meant = {word: query for query in queries for word in _NAME.findall(str(query.value))}
        tags = sorted(word for word in meant if word[0] == "#")
        widest = max(tags, key=lambda tag: (len(self._bearers[tag]), -len(tag)), default=None)
        if widest is None:
            remedy = "give them a tag of their own in entities/*.yaml, and write that tag here"
            text.refuse(queries[0].start_mark.index, f"{side}: names no tag", remedy)
            return None
        for word, query in meant.items():
            outside = (self._bearers[word] if word[0] == "#" else {word}) - self._bearers[widest]
            if outside:
                message = f"{side}: {', '.join(sorted(outside)[:3])} of {word} has not the tag {widest}"
                text.refuse(query.start_mark.index, message, f"add {widest[1:]} to its tags")
        known = _titles(self.shipped).get(widest)
        own = side if side not in _old()["sides"] else widest[1:]
        return _Party(own, known or {"en": f"{side.replace('-', ' ').capitalize()} side"}, widest)

    @cached_property
    def _bearers(self) -> Mapping[str, set[str]]:
        """Tag to the entities that have it, at any time."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, text in self.texts.items():
            listed = text.data.get("entities") if _model(name) is EntitiesFile and text.data else None
            for entity in listed or ():
                for tag in (
                    *entity.get("tags", ()),
                    *(t for r in entity.get("roles", ()) for t in r.get("tags", ())),
                ):
                    found[f"#{tag}"].add(f"@{entity.get('id')}")
        return found

    def _types(self, text: YamlText, kinds: list[yaml.Node | None]) -> list[str]:
        """The kinds of contact that all rules together ask for; empty: all."""
        found: set[str] = set()
        whole = None in kinds
        for kind in filter(None, kinds):
            for word in re.split(r"\s+OR\s+|[\s()]+", str(kind.value).strip()):
                known = _KIND.fullmatch(word)
                if known is None:
                    remedy = f"put its words into the vocabulary {CONTACT[1:]}, and write type: '{CONTACT}'"
                    text.refuse(kind.start_mark.index, f"type: {word} is no word of {CONTACT}", remedy)
                elif known[1] in TYPES:
                    found.add(TYPES[known[1]].value)
                else:
                    whole = True
        return [] if whole else sorted(found)

    def _rename(self, text: YamlText, name: str) -> None:
        """A rule with the id of one that `contacts:` makes gets another one."""
        ids = [text.value(rule, "id") for rule in items(text.value(text.root, "rules"))]
        taken = {str(node.value) for node in ids if node} | {reason.id for reason in REASONS}
        for node in filter(None, ids):
            if node.value in {reason.id for reason in REASONS}:
                new = next(
                    n for n in (f"{node.value}-{end}" for end in ("query", *range(2, 1000))) if n not in taken
                )
                taken.add(new)
                self.renamed.setdefault(name, {})[str(node.value)] = new
                text.edit(node.start_mark.index, end_of(node), new)

    # --- tests and entities

    def _tests(self, text: YamlText) -> None:
        name = str((text.data or {}).get("watchlist"))
        for test in items(text.value(text.root, "tests")):
            contact = text.value(test, "contact")
            loose = [key for key, value in entries(contact) if isinstance(value, yaml.SequenceNode)
                     and key.value not in ContactExpectation.model_fields]  # fmt: skip
            if contact is not None and loose:
                self._names(text, contact, loose, self.ids.get(name, {}))
            for rule in items(text.value(test, "rules")):
                new = self.renamed.get(name, {}).get(str(rule.value))
                if new:
                    text.edit(rule.start_mark.index, end_of(rule), new)

    def _names(
        self, text: YamlText, contact: yaml.Node, loose: list[yaml.Node], ids: Mapping[str, str]
    ) -> None:
        """Put who took part under `parties:`."""
        kept, named = [], []
        for key, value in entries(contact):
            if key not in loose:
                kept.append((key.start_mark.index, text.source(key) + ": " + text.source(value)))
            elif key.value in ids:
                named.append(f"{ids[str(key.value)]}: {text.inside(value)}")
            else:
                remedy = "write parties: {…} with the ids of the watchlist's contacts:"
                text.refuse(key.start_mark.index, f"{key.value} is no party of the watchlist", remedy)
        entry = (loose[0].start_mark.index, f"parties: {{{', '.join(named)}}}")
        lines = [said for _, said in sorted([*kept, entry])]
        first = contact.value[0][0]
        above = text.comments(contact, first.start_mark.index)
        indent = " " * first.start_mark.column
        head = "".join(f"{comment}\n{indent}" for comment in above)
        if getattr(contact, "flow_style", False):
            body = f"{{{head}{', '.join(lines)}}}"
            text.edit(contact.start_mark.index, end_of(contact), body)
        else:
            text.edit(first.start_mark.index, end_of(contact), head + f"\n{indent}".join(lines))

    def _entities(self, text: YamlText) -> None:
        """Tags that said what somebody is for one party say it for any."""
        for entity in items(text.value(text.root, "entities")):
            roles = items(text.value(entity, "roles"))
            for tags in filter(None, (text.value(each, "tags") for each in (entity, *roles))):
                self._tag(text, tags)

    def _tag(self, text: YamlText, tags: yaml.Node) -> None:
        said = [str(tag.value) for tag in items(tags)]
        new = [
            role
            for role in (METONYM, SPOKESMAN, FORCES, NAVY)
            if role not in said and any(f"{tag[1:]}-{role}" in said for tag in self.tags)
        ]
        if new:
            last = tags.value[-1]
            lead = ", " if getattr(tags, "flow_style", False) else f"\n{' ' * tags.start_mark.column}- "
            text.edit(end_of(last), end_of(last), "".join(f"{lead}{role}" for role in new))


def _model(name: str) -> type[BaseModel] | None:
    """What a file of the folder is read as, as far as it may be old."""
    path = PurePosixPath(name)
    if path.parts[:-1] == ("entities",):
        return EntitiesFile
    if len(path.parts) > 1 or name in {SIDES, OUTLETS, "un-documents.yaml"}:
        return None
    return TestsFile if path.stem.endswith(".test") else WatchlistFile


def _titles(shipped: Mapping[str, bytes]) -> dict[str, Mapping[str, str]]:
    """Of the parties that the shipped watchlists declare: tag to titles by language."""
    lists = (
        documents.read(data, name).data for name, data in shipped.items() if _model(name) is WatchlistFile
    )
    both = (party for read in lists for party in read.get("contacts", {}).get("between", {}).values())
    return {party["tag"]: party["title"] for party in both}


def _declaration(parties: Iterable[_Party], types: list[str]) -> Iterator[str]:
    yield "contacts:"
    yield "  between:"
    for party in parties:
        titles = (
            f"{lang}: {title if PLAIN.fullmatch(title) else quoted(title)}"
            for lang, title in party.titles.items()
        )
        yield f"    {party.id}:"
        yield f"      title: {{{', '.join(titles)}}}"
        yield f"      tag: '{party.tag}'"
    if types:
        yield f"  types: [{', '.join(types)}]"


def _above_comments(text: str, at: int) -> int:
    """The beginning of the comment lines right above the line that begins at `at`."""
    while at and text[text.rfind("\n", 0, at - 1) + 1 : at].lstrip().startswith("#"):
        at = text.rfind("\n", 0, at - 1) + 1
    return at
