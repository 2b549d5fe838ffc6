"""What an answer means. The tables of whole exchanges are in tests/contract; here is what needs no server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.delivery.channel import (
    SAID_LENGTH,
    Answer,
    Stage,
    http_outcome,
    retry_after,
    said,
    smtp_outcome,
)
from monitor.model import Delivered, Rejected, TryLater
from monitor.timing import MAX_RETRY_AFTER

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        pytest.param({}, None, id="absent"),
        pytest.param({"retry-after": "120"}, timedelta(minutes=2), id="seconds"),
        pytest.param({"retry-after": " 120 "}, timedelta(minutes=2), id="seconds with spaces"),
        pytest.param({"retry-after": "0"}, timedelta(), id="at once"),
        pytest.param({"retry-after": "-5"}, None, id="negative"),
        pytest.param({"retry-after": "1.5"}, None, id="a fraction is not in the grammar"),
        pytest.param({"retry-after": "soon"}, None, id="words"),
        pytest.param({"retry-after": "99999999999"}, MAX_RETRY_AFTER, id="absurdly long"),
        pytest.param({"retry-after": "9" * 400}, None, id="absurdly many digits"),
        pytest.param(
            {"retry-after": "Mon, 02 Mar 2026 08:01:00 GMT"}, timedelta(minutes=1), id="date, our clock"
        ),
        pytest.param(
            {"retry-after": "Mon, 02 Mar 2026 03:01:00 GMT", "date": "Mon, 02 Mar 2026 03:00:00 GMT"},
            timedelta(minutes=1),
            id="date, the server's clock is five hours slow",
        ),
        pytest.param({"retry-after": "Mon, 02 Mar 2026 07:00:00 GMT"}, None, id="date in the past"),
        pytest.param({"retry-after": "Mon, 02 Mar 9026 07:00:00 GMT"}, MAX_RETRY_AFTER, id="date far off"),
        pytest.param({"retry-after": "Mon, 99 Mar 2026 07:00:00 GMT"}, None, id="no such date"),
    ],
)
def test_retry_after_in_both_forms(headers: dict[str, str], wait: timedelta | None) -> None:
    """Seconds or a date; nonsense is no wish."""
    assert retry_after(headers, NOW) == wait


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_has_an_outcome(status: int) -> None:
    """2xx and nothing else is a delivery; only a status that says "never" rejects."""
    outcome = http_outcome(Answer(status=status, headers={}), NOW)
    assert isinstance(outcome, Delivered) == (200 <= status < 300)
    if status >= 500 or status in (408, 425, 429):
        assert isinstance(outcome, TryLater)


def test_foreign_text_in_a_reason_is_one_short_line_without_addresses_or_secrets() -> None:
    """It ends in logs, on the desk and in mails to the operator."""
    text = (
        "no\r\nsuch\u202e hook https://hooks.example.test/services/T/B/KEY12345678 or KEY12345678"
        + " x" * 500
    )
    found = said(text, ["KEY12345678", ""])
    assert "KEY" not in found
    assert found.startswith("no such hook [address] or [secret]")
    assert len(found) <= SAID_LENGTH
    assert found.isprintable()


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("code", [-1, 211, 354, 421, 450, 550])
def test_every_reply_at_every_stage_has_an_outcome(stage: Stage, code: int) -> None:
    """421 always rests the relay; only a 5xx ever rejects; only past the text is nonsense ambiguous."""
    outcome = smtp_outcome(stage, code, "words")
    assert isinstance(outcome, TryLater | Rejected)
    if code == 421:
        assert outcome == TryLater(reason=f"421 at {stage}: words", pause_receiver=True)
    if isinstance(outcome, Rejected):
        assert code == 550
    if isinstance(outcome, TryLater):
        assert outcome.ambiguous == (stage is Stage.DATA and code in (-1, 211, 354))
