"""Pure. What a message says, as plain data for the templates (templates/README.md lists every key).

Nothing is dropped in silence: whatever is cut is counted, in the same context.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.languages.locale import frame
from monitor.messages import sources
from monitor.messages.links import ACTIONS
from monitor.messages.story import story_context
from monitor.messages.text import clean, cut, isolate, safe_link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.languages.locale import Frame
    from monitor.model import Change, Judged
    from monitor.model.press import Sides


Data = dict[str, Any]

#: why an alert goes out: the story is new, changed, was told again, got louder, is still open, or another
#: receiver did not acknowledge it
REASONS = ("new", "changed", "more", "louder", "repeat", "escalated", "test")
_UTC = ZoneInfo("UTC")


def alert_context(
    judged: Judged,
    *,
    reason: str,
    now: datetime,
    sides: Sides,
    public_url: str | None = None,
    titles: Mapping[str, str] | None = None,
    timezone: ZoneInfo = _UTC,
    suppressed: int = 0,
    changes: Sequence[Change] = (),
    links: Mapping[str, str] | None = None,
    language: str = "en",
) -> Data:
    """What an alert about a story says, in `language`, the one it was judged for.

    `reason`: one of `REASONS`; `suppressed`: silenced mentions in the story; `changes`: what is new to the
    reader; `links`: by action (`monitor.messages.links`), the signed addresses; `titles`: what is called how.
    """
    signed = _signed(links or {})
    words = frame(language, sides, titles)
    told = story_context(judged, words, timezone, public_url=public_url, titles=titles or {})
    update = f"{words.word('reason_changed')}: " if changes else ""
    told["desk_link"] = signed.pop("story_link") or told["desk_link"]
    head = f"[{words.word(told['severity'])}] {update}{isolate(told['title'], words.direction)}"
    mentions = words.count("mention", suppressed)
    return {
        **common(words, now, public_url),
        **signed,
        "kind": "alert",
        "story": told,
        "reason": reason, "reason_word": words.word(f"reason_{reason}"),
        "change_line": sources.change_line(changes, words),
        "changes": sources.changes(changes, words),
        "test": reason == "test",
        "subject": head,
        "suppressed": suppressed,
        "suppressed_note": words.say("suppressed", mentions=mentions) if suppressed else "",
        "others": [], "others_line": "", "updates": {}, "update_line": "",
    }  # fmt: skip


def _signed(links: Mapping[str, str]) -> dict[str, str]:
    """As a template names them; empty where there is none, or none that may be linked."""
    return {f"{action.replace('-', '_')}_link": safe_link(links.get(action)) for action in ACTIONS}


def notice_context(subject: str, lines: Sequence[str], *, now: datetime, language: str = "en") -> Data:
    """What the monitor says about itself: a one-line subject and paragraphs."""
    told = {"subject": cut(clean(subject), 180), "lines": [clean(line) for line in lines if line.strip()]}
    return {**common(frame(language), now, None), "kind": "notice", **told}


def common(words: Frame, now: datetime, public_url: str | None) -> Data:
    """What every message has: the frame's language and words, the moment, the desk's address."""
    return {
        "lang": words.lang,
        "dir": words.direction,
        "w": words.for_templates,
        "now": now.astimezone(UTC).isoformat(),
        "public_url": safe_link(public_url),
        "test": False,
    }


# Several stories in one alert: the loudest whole, the others a line each, none left out.

_HOUR = timedelta(hours=1)


def grouped(contexts: Sequence[Data], *, held_for: timedelta | None = None) -> Data:
    """The context of one alert about all of `contexts` (of `compose.alert_context`), at least one.

    The loudest comes first and whole, with the others as `others`. `held_for`: they were held back for so
    long, because the receiver had enough; the subject counts them.
    """
    first, *rest = sorted(contexts, key=lambda context: -context["story"]["rank"])
    if not rest:
        return first
    words = frame(first["lang"])
    others = [
        {
            "story": other["story"],
            "reason": other["reason"],
            "reason_word": other["reason_word"],
            "change_line": other["change_line"],
            "changes": other["changes"],
        }
        for other in rest
    ]
    silenced = sum(context["suppressed"] for context in contexts)
    note = words.say("suppressed", mentions=words.count("mention", silenced)) if silenced else ""
    return {
        **first,
        "subject": _subject(first, len(contexts), held_for, words),
        "suppressed": silenced,
        "suppressed_note": note,
        "others": others,
        "others_line": f"{words.word('others')}: {words.count('story', len(others))}",
    }


def _subject(first: Data, n: int, held_for: timedelta | None, words: Frame) -> str:
    if held_for is None:
        return words.say("and_others", subject=first["subject"], n=n - 1)
    title = isolate(first["story"]["title"], words.direction)
    told = words.say("held_back", n=n, span=_span(held_for, words))
    return f"[{first['story']['severity_word']}] {told}: {title}"


def _span(time: timedelta, words: Frame) -> str:
    if time < _HOUR or time % _HOUR:
        return words.count("minutes", round(time.total_seconds() / 60))
    return words.count("hours", time // _HOUR)
