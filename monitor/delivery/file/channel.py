"""Pure. A folder as a channel: the same message as .html, .txt, .json and .eml,
under a name that sorts by time.
"""

from __future__ import annotations

import errno
import json
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import file_modes
from monitor.delivery.channel import Channel, whole
from monitor.delivery.email.channel import bodies
from monitor.delivery.email.mime import as_eml, message_id
from monitor.delivery.webhook.channel import body
from monitor.model import Delivered, Outcome, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.delivery.channel import Outgoing, Rendering
    from monitor.delivery.file import FileConfig
    from monitor.model import Delivery


#: nobody's domain, and never anybody's (RFC 2606)
_DOMAIN = "monitor.invalid"


def compose(rendering: Rendering, config: FileConfig) -> tuple[Outgoing, ...]:
    """One message, four files."""
    id_ = rendering.id()
    texts = bodies(rendering)
    headers = {"Date": format_datetime(rendering.at), "Message-ID": message_id(id_, _DOMAIN)}
    mail = {
        "from": f"monitor@{_DOMAIN}",
        "to": f"folder@{_DOMAIN}",
        "subject": rendering.subject(),
        **texts,
        "headers": headers,
    }
    data = json.dumps(json.loads(body(rendering)["body"]), ensure_ascii=False, indent=2) + "\n"
    files = {
        "eml": as_eml(mail, boundary=f"=_{id_}"),
        "html": texts["html"],
        "txt": texts["text"],
        "json": data,
    }
    return (rendering.outgoing(id_, {"name": _stem(rendering, id_), "files": files}),)


def _stem(rendering: Rendering, id_: str) -> str:
    """`20261124t070000z-digest-daily-1a2b3c4d`: when, what, and a part of the id against collisions."""
    detail = {"digest": "series", "alert": "id"}.get(rendering.name)
    about = rendering.context.get("story", rendering.context).get(detail, "") if detail else ""
    safe = re.sub(r"[^a-z0-9]+", "-", str(about).lower()).strip("-")[:40]
    when = f"{rendering.at.astimezone(UTC):%Y%m%dt%H%M%Sz}"
    return "-".join(filter(None, (when, rendering.name, safe, id_[:8])))


# A folder: each message lands whole or not at all, and a repeated delivery overwrites itself.

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
STEM_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FileNotifier:
    """Writes `{stem}.{suffix}` for each text of the payload."""

    config: FileConfig

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt; `now` is not needed. The folder is made when it is not there."""
        folder = Path(self.config.path or "out")
        stem = safe_stem(str(delivery.message.payload.get("name") or ""), delivery.id)
        try:
            file_modes.make_folder(folder)
            names = [_write(folder, f"{stem}.{suffix}", data) for suffix, data in _files(delivery)]
            _sync(folder)
        except OSError as error:
            why = "the disk is full" if error.errno in FULL else (error.strerror or "cannot write").lower()
            return TryLater(reason=f"{folder}: {why}", pause_receiver=True)
        return Delivered(detail=f"{folder / stem} ({', '.join(names)})")


def safe_stem(name: str, delivery_id: str) -> str:
    """A file name without suffix from `name`: `[a-z0-9._-]`, bounded, and its own for each delivery."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9._-]+", "-", plain)
    plain = re.sub(r"\.{2,}", ".", plain).strip("-._")[:STEM_LENGTH] or "message"
    mark = re.sub(r"[^a-z0-9]", "", delivery_id.lower())[:8]
    return plain if mark and mark in plain.replace("-", "") else f"{plain}-{mark}".rstrip("-")


def _files(delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    for suffix, text in delivery.message.payload["files"].items():
        safe = re.sub(r"[^a-z0-9]", "", str(suffix).lower())[:8] or "txt"
        yield safe, whole(text).encode("utf-8")


def _write(folder: Path, name: str, data: bytes) -> str:
    """`data` under `name`, flushed to the disk before it gets the name. Returns the suffix."""
    partial = folder / f".{name}.partial"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(partial, flags, file_modes.FILE), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(folder / name)
    finally:
        partial.unlink(missing_ok=True)
    return name.rpartition(".")[2]


def _sync(folder: Path) -> None:
    """The new names themselves reach the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


CHANNEL = Channel(compose=compose, notifier=lambda config, _: FileNotifier(config))
