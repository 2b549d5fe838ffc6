"""The words around the news in the reader's language: labels, sentences, counted nouns, dates, numbers.

Words are data, a folder for each language (`data/CODE/messages.yaml`); plural categories, months, numbers and
direction are CLDR's, by Babel. Digits are Western everywhere, as news sites write them. Files are read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.documents import read
from monitor.model import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from babel import Locale

    from monitor.model import Event
    from monitor.model.press import Sides

#: a folder for each language, by its ISO 639-1 code
DATA = Path(__file__).parent / "data"
#: says what another language lacks
ENGLISH = "en"
_NOUNS, _WORDS = "nouns", "words"
#: letters of what is told again; messages show less of it
LONGEST = 300
#: a value in a sentence, as `re.escape` leaves it
_VALUE = re.compile(r"\\?\{(\w+)\\?\}")
#: values in what is told again that others chose
_NAMES = frozenset({"name", "oldest", "address"})


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one language.

    Keys of the section `words` stand for themselves, others follow it: `page.title`.
    """

    lang: str
    locale: Locale
    words: Mapping[str, str]
    #: noun -> plural category -> form, in which `{n}` is the number
    nouns: Mapping[str, Mapping[str, str]]
    #: letter -> its capital, where that is this language's own
    capitals: Mapping[str, str]
    #: how the sides of outlets are called; None: by their ids
    sides: Sides | None = None
    #: how watchlists and who is named are called, by id and by English name
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return self.locale.text_direction

    @property
    def comma(self) -> str:
        """What stands between parts of a list, with its space."""
        return self.words["comma"]

    @property
    def for_templates(self) -> dict[str, str]:
        """The words that a template may use."""
        return {key: text for key, text in self.words.items() if "." not in key}

    def word(self, key: str) -> str:
        """The word for `key`; the key itself for a word that the frame does not know (a watchlist's own)."""
        return self.words.get(key, key)

    def name(self, name: str) -> str:
        """What somebody or something with that English name is called."""
        return self.called.get(name, name)

    def side(self, side: str) -> str:
        """The title of a side of outlets."""
        return self.sides.title(side, self.lang) if self.sides else side

    def media(self, sides: Iterable[str]) -> str:
        """Who speaks for `sides`, each once, for "reported by …"."""
        known = self.sides
        return self.listed(known.media(side, self.lang) if known else side for side in dict.fromkeys(sides))

    def say(self, key: str, **values: object) -> str:
        """The sentence for `key` with `values` put in."""
        return self.words[key].format(**values)

    def said(self, phrases: Iterable[Phrase]) -> str:
        """Phrases in words, one after the other."""
        return self.words["semicolon"].join(map(self._said, phrases))

    def _said(self, value: object) -> str:
        if isinstance(value, timedelta):
            return self.duration(value)
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M} UTC"
        if not isinstance(value, Phrase):
            return str(value)
        if value.count is not None:
            return self.count(value.key, value.count)
        put_in = {name: self._said(one) for name, one in value.values.items()}
        return self.say(value.key, **put_in) if value.key else self.retold(value.text)

    def retold(self, recorded: str) -> str:
        """What the program wrote down in English, told again; the words of others stay as they are."""
        if self.lang == ENGLISH or len(recorded) > LONGEST:
            return recorded
        for key, pattern in _recorded():
            if found := pattern.fullmatch(recorded):
                return self.say(key, **{k: self._value(k, v) for k, v in found.groupdict().items()})
        # one way to take it apart, not two: others choose the text
        mark, said = ("; ", self.words["semicolon"]) if "; " in recorded else (": ", ": ")
        parts = recorded.split(mark, 1)
        told = [self.retold(part) for part in parts] if parts[1:] else parts
        return recorded if told == parts else said.join(told)

    def _value(self, name: str, said: str) -> str:
        if name in self.nouns:
            return self.count(name, int("".join(filter(str.isdigit, said))))
        return said if name in _NAMES else self.retold(said)

    def subject(self, event: Event) -> str:
        """What an event is about: work is told again, what others named keeps its name."""
        return self.retold(event.subject) if event.kind.of_work else event.subject

    def count(self, noun: str, n: int) -> str:
        """`n` of `noun`, in the right number; a category that the noun lacks is said as its last form."""
        from babel.numbers import format_decimal

        forms = self.nouns[noun]
        form = forms.get(self.locale.plural_form(n)) or list(forms.values())[-1]
        return form.format(n=format_decimal(n, locale=self.locale))

    def listed(self, names: Iterable[str]) -> str:
        """`A, B and C`."""
        from babel.lists import format_list

        return format_list(list(names), locale=self.locale)

    def upper(self, text: str) -> str:
        """`text` in capitals."""
        return "".join(self.capitals.get(letter, letter) for letter in text).upper()

    def sentence(self, text: str) -> str:
        """`text` with a capital at its head."""
        return self.upper(text[:1]) + text[1:]

    def duration(self, time: timedelta) -> str:
        """A duration in its largest fitting unit: `40 min`, `5 h`, `3 d`."""
        minutes = int(time.total_seconds() // 60)
        if minutes < 120:
            return self.count("short_minutes", minutes)
        if minutes < 48 * 60:
            return self.count("short_hours", minutes // 60)
        return self.count("short_days", minutes // 1440)

    def day(self, day: date, *, weekday: bool = False, year: bool = True) -> str:
        """`24 November 2026`, with the weekday before it or without the year when asked."""
        from babel.dates import format_date, format_skeleton

        if not year:
            return format_skeleton("MMMMd", day, locale=self.locale)
        return format_date(day, "full" if weekday else "long", locale=self.locale)

    def moment(self, moment: datetime, zone: ZoneInfo, *, year: bool = True) -> str:
        """`24 November 2026, 05:12 EET`, in `zone`, without the year when asked."""
        try:
            local = moment.astimezone(zone)
        except OverflowError:  # a feed's date at the edge of the calendar
            local = moment
        return f"{self.day(local.date(), year=year)}{self.comma}{local:%H:%M} {local.tzname() or 'UTC'}"


def languages() -> tuple[str, ...]:
    """The languages in which messages can be written: every folder that has their words."""
    return tuple(sorted(path.parent.name for path in DATA.glob("*/messages.yaml")))


def frame(lang: str, sides: Sides | None = None, called: Mapping[str, str] | None = None) -> Frame:
    """The frame for `lang`, with the `sides` of outlets it names and what others are `called`; English for
    what a language has not.
    """
    found = _frame(lang)
    return found if sides is None and not called else replace(found, sides=sides, called=called or {})


@cache
def _frame(lang: str) -> Frame:
    from babel import Locale

    lang = lang if lang in languages() else ENGLISH
    own = messages(lang)
    words, nouns = texts(own), forms(own)
    if lang != ENGLISH:
        english = _frame(ENGLISH)
        words, nouns = {**english.words, **words}, {**english.nouns, **nouns}
    return Frame(lang, Locale.parse(own["locale"]), words, nouns, own.get("upper", {}))


@cache
def _recorded() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English sentences that the program writes down, by key: the most words of their own first."""
    said = {key: text for key, text in _frame(ENGLISH).words.items() if key.startswith("recorded.")}
    ordered = sorted(said.items(), key=lambda one: -len(_VALUE.sub("", one[1])))
    return tuple((key, re.compile(_VALUE.sub(_any, re.escape(text)))) for key, text in ordered)


def _any(value: re.Match[str]) -> str:
    """What a value can be: `n` is a number, and a noun so many of it."""
    name, number = value[1], "[0-9][0-9.,]*"
    counted = _frame(ENGLISH).nouns.get(name, {}).values()
    forms = "|".join(_VALUE.sub(lambda _: number, re.escape(form)) for form in counted)
    return f"(?P<{name}>{number if name == 'n' else forms or '.+?'})"


def frame_for(accepted: str) -> Frame:
    """The frame for an Accept-Language header: the first language in it that we speak, else English."""
    asked = (part.split(";")[0].strip().lower().split("-")[0] for part in accepted.split(","))
    known = languages()
    return frame(next((lang for lang in asked if lang in known), ENGLISH))


def messages(lang: str) -> Mapping[str, Any]:
    """The file of `lang` as it is, sections by name."""
    path = DATA / lang / "messages.yaml"
    found: Mapping[str, Any] = read(path.read_bytes(), str(path)).data
    return found


def texts(sections: Mapping[str, Any]) -> dict[str, str]:
    """Every sentence of a language by its key."""
    named = {s: said for s, said in sections.items() if isinstance(said, dict) and s not in (_NOUNS, "upper")}
    keyed = (
        ((k if s == _WORDS else f"{s}.{k}"), text) for s, said in named.items() for k, text in said.items()
    )
    return dict(keyed)


def forms(sections: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Every noun of a language; one form alone is for all numbers."""
    said = sections.get(_NOUNS, {}).items()
    return {noun: {"other": form} if isinstance(form, str) else form for noun, form in said}
