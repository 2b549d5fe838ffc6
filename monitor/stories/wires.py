"""Pure. The wire agency whose text an item is: told by dateline, byline, footer and attribution, in six languages.

A text that credits AFP is AFP's voice, whatever outlet prints it. A mention is no credit: "a diplomat told AFP" is in
texts of every origin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from monitor.model import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Item

#: characters of a text in which a dateline, a footer, an attribution stands
DATELINE, FOOTER, LEAD = 130, 170, 360


@dataclass(frozen=True, slots=True)
class Wire:
    """An agency."""

    name: str
    #: the publisher, where it has outlets of other names
    family: str
    #: who speaks through it
    side: Side
    #: how it is written; those of `short` mean other things too, and count only between brackets and in a dateline
    forms: tuple[str, ...]
    short: tuple[str, ...] = ()


def _wire(name: str, side: Side, forms: str, short: str = "", family: str = "") -> Wire:
    return Wire(name, family or name, side, tuple(forms.split("|")), tuple(filter(None, short.split("|"))))


_FREE, _RUSSIA, _STATE = Side.INDEPENDENT, Side.RUSSIA_STATE, Side.OTHER_STATE
WIRES = (
    _wire("AFP", _FREE, "AFP|Agence France-Presse|Agence France Presse|АФП|Франс Пресс|فرانس برس|أ ف ب|ا ف ب|أ.ف.ب|أ. ف. ب"),
    _wire("Reuters", _FREE, "Reuters|REUTERS|Рейтер|Рейтерс|رويترز"),
    _wire("AP", _FREE, "AP|Associated Press|Ассошиэйтед Пресс|أسوشيتد برس|أسوشييتد برس|اسوشيتد برس", "أ ب|أ.ب"),
    _wire("dpa", _FREE, "dpa|DPA|Deutsche Presse-Agentur|د ب أ|د.ب.أ|وكالة الأنباء الألمانية"),
    _wire("EFE", _FREE, "EFE|Agencia EFE", "إفي"),
    _wire("ANSA", _FREE, "ANSA|آنسا|أنسا"),
    _wire("Agenzia Nova", _FREE, "Agenzia Nova|AGENZIA NOVA|Nova News|وكالة نوفا", "Nova|NOVA|نوفا"),
    _wire("Adnkronos", _FREE, "Adnkronos|AdnKronos|ADNKRONOS|آكي الإيطالية|وكالة آكي", "AKI|Aki|آكي"),
    _wire("Askanews", _FREE, "askanews|Askanews|ASKANEWS"),
    _wire("AGI", _FREE, "Agenzia Italia", "AGI"),
    _wire("LaPresse", _FREE, "LaPresse|LAPRESSE"),
    # private, but under Russian law: neither the state's voice nor a free one
    _wire("Interfax", Side.UNKNOWN, "Interfax|INTERFAX|Интерфакс|Интерфакса|Интерфаксу|إنترفاكس|انترفاكس"),
    _wire("TASS", _RUSSIA, "TASS|ITAR-TASS|ТАСС|ИТАР-ТАСС|وكالة تاس|تاس الروسية", "تاس|Tass"),
    _wire(
        "RIA Novosti", _RUSSIA, "RIA Novosti|RIA|РИА Новости|РИА «Новости»|ريا نوفوستي|نوفوستي|وكالة نوفوستي",
        "RIA NOVOSTI|РИА", family="Rossiya Segodnya",
    ),
    _wire("Sputnik", _RUSSIA, "Sputnik Afrique|وكالة سبوتنيك|سبوتنيك", "Sputnik|SPUTNIK|Спутник", family="Rossiya Segodnya"),
    _wire("Xinhua", _STATE, "Xinhua|XINHUA|Chine nouvelle|Синьхуа|شينخوا"),
    _wire("Anadolu", _STATE, "Anadolu|Anadolu Agency|Anadolu Ajansı|Agence Anadolu|Агентство Анадолу|Анадолу|الأناضول|الاناضول", "AA"),
    _wire("DHA", Side.UNKNOWN, "DHA|Demirören Haber Ajansı"),
    _wire("İHA", Side.UNKNOWN, "İHA|İhlas Haber Ajansı"),
    _wire("LANA", Side.LIBYA_WEST, "LANA|Libyan News Agency|وكالة الأنباء الليبية|وكالة وال", "وال"),
    _wire("MENA", _STATE, "Middle East News Agency|وكالة أنباء الشرق الأوسط|أ ش أ|أ.ش.أ", "MENA"),
    _wire("WAM", _STATE, "Emirates News Agency|وكالة أنباء الإمارات", "WAM|وام"),
    _wire("SPA", _STATE, "Saudi Press Agency|وكالة الأنباء السعودية", "SPA|واس"),
    _wire("QNA", _STATE, "Qatar News Agency|وكالة الأنباء القطرية|قنا", "QNA"),
    _wire("KUNA", _STATE, "KUNA|Kuwait News Agency|وكالة الأنباء الكويتية|كونا"),
    _wire("APS", _STATE, "Algérie Presse Service|Algeria Press Service|وكالة الأنباء الجزائرية|واج", "APS"),
    _wire("TAP", _STATE, "Tunis Afrique Presse|وكالة تونس إفريقيا للأنباء", "TAP|وات"),
    _wire("MAP", _STATE, "Maghreb Arabe Presse|وكالة المغرب العربي للأنباء", "MAP"),
    _wire("IRNA", _STATE, "IRNA|ИРНА|إرنا"),
    _wire("BelTA", _STATE, "BelTA|BELTA|БелТА|БЕЛТА"),
)  # fmt: skip

BY_NAME = {wire.name: wire for wire in WIRES}
_FORMS = {form: wire.name for wire in WIRES for form in wire.forms}
_ALL = _FORMS | {form: wire.name for wire in WIRES for form in wire.short}


def _any(forms: dict[str, str]) -> str:
    """A group of any of `forms` as a word of its own, the longest first; "Sputnik V" is a vaccine."""
    longest = sorted(map(re.escape, forms), key=len, reverse=True)
    return rf"(?<!\w)({'|'.join(longest)})(?![\w’']|\s?V\b)"


#: with a Turkish ending after the apostrophe
_TURKISH = rf"(?<!\w)({'|'.join(sorted(map(re.escape, _FORMS), key=len, reverse=True))})['’]\w+"
_AGENCY = r"(?:the\s|l['’]\s?|la\s|une?\s|all['’]|dall['’]|dell['’])?"
_KIND = (
    r"(?:(?:\w+\s){0,2}(?:news\s|press\s)?agency\s|agence(?:\sde\spresse)?\s|agenzia\s"
    r"(?:di\sstampa\s)?|агентств[оауе]м?\s|وكال[ةه]\s(?:ال?أنباء\s)?)?"
)
_WHO = _AGENCY + _KIND + r"[«\"“]?"


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Made once: where a credit may stand -> how it looks there."""
    every, sure = _any(_ALL), _any(_FORMS)
    says_before = (
        r"(?:according to|citing|reports?|reported by|selon|d['’]après|citant|rapporte|a rapporté|indique|secondo|riferisce|"
        r"riporta|ha riferito|ha riportato|citando|переда[её]т|передал[ао]?|сообщает|сообщил[ао]?|пишет|со ссылкой на|"
        r"по данным|по сообщению|[وف]?نقل[اً]{0,2} عن|[وف]?بحسب|[وف]?وفق[اً]{0,2}(?: ل)?|[وف]?حسب|[وف]?أفادت|[وف]?ذكرت|[وف]?نقلت|[وف]?أوردت)\s?"
    )
    says_after = (
        r"»?[”\"]?\s(?:news agency\s|agency\s)?(?:reports?\b|reported\b|has reported|said\b|says\b|rapporte\b|a rapporté|"
        r"riferisce\b|riporta\b|ha riferito|переда[её]т\b|сообщает\b|сообщил[ао]?\b|пишет\b)"
    )
    return {
        "author": (re.compile(every),),
        "title": (
            re.compile(rf"^{_KIND}{sure}\s*:\s"),
            re.compile(rf"[-—–|(/]\s*{every}\s*[)/]?$"),
        ),
        "dateline": (
            re.compile(rf"[(\[/]\s*{every}(?:\s*[/,–—-]\s*[^()\[\]/]{{0,20}})?\s*[)\]/]"),
            re.compile(rf"^(?:[^.!?]{{0,70}}[-—–|,:]\s*)?{every}\s*[-—–|:.]+\s"),
        ),
        "footer": (
            re.compile(rf"[(\[/]\s*{every}(?:\s*[/,+&]\s*[\w .]{{1,20}})?\s*[)\]/]\W{{0,3}}$"),
            re.compile(
                rf"(?:©|\([cC]\)|[Cc]opyright|Sources?|Fonte|Kaynak|Источник|المصدر|[Aa]vec|[Ww]ith|[Cc]on)\s*[:：]?\s*{_AGENCY}{sure}.{{0,40}}$"
            ),
            re.compile(rf"[.!?…»”\"\n—–]\s*{every}\s*[.)]?$"),
        ),
        "lead": (
            re.compile(says_before + _WHO + sure),
            re.compile(sure + says_after),
            re.compile(_TURKISH + r"\s(?:aktardığına|haberine|bildirdiğine|göre)"),
        ),
    }


#: only Reuters signs its texts so
_SIGNED = re.compile(r"\b(?:Reporting|Writing|Additional reporting) by .{3,160}?[Ee]diting by\b")


def credit(item: Item) -> str:
    """The agency that the text itself credits, by its usual English name; empty where it credits none."""
    for place, text in _places(item):
        for pattern in _patterns()[place]:
            found = pattern.search(text)
            if found:
                return _ALL[found[1]]
        if place == "footer" and _SIGNED.search(text):
            return "Reuters"
    return ""


def _places(item: Item) -> Iterator[tuple[str, str]]:
    """Where to look, the surest place first."""
    bodies = [" ".join(text.split()) for text in (item.content, item.summary) if text.strip()]
    yield "author", item.author
    for body in bodies:
        yield "dateline", body[:DATELINE]
    for body in bodies:
        yield "footer", body[-FOOTER:]
    yield "title", item.title.strip()
    for body in bodies:
        yield "lead", body[:LEAD]
    yield "lead", item.title
