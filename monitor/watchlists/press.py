"""sides.yaml and outlets.yaml of a folder of watchlists; where it has none, the shipped ones."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from monitor import documents
from monitor.config.load import bundled
from monitor.errors import ConfigError, Mistake
from monitor.model.press import Outlets, Press, Sides

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.documents import Document

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
