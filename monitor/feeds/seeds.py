"""The feeds file: YAML in, `Feed`s out, every mistake at once; and one changed on disk, whole or not at all,
with its rights and everything that was not meant left as it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor import documents, file_modes
from monitor.errors import ConfigError, Mistake
from monitor.feeds.secrets import PLACEHOLDER, forbidden, misplaced
from monitor.fields import Duration, worded
from monitor.model import UNKNOWN, Feed, Side
from monitor.net.redaction import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

#: what the Admiralty letters mean, for messages
LETTERS = "A completely, B usually, C fairly, D not usually, E unreliable, F cannot be judged"

#: schemes with which pages hand an address to a feed reader; none is a protocol
_FEED_SCHEME = re.compile(r"(?:feeds?|rss|podcast|pcast|itpc):(?://(?!https?://))?(?://)?", re.IGNORECASE)

#: text that YAML reads back as itself without quotes
_PLAIN = re.compile(r"[^\W\d_](?:[\w .,;()/&+’'-]*[\w.)])?")
_YAML_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def _letter(value: Any) -> Any:
    if value not in tuple("ABCDEF"):
        hint = f"did you mean {value.upper()!r}?" if str(value) in tuple("abcdef") else LETTERS
        raise ValueError(f"unknown reliability {value!r} | {hint}")
    return value


def _url(value: Any) -> Any:
    if not isinstance(value, str) or value != value.strip() or " " in value:
        raise ValueError(f"{_said(value)} is no address | write it as https://… or file:…")
    value = whole_scheme(value)
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) if parts.scheme in ("http", "https") else parts.scheme == "file"
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(
            f"{_said(value)} cannot be polled | write http://…, https://… or file:… with a host or path"
        )
    if parts.scheme != "file" and misplaced(value):
        raise ValueError(
            "${…} stands for the host | a variable may stand in the login, the path or the query; "
            "write the host out"
        )
    if ours := forbidden(value):
        raise ValueError(
            f"{ours} belongs to the monitor's own configuration | name the variable otherwise, or "
            "MONITOR_SECRET_…"
        )
    if parts.scheme != "file" and "${" in PLACEHOLDER.sub("", value):
        raise ValueError("${ without the name of a variable | write it like ${NAME}")
    return value


def whole_scheme(url: str) -> str:
    """`feed://host/…` and its like as http, `feed:https://…` as what it holds;
    other addresses as they are.
    """
    found = _FEED_SCHEME.match(url)
    if found is None:
        return url
    rest = url[found.end() :]
    return rest if re.match(r"https?://", rest, re.IGNORECASE) else f"http://{rest.lstrip('/')}"


def _said(value: Any) -> str:
    return repr(masked(value) if isinstance(value, str) else value)


def _language(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"{value!r} is no language code | two letters such as ar, en, ru; mul for several")
    return value


_ID = worded(
    r"^[a-z0-9][a-z0-9._-]{0,79}$",
    "an id: small letters a to z, digits, dots, - and _, at most 80, beginning with a letter or digit",
)
_COUNTRY = worded(r"^([A-Z]{2,3})?$", "a country code of two or three capitals, like LY")


class FeedEntry(BaseModel):
    """One feed as the file describes it; the keys and meanings of `monitor.model.Feed`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=_ID)]
    url: Annotated[str, BeforeValidator(_url)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    language: Annotated[str, BeforeValidator(_language)] = "mul"
    country: Annotated[str, Field(pattern=_COUNTRY)] = ""
    side: Side = UNKNOWN
    family: Annotated[str, Field(max_length=100)] = ""
    reliability: Annotated[str, BeforeValidator(_letter)] = "F"
    reliability_reason: Annotated[str, Field(max_length=500)] = ""
    enabled: bool = True
    fulltext: bool = False
    interval: Duration | None = None
    min_interval: Duration | None = None
    user_agent: Annotated[str, Field(max_length=300)] | None = None


class FeedsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: list[FeedEntry]


def load_feeds(text: str | bytes, file: str, sides: Collection[str] | None = None) -> tuple[Feed, ...]:
    """The feeds of a feeds file, in file order; `file` is its name, for messages. `sides`: those declared;
    None: any.

    Raises ConfigError with every mistake: syntax, unknown keys and values, doubled ids and addresses.
    """
    document = documents.read(text, file)
    wrong = (*_doubled(document), *_undeclared(document, sides))
    errors = [ConfigError(wrong)] if wrong else []
    try:
        parsed = documents.validate(FeedsFile, document)
    except ConfigError as error:
        raise _in_file_order([*errors, error]) from None
    documents.together(errors)
    return tuple(Feed(**dict(entry)) for entry in parsed.feeds)


def dump_feed_yaml(feed: Feed) -> str:
    """`feed` as one list entry of a feeds file, two spaces deep, ending in a line end;
    defaults are left out.
    """
    usual = Feed(id="", url="", title="")
    lines: list[str] = []
    for name in FeedEntry.model_fields:
        value = getattr(feed, name)
        if name in ("id", "url", "title") or value != getattr(usual, name):
            lines.append(f"{name}: {_scalar(value)}")
    return "  - " + "\n    ".join(lines) + "\n"


def with_feed(text: str, feed: Feed, file: str) -> str | None:
    """The feeds file `text` with `feed` after its last one, all else as it was; None where it is written
    another way.

    Raises ConfigError: `text` is no feeds file, or has the id or address of `feed` already.
    """
    before = load_feeds(text, file)
    document = documents.read(text, file)
    end = "\r\n" if "\r\n" in text else "\n"
    block = dump_feed_yaml(feed).replace("\n", end)
    if not before:  # `feeds: []`
        head, found, rest = text.rpartition("[]")
        after = f"{head.rstrip(' ')}{end}{block.rstrip()}{rest}" if found else ""
    else:
        lines = block.splitlines(keepends=True)
        depth = _dash(text, document, 0)
        shift = (depth if depth is not None else 2) - 2
        lines = [line[-shift:] if shift < 0 else " " * shift + line for line in lines]
        after = text + ("" if text.endswith("\n") else end) + "".join(lines)
    return after if _reads_as(after, file, (*before, feed)) else None


def without_feed(text: str, feed_id: str, file: str) -> str | None:
    """The feeds file `text` without the lines of one feed, all else as it was; None where it is written
    another way.

    Comments before it and after it stay. Raises ConfigError: `text` is no feeds file.
    """
    before = load_feeds(text, file)
    number = next((n for n, feed in enumerate(before) if feed.id == feed_id), None)
    document = documents.read(text, file)
    depth = _dash(text, document, number) if number is not None else None
    if number is None or depth is None:
        return None
    lines = text.splitlines(keepends=True)
    first = (document.place(("feeds", number))[0] or 1) - 1
    last = max(line for path, (line, _) in document.places.items() if path[:2] == ("feeds", number))
    while last < len(lines) and re.match(rf" {{{depth + 1},}}[^ \r\n]", lines[last]):
        last += 1  # the rest of a text over several lines
    kept = [*lines[:first], *lines[last:]]
    if len(before) == 1:
        kept = [re.sub(r"^(feeds\s*:)", r"\1 []", line) for line in kept]
    after = "".join(kept)
    return after if _reads_as(after, file, before[:number] + before[number + 1 :]) else None


def _dash(text: str, document: documents.Document, number: int) -> int | None:
    """How many blanks stand before the dash of a feed; None where it has no line of its own."""
    line, column = document.place(("feeds", number))
    if line is None or column is None:
        return None
    found = re.fullmatch(r"( *)- +", text.lstrip("\ufeff").splitlines()[line - 1][: column - 1])
    return len(found[1]) if found else None


def _reads_as(text: str, file: str, wanted: tuple[Feed, ...]) -> bool:
    try:
        return load_feeds(text, file) == wanted
    except ConfigError:
        return False


def _undeclared(document: documents.Document, sides: Collection[str] | None) -> Iterator[Mistake]:
    """Sides that are none of `sides`; None: any may be."""
    for number, feed in enumerate(_listed(document) if sides is not None else ()):
        side = feed.get("side", UNKNOWN) if isinstance(feed, dict) else UNKNOWN
        if isinstance(side, str) and sides is not None and side not in {*sides, UNKNOWN}:
            message, remedy = f"sides.yaml declares no side {side!r}", documents.suggestion(side, sides)
            yield document.mistake(("feeds", number, "side"), message, remedy)


def _listed(document: documents.Document) -> list[Any]:
    listed = document.data.get("feeds") if isinstance(document.data, dict) else None
    return listed if isinstance(listed, list) else []


def _doubled(document: documents.Document) -> tuple[Mistake, ...]:
    """Ids and addresses that an earlier feed of the file bears already."""
    seen: dict[tuple[str, str], str] = {}
    mistakes = []
    for number, feed in enumerate(_listed(document)):
        for key in ("id", "url"):
            value = feed.get(key) if isinstance(feed, dict) else None
            if not isinstance(value, str):
                continue
            first = seen.setdefault((key, value.rstrip("/")), f"line {document.place(('feeds', number))[0]}")
            if first != f"line {document.place(('feeds', number))[0]}":
                message = f"{key} {_said(value)} is used twice (first at {first})"
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


HEAD = "# Feeds that `monitor feeds add` took. Edit freely: `monitor check` names every mistake.\nfeeds: []\n"


class Unwritable(Exception):  # a state of the file, told to the operator with the lines to paste
    """The file cannot be changed; the message says why."""


def add(path: Path, feeds: Iterable[Feed]) -> None:
    """Put `feeds` after the last one of the file, which is made (0600) when it is not there.

    Raises Unwritable, and ConfigError where the file is no feeds file or has one of them.
    """

    def changed(text: str) -> str | None:
        after: str | None = text
        for feed in feeds:
            after = with_feed(after, feed, str(path)) if after is not None else None
        return after

    _change(path, changed)


def remove(path: Path, feed_id: str) -> None:
    """Take the lines of a feed out. Raises Unwritable, and ConfigError where the file is no feeds file."""
    _change(path, lambda text: without_feed(text, feed_id, str(path)))


def _change(path: Path, changed: Callable[[str], str | None]) -> None:
    try:
        target = path.resolve()
        with alone(target):
            before = target.read_bytes() if target.exists() else HEAD.encode()
            after = changed(before.decode("utf-8-sig"))
            if after is None:
                raise Unwritable(
                    "it is written in a way that would be lost (put each feed on lines of its own)"
                )
            mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
            put(target, mark + after.encode())
    except OSError as error:
        raise Unwritable((error.strerror or "cannot be written").lower()) from None
    except UnicodeDecodeError:
        raise Unwritable("it is not UTF-8 text") from None


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """One change at a time in a folder: two commands at once do not undo each other."""
    file_modes.make_folder(target.parent)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def put(target: Path, data: bytes) -> None:
    """`data` takes the place of the file at once, with its rights;
    a file that is a mount of its own is overwritten. Raises Unwritable, and OSError.
    """
    known = target.stat() if target.exists() else None
    # root may write what is marked read-only, and means not to
    if known is not None and not (known.st_mode & stat.S_IWUSR and os.access(target, os.W_OK)):
        raise Unwritable("it is read-only")
    part = target.with_name(f".{target.name}.part")
    try:
        file_modes.write(part, data)
        if known is not None:
            part.chmod(stat.S_IMODE(known.st_mode))
            os.chown(part, known.st_uid, known.st_gid)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        if known is None:
            raise
        with target.open("r+b") as file:
            file.write(data)
            file.truncate()
