"""Pure. Whether the day that a contact is told of is still to come: "meet on Friday", "for next February",
"tomorrow".

A report that says it of a day after its own date tells of a plan, whatever the tense; a weekday or a date
without its year is the nearest one, unless a verb says that it is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.contacts.place_and_date import DayWords, day_words, month_of, spoken
from monitor.languages import remembered, tables
from monitor.languages.tables import Dates

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.contacts.model import Frame, Word

#: senses of words of contact that set a date for something else
_SETTING = frozenset({"agreement"})
_SET = frozenset({"meeting", "visit", "expected", "joint", "host", "mission", "call"})


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names: in how many days it comes (negative:
    it is over), and whether that is beyond doubt.
    """

    start: int
    end: int
    days: int
    sure: bool
    #: whether `days` is exact
    exact: bool = False


def to_come(frame: Frame, cue: Word, lang: str, published: datetime | None) -> Day | None:
    """The day of the contact that `cue` tells of, where it is still to come."""
    clause = frame.clause(cue.start)
    found = list(_days(frame.text[slice(*clause)], lang, published.date() if published else None))
    day = _of(found, cue, clause[0])
    if day is None or day.days <= 0:
        return None
    start = clause[0] + day.start
    between = [c for c in frame.cues if cue.end <= c.start < start and c.sense in _SET]
    if between and cue.sense not in _SETTING:
        return None
    finite = frame.grammar.past.fullmatch(frame.text[cue.start : cue.end]) is not None
    if day.sure:
        return day if not finite or between else None
    return day if not finite and not _is_over(frame, cue, clause, start, lang) else None


def _of(days: list[Day], cue: Word, offset: int) -> Day | None:
    """The day that stands nearest to a word of contact, behind it rather than before."""

    def distance(day: Day) -> int:
        start, end = day.start + offset, day.end + offset
        return start - cue.end if start >= cue.end else 20 + cue.start - end

    return min(days, key=distance, default=None)


def _is_over(frame: Frame, cue: Word, clause: tuple[int, int], day: int, lang: str) -> bool:
    """Whether a verb of the clause says that it is over; the purpose of what is over is not."""
    words = _ahead_words(spoken(lang))
    if words.purpose.search(frame.text[clause[0] : cue.start]):
        return False
    over = words.over or frame.grammar.past
    return any(not _is_ahead(frame, m.span()) for m in over.finditer(frame.text, *clause))


def _is_ahead(frame: Frame, span: tuple[int, int]) -> bool:
    """ "Is expected", "scheduled": no past at all."""
    return any(
        word.sense == "planned" and word.start < span[1] and span[0] < word.end for word in frame.statuses
    )


def _days(text: str, lang: str, today: date | None) -> Iterator[Day]:
    words, days = _ahead_words(spoken(lang)), day_words(lang)
    for found in words.near.finditer(text):
        yield Day(*found.span(), 7 if found.lastgroup == "next" else 1, sure=True)
    for start, end, gap in _weekdays(text, days, today):
        yield _with_neighbours(text, start, end, gap, words, exact=True)
    for found in days.months.finditer(text):
        if not words.until.search(text[: found.start()]):
            yield from _dated(text, found, words, today)


def _weekdays(text: str, words: DayWords, today: date | None) -> Iterator[tuple[int, int, int]]:
    for number, weekday in words.weekdays:
        for found in weekday.finditer(text):
            ahead = (number - today.weekday()) % 7 if today else 0
            yield *found.span(), (ahead if ahead < 7 - ahead else ahead - 7)


def _dated(text: str, found: re.Match[str], words: _Ahead, today: date | None) -> Iterator[Day]:
    month = month_of(found)
    number = int(found["d1"] or found["d2"] or 0)
    told = _with_neighbours(text, *found.span(), 0, words)
    if today is None or told.sure:
        yield told
        return
    try:
        if found["y"]:
            gap = date(int(found["y"]), month, number or 28) - today
            yield Day(*found.span(), gap.days, sure=True)
        elif number:
            years = (today.year - 1, today.year, today.year + 1)
            gaps = [date(year, month, number) - today for year in years]
            yield Day(*found.span(), min(gaps, key=lambda g: abs(g - timedelta(days=1))).days, sure=False)
    except ValueError:
        return


def _with_neighbours(
    text: str, start: int, end: int, days: int, words: _Ahead, *, exact: bool = False
) -> Day:
    """The day with the "next" or "last" that stands beside its name."""
    said = words.before.search(text[max(0, start - 16) : start]) or words.after.match(text[end : end + 24])
    if said is None:
        return Day(start, end, days, sure=False, exact=exact)
    days = (days if days > 0 else days + 7) if said["next"] else (days if days < 0 else days - 7)
    return Day(start, end, days, sure=True, exact=exact)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """How one language says that a day is to come or over, compiled."""

    #: tomorrow, next week
    near: re.Pattern[str]
    #: "next" (group next) or "last" before and after the name of a day
    before: re.Pattern[str]
    after: re.Pattern[str]
    purpose: re.Pattern[str]
    until: re.Pattern[str]
    over: re.Pattern[str] | None


@remembered
def _ahead_words(lang: str) -> _Ahead:
    said = tables.read(Dates, lang)
    tomorrow = "|".join(words for days, words in said.days if days > 0) or "(?!)"
    beside = rf"(?<!\w)(?:(?P<next>{said.next})|(?P<last>{said.previous}))(?!\w)"
    to_come = rf"(?:{said.next})\s(?:{said.spans})|(?:{said.spans})\s(?:{said.next})"

    def compiled(pattern: str) -> re.Pattern[str]:
        return tables.expression(pattern, Dates, lang)

    return _Ahead(
        near=compiled(rf"(?<!\w)(?:(?P<near>{tomorrow})|(?P<next>{to_come}))(?!\w)"),
        before=compiled(rf"{beside}\s(?:\d+\s)?\Z"),
        after=compiled(rf"\s(?:\w{{1,4}}\s)?{beside}(?:\s(?:{said.spans}))?"),
        purpose=compiled(rf"(?<!\w)(?:{said.purpose})\s(?:[\w']+\s){{0,2}}\Z"),
        until=compiled(rf"(?:{said.until})\s\S{{0,3}}\s?\Z"),
        over=compiled(rf"(?<!\w)(?:{said.over})(?!\w)") if said.over else None,
    )
