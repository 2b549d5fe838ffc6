"""`monitor status` names a mute receiver, suspended or not, and every dead letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.cli import status
from monitor.config import load
from monitor.model import Rejected, TryLater
from monitor.store import outbox
from monitor.store.database import Database
from tests.support.stored import HOUR, NOW, message, promised

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Outcome


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        pytest.param(
            TryLater(reason="cannot connect", pause_receiver=True),
            "nothing has reached receiver desk since 2026-03-01 12:00 UTC: cannot connect",
            id="unreachable",
        ),
        pytest.param(
            Rejected(reason="HTTP 410", suspend=True), "receiver desk is suspended: HTTP 410", id="suspended"
        ),
        pytest.param(Rejected(reason="HTTP 400"), "1 deliveries are rejected", id="a dead letter"),
    ],
)
def test_status_says_what_is_mute(tmp_path: Path, outcome: Outcome, said: str) -> None:
    """Two hours later."""
    found = load.load(None, {"MONITOR_DATA": str(tmp_path)})
    database = Database.open(found.database)
    with database.transaction() as tx:
        outbox.enqueue(tx, "desk", promised(message()), NOW)
        held = outbox.claim(tx, NOW, lease=HOUR, token="me")
        assert held is not None
        outbox.settle(tx, held, outcome, NOW + HOUR, NOW)
    database.close()
    assert said in status.state(found, NOW + 2 * HOUR)["problems"]
