"""Pages from templates, and the few files beside them: one style sheet, htmx and our own script.

Templates are the program's own, so no sandbox; everything that others wrote is escaped.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.desk.access import Refused
from monitor.desk.asked import Answer
from monitor.languages.locale import ENGLISH, frame
from monitor.messages.text import clean, direction, safe_link
from monitor.store.events import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from monitor.desk.asked import Asked, Desk

_HERE = Path(__file__).parent
MINUTE = timedelta(minutes=1)
_BETWEEN = re.compile(r"`([^`]+)`")
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
HTMX = "htmx-2.0.11.min.js"


@cache
def environment() -> Environment:
    """Loaded once, at the first page."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "clean": clean,
        "code": _code,
        "clock": _clock,
        "day": _day,
        "ago": _ago,
        "safe_link": safe_link,
        "span": spoken,
        "dir": lambda text, lang="und": direction(lang, text),
        "n": lambda count, one, many="": f"{count:,} {one if count == 1 else many or one + 's'}",
    }
    made.globals |= {"script": _address("desk.js"), "style": _address("desk.css"), "htmx": _address(HTMX)}
    return made


def _code(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(_BETWEEN.sub(r"<code>\1</code>", str(escape(text))))  # escaped first


def render(desk: Desk, asked: Asked, name: str, values: Mapping[str, Any]) -> str:
    """The page of template `name`."""
    page = {"now": asked.now, "zone": desk.zone, "asked": asked}
    return environment().get_template(name).render({**page, **values})


def static(_desk: Desk, asked: Asked) -> Answer:
    """A file beside the pages; its address changes with it. Raises Refused: there is none."""
    found = _files().get(asked.parts["name"])
    if found is None:
        raise Refused(404, "There is no such file.")
    kind = _KINDS[Path(asked.parts["name"]).suffix]
    headers = {"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable"}
    return Answer(document=found, headers=headers)


@cache
def _files() -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (_HERE / "static").iterdir() if p.suffix in _KINDS}


def _address(name: str) -> str:
    return f"/static/{name}?{hashlib.sha256(_files()[name]).hexdigest()[:10]}"


def _clock(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """`14:05` today, else `27 Nov 14:05`, with the year where it is another one."""
    local = at.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    year = "" if now is not None and local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    """`Monday 30 November 2026`."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def _ago(at: datetime | None, now: datetime) -> str:
    """`5 min ago`, `just now`, `in 5 min`, `never`."""
    if at is None:
        return "never"
    if now - MINUTE < at <= now:
        return "just now"
    said = frame(ENGLISH).duration(abs(now - at))
    return f"in {said}" if at > now else f"{said} ago"
