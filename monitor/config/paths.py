"""What `monitor.yaml` only names: paths, relative to the file that names them,
and secrets that stand in files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr

from monitor.fields import LocalMark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from monitor import documents
    from monitor.errors import Mistake

Model = TypeVar("Model", bound=BaseModel)

_SQLITE = "sqlite:///"


def mark_of(key: FieldInfo) -> LocalMark | None:
    """How a key of a model names files; None: it does not."""
    return next(_marks((*key.metadata, key.annotation)), None)


def _marks(given: Any) -> Iterator[LocalMark]:
    for one in given:
        if isinstance(one, LocalMark):
            yield one
        else:
            yield from _marks(get_args(one))


def local_path(base: Path, name: str) -> str:
    """`name` as seen from the working folder, when it was said in a file of the folder `base`;
    `~` is the user's home.
    """
    try:
        path = Path(name).expanduser()
    except RuntimeError:
        path = Path(name)
    return os.path.normpath(base / path)


def local_url(base: Path, url: str) -> str:
    """`url` with its path so, where it is that of an SQLite file."""
    name = url.removeprefix(_SQLITE)
    if name == url or name.startswith(":"):
        return url
    name, mark, query = name.partition("?")
    return f"{_SQLITE}{local_path(base, name)}{mark}{query}"


@dataclass(frozen=True, slots=True)
class Located:
    """Fills in what one configuration names; `mistakes` gathers what cannot be read."""

    document: documents.Document
    #: the folder of the file
    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def model(self, model: Model, path: documents.Path = ()) -> Model:
        """`model` with every path as seen from the working folder, and every `X_file` read into its `X`."""
        changes = {
            name: self._value(key, getattr(model, name), (*path, key.alias or name))
            for name, key in type(model).model_fields.items()
            if name in model.model_fields_set or isinstance(getattr(model, name), BaseModel)
        }
        placed = model.model_copy(update=changes)
        names = type(model).model_fields
        secrets = {name: self._secret(placed, name, path) for name in names if f"{name}_file" in names}
        return placed.model_copy(update=secrets) if secrets else placed

    def _value(self, key: FieldInfo, value: Any, path: documents.Path) -> Any:
        mark = mark_of(key)
        if mark is not None and value is not None:
            return self._local(mark, value, path)
        if isinstance(value, BaseModel):
            return self.model(value, path)
        if isinstance(value, tuple) and any(isinstance(one, BaseModel) for one in value):
            return tuple(self.model(one, (*path, n)) for n, one in enumerate(value))
        return value

    def _local(self, mark: LocalMark, value: Any, path: documents.Path) -> Any:
        base = self.folder if self.document.origin(path) is None else Path()
        if isinstance(value, tuple):
            return tuple(local_path(base, one) for one in value)
        return local_url(base, value) if mark.url else local_path(base, value)

    def _secret(self, model: BaseModel, name: str, path: documents.Path) -> SecretStr | None:
        value: SecretStr | None = getattr(model, name)
        file: str | None = getattr(model, f"{name}_file")
        at = (*path, f"{name}_file")
        if value is not None and file is not None:
            self._wrong(at, f"{name} and {name}_file are both set", "keep one")
        elif file is not None:
            value = self._read(file, at)
        elif value is None and getattr(model, "needed_secret", "") == name:
            self._wrong(path, f"{name} is missing", f"set {name} or {name}_file")
        return value

    def _read(self, file: str, at: documents.Path) -> SecretStr | None:
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            self._wrong(
                at, f"{file} cannot be read: {reason}", "a path is relative to the file that names it"
            )
            return None
        if not text:
            self._wrong(at, f"{file} is empty", "write the secret into it, on one line")
        return SecretStr(text)

    def _wrong(self, path: documents.Path, message: str, remedy: str) -> None:
        self.mistakes.append(self.document.mistake(path, message, remedy))
