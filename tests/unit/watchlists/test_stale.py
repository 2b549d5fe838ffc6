"""What the lists say of today, by when somebody last looked it up."""

from __future__ import annotations

from datetime import date

from monitor.watchlists.stale import Unchecked, unchecked
from tests.support.analyst import compiled

PEOPLE = """entities:
  - id: zorro
    name: Z
    kind: person
    roles:
      - {title: mayor, from: 2020-03, checked: 2026-02-01}
      - {title: minister, from: 2011, until: 2012, checked: 2001}
      - {title: envoy}
      - {title: judge, from: 2021-01-05, checked: 2025-06}
    aliases: {en: [Zorro]}
"""
RESOLUTIONS = """resolutions:
  - {number: 2000, year: 2011, country: libya, asks: no, checked: 2012-01-01}
  - {number: 2509, year: 2020, country: libya, asks: unknown, about: oil, checked: 2025-12-31}
  - {number: 2510, year: 2020, country: libya, asks: unknown}
"""
FILES = {"entities/people.yaml": PEOPLE, "un-documents.yaml": RESOLUTIONS}


def found(offices: str, unknown: str) -> list[tuple[str, str, int | None]]:
    said = told(offices, unknown)
    return [(u.who, u.what, u.line) for u in said]


def told(offices: str, unknown: str) -> tuple[Unchecked, ...]:
    sources = {name: text.encode() for name, text in FILES.items()}
    days = (date.fromisoformat(day) for day in (offices, unknown))
    return unchecked(compiled(FILES), sources, offices=next(days), unknown=next(days))


def test_the_oldest_comes_first_and_what_nobody_checked_before_all() -> None:
    assert found("2030-01-01", "2030-01-01") == [
        ("@zorro", "envoy", 8),
        ("S/RES/2510", "", 4),
        ("@zorro", "judge", 9),
        ("S/RES/2509", "oil", 3),
        ("@zorro", "mayor", 6),
    ]


def test_what_was_checked_since_is_left_out() -> None:
    """An office with an end and a resolution whose content is known never come."""
    assert found("2026-02-01", "2025-12-31") == [
        ("@zorro", "envoy", 8),
        ("S/RES/2510", "", 4),
        ("@zorro", "judge", 9),
    ]


def test_it_says_since_when() -> None:
    envoy, document, judge = told("2026-02-01", "2025-12-31")

    assert (envoy.since, envoy.checked, envoy.kind) == (None, None, "office")
    assert (document.since, document.kind) == (date(2020, 1, 1), "document")
    assert (judge.since, judge.checked) == (date(2021, 1, 5), date(2025, 6, 1))
