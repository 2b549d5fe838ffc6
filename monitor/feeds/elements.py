"""Pure. The names, addresses and words of feed elements as feedparser understands them.

What an element is called depends on its name space, or on its prefix where the name space is unknown; the
lists stand in `data/feed_elements.txt` and `data/feed_namespaces.txt`.
"""

from __future__ import annotations

import contextlib
import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from monitor.feeds.wordlists import sections

if TYPE_CHECKING:
    from collections.abc import Mapping

#: of the name spaces in the list, those whose elements have no prefix for feedparser
PLAIN = "plain"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
#: addresses that urljoin gives back as they are
_WHOLE = re.compile(
    r"https?://[a-z0-9.-]+(?::\d+)?(?:/[\w./%,~!@$&'()*+=:-]*+)?(?:\?[\w./%,~!@$&'()*+=:?-]++)?", re.ASCII
)
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_C1 = re.compile("[\x80-\x9f]")
_C1_MEANT = {n: c for n in range(0x80, 0xA0) if (c := bytes([n]).decode("cp1252", "ignore"))}


class Uncertain(Exception):
    """It is feedparser's to read."""


@functools.lru_cache(maxsize=4_096)
def kind_of(name: str) -> str:
    """What we do with an element, by its name as expat says it: address of the name space, local name,
    prefix.
    """
    prefix, local = standard(name)
    return _kinds().get(f"{prefix}_{local}" if prefix else local, "")


def standard(name: str) -> tuple[str, str]:
    """The usual prefix of a name, and its local name, in small letters."""
    space, _, rest = name.rpartition(" ") if name.count(" ") < 2 else _three(name)
    local, _, given = rest.partition(" ")
    known = spaces().get(space.lower())
    return given.lower() if known is None else "" if known == PLAIN else known, local.lower()


def _three(name: str) -> tuple[str, str, str]:
    space, local, prefix = name.split(" ")
    return space, "", f"{local} {prefix}"


@functools.cache
def _kinds() -> Mapping[str, str]:
    return {name: kind for kind, names in sections("feed_elements.txt").items() for name in names}


@functools.cache
def spaces() -> Mapping[str, str]:
    return {uri: prefix for prefix, uris in sections("feed_namespaces.txt").items() for uri in uris} | {
        "": PLAIN
    }


@functools.cache
def prefixes() -> frozenset[str]:
    """The prefixes of elements that mean something to us; none is of those too."""
    return frozenset(name.partition("_")[0] for name in _kinds() if "_" in name) | {PLAIN}


def refuse(*_: object) -> None:
    raise Uncertain


def said_of(attrs: Mapping[str, str]) -> dict[str, str]:
    """The attributes that mean something to feedparser, by its names for them."""
    found: dict[str, str] = {}
    for name, value in attrs.items():
        space, _, rest = name.partition(" ")
        if not rest:
            key = name.lower()
        elif space == _XML:
            key = f"xml:{rest.partition(' ')[0].lower()}"
        elif space.lower() == _RDF:
            key = f"rdf:{rest.partition(' ')[0].lower()}"
        elif spaces().get(space.lower()) == PLAIN:
            raise Uncertain
        else:
            continue
        if key in found:
            raise Uncertain
        found[key] = value
    return found


def lang_of(said: Mapping[str, str], inherited: str | None) -> str | None:
    lang = said.get("xml:lang", said.get("lang"))
    return inherited if lang is None else lang or None


def cleaned(text: str, *, strip: bool = True) -> str:
    """As feedparser stores a text: UTF-8 that was taken for Latin-1 is read again."""
    text = text.strip() if strip else text
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode()
    return text.translate(_C1_MEANT) if _C1.search(text) else text


def joined(base: str, address: str) -> str:
    """An address made whole as feedparser does it; empty where it is broken."""
    if _WHOLE.fullmatch(address):
        return address
    try:
        return urljoin(base, _SLASHES.sub(r"\1\3", address))
    except ValueError:
        return ""


def safe_base(url: str, relative: str = "") -> str:
    """The address that others are relative to."""
    whole = joined(url, relative or url)
    if whole.strip().split(":", 1)[0] not in ("http", "https", "file"):
        raise Uncertain
    return whole


def joined_base(base: str, said: Mapping[str, str]) -> str:
    return safe_base(base, said.get("xml:base", said.get("base", "")))
