"""Pure. Edits in files that people write, at the places of what changes: comments, order and spelling of
everything else stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from monitor import documents
from monitor.errors import ConfigError, Mistake
from monitor.watchlists.save_test import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"#[^\r\n]*")
#: a scalar that is the same inside brackets
PLAIN = re.compile(r"\w[^,\[\]{}:#\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place that was rewritten; a `line` of None: the file is new."""

    file: str
    line: int | None
    before: str
    after: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        shown = (" ".join(text.split()) for text in (self.before, self.after))
        return "\n".join(
            (place, *(f"  {sign} {text}" for sign, text in zip("-+", shown, strict=True) if text))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What the files become (those that change, and new ones), and each place that changes."""

    files: Mapping[str, bytes]
    changes: tuple[Change, ...]


def together(texts: Iterable[tuple[str, Text]]) -> Upgrade:
    made = sorted(texts, key=lambda pair: pair[0])
    mistakes = [mistake for _, text in made for mistake in text.mistakes]
    if mistakes:
        raise ConfigError(tuple(mistakes))
    changes = (change for _, text in made for change in text.changes())
    return Upgrade(files={name: text.edited() for name, text in made if text.edits}, changes=tuple(changes))


class Text:
    """One file, and the edits to make in it; offsets count characters after a byte order mark."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []
        self.edits: dict[tuple[int, int], str] = {}
        self.mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
        try:
            self.text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.text = ""
            self.refuse(0, "is not UTF-8 text", "save it as UTF-8")
        self.line_end = "\r\n" if "\r\n" in self.text else "\n"

    def edit(self, start: int, end: int, new: str) -> None:
        self.edits[start, end] = new.replace("\n", self.line_end)

    def refuse(self, at: int, message: str, remedy: str) -> None:
        line, column = self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)
        self.mistakes.append(
            Mistake(file=self.file, line=line, column=column, message=message, remedy=remedy)
        )

    def edited(self) -> bytes:
        parts, at = [self.mark], 0
        for (start, end), new in sorted(self.edits.items()):
            parts += (self.text[at:start], new)
            at = end
        return "".join((*parts, self.text[at:])).encode()

    def changes(self) -> Iterator[Change]:
        for (start, end), new in sorted(self.edits.items()):
            line = self.text.count("\n", 0, start) + 1
            yield Change(file=self.file, line=line, before=self.text[start:end], after=new)


class YamlText(Text):
    """One YAML file with its nodes."""

    def __init__(self, file: str, data: bytes) -> None:
        super().__init__(file, data)
        self.data: Any = None
        self.root: yaml.Node | None = None
        try:
            self.data = documents.read(data, file).data
            self.root = yaml.compose(self.text, Loader=_LOADER)
        except ConfigError as error:
            self.mistakes = list(error.mistakes)

    def value(self, node: yaml.Node | None, key: str) -> yaml.Node | None:
        return next((value for name, value in entries(node) if name.value == key), None)

    def comments(self, node: yaml.Node, start: int) -> list[str]:
        """The comments between `start` and the end of a node, without what stands in its scalars."""
        found: list[str] = []
        for leaf in (*_leaves(node), None):
            stop = end_of(node) if leaf is None else leaf.start_mark.index
            found += _COMMENT.findall(self.text[start:stop])
            start = stop if leaf is None else leaf.end_mark.index
        return found

    def put(self, key: yaml.Node, value: yaml.Node, new: str) -> None:
        """`new` in place of a key with its value; comments inside go above it."""
        start = key.start_mark.index
        above = self.comments(value, key.end_mark.index)
        indent = " " * key.start_mark.column
        self.edit(start, end_of(value), "".join(f"{comment}\n{indent}" for comment in above) + new)

    def source(self, node: yaml.Node) -> str:
        return self.text[node.start_mark.index : end_of(node)]

    def inside(self, node: yaml.Node) -> str:
        """A list or scalar as it may stand in brackets."""
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            return f"[{', '.join(self.inside(item) for item in node.value)}]"
        plain = self.source(node)
        if not isinstance(node, yaml.ScalarNode) or node.style in {"'", '"'} or PLAIN.fullmatch(plain):
            return plain
        return quoted(str(node.value))


def entries(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def items(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for part in [*items(node), *(each for entry in entries(node) for each in entry)]:
        yield from _leaves(part)


def end_of(node: yaml.Node) -> int:
    """Where a node's own text ends; a block's mark is where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(last[1] if isinstance(last, tuple) else last)


# One entry of a file, as a person edits it: the lines that say it, everything around them untouched.


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A rule, an entity, or the words of one sense in one language; an `id` of "": the whole file."""

    id: str
    #: its lines without what all of them begin with, and without a line end
    text: str
    #: characters of the file
    start: int
    end: int
    #: where it begins, from 1
    line: int
    indent: str = ""


def entry(data: bytes, wanted: str) -> Entry | None:
    """The entry of a file that is called so: a rule or an entity by its id, words by `sense.language`.

    None: there is none, or it shares a line with others.
    """
    text = Text("", data).text.replace("\r\n", "\n")
    if not wanted:
        return Entry(id="", text=text.rstrip("\n"), start=0, end=len(text.rstrip("\n")), line=1)
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return None
    found = next(((first, last) for name, first, last in _entries(root) if name == wanted), None)
    return _lines(text, wanted, *found) if found else None


def with_entry(data: bytes, old: Entry, new: str) -> bytes:
    """The file with `new` in the place of `old`, which was read from the same bytes; blank: it is removed."""
    whole = Text("", data)
    text = whole.text.replace("\r\n", "\n")
    lines = new.replace("\r\n", "\n").strip("\n").split("\n")
    put = "\n".join(f"{old.indent}{line}".rstrip() for line in lines)
    after = text[old.end :] if put.strip() else text[old.end :].removeprefix("\n")
    edited = f"{text[: old.start]}{put if put.strip() else ''}{after}"
    return (whole.mark + edited.replace("\n", whole.line_end)).encode("utf-8", "replace")


def _entries(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Each entry's name, with the first and the last of its nodes."""
    top = {key.value: value for key, value in entries(root)}
    for item in (*items(top.get("rules")), *items(top.get("entities"))):
        named = next((value for key, value in entries(item) if key.value == "id"), None)
        if named is not None:
            yield str(named.value), item, item
    for sense, languages in entries(top.get("senses")):
        for language, words in entries(languages):
            yield f"{sense.value}.{language.value}", language, words


def _lines(text: str, name: str, first: yaml.Node, last: yaml.Node) -> Entry | None:
    at = first.start_mark.index
    start = text.rfind("\n", 0, at) + 1
    stop = len(text[: end_of(last)].rstrip())
    end = text.find("\n", stop)
    end = len(text) if end < 0 else end
    before, behind = text[start:at], text[stop:end].strip()
    if before.strip() not in ("", "-") or (behind and not behind.startswith("#")):
        return None
    indent = before[: len(before) - len(before.lstrip())]
    lines = (line.removeprefix(indent) for line in text[start:end].split("\n"))
    number = text.count("\n", 0, start) + 1
    return Entry(id=name, text="\n".join(lines), start=start, end=end, line=number, indent=indent)
