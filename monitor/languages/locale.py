"""Pure. The words around the news, in English and Arabic: labels, counted nouns, dates.

Plural forms follow CLDR's categories (one, two, few, many, other). Digits are Western in both languages, as Libyan
news sites write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.languages.locale_plurals import MONTHS, NOUNS, WEEKDAYS
from monitor.languages.locale_words import AR, EN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from monitor.model.press import Sides


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one language."""

    lang: str
    words: Mapping[str, str]
    #: how the sides of outlets are called; None: by their ids
    sides: Sides | None = None

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.lang == "ar" else "ltr"

    @property
    def comma(self) -> str:
        """What stands between parts of a list, with its space."""
        return "، " if self.lang == "ar" else ", "

    def word(self, key: str) -> str:
        """The word for `key`; the key itself for a word that the frame does not know (a watchlist's own)."""
        return self.words.get(key, key)

    def side(self, side: str) -> str:
        """The title of a side of outlets."""
        return self.sides.title(side, self.lang) if self.sides else side

    def media(self, sides: Iterable[str], both: str) -> str:
        """Who speaks for `sides`, for "reported by …", each once; `both` stands between two."""
        return both.join(
            self.sides.media(side, self.lang) if self.sides else side for side in dict.fromkeys(sides)
        )

    def say(self, key: str, **values: object) -> str:
        """The sentence for `key` with `values` put in."""
        return self.words[key].format(**values)

    def count(self, noun: str, n: int) -> str:
        """`n` of `noun`, in the right number."""
        forms = NOUNS[self.lang][noun]
        return forms.get(_category(self.lang, n), forms["other"]).format(n=f"{n:,}")

    def day(self, day: date, *, weekday: bool = False, year: bool = True) -> str:
        """`24 November 2026`, with the weekday before it or without the year when asked."""
        text = f"{day.day} {MONTHS[self.lang][day.month - 1]}" + (f" {day.year}" if year else "")
        return f"{WEEKDAYS[self.lang][day.weekday()]}{self.comma}{text}" if weekday else text

    def moment(self, moment: datetime, zone: ZoneInfo, *, year: bool = True) -> str:
        """`24 November 2026, 05:12 EET`, in `zone`, without the year when asked."""
        try:
            local = moment.astimezone(zone)
        except OverflowError:  # a feed's date at the edge of the calendar
            local = moment
        return f"{self.day(local.date(), year=year)}{self.comma}{local:%H:%M} {local.tzname() or 'UTC'}"


def frame(lang: str, sides: Sides | None = None) -> Frame:
    """The frame for `lang`, with the `sides` of outlets it names; English for a language that has none."""
    return Frame("ar", AR, sides) if lang == "ar" else Frame("en", EN, sides)


def _category(lang: str, n: int) -> str:
    if lang != "ar":
        return "one" if n == 1 else "other"
    if n < 3:
        return ("zero", "one", "two")[n]
    return "few" if 3 <= n % 100 <= 10 else "other"
