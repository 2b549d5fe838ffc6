"""Pure. Whether the day that a contact is told of is still to come: "meet on Friday", "for next February", "tomorrow".

A report that says it of a day after its own date tells of a plan, whatever the tense; a weekday or a date without its
year is the nearest one, unless a verb says that it is over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from monitor.contacts import place_and_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.contacts.clauses import Frame, Word

_NEXT = {
    "en": r"next|coming|following|upcoming", "fr": r"prochaine?s?|à venir|suivante?", "it": r"prossim[oaie]|venturo",
    "ru": r"следующ\w+|будущ\w+|ближайш\w+|наступающ\w+", "ar": r"المقبله?|القادمه?|اللاحقه?|التالي", "tr": r"gelecek|önümüzdeki|bir sonraki",
}  # fmt: skip
_LAST = {
    "en": r"last|past|previous", "fr": r"derni[eè]re?s?|passée?", "it": r"scors[oaie]|passat[oa]",
    "ru": r"прошл\w+|минувш\w+|прошедш\w+", "ar": r"الماضيه?|المنصرم\w?|الفايت", "tr": r"geçen|geçtiğimiz|önceki",
}  # fmt: skip
_UNITS = {
    "en": r"week|month|year|days|spring|summer|autumn|winter", "fr": r"semaine|mois|année|an|jours|printemps|été|automne|hiver",
    "it": r"settimana|mese|anno|giorni|primavera|estate|autunno|inverno", "ru": r"недел\w+|месяц\w*|год\w*|дни|дней|весн\w+|лет\w+|осен\w+|зим\w+",
    "ar": r"الاسبوع|الشهر|العام|السنه|الايام|الربيع|الصيف|الخريف|الشتاء", "tr": r"hafta\w*|ay|aylarda|yıl\w*|günlerde|bahar|yaz|güz|kış",
}  # fmt: skip
_TOMORROW = {
    "en": r"tomorrow", "fr": r"demain|après-demain", "it": r"domani|dopodomani", "ru": r"завтра|послезавтра", "ar": r"غدا|بعد غد", "tr": r"yarın|öbür gün",
}  # fmt: skip
#: why somebody came: what follows has not been yet
_PURPOSE = {
    "en": r"for|to hold|ahead of", "fr": r"pour|avant|en vue d\w*", "it": r"per|in vista d\w*|prima d\w*", "ru": r"на|для|перед|ради",
    "ar": r"لل?\w*|لاجراء|قبل|قبيل", "tr": r"için|üzere|öncesinde",
}  # fmt: skip
#: more of the past than a grammar lists for the verbs of contact
_OVER = {
    "en": r"met|held|\w{3,}ed|left|flew|went|came|told|spoke|saw|gave|sent|took|began|sat",
    "ru": r"(?!генерал|адмирал|канал|финал|журнал|капитал|материал|персонал)\w+(?:ал|ел|ил|ял|ыл|шел|ол)(?:а|о|и)?(?:сь|ся)?",
}  # fmt: skip
#: what only says until when
_UNTIL = re.compile(
    r"(?:until|till|by|since|jusqu\w*|d'ici|depuis|fino|entro|до|к|с|حتي|منذ|بحلول|kadar|beri)\s\S{0,3}\s?\Z"
)
#: senses of words of contact that set a date for something else
_SETTING = frozenset({"agreement"})
_SET = frozenset({"meeting", "visit", "joint", "host", "mission", "call"})


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names: in how many days it comes (negative: it is over), and whether that is beyond doubt."""

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
    purpose = re.compile(rf"(?<!\w)(?:{_PURPOSE.get(lang, _PURPOSE['en'])})\s(?:[\w']+\s){{0,2}}\Z")
    if purpose.search(frame.text[clause[0] : cue.start]):
        return False
    over = re.compile(rf"(?<!\w)(?:{_OVER[lang]})(?!\w)") if lang in _OVER else frame.grammar.past
    return any(not _is_ahead(frame, m.span()) for m in over.finditer(frame.text, *clause))


def _is_ahead(frame: Frame, span: tuple[int, int]) -> bool:
    """ "Is expected", "scheduled": no past at all."""
    return any(
        word.sense == "planned" and word.start < span[1] and span[0] < word.end for word in frame.statuses
    )


def _days(text: str, lang: str, today: date | None) -> Iterator[Day]:
    known = lang if lang in _NEXT else "en"
    for found in _near(known).finditer(text):
        yield Day(*found.span(), 7 if found.lastgroup == "next" else 1, sure=True)
    for start, end, days in _weekdays(text, known, today):
        yield _with_neighbours(text, start, end, days, known, exact=True)
    for found in place_and_date.month_words(known).finditer(text):
        if not _UNTIL.search(text[: found.start()]):
            yield from _dated(text, found, known, today)


def _weekdays(text: str, lang: str, today: date | None) -> Iterator[tuple[int, int, int]]:
    for number, words in enumerate(place_and_date.DAYS.get(lang, "").split()):
        for found in re.finditer(rf"(?<!\w){words}(?!\w)", text):
            ahead = (number - today.weekday()) % 7 if today else 0
            yield *found.span(), (ahead if ahead < 7 - ahead else ahead - 7)


def _dated(text: str, found: re.Match[str], lang: str, today: date | None) -> Iterator[Day]:
    month = next(n for n in range(1, 13) if found[f"m{n}"])
    number = int(found["d1"] or found["d2"] or 0)
    told = _with_neighbours(text, *found.span(), 0, lang)
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


def _with_neighbours(text: str, start: int, end: int, days: int, lang: str, *, exact: bool = False) -> Day:
    """The day with the "next" or "last" that stands beside its name."""
    beside = re.compile(rf"(?<!\w)(?:(?P<next>{_NEXT[lang]})|(?P<last>{_LAST[lang]}))(?!\w)")
    unit = rf"(?:\s(?:{_UNITS[lang]}))?"
    before = re.search(rf"{beside.pattern}\s(?:\d+\s)?\Z", text[max(0, start - 16) : start])
    after = re.match(rf"\s(?:\w{{1,4}}\s)?{beside.pattern}{unit}", text[end : end + 24])
    said = before or after
    if said is None:
        return Day(start, end, days, sure=False, exact=exact)
    days = (days if days > 0 else days + 7) if said["next"] else (days if days < 0 else days - 7)
    return Day(start, end, days, sure=True, exact=exact)


@cache
def _near(lang: str) -> re.Pattern[str]:
    """Tomorrow, next week."""
    after, units = _NEXT[lang], _UNITS[lang]
    return re.compile(
        rf"(?<!\w)(?:(?P<near>{_TOMORROW[lang]})|(?P<next>(?:{after})\s(?:{units})|(?:{units})\s(?:{after})))(?!\w)"
    )
