"""Pure. The feeds file: YAML in, `Feed`s out, every mistake at once; and one feed written as its lines."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor import documents
from monitor.errors import ConfigError, Mistake
from monitor.fields import Duration
from monitor.model import Feed, Side

#: what the Admiralty letters mean, for messages
LETTERS = "A completely, B usually, C fairly, D not usually, E unreliable, F cannot be judged"

#: text that YAML reads back as itself without quotes
_PLAIN = re.compile(r"[^\W\d_](?:[\w .,;()/&+’'-]*[\w.)])?")
_YAML_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def _side(value: Any) -> Any:
    known = [side.value for side in Side]
    if value not in known:
        raise ValueError(f"unknown side {value!r} | {documents.suggestion(str(value), known)}")
    return Side(value)


def _letter(value: Any) -> Any:
    if value not in tuple("ABCDEF"):
        hint = f"did you mean {value.upper()!r}?" if str(value) in tuple("abcdef") else LETTERS
        raise ValueError(f"unknown reliability {value!r} | {hint}")
    return value


def _url(value: Any) -> Any:
    if not isinstance(value, str) or value != value.strip() or " " in value:
        raise ValueError(f"{value!r} is no address | write it as https://… or file:…")
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) if parts.scheme in ("http", "https") else parts.scheme == "file"
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(
            f"{value!r} cannot be polled | write http://…, https://… or file:… with a host or path"
        )
    return value


def _language(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"{value!r} is no language code | two letters such as ar, en, ru; mul for several")
    return value


class FeedEntry(BaseModel):
    """One feed as the file describes it; the keys and meanings of `monitor.model.Feed`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
    url: Annotated[str, BeforeValidator(_url)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    language: Annotated[str, BeforeValidator(_language)] = "mul"
    country: Annotated[str, Field(pattern=r"^([A-Z]{2,3})?$")] = ""
    side: Annotated[Side, BeforeValidator(_side)] = Side.UNKNOWN
    family: Annotated[str, Field(max_length=100)] = ""
    reliability: Annotated[str, BeforeValidator(_letter)] = "F"
    reliability_reason: Annotated[str, Field(max_length=500)] = ""
    enabled: bool = True
    fulltext: bool = False
    interval: Duration | None = None
    user_agent: Annotated[str, Field(max_length=300)] | None = None


class FeedsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: list[FeedEntry]


def load_feeds(text: str | bytes, file: str) -> tuple[Feed, ...]:
    """The feeds of a feeds file, in file order; `file` is its name, for messages.

    Raises ConfigError with every mistake: syntax, unknown keys and values, doubled ids and addresses.
    """
    document = documents.read(text, file)
    errors = [ConfigError(doubled)] if (doubled := _doubled(document)) else []
    try:
        parsed = documents.validate(FeedsFile, document)
    except ConfigError as error:
        raise _in_file_order([*errors, error]) from None
    documents.together(errors)
    return tuple(Feed(**dict(entry)) for entry in parsed.feeds)


def dump_feed_yaml(feed: Feed) -> str:
    """`feed` as one list entry of a feeds file, two spaces deep, ending in a line end; defaults are left out."""
    usual = Feed(id="", url="", title="")
    lines: list[str] = []
    for name in FeedEntry.model_fields:
        value = getattr(feed, name)
        if name in ("id", "url", "title") or value != getattr(usual, name):
            lines.append(f"{name}: {_scalar(value)}")
    return "  - " + "\n    ".join(lines) + "\n"


def _doubled(document: documents.Document) -> tuple[Mistake, ...]:
    """Ids and addresses that an earlier feed of the file bears already."""
    listed = document.data.get("feeds") if isinstance(document.data, dict) else None
    seen: dict[tuple[str, str], str] = {}
    mistakes = []
    for number, feed in enumerate(listed if isinstance(listed, list) else ()):
        for key in ("id", "url"):
            value = feed.get(key) if isinstance(feed, dict) else None
            if not isinstance(value, str):
                continue
            first = seen.setdefault((key, value.rstrip("/")), f"line {document.place(('feeds', number))[0]}")
            if first != f"line {document.place(('feeds', number))[0]}":
                message = f"{key} {value!r} is used twice (first at {first})"
                mistakes.append(document.mistake(("feeds", number, key), message, "keep one"))
    return tuple(mistakes)


def _in_file_order(errors: list[ConfigError]) -> ConfigError:
    mistakes = [mistake for error in errors for mistake in error.mistakes]
    return ConfigError(tuple(sorted(mistakes, key=lambda m: (m.line or 0, m.column or 0))))


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "total_seconds"):
        return f"{int(value.total_seconds())}s"
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    if re.fullmatch(r"https?://[!-~]+", text) and " #" not in text and not text.endswith(":"):
        return text
    return json.dumps(text, ensure_ascii=False)
