"""The shipped vocabularies that a folder of a question of one's own names or is read with, and has not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.config.load import bundled
from monitor.errors import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: what contacts are read with; the file has the vocabulary's name
READ_WITH = (
    "alignment",
    "calls",
    "contact",
    "officials",
    "rejection",
    "saying",
    "sports-context",
    "status",
)
_FOLDER = "vocabulary"
_ASKS_FOR_CONTACTS = re.compile(rb"^contacts:", re.MULTILINE)
_NAMED = re.compile(rb"%([a-z0-9]+(?:-[a-z0-9]+)*)")
_ID = re.compile(rb"^vocabulary:\s*(\S+)", re.MULTILINE)


def shared(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shipped vocabularies that a folder needs and has not, by relative path.

    Those that contacts are read with, where it looks for contacts, and every one that a file of it names
    (`%withdrawal`). A file of the folder takes the place of the shipped one of its name, or of its
    vocabulary's id.
    """
    needed = {found[1].decode() for text in sources.values() for found in _NAMED.finditer(text)}
    if any(_ASKS_FOR_CONTACTS.search(text) for name, text in sources.items() if "/" not in name):
        needed.update(READ_WITH)
    own = {found[1] for name, text in sources.items() if "/" in name for found in _ID.finditer(text)}
    shipped = {f"{_FOLDER}/{path.name}": path for path in _shipped() if path.stem in needed}
    texts = {name: path.read_bytes() for name, path in shipped.items() if name not in sources}
    return {name: text for name, text in texts.items() if not own & set(_ID.findall(text))}


def advice(name: str, known: Iterable[str]) -> str:
    """The name nearest to a `#tag`, `@entity` or `%vocabulary` that nothing is called, or how to make one.

    Shipped vocabularies are near, too, though none is there before a file names it.
    """
    same = {said for said in known if said[0] == name[0]}
    if name[0] == "%":
        same.update(f"%{path.stem}" for path in _shipped())
    bare = name[1:].partition(".")[0]
    make = {
        "#": f"give entities in entities/ the tag: tags: [{bare}]",
        "@": f"write an entity with id: {bare} in entities/",
        "%": f"write vocabulary/{bare}.yaml",
    }
    return suggestion(name, same) or make[name[0]]


def _shipped() -> list[Path]:
    return sorted((bundled("watchlists") / _FOLDER).glob("*.yaml"))
