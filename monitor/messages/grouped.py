"""Pure. Several stories in one alert: the loudest whole, the others a line each, none left out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.languages.locale import frame
from monitor.messages.text import isolate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.languages.locale import Frame

Data = dict[str, Any]

_HOUR = timedelta(hours=1)


def grouped(contexts: Sequence[Data], *, held_for: timedelta | None = None) -> Data:
    """The context of one alert about all of `contexts` (of `compose.alert_context`), at least one.

    The loudest comes first and whole, with the others as `others`. `held_for`: they were held back for so long,
    because the receiver had enough; the subject counts them.
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
