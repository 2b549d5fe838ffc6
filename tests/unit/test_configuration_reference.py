"""docs/reference/configuration.md holds every key and every variable, with its default, and nothing else."""

from __future__ import annotations

import re
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor import fields
from monitor.config import load
from monitor.config.model import Config
from monitor.feeds.seeds import FeedsFile
from monitor.watchlists import files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "configuration.md").read_text(
    encoding="utf-8"
)
ROWS = re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def models_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for one in get_args(annotation) for found in models_of(one)]


def keys(model: type[BaseModel] = Config, path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its path; the routes below a route have its keys."""
    for name, key in model.model_fields.items():
        at = f"{path}{key.alias or name}"
        yield at, key
        for inner in models_of(key.annotation) if at != "route.routes" else ():
            yield from keys(inner, f"{at}.")


KEYS = dict(keys())


def written(value: Any) -> str | None:
    """A default as the reference writes it; None where it says it in words."""
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, ZoneInfo | str | int):
        return f"`{value}`"
    return None


def seconds(text: str) -> int:
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([wdhms])", text))


def test_every_key_stands_in_the_reference_once() -> None:
    """A key that is added or renamed must be written down."""
    assert sorted(name for name, *_ in ROWS) == sorted(KEYS)


@pytest.mark.parametrize(("name", "default"), [(name, default) for name, _, default, _ in ROWS])
def test_the_default_in_the_reference_is_the_one_that_holds(name: str, default: str) -> None:
    """Durations in whatever unit reads best."""
    holds = KEYS[name].get_default(call_default_factory=True)
    if isinstance(holds, timedelta):
        assert seconds(default) == holds.total_seconds()
    else:
        assert default == (written(holds) or "–")


def test_every_environment_variable_stands_in_the_reference_with_its_key() -> None:
    """As for keys."""
    said = dict(re.findall(r"^\| `MONITOR_([A-Z_]+)` \| ([^|]+) \|$", TEXT, re.MULTILINE))
    assert set(said) == set(load.VARIABLES) | load.ELSEWHERE
    for name, place in load.VARIABLES.items():
        assert said[name].startswith(f"`{'.'.join(map(str, place))}`")


@pytest.mark.parametrize(
    "model",
    [Config, FeedsFile, files.EntitiesFile, files.VocabularySpec, files.WatchlistFile, files.TestsFile],
    ids=lambda m: m.__name__,
)
def test_no_mistake_shows_a_regular_expression(model: type[BaseModel]) -> None:
    """Each pattern that a file is checked by has words."""
    found = set(_patterns(model.model_json_schema()))
    assert found
    assert found <= fields.known_patterns()


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for one in schema.values():
            yield from _patterns(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _patterns(one)
