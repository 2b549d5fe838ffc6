"""Pure. Where and when: the city of a contact, and its day counted from the item's own date.

Days are ISO text as exact as the words allow: 2023-09-28, 2023-09 or 2023.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.contacts.clauses import Actor, Frame

_MONTHS = {
    "en": "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? (?:(?<=in_)|(?<=of_)|(?<=\\d_)|(?<=early_)|(?<=late_)|(?<=last_)|(?<=since_)|(?<=this_))may|may(?=_\\d) june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? nov(?:ember)? dec(?:ember)?",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "ru": "январ[яе]?ь? феврал[яе]?ь? март[ае]? апрел[яе]?ь? ма[йяе] июн[ьяе] июл[ьяе] август[ае]? сентябр[ьяе] октябр[ьяе] ноябр[ьяе] декабр[ьяе]",
    "ar": "يناير|كانون_الثاني فبراير|شباط مارس|اذار ابريل|نيسان مايو|ايار يونيو|حزيران يوليو|تموز اغسطس|(?<=\\d_)اب|اب(?=_\\d) سبتمبر|ايلول اكتوبر|تشرين_الاول نوفمبر|تشرين_الثاني ديسمبر|كانون_الاول",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
}
DAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "ru": "понедельник\\w* вторник\\w* сред[уы] четверг\\w* пятниц\\w+ суббот\\w+ воскресень\\w+",
    "ar": "الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الاحد",
    "tr": "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
}
_NEAR = {
    "en": {"today": 0, "yesterday": -1, "tomorrow": 1},
    "fr": {"aujourd'hui": 0, "hier": -1, "demain": 1, "la veille": -1},
    "it": {"oggi": 0, "ieri": -1, "domani": 1},
    "ru": {"сегодня": 0, "вчера": -1, "накануне": -1, "завтра": 1, "позавчера": -2},
    "ar": {"اليوم": 0, "امس": -1, "غدا": 1},
    "tr": {"bugün": 0, "dün": -1, "yarın": 1},
}
_AGO = {
    "en": (r"(\w+) (days?|weeks?|months?|years?) (?:ago|earlier)", r"last (week|month|year)"),
    "fr": (
        r"il y a (\w+) (jours?|semaines?|mois|ans?)",
        r"(?:la |le |l')(semaine|mois|an|année) (?:dernière?|passée?)",
    ),
    "it": (r"(\w+) (giorni|settimane|mesi|anni) fa", r"(?:l'|lo |la |il )?(settimana|mese|anno) scors[oa]"),
    "ru": (
        r"(\w+) (дней|дня|недел\w+|месяц\w+|лет|года?) назад",
        r"(?:в |на )?прошл\w+ (недел\w+|месяце|году)",
    ),
    "ar": (r"قبل (\w+) (ايام|اسابيع|اشهر|شهور|سنوات|اعوام)", r"(الاسبوع|الشهر|العام|السنه) الماضيه?"),
    "tr": (r"(\w+) (gün|hafta|ay|yıl) önce", r"geçe?n (hafta|ay|yıl)"),
}
_UNITS = {
    1: r"day|jour|giorn|дн|ايام|gün",
    7: r"week|semaine|settiman|недел|اسبوع|الاسبوع|اسابيع|hafta",
    30: r"month|mois|mes|месяц|شهر|الشهر|اشهر|شهور|ay\b",
    365: r"year|an|лет|год|عام|العام|سن|السنه|yıl|اعوام",
}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "a an un une uno una один одну bir", "two deux due два две iki", "three trois tre три üç ثلاثه",
            "four quatre quattro четыре dört اربعه", "five cinq cinque пять beş خمسه", "six sei шесть altı سته",
            "seven sept sette семь yedi سبعه", "eight huit otto восемь sekiz ثمانيه", "nine neuf nove девять dokuz تسعه",
            "ten dix dieci десять on عشره",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip


def day_of(text: str, lang: str, published: datetime | None, *, ahead: bool = False) -> str | None:
    """The day that plain `text` names: the first exact one, else month or year. `ahead`: it lies in the future."""
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


def place_of(frame: Frame, span: tuple[int, int], home: str | None) -> str | None:
    """The city that a clause, else its sentence, names; the narrower one first ("Rajma, Benghazi" is Rajma)."""
    inside = [a for a in frame.places if span[0] <= a.start < span[1]]
    found: Actor | None = next(iter(inside), None) or next(iter(frame.places), None)
    return found.name if found else home


def _dated(text: str, lang: str, today: date | None, *, ahead: bool) -> Iterator[str]:
    for found in month_words(lang).finditer(text):
        month = next(n for n in range(1, 13) if found[f"m{n}"])
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


def _year(month: int, day: int, today: date | None, *, ahead: bool) -> int | None:
    """The year that brings a month nearest to the item's date on the right side of it."""
    if today is None:
        return None
    if ahead:
        return today.year if (month, day) >= (today.month, 1) else today.year + 1
    return today.year if (month, 1) <= (today.month, 31) else today.year - 1


def _counted(text: str, lang: str, today: date, *, ahead: bool) -> Iterator[str]:
    for number, words in enumerate(DAYS.get(lang, "").split()):
        if re.search(rf"(?<!\w){words}(?!\w)", text):
            gap = (number - today.weekday()) % 7 if ahead else -((today.weekday() - number) % 7)
            yield (today + timedelta(days=gap)).isoformat()
    for word, gap in _NEAR.get(lang, {}).items():
        if re.search(rf"(?<!\w){word}(?!\w)", text):
            yield (today + timedelta(days=gap)).isoformat()
    some, last = _AGO.get(lang, _AGO["en"])
    for found in re.finditer(rf"(?<!\w){some}", text):
        count = _NUMBERS.get(found[1]) or (int(found[1]) if found[1].isdigit() and len(found[1]) < 3 else 0)
        if count:
            yield _before(today, count, found[2])
    for found in re.finditer(rf"(?<!\w){last}", text):
        yield _before(today, 1, found[1])


def _before(today: date, count: int, unit: str) -> str:
    days = next((n for n, words in _UNITS.items() if re.match(words, unit)), 1)
    day = today - timedelta(days=days * count)
    return day.isoformat()[: {1: 10, 7: 7, 30: 7, 365: 4}[days]]


@cache
def month_words(lang: str) -> re.Pattern[str]:
    """A date with the name of its month: day before or after, year, all but the month left out at will."""
    listed = _MONTHS.get(lang, _MONTHS["en"]).split()
    months = "|".join(f"(?P<m{n}>{words.replace('_', ' ')})" for n, words in enumerate(listed, 1))
    return re.compile(
        rf"(?<!\w)(?:(?P<d1>[0-3]?\d)(?:er|st|nd|rd|th|°)?\.? (?:of )?)?(?:{months})\.?(?!\w)(?: (?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<y>(?:19|20)\d\d))?"
    )
