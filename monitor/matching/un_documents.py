"""Pure. United Nations document symbols and resolution numbers, as six languages write them, in one normal
form.

Symbols follow the UN Editorial Manual: S/RES/2570 (2021), S/PV.10029, S/PRST/2021/6, S/2021/229/Add.1,
A/RES/ES-11/1; press releases SC/16207 (fr CS/16207), SG/SM/21000. In prose: "resolutions 2570 and 2571
(2021)", UNSCR 2796, «القرار ٢٥٧٠», «резолюция 2570», "2570 sayılı karar", "risoluzione 2570". Digits of every
script are read. What a resolution asks for is listed in un-documents.yaml; a number that is not listed is
unknown, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import regex
from ahocorasick_rs import AhoCorasick, Implementation
from pydantic import BaseModel, ConfigDict, Field

from monitor import documents
from monitor.errors import ConfigError
from monitor.matching.mentions import FirstDay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["resolution", "assembly", "statement", "record", "report", "press"]
#: what a resolution says about foreign forces or fighters leaving
Asks = Literal["withdrawal", "mercenaries", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnDocument:
    """One document where it is named; `text[start:end]` is what stands there."""

    #: "S/RES/2570", "S/PRST/2021/6", "SC/16207"
    symbol: str
    kind: Kind
    #: a Security Council resolution's number, None for other documents
    number: int | None
    year: int | None
    start: int
    end: int


#: what a resolution may ask for by which somebody leaves
LEAVE = ("withdrawal", "mercenaries")


class Resolution(BaseModel):
    """What one listed resolution is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: int = Field(ge=1, le=9999)
    year: int = Field(ge=1946, le=2100)
    country: str = Field(min_length=1)
    asks: Asks
    about: str = ""
    #: when somebody last looked for what it asks
    checked: FirstDay | None = None

    @property
    def sense(self) -> str:
        """Its country, and behind a hyphen whom it asks to leave: "mali-withdrawal", "mali-mercenaries", and
        "mali" where it asks nobody, or its text is not known.
        """
        return f"{self.country}-{self.asks}" if self.asks in LEAVE else self.country


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    resolutions: list[Resolution]


_A_YEAR = r"(?P<year>(?:19|20|١٩|٢٠|۱۹|۲۰)\d\d)"
#: "(2021)", "/2021", "/21", "-2021", "of 2021", "2021 года": the year behind a number
_YEAR = (
    rf"(?:[\s\u00a0]?\([\s\u00a0]?{_A_YEAR}[\s\u00a0]?\)|\s?[/⁄∕–-]\s?{_A_YEAR}(?!\d)|\s?[/⁄∕]\s?(?P<short>\d\d)(?!\d)"
    rf"|,?\s(?:(?:of|from|de|du|del|dell['’]anno|de\sl['’]année|от|за|لعام|لسنة|عام|سنة|الصادر\s(?:في\s)?عام)\s)?{_A_YEAR}(?=\sгода?(?!\w))"
    rf"|,?\s(?:of|de|du|del|dell['’]anno|de\sl['’]année|от|لعام|لسنة|الصادر\s(?:في\s)?(?:عام|سنة))\s{_A_YEAR}(?!\d|[./]\d))?"
)
_SYMBOLS: tuple[tuple[Kind, str], ...] = (
    ("resolution", r"S/RES/(?P<number>\d{1,4})" + _YEAR),
    ("assembly", r"A/(?:ES-\d{1,2}/)?RES/(?:ES-)?\d{1,3}/\d{1,4}"),
    ("statement", r"S/PRST/(?P<year>\d{4})/\d{1,3}"),
    ("record", r"S/PV\.\d{1,5}"),
    ("report", r"[SA]/(?P<year>\d{4})/\d{1,4}(?:/(?:Add|Rev|Corr)\.\d{1,2})*"),
    ("press", r"(?:SC|CS|SG/SM|GA)/\d{4,5}"),
)
_SYMBOL = tuple((kind, regex.compile(rf"(?<![\w/]){shape}(?![\w/]*\w)")) for kind, shape in _SYMBOLS)
_NAMED = regex.compile(
    r"""(?<!\w)(?: (?:resolutions?|r[ée]solutions?|risoluzion[ei]|UNSCRs?|UN(?:SC)?\sres(?:olution)?\.? | (?:r[ée]s|ris|рез)\.(?=\s?(?:n[°º]\s?)?\d{4}) | резолюци\w{1,3} | rezolucj\w{1,2} )
      | [وفبلك]{0,2}(?:ال|ل)?قرار(?:ين|ان|ات|ي|ا)?(?:\s(?:مجلس|الأمن|الامن|الدولي(?:ين|ة)?|الأممي(?:ين|ة)?|الاممي(?:ين|ة)?)){0,3}(?:\s(?:رقم|رقمي|المرقم))? )
    (?:\s(?:of\sthe\s(?:UN\s)?Security\sCouncil | (?:СБ|Совбеза|Совета\sБезопасности)(?:\sООН)? | ООН
      | onusiennes? | (?:du\sConseil\sde\ssécurité\s?)?(?:de\sl['’]ONU|des\sNations\sunies)? | du\sConseil\sde\ssécurité
      | (?:del\sConsiglio\sdi\ssicurezza\s?)?(?:dell['’]ONU|delle\sNazioni\sunite)? | ONU ))?
    \s*(?:(?:n[°ºo.]{1,2}|nos?\.|nr\.|numero|numéro|number|(?:под\s|за\s)?номером|номер|№)\s*)?
    (?:(?<=رقم\s)\()?(?:(?P<number>\d{3,4})(?!\d)""" + _YEAR + rf"""(?![\d/.,]?\d)|{_A_YEAR}\s?/\s?(?P<number>\d{{4}})(?![\d/.,]?\d))""",
    regex.VERBOSE | regex.IGNORECASE,
)  # fmt: skip
_TURKISH = regex.compile(
    r"(?<![\w./])(?P<number>\d{3,4})"
    + _YEAR
    # a bare "2016 kararı" is a decision of that year
    + r"(?:\s(?:sayılı|nolu|no['’]?lu|numaralı)\s(?:\w+\s){0,4}?karar\w*|(?<!(?:19|20)\d\d)\skararı(?:n\w*)?(?!\w))",
    regex.IGNORECASE,
)
_MORE = regex.compile(
    r"\s?(?:,|،|;|and|et|e|ve|и|و|&|\s)+\s?(?P<number>\d{4})(?!\d)" + _YEAR + r"(?![\d/.,]?\d)",
    regex.IGNORECASE,
)
#: nothing shorter than this can be a symbol or a number we know
_NUMBER = re.compile(r"\d{3}")
#: parts of the words for a resolution: looking for them costs a twentieth of the patterns
_WORDS = (
    "solution", "soluzion", "unsc", "un res", "un\xa0res", " res. ", "(res. ", " rés. ", " ris. ", "резолюц", " рез. ", "rezolucj", "قرار",
)  # fmt: skip
#: and of the folded text, for a first look at all of them at once
_LIKELY = AhoCorasick(
    ("solution", "soluzion", "unsc", " un res", " res ", " ris ", "резолюц", " рез ", "rezolucj", "قرار", "karar"),
    implementation=Implementation.DFA,
)  # fmt: skip
_TURKISH_WORD = "karar"


def find(text: str, words: str = "") -> tuple[UnDocument, ...]:
    """The documents named in `text`, in order; each place once. Linear; unknown shapes are passed over.

    `words`: the text folded, where that is known; it tells at a glance that there are none.
    """
    if not _NUMBER.search(text) and "S/PV" not in text and "/RES/" not in text:
        return ()
    # folding parts the words of a hashtag
    if words and "/" not in text and "#" not in text and not _LIKELY.find_matches_as_indexes(words):
        return ()
    found: list[UnDocument] = []
    for document in sorted(_all(text), key=lambda d: (d.start, -d.end)):
        if not found or document.start >= found[-1].end:
            found.append(document)
    return tuple(found)


def _all(text: str) -> Iterator[UnDocument]:
    if "/" in text:
        for kind, shape in _SYMBOL:
            for match in shape.finditer(text):
                yield _symbol(kind, match)
    words = f" {text.lower()}"
    if any(word in words for word in _WORDS):
        yield from _named(text)
    if _TURKISH_WORD in words:
        for match in _TURKISH.finditer(text):
            yield _resolution(match, match.start())
            yield from _listed_before(text, match.start())


def _named(text: str) -> Iterator[UnDocument]:
    for match in _NAMED.finditer(text):
        yield _resolution(match, match.start())
        more = _MORE.match(text, match.end())
        while more is not None:
            yield _resolution(more, more.start("number"))
            more = _MORE.match(text, more.end())


def _listed_before(text: str, end: int) -> Iterator[UnDocument]:
    """ "2570 ve 2571 sayılı kararlar": the numbers that stand before the last."""
    before = regex.compile(r"(?<![\w./])(?P<number>\d{4})" + _YEAR + r"(?=(?:\s?,\s?|\sve\s)$)")
    match = before.search(text, max(0, end - 24), end)
    if match is not None:
        yield _resolution(match, match.start())


def _symbol(kind: Kind, match: regex.Match[str]) -> UnDocument:
    groups = match.groupdict()
    if kind == "resolution":
        return _resolution(match, match.start())
    year = groups.get("year")
    symbol = "".join(str(int(c)) if c.isdigit() else c for c in match[0])
    return UnDocument(
        symbol=symbol.replace("CS/", "SC/"),
        kind=kind,
        number=None,
        year=int(year) if year else None,
        start=match.start(),
        end=match.end(),
    )


def _resolution(match: regex.Match[str], start: int) -> UnDocument:
    number = int(match["number"])
    return UnDocument(
        symbol=f"S/RES/{number}",
        kind="resolution",
        number=number,
        year=_year(match),
        start=start,
        end=match.end(),
    )


def _year(match: regex.Match[str]) -> int | None:
    """The year behind a number; of two digits ("2570/21") one of this century."""
    if match["year"]:
        return int(match["year"])
    return 2000 + int(match["short"]) if match["short"] else None


def load(document: documents.Document) -> Mapping[int, Resolution]:
    """The table of un-documents.yaml by number.

    Raises ConfigError with every mistake, numbers listed twice included.
    """
    listed = documents.validate(_File, document).resolutions
    table: dict[int, Resolution] = {}
    mistakes = []
    for place, resolution in enumerate(listed):
        if resolution.number in table:
            path: documents.Path = ("resolutions", place, "number")
            mistakes.append(document.mistake(path, f"{resolution.number} is listed twice", "keep one"))
        table[resolution.number] = resolution
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return table


def sense(document: UnDocument, table: Mapping[int, Resolution]) -> str:
    """What a rule may ask of a document: what a listed resolution asks for, or "unknown"."""
    resolution = table.get(document.number) if document.number is not None else None
    if resolution is None or (document.year is not None and document.year != resolution.year):
        return "unknown"
    return resolution.sense
