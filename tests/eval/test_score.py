"""The scoring itself: what counts as right, wrong and missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import Contact, ContactStatus, ContactType, Decision, Item, Match, Severity
from tests.eval import score as scoring
from tests.eval.score import (
    ALL,
    BLIND,
    Score,
    Tally,
    folded,
    measures,
    participants,
    read,
    score,
    table,
    under,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def labelled(id: str = "a", lang: str = "en", *, wagner: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "lang": lang,
        "title": f"News {id}",
        "expect": {"wagner": wagner, "contacts": False},
        "contact": None,
        "hard": None,
        **more,
    }


def says(*severities: str, contacts: tuple[Contact, ...] = ()) -> Callable[[Item], Decision]:
    matches = tuple(
        Match(watchlist="wagner", rule="r", severity=Severity(s), score=1, evidence=(), reason="")
        for s in severities
    )
    return lambda item: Decision(lang=item.lang, matches=matches, contacts=contacts)


def met(*libyan: str, status: str = "happened") -> Contact:
    return Contact(
        watchlist="russia-libya-contacts",
        parties={"russia": ("Vladimir Putin",), "libya": libyan},
        type=ContactType.MEETING,
        status=ContactStatus(status),
    )


@pytest.mark.parametrize(
    ("severities", "wagner", "tally"),
    [
        pytest.param(("high",), True, (1, 0, 0), id="told and true"),
        pytest.param(("medium",), False, (0, 1, 0), id="told and not true"),
        pytest.param((), True, (0, 0, 1), id="not told though true"),
        pytest.param((), False, (0, 0, 0), id="nothing to tell"),
        pytest.param(("low",), True, (0, 0, 1), id="related does not alert"),
        pytest.param(("low", "critical"), True, (1, 0, 0), id="the loudest counts, once"),
    ],
)
def test_an_alert_is_right_or_wrong_or_missed(
    severities: tuple[str, ...], wagner: bool, tally: tuple[int, int, int]
) -> None:
    """Each answer is counted once for its watchlist and language and once for each sum."""
    total = score([labelled(wagner=wagner)], says(*severities))

    for key in (("wagner", "en"), ("wagner", ALL), (ALL, ALL)):
        found = total.matches[key]
        assert (found.right, found.wrong, found.missed) == tally
    assert len(total.errors) == tally[1] + tally[2]


@pytest.mark.parametrize(
    ("tally", "precision", "recall", "f1"),
    [
        pytest.param(Tally(), 1, 1, 1, id="nothing told, nothing to tell"),
        pytest.param(Tally(right=6, wrong=2, missed=4), 0.75, 0.6, 2 / 3, id="some of each"),
        pytest.param(Tally(wrong=1), 0, 1, 0, id="only wrong"),
        pytest.param(Tally(missed=1), 1, 0, 0, id="only missed"),
    ],
)
def test_the_measures_of_a_tally(tally: Tally, precision: float, recall: float, f1: float) -> None:
    """Precision, recall and their harmonic mean."""
    assert (tally.precision, tally.recall, tally.f1) == pytest.approx((precision, recall, f1))


CONTACT = {
    "parties": {"russia": ["Vladimir Putin"], "libya": ["Yunus-bek Yevkurov", "Haftar's forces"]},
    "status": "planned",
}


@pytest.mark.parametrize(
    ("contacts", "found", "status"),
    [
        pytest.param((), 0, 0, id="no contact was told"),
        pytest.param((met("Yunus-Bek Yevkurov"),), 2, 0, id="spelling aside, and the wrong status"),
        pytest.param((met("Haftar's forces in Sirte"), met("Nobody", status="planned")), 2, 1, id="any contact counts"),
    ],
)  # fmt: skip
def test_participants_are_found_by_name(contacts: tuple[Contact, ...], found: int, status: int) -> None:
    """On either side, where one name holds the other."""
    total = score([labelled(contact=CONTACT)], says("high", contacts=contacts))

    assert total.participants[ALL].right == total.participants["en"].right == found
    assert total.participants[ALL].missed == 3 - found
    assert total.statuses[ALL].right == status


def test_an_item_that_should_be_quiet_has_no_participants_to_find() -> None:
    """Nor does it count against the status."""
    total = score([labelled(wagner=False)], says())

    assert measures(total)["participants"] == measures(total)["status"] == 1.0


def test_a_floor_names_what_is_under_it() -> None:
    """The worst language counts, not the mean."""
    total = score(
        [labelled("a", "en"), labelled("b", "ru")], lambda item: says(*(["high"] * (item.lang == "en")))(item)
    )

    assert under(total, {"items": 2, "micro": 0.66}) == []
    assert under(total, {"language": 0.5, "items": 3}) == [
        "language is 0.000, at least 0.5 is asked",
        "items is 2.000, at least 3 is asked",
    ]


def test_the_table_has_a_column_for_each_language() -> None:
    """And says the counts behind the shares."""
    text = table("dev", score([labelled("a", "en"), labelled("b", "ru")], says("high")))

    assert text.splitlines()[0] == "dev: 2 items"
    assert text.splitlines()[1].split() == ["all", "en", "ru"]
    assert "right 2, wrong 0, missed 0" in text


def test_one_id_labels_one_item(tmp_path: Path) -> None:
    """In all files of a set together."""
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"id": "x"}\n\n', encoding="utf-8")

    with pytest.raises(ValueError, match="labelled twice: x"):
        read(sorted(tmp_path.iterdir()))


def test_an_empty_score_is_all_ones_or_nothing() -> None:
    """No division by zero."""
    assert measures(Score())["micro"] == 1.0


def test_stories_are_counted_by_pairs() -> None:
    """In the order of publication; a copy joins its original, a stranger does not."""
    text = "The harbour of Sirte was closed on Monday after a storm tore two cranes from their rails, the port said."
    copies = [labelled("a", story="storm", content=text, published="2025-01-02T08:00:00Z"),
              labelled("b", story="storm", content=text, published="2025-01-02T07:00:00Z"),
              labelled("c", story="other", content="A school in Ghat has a new library for its pupils and teachers.")]  # fmt: skip
    total = score(copies, says("high"))

    assert (total.stories.right, total.stories.wrong, total.stories.missed) == (1, 0, 0)


def test_names_are_compared_by_letters() -> None:
    """In any script."""
    assert folded("Yunus-bek «Евкуров» 5+5") == "yunusbekевкуров55"


@pytest.mark.parametrize(
    "contact",
    [
        pytest.param({"parties": {"a": ["X"], "b": ["Y", "Z"]}, "place": "Q"}, id="by party"),
        pytest.param({"type": "visit", "russian": ["X"], "libyan": ["Y", "Z"], "place": None}, id="by side"),
    ],
)
def test_a_label_names_participants_in_either_form(contact: dict[str, Any]) -> None:
    """Type, status and place are nobody."""
    assert participants(contact) == ["X", "Y", "Z"]


@pytest.mark.parametrize("errors", ["", "1"])
@pytest.mark.parametrize("name", BLIND)
def test_misses_of_a_blind_set_are_named_only_when_asked(
    name: str,
    errors: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Who tunes rules must not read them by accident."""
    file = tmp_path / f"{name}-xx.jsonl"
    file.write_text(
        '{"id": "secret", "lang": "en", "title": "t", "expect": {"wagner": true}}\n', encoding="utf-8"
    )
    monkeypatch.setattr(scoring, "decider", lambda: says())
    monkeypatch.setenv("ERRORS", errors)

    assert scoring.main([str(file)]) == 0
    assert ("secret" in capsys.readouterr().out) is bool(errors)


@pytest.mark.parametrize("errors", ["", "1"])
def test_of_a_set_that_rules_are_tuned_on_the_unread_part_is_not_named(
    errors: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`dev-fresh` counts in `dev`, and nobody who writes rules reads it."""
    files = [tmp_path / "dev-xx.jsonl", tmp_path / "dev-fresh.jsonl"]
    for file, name in zip(files, ("open", "secret"), strict=True):
        label = f'{{"id": "{name}", "lang": "en", "title": "t", "expect": {{"wagner": true}}}}\n'
        file.write_text(label, encoding="utf-8")
    monkeypatch.setattr(scoring, "UNREAD", (files[1],))
    monkeypatch.setattr(scoring, "paths", lambda _name: files)
    monkeypatch.setattr(scoring, "decider", lambda: says())
    monkeypatch.setenv("ERRORS", errors)

    scoring.main(["dev"])

    shown = capsys.readouterr().out
    assert "open: wagner missed" in shown
    assert ("secret" in shown) is bool(errors)
