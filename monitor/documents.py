"""YAML 1.2 files that people edit: read strictly, validated with pydantic, every mistake with line, column
and remedy.

Anchors, aliases, merge keys and duplicate keys are refused (a 500-byte merge bomb needs minutes and
gigabytes), as are files over 1 MB and nesting past 40 levels. YAML 1.2: `no`, `on` and `12:30` stay text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from monitor.errors import ConfigError, Mistake
from monitor.errors import suggestion as suggestion
from monitor.fields import plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails


MAX_BYTES = 1_000_000
MAX_DEPTH = 40
#: the parser in C, thirty times as fast as the parser in Python; both read alike
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"(?=.{1,30}\Z)(?=.*[.eE])[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

#: a word of a query, or a tag, that stands where a comment begins
_HASH = re.compile(r"(?<![^\s\[{,])#(?=\w)(\S*)")
_SPECIAL = re.compile(r"[@%`]\w")
_COLON = re.compile(r":\s.*:\s")

Path = tuple[str | int, ...]
Place = tuple[int, int]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain data, and where each value (and each key) stands."""

    file: str
    data: Any
    places: Mapping[Path, Place] = field(repr=False)
    key_places: Mapping[Path, Place] = field(repr=False)
    #: values that did not come from the file: path -> where they came from
    origins: Mapping[Path, str] = field(default_factory=dict, repr=False)
    #: values followed by `#word`, which YAML takes for a comment: path -> that comment
    hashes: Mapping[Path, str] = field(default_factory=dict, repr=False)

    def place(self, path: Path) -> Place | tuple[None, None]:
        """Line and column (1-based) of the value at `path`, or of its nearest parent that is there."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (None, None))

    def origin(self, path: Path) -> str | None:
        """Where the value at `path` came from; None: from the file."""
        found = [o for o in self.origins if path[: len(o)] == o]
        return self.origins[max(found, key=len)] if found else None

    def beside(self, path: Path) -> bool:
        """Whether `path` leads to, or into, something that did not come from the file."""
        return any(path[: len(o)] == o[: len(path)] for o in self.origins)

    def nth(self, path: Path, n: int) -> Path:
        """The path of the `n`-th value of the mapping or list at `path`."""
        keys = [place for place in self.key_places if place[:-1] == path]
        return keys[n] if n < len(keys) else (*path, n)

    def mistake(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> Mistake:
        """A `Mistake` at `path`; `key=True` points at the key instead of its value."""
        source = self.origin(path)
        if source is not None:
            return Mistake(file=source, line=None, column=None, message=message, remedy=remedy)
        line, column = self.key_places.get(path) or self.place(path) if key else self.place(path)
        return Mistake(file=self.file, line=line, column=column, message=message, remedy=remedy)


def read(text: str | bytes, file: str) -> Document:
    """Parse one YAML document.

    Raises ConfigError: not UTF-8, too large or deep, a syntax error, an anchor, alias, merge key or duplicate
    key.
    """
    source = _decoded(text, file)
    reader = _Reader(file, source)
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, (error.context, error.problem)))
        raise _wrong(file, mark, said, _hint(source, error.context_mark, mark)) from None
    except yaml.YAMLError as error:
        raise _unreadable(file, source, error) from None
    if reader.mistakes:
        raise ConfigError(tuple(reader.mistakes))
    return Document(file, data, reader.places, reader.key_places, hashes=reader.hashes)


def validate(model: type[Model], document: Document) -> Model:
    """`document` as `model`.

    Raises ConfigError with every mistake, unknown keys with the nearest known one.
    """
    data = document.data
    try:
        return model.model_validate({} if data is None else data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise ConfigError(tuple(_explained(model, document, e) for e in error.errors())) from None


def together(errors: Iterable[ConfigError]) -> None:
    """Raise one ConfigError holding all mistakes of `errors`; do nothing when there are none."""
    mistakes = tuple(m for error in errors for m in error.mistakes)
    if mistakes:
        raise ConfigError(mistakes)


def _decoded(text: str | bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise _wrong(file, None, f"larger than {MAX_BYTES:,} bytes")
    try:
        return text.encode().decode() if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeError as error:
        before = text[: getattr(error, "start", 0)]
        line = (before.count("\n") if isinstance(before, str) else before.count(b"\n")) + 1
        mistake = Mistake(
            file=file, line=line, column=None, message="not UTF-8 text", remedy="save it as UTF-8"
        )
        raise ConfigError((mistake,)) from None


def _wrong(file: str, mark: Any, message: str, remedy: str = "") -> ConfigError:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return ConfigError((Mistake(file=file, line=line, column=column, message=message, remedy=remedy),))


def _hint(source: str, began: Any, mark: Any) -> str:
    """What the commonest slips need, by the lines from
    where YAML `began` to the `mark` that it could not read.
    """
    if mark is None:
        return ""
    lines = source.split("\n")
    first = began.line if began is not None else mark.line
    line, at = lines[mark.line] if mark.line < len(lines) else "", mark.column
    if any(_HASH.search(near) for near in lines[max(first, mark.line - 5) : mark.line + 1]):
        return "a # begins a comment: put the whole value in quotes, as '#word'"
    if _SPECIAL.match(line[at:]):
        return f"a value that begins with {line[at]} needs quotes, as '{line[at]}word'"
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if _COLON.search(line):
        return "text that holds a colon and a space needs quotes"
    return "a bracket or a quote before it is not closed" if mark.line >= len(lines) - 1 else ""


def _unreadable(file: str, source: str, error: yaml.YAMLError) -> ConfigError:
    """A character that YAML does not take; the parser in C counts in UTF-8 bytes."""
    position = getattr(error, "position", None)
    line = None if position is None else source.encode()[:position].count(b"\n") + 1
    message = str(error).splitlines()[0]
    return ConfigError((Mistake(file=file, line=line, column=None, message=message),))


class _Reader:
    """The events of one document to plain data, collecting places and mistakes."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.key_places: dict[Path, Place] = {}
        self.hashes: dict[Path, str] = {}
        self.mistakes: list[Mistake] = []
        self._lines = source.split("\n") if _HASH.search(source) else []
        self._events = yaml.parse(source, Loader=_LOADER)

    def document(self) -> Any:
        """The only document's data; None for an empty file."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        data = self._value(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._complain(_place(after), "a second document starts here", "use one file for each")
        return data

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.places[path] = place = _place(event)
        if getattr(event, "anchor", None) is not None:
            self._complain(place, "anchors and aliases (& and *) are not allowed", "write the value out")
        if len(path) > MAX_DEPTH:
            self._complain(place, f"nested deeper than {MAX_DEPTH} levels")
            raise ConfigError(tuple(self.mistakes))
        if isinstance(event, yaml.ScalarEvent):
            self._note_hash(event, path)
            return _scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return None

    def _note_hash(self, event: yaml.ScalarEvent, path: Path) -> None:
        """Keep a `#word` right after a value: it may have been meant as a part of it."""
        mark: Any = event.end_mark
        if mark.line >= len(self._lines):
            return
        after = self._lines[mark.line][mark.column :]
        found = _HASH.match(after.lstrip())
        if found and after[:1].isspace():
            self.hashes[path] = found[0]

    def _sequence(self, path: Path) -> list[Any]:
        built: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            built.append(self._value(event, (*path, len(built))))
        return built

    def _mapping(self, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            where = (*path, key)
            self.key_places.setdefault(where, _place(event))
            if key in built:
                self._complain(_place(event), f"{key!r} appears twice", "keep one")
            built[key] = self._value(next(self._events), where)
        return built

    def _key(self, event: yaml.Event, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._complain(_place(event), "a key must be plain text")
            self._value(event, path)
            return ""
        key = str(event.value)
        if event.anchor is not None:
            self._complain(
                _place(event), "anchors and aliases (& and *) are not allowed", "write the key out"
            )
        if key == "<<" and event.implicit[0]:
            self._complain(_place(event), "merge keys (<<) are not allowed", "write the keys out")
        return key

    def _complain(self, place: Place, message: str, remedy: str = "") -> None:
        line, column = place
        self.mistakes.append(
            Mistake(file=self.file, line=line, column=column, message=message, remedy=remedy)
        )


def _place(event: yaml.Event) -> Place:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def _scalar(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    """The core schema of YAML 1.2 (10.3.2) in decimal; what is quoted or tagged is text."""
    text = str(event.value)
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _explained(model: type[BaseModel], document: Document, error: ErrorDetails) -> Mistake:
    where = error["loc"]
    name = str(where[-1]) if where else document.file
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        return document.mistake(where, f"unknown key {name!r}", suggestion(name, known), key=True)
    if error["type"] == "missing":
        return document.mistake(where[:-1], f"{name!r} is missing")
    place = _real(document, where)
    shown = ".".join(str(part) for part in place)
    if error["input"] is None and place in document.hashes:
        word = document.hashes[place]
        message = f"is empty: {word} without quotes is a comment"
        return document.mistake(place, f"{shown}: {message}", f"write '{word}' in quotes", key=True)
    message, remedy = plainly(error)
    return document.mistake(place, f"{shown}: {message}" if shown else message, remedy)


def _real(document: Document, path: Path) -> Path:
    """`path` without the parts that pydantic adds for unions and validators;
    a mapping may be read as a list.
    """
    found: Path = ()
    for step in path:
        if (*found, step) in document.places or document.beside((*found, step)):
            found = (*found, step)
        elif isinstance(step, int) and document.nth(found, step) in document.places:
            found = document.nth(found, step)
    return found


def _known_keys(model: type[BaseModel], loc: Path) -> set[str]:
    """The keys allowed where `loc` leads inside `model`; empty when it cannot be told."""
    current: Any = model
    for step in loc:
        if isinstance(step, int):
            continue
        fields = getattr(current, "model_fields", {})
        found = fields.get(step) or next((f for f in fields.values() if f.alias == step), None)
        current = _model_within(found.annotation) if found is not None else None
    if current is None:
        return set()
    return {f.alias or name for name, f in current.model_fields.items()}


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, getattr(annotation, "__args__", ()))), None)


# Where a character of a YAML value stands in its file, for errors inside a query.


def inside_scalar(
    source: str, place: tuple[int, int] | tuple[None, None], value: str, offset: int
) -> tuple[int | None, int | None]:
    """Line and column (1-based) of `value[offset]`, for a value that starts at `place` in `source`.

    Walks both texts together, so it holds for plain, quoted and block scalars; white space folds freely.
    Where the two cannot be followed (escapes in double quotes), the last place that could.
    """
    line, column = place
    if line is None or column is None:
        return place
    starts = _line_starts(source)
    at = _content_start(source, starts[line - 1] + column - 1)
    for position, character in enumerate(value):
        if not character.isspace():
            while (
                at < len(source) and source[at] != character and (source[at].isspace() or source[at] in "\\'")
            ):
                at += 1
        if position >= offset and not character.isspace():
            break
        if not character.isspace():
            if at >= len(source) or source[at] != character:
                return place
            at += 1
    row = sum(start <= at for start in starts) - 1
    return row + 1, at - starts[row] + 1


def _content_start(source: str, at: int) -> int:
    """Past an opening quote, or past the line of a block scalar's `|` or `>`."""
    if source[at : at + 1] in {"'", '"'}:
        return at + 1
    if source[at : at + 1] in {"|", ">"}:
        return source.find("\n", at) + 1
    return at


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for number, character in enumerate(source):
        if character == "\n":
            starts.append(number + 1)
    return starts
