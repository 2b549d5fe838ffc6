"""Pure. Where and when: the city of a contact, and its day counted from the item's own date.

Days are ISO text as exact as the words allow: 2023-09-28, 2023-09 or 2023.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.languages import remembered, tables
from monitor.languages.grammar import plain
from monitor.languages.tables import Dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.contacts.model import Actor, Frame


def day_of(text: str, lang: str, published: datetime | None, *, ahead: bool = False) -> str | None:
    """The day that plain `text` names: the first exact one, else month or year. `ahead`:
    it lies in the future.
    """
    today = published.date() if published else None
    found = [
        *_dated(text, lang, today, ahead=ahead),
        *(_counted(text, lang, today, ahead=ahead) if today else ()),
    ]
    return max(found, key=len, default=None)


def is_long_ago(day: str | None, published: datetime | None) -> bool:
    """Whether a day lies more than ten days before the item's date, by its latest reading."""
    if day is None or published is None:
        return False
    year, *rest = (int(part) for part in day.split("-"))
    month, number = (*rest, 12, 28)[:2] if not rest else (rest[0], rest[1] if len(rest) > 1 else 28)
    return published.date() - date(year, month, number) > timedelta(days=10)


#: letters between a verb of saying and its subject that stand beside each other: a space, a quotation mark
BESIDE = 2


def place_of(frame: Frame, span: tuple[int, int], home: str | None) -> str | None:
    """The city that a clause, else its sentence, names;
    the narrower one first ("Rajma, Benghazi" is Rajma). A capital that speaks for its state is no place.
    """
    places = [place for place in frame.places if not _speaks(frame, place)]
    inside = [a for a in places if span[0] <= a.start < span[1]]
    found: Actor | None = next(iter(inside), None) or next(iter(places), None)
    return found.name if found else home


def _speaks(frame: Frame, place: Actor) -> bool:
    """Whether a verb of saying stands right beside a place, where its subject does: "Lisbon denies"."""
    if frame.grammar.verb_first:
        return any(0 <= place.start - word.end <= BESIDE for word in frame.sayings)
    return any(0 <= word.start - place.end <= BESIDE for word in frame.sayings)


def _dated(text: str, lang: str, today: date | None, *, ahead: bool) -> Iterator[str]:
    for found in day_words(lang).months.finditer(text):
        month = month_of(found)
        day = int(found["d1"] or found["d2"] or 0)
        year = int(found["y"]) if found["y"] else _year(month, day or 1, today, ahead=ahead)
        if year is None:
            continue
        try:
            yield date(year, month, day).isoformat() if day else f"{year}-{month:02}"
        except ValueError:
            yield f"{year}-{month:02}"
    for found in re.finditer(r"(?<![\d/.-])((?:19|20)\d\d)(?![\d/-])", text):
        yield found[1]


def month_of(found: re.Match[str]) -> int:
    """The number of the month that `DayWords.months` found."""
    return next(int(name[1:]) for name, text in found.groupdict().items() if name[0] == "m" and text)


def _year(month: int, day: int, today: date | None, *, ahead: bool) -> int | None:
    """The year that brings a month nearest to the item's date on the right side of it."""
    if today is None:
        return None
    if ahead:
        return today.year if (month, day) >= (today.month, 1) else today.year + 1
    return today.year if (month, 1) <= (today.month, 31) else today.year - 1


def _counted(text: str, lang: str, today: date, *, ahead: bool) -> Iterator[str]:
    words = day_words(lang)
    for number, weekday in words.weekdays:
        if weekday.search(text):
            gap = (number - today.weekday()) % 7 if ahead else -((today.weekday() - number) % 7)
            yield (today + timedelta(days=gap)).isoformat()
    for gap, day in words.days:
        if day.search(text):
            yield (today + timedelta(days=gap)).isoformat()
    for found in words.counted.finditer(text):
        count = words.numbers.get(found[1]) or (
            int(found[1]) if found[1].isdigit() and len(found[1]) < 3 else 0
        )
        if count:
            yield _before(today, count, words.unit(found[2]))
    for found in words.last.finditer(text):
        yield _before(today, 1, words.unit(found[1]))


def _before(today: date, count: int, days: int) -> str:
    """So many units of so many days ago, as exactly as a unit says it."""
    return (today - timedelta(days=days * count)).isoformat()[: 10 if days == 1 else 7 if days < 365 else 4]


# --- words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayWords:
    """How one language names days, compiled."""

    #: weekdays from Monday, 0; days by how far they lie ahead
    weekdays: Sequence[tuple[int, re.Pattern[str]]]
    days: Sequence[tuple[int, re.Pattern[str]]]
    #: a date with the name of its month: day before or after, year, all but the month left out at will
    months: re.Pattern[str]
    #: "three weeks ago": number and unit; "last week": the unit
    counted: re.Pattern[str]
    last: re.Pattern[str]
    units: Sequence[tuple[int, str]]
    numbers: Mapping[str, int]

    def unit(self, text: str) -> int:
        """The days of a unit."""
        return next((days for days, words in self.units if re.fullmatch(words, text)), 1)


def day_words(lang: str) -> DayWords:
    """The words for days of a language; English for one that has none."""
    return _day_words(spoken(lang))


def spoken(lang: str) -> str:
    """The language whose words for days are read."""
    return lang if lang in tables.having(Dates) and tables.read(Dates, lang).months else tables.DEFAULT


@remembered
def _day_words(lang: str) -> DayWords:
    listed = tables.read(Dates, lang)

    def whole(words: str) -> re.Pattern[str]:
        return tables.expression(rf"(?<!\w)(?:{words})(?!\w)", Dates, lang)

    def told(template: str, units: Sequence[tuple[int, str]]) -> re.Pattern[str]:
        unit = "|".join(words for _, words in units) or "(?!)"
        filled = template.replace("{count}", r"(\w+)").replace("{unit}", f"({unit})") or "(?!)"
        return tables.expression(rf"(?<!\w){filled}", Dates, lang)

    return DayWords(
        weekdays=[(number - 1, whole(words)) for number, words in listed.weekdays],
        days=[(number, whole(words)) for number, words in listed.days],
        months=_month_words(lang),
        counted=told(listed.counted, listed.counted_units),
        last=told(listed.last, listed.last_units),
        units=[*listed.counted_units, *listed.last_units],
        numbers={plain(word).text: number for number, words in listed.numbers for word in words.split()},
    )


def _month_words(lang: str) -> re.Pattern[str]:
    listed = tables.read(Dates, lang)
    before = "".join(f"|(?<={word} )" for word in listed.before_a_month.split("|") if word)
    months = "|".join(
        f"(?P<m{number}>{'|'.join(_month(plain(word).text, before) for word in words.split())})"
        for number, words in listed.months
    )
    first = rf"(?P<d1>[0-3]?\d)(?:{listed.day_endings})?\.? (?:(?:{listed.of}) )?"
    second = rf" (?P<d2>[0-3]?\d)(?:{listed.day_endings})?(?!\d)"
    pattern = rf"(?<!\w)(?:{first})?(?:{months})\.?(?!\w)(?:{second})?(?:,? (?P<y>(?:19|20)\d\d))?"
    return tables.expression(pattern, Dates, lang)


def _month(word: str, before: str) -> str:
    """The name of a month; with ~ it is another word too,
    and a month only beside a number or behind what tells it.
    """
    name = word.rstrip("~").replace("_", " ")
    return name if not word.endswith("~") else rf"(?:(?<=\d ){before}){name}|{name}(?= \d)"
