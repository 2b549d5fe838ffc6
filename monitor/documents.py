"""YAML 1.2 files that people edit: read strictly, validated with pydantic, every mistake with line, column and remedy.

Anchors, aliases, merge keys and duplicate keys are refused (a 500-byte merge bomb needs minutes and gigabytes),
as are files over 1 MB and nesting past 40 levels. YAML 1.2: `no`, `on` and `12:30` stay text.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

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

    def place(self, path: Path) -> Place | tuple[None, None]:
        """Line and column (1-based) of the value at `path`, or of its nearest parent that is there."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (None, None))

    def mistake(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> Mistake:
        """A `Mistake` at `path`; `key=True` points at the key instead of its value."""
        for origin, source in self.origins.items():
            if path[: len(origin)] == origin:
                return Mistake(file=source, line=None, column=None, message=message, remedy=remedy)
        line, column = self.key_places.get(path) or self.place(path) if key else self.place(path)
        return Mistake(file=self.file, line=line, column=column, message=message, remedy=remedy)


def read(text: str | bytes, file: str) -> Document:
    """Parse one YAML document.

    Raises ConfigError: not UTF-8, too large or deep, a syntax error, an anchor, alias, merge key or duplicate key.
    """
    source = _decoded(text, file)
    try:
        node = YAML(typ="safe", pure=True).compose(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(file, mark, " ".join(filter(None, (error.context, error.problem)))) from None
    except YAMLError as error:
        raise _wrong(file, None, str(error).splitlines()[0]) from None
    except RecursionError:
        raise _wrong(file, None, f"nested deeper than {MAX_DEPTH} levels") from None
    builder = _Builder(file)
    data = builder.build(node, ()) if node is not None else None
    if builder.mistakes:
        raise ConfigError(tuple(builder.mistakes))
    return Document(file, data, builder.places, builder.key_places)


def validate(model: type[Model], document: Document, at: Path = ()) -> Model:
    """The part of `document` at `at` as `model`.

    Raises ConfigError with every mistake, unknown keys with the nearest known one.
    """
    data = document.data
    for step in at:
        data = data[step]
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise ConfigError(tuple(_explained(model, document, at, e) for e in error.errors())) from None


def together(errors: Iterable[ConfigError]) -> None:
    """Raise one ConfigError holding all mistakes of `errors`; do nothing when there are none."""
    mistakes = tuple(m for error in errors for m in error.mistakes)
    if mistakes:
        raise ConfigError(mistakes)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` for the known word nearest to `word`, or a short list of them; may be empty."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def _decoded(text: str | bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise _wrong(file, None, f"larger than {MAX_BYTES:,} bytes")
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        mistake = Mistake(
            file=file, line=line, column=None, message="not UTF-8 text", remedy="save it as UTF-8"
        )
        raise ConfigError((mistake,)) from None


def _wrong(file: str, mark: Any, message: str) -> ConfigError:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return ConfigError((Mistake(file=file, line=line, column=column, message=message),))


@dataclass(slots=True)
class _Builder:
    """Node graph to plain data, collecting places and mistakes."""

    file: str
    places: dict[Path, Place] = field(default_factory=dict)
    key_places: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def build(self, node: Node, path: Path) -> Any:
        self.places[path] = place = (node.start_mark.line + 1, node.start_mark.column + 1)
        if node.anchor is not None:
            self._complain(place, "anchors and aliases (& and *) are not allowed", "write the value out")
            return None
        if len(path) > MAX_DEPTH:
            self._complain(place, f"nested deeper than {MAX_DEPTH} levels")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(child, (*path, n)) for n, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return _scalar(node)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self._complain(place, "a key must be plain text")
                continue
            key = str(key_node.value)
            if str(key_node.tag).endswith(":merge"):
                self._complain(place, "merge keys (<<) are not allowed", "write the keys out")
            elif key in built:
                self._complain(place, f"{key!r} appears twice", "keep one")
            else:
                self.key_places[(*path, key)] = place
                built[key] = self.build(value_node, (*path, key))
        return built

    def _complain(self, place: Place, message: str, remedy: str = "") -> None:
        line, column = place
        self.mistakes.append(
            Mistake(file=self.file, line=line, column=column, message=message, remedy=remedy)
        )


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    kind, text = str(node.tag).rsplit(":", 1)[-1], str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+0-9.eE]{1,30}", text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _explained(model: type[BaseModel], document: Document, at: Path, error: ErrorDetails) -> Mistake:
    where = (*at, *error["loc"])
    name = str(where[-1]) if where else document.file
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        return document.mistake(where, f"unknown key {name!r}", suggestion(name, known), key=True)
    if error["type"] == "missing":
        return document.mistake(where[:-1], f"{name!r} is missing")
    message = str(error["msg"]).removeprefix("Value error, ")
    message, _, remedy = message.partition(" | ")
    shown = ".".join(str(part) for part in error["loc"] if not str(part).startswith("function-"))
    return document.mistake(_real(document, where), f"{shown}: {message}" if shown else message, remedy)


def _real(document: Document, path: Path) -> Path:
    """`path` without the parts that pydantic adds for unions and validators."""
    found: Path = ()
    for step in path:
        if (*found, step) in document.places:
            found = (*found, step)
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
