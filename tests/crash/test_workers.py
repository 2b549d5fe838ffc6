"""A scheduler and two workers on PostgreSQL under load: killed, cut off, their server restarted, a clock wrong."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.crash import campaign, report, verdict
from tests.crash.plan import MIGRATION, Kill
from tests.support import postgres
from tests.support.wire import Wire

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_little_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No alert is lost, a kill or a cut costs a receiver one repeat at most, each digest goes out once.

    All connections lead through a proxy; the clock of one worker is seven minutes ahead all the time.
    """
    monkeypatch.setattr(campaign, "FEEDS", 10)
    monkeypatch.setattr(campaign, "PACE", 0.1)
    with postgres.server() as server, Wire(server.port) as wire:

        def restarted() -> None:
            server.stop(signal.SIGINT)
            server.start()

        kills = [
            *(Kill(name) for name in MIGRATION),
            Kill("poll-writing", 5),
            Kill("cut", after=1.0),
            Kill("accepted-webhook"),
            Kill("restarted", after=3.0),
            Kill("alert-written"),
            Kill("digest-written"),
            Kill(after=1.0),
        ]
        outcome = campaign.run(
            tmp_path,
            kills,
            seed=3,
            url=server.url(server.create(), port=wire.port),
            workers=True,
            clock=420.0,
            disturb={"cut": wire.cut, "restarted": restarted},
        )
        try:
            judged = verdict.judge(outcome)
            assert judged.broken == [], report.text(outcome, judged, seed=3)
        finally:
            outcome.workplace.db.close()
    assert judged.alerts > 2
    assert judged.digests > 20
    # a job may fall to the other worker, which does not die of it
    reached = {life.kill.name for life in outcome.lives if life.kill is not None and life.reached}
    assert len(reached) >= len(kills) - 2
