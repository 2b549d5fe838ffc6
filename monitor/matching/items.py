"""Pure. Items and decisions as JSON Lines, the shape that scripts rely on (docs/reference/json.md).

In: `{"id", "title", "summary"?, "content"?, "lang"?, "published"?, "url"?, "outlet"?, "outlet_side"?}`, one a
line; unknown keys are ignored. Out: `{"id", "lang", "matches", "contacts", "suppressed"}`, or `{"id": null,
"line", "error"}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from monitor.model import UNKNOWN, Decision, Item, Side

if TYPE_CHECKING:
    from monitor.model import Contact, Evidence, Match

#: decodes entities and drops markup
Cleaner = Callable[[str], str]
TEXTS = ("title", "summary", "content")
MAX_LINE = 20_000_000
#: what can be the id of a side
_SIDE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: in JSON: an escaped backslash, a whole surrogate pair (both kept), or half of one
_ESCAPED = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item that was read, with the caller's own id."""

    id: str | int
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """A line that is no item."""

    line: int
    error: str

    def as_json(self) -> dict[str, Any]:
        """The object that stands in the line's place."""
        return {"id": None, "line": self.line, "error": self.error}


def read_item(line: str | bytes, number: int, *, clean: Cleaner) -> Line | LineError:
    """One line of JSON as an item; `number` (1-based) names it in errors. `clean` turns HTML into text."""
    if len(line) > MAX_LINE:
        return LineError(line=number, error=f"longer than {MAX_LINE:,} bytes")
    try:
        data = _loaded(line)
    except ValueError as error:
        return LineError(line=number, error=f"not JSON: {str(error).split(': line')[0]}")
    if not isinstance(data, dict):
        return LineError(line=number, error="not a JSON object")
    wrong = _wrong(data)
    return (
        LineError(line=number, error=wrong)
        if wrong
        else Line(id=data.get("id", number), item=_item(data, clean))
    )


def decision_json(decision: Decision, id: str | int) -> dict[str, Any]:
    """The object for one decided item; `story` is added by the caller that clusters."""
    return {
        "id": id,
        "lang": decision.lang,
        "matches": [_match(m) for m in decision.matches],
        "contacts": [_contact(c) for c in decision.contacts],
        "suppressed": [asdict(s) for s in decision.suppressed],
    }


def dump(data: dict[str, Any]) -> bytes:
    """One line of UTF-8 JSON with its line end."""
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)


def _loaded(line: str | bytes) -> Any:
    raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
    raw = raw.decode("utf-8", "replace").encode().removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        # half of a surrogate pair, which orjson refuses: keep the item, lose the broken character
        return orjson.loads(_ESCAPED.sub(lambda m: rb"\ufffd" if m.group(1) else m.group(), raw))


def _wrong(data: dict[str, Any]) -> str:
    for key in (*TEXTS, "lang", "url", "outlet", "outlet_side", "published"):
        if not isinstance(data.get(key), str | None):
            return f"{key} is not text"
    if not isinstance(data.get("id", ""), str | int):
        return "id is neither text nor a number"
    if not any((data.get(key) or "").strip() for key in TEXTS):
        return "has no title, summary or content"
    return ""


def _item(data: dict[str, Any], clean: Cleaner) -> Item:
    texts = {key: _tidy(clean(_tidy(data.get(key) or ""))) for key in TEXTS}
    side = str(data.get("outlet_side") or "unknown").strip().lower()
    published = data.get("published") or ""
    return Item(
        title=texts["title"],
        summary=texts["summary"],
        content=texts["content"],
        key=f"guid:{data.get('id', '')}",
        feed_id="",
        lang=(data.get("lang") or "und").strip().lower().partition("-")[0] or "und",
        url=data.get("url") or None,
        published_raw=published,
        published_at=_instant(published),
        outlet=_tidy(data.get("outlet") or ""),
        outlet_side=Side(side) if _SIDE.fullmatch(side) else UNKNOWN,
    )


def _tidy(text: str) -> str:
    """Without control characters; a lone surrogate becomes U+FFFD,
    so that everything can be stored and sent.
    """
    return _SURROGATE.sub("�", _CONTROL.sub("", text))


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except OverflowError:
        return None


def _match(match: Match) -> dict[str, Any]:
    return {
        "watchlist": match.watchlist,
        "rule": match.rule,
        "severity": match.severity.value,
        "score": match.score,
        "evidence": [_evidence(e) for e in match.evidence],
        "reason": match.reason,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "watchlist": contact.watchlist,
        "type": contact.type.value,
        "status": contact.status.value,
        "parties": {party: list(names) for party, names in contact.parties.items()},
        "place": contact.place,
        "date": contact.date,
        "background": contact.background,
        "speaker": asdict(contact.speaker) if contact.speaker else None,
        "evidence": [_evidence(e) for e in contact.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return asdict(evidence)
