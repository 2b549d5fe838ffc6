"""The shipped vocabularies, for a folder of a question of one's own that has none of that name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.config.load import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_ID = re.compile(rb"^vocabulary:\s*(\S+)", re.MULTILINE)


def shared(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shipped vocabularies that a folder needs and has not, by relative path.

    None where it looks for no contacts. A file of the folder takes the place of the shipped one of its name,
    or of its vocabulary's id.
    """
    if not any(_ASKS_FOR_CONTACTS.search(text) for name, text in sources.items() if "/" not in name):
        return {}
    own = {found[1] for name, text in sources.items() if "/" in name for found in _ID.finditer(text)}
    shipped = {
        f"{_FOLDER}/{name}.yaml": bundled("watchlists") / _FOLDER / f"{name}.yaml" for name in READ_WITH
    }
    texts = {name: path.read_bytes() for name, path in shipped.items() if name not in sources}
    return {name: text for name, text in texts.items() if not own & set(_ID.findall(text))}
