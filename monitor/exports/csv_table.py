"""Pure. Contacts as CSV (RFC 4180), one a row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from monitor.exports import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.model import LedgerContact

COLUMNS = (
    "id", "watchlist", "date", "type", "status", "history", "party_a", "names_a", "roles_a", "party_b", "names_b", "roles_b", "place",
    "background", "sides", "outlets", "languages", "grade", "standing", "first_told", "last_news", "evidence", "links",
    "denied_by",
)  # fmt: skip
#: a spreadsheet runs what begins so as a formula (CWE-1236)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: where a spreadsheet of a country that writes 1,5 for one and a half begins another cell, quotation marks or
#: not
_INNER = re.compile(r"([;\t\r\n][\s\"]*)(?=[=+\-@＝＋－＠])")


class Delimiter(StrEnum):
    """What parts the cells of a row; spreadsheets of countries that write 1,5 expect a semicolon."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


_CHARACTERS = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet runs, whether it parts cells by commas, semicolons or tabs.

    An apostrophe in front keeps text text, at the beginning and behind what may be taken for another cell's.
    """
    text = _INNER.sub(r"\1'", plain.clean(text))
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_FORMULA) else text


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], delimiter: Delimiter = Delimiter.COMMA
) -> str:
    """CSV of any rows, with a heading; every cell made safe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_CHARACTERS[delimiter])
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def write(contacts: Iterable[LedgerContact], delimiter: Delimiter = Delimiter.COMMA) -> str:
    """The CSV document. Cells with several values have them one a line or separated by "; "."""
    return table(COLUMNS, (_row(contact) for contact in contacts), delimiter)


def _party(of: LedgerContact, party: str) -> Iterator[str]:
    yield of.title(party)
    yield "; ".join(p.name for p in of.parties[party])
    yield "; ".join(p.role for p in of.parties[party] if p.role)


def _row(of: LedgerContact) -> tuple[str, ...]:
    rated = of.corroboration
    sentences = (f"{s.outlet} ({s.lang}): {sentence}" for s in of.sources for sentence in plain.sentences(s))
    return (
        of.id,
        of.watchlist,
        of.date or "",
        of.type.value,
        of.status.value,
        plain.history(of),
        *chain.from_iterable(_party(of, party) for party in of.parties),
        of.place or "",
        "yes" if of.background else "no",
        "; ".join(side for side in of.by_side),
        "; ".join(dict.fromkeys(s.outlet for s in of.sources)),
        "; ".join(dict.fromkeys(s.lang for s in of.sources)),
        plain.grade(rated) if rated else "",
        rated.explained if rated else "",
        plain.instant(plain.first_told(of)),
        plain.instant(plain.last_news(of)),
        "\n".join(sentences),
        "\n".join(dict.fromkeys(s.url for s in of.sources if s.url)),
        "; ".join(speaker.name for speaker in of.deniers),
    )
