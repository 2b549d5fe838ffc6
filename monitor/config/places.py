"""Where the configuration is looked for, and where it says that the database is: read without the rest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from monitor.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "monitor.yaml"
#: where the configuration is looked for when nobody names it, in this order
PLACES = (Path(FILE), Path("config") / FILE, Path("/etc/monitor") / FILE)
OPTION = (
    "The configuration file or its folder; otherwise MONITOR_CONFIG, ./monitor.yaml, ./config/monitor.yaml."
)
#: the keys that say where the database is
_KEYS = ("data", "database")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find(explicit: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The configuration file to read: the one named, a file or its folder, or the first that exists of
    `PLACES`.

    Raises ConfigError when what was named is not there.
    """
    named = explicit or (Path(environ["MONITOR_CONFIG"]) if environ.get("MONITOR_CONFIG") else None)
    if named is None:
        return next((place for place in PLACES if place.is_file()), None)
    file = named / FILE if named.is_dir() else named
    if not file.is_file():
        raise whole_file(str(file), "no such file", "`monitor init` writes one to start from")
    return file


def said(path: Path | None) -> str:
    """Which file was read, for the first line of a command's standard error."""
    return f"configuration: {path or 'none found; the packaged one (`monitor init` writes one to edit)'}"


def database_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The SQLite file that the configuration at `path` names, as seen from the working folder.

    None where only the whole configuration can tell: another database, a mistake, a reference to a secret.
    """
    said = _said(path)
    if said is None:
        return None
    base = {key: path.parent if path else Path() for key in said}
    for key, variable in (("data", "MONITOR_DATA"), ("database", "MONITOR_DATABASE")):
        if environ.get(variable):
            said[key], base[key] = environ[variable], Path()
    if "database" in said:
        name = said["database"].removeprefix("sqlite:///")
        return _plain(base["database"], name) if name != said["database"] else None
    folder = _plain(base["data"], said["data"]) if "data" in said else Path("data")
    return folder / "monitor.db" if folder is not None else None


def _said(path: Path | None) -> dict[str, str] | None:
    """What the file says of its folder and its database; None: it cannot be read."""
    try:
        read = yaml.load(path.read_bytes(), Loader=_LOADER) if path else {}
    except (OSError, ValueError, yaml.YAMLError):
        return None
    known = {} if read is None else read
    return {k: str(known[k]) for k in _KEYS if known.get(k) is not None} if isinstance(known, dict) else None


def _plain(base: Path, name: str) -> Path | None:
    """`name` seen from `base`; None where it is more than a path."""
    odd = not name or name.startswith(":") or any(mark in name for mark in "?$~%")
    return None if odd else Path(os.path.normpath(base / name))


def whole_file(file: str, message: str, remedy: str = "") -> ConfigError:
    """A mistake that stands at no line of `file`."""
    return ConfigError((Mistake(file=file, line=None, column=None, message=message, remedy=remedy),))
