"""The operator edits while messages are under way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.config import load
from monitor.errors import ConfigError
from monitor.jobs.groups import open_groups
from monitor.parts import build
from monitor.store import journal
from tests.support.faults import monitor, parts_of
from tests.support.line import command
from tests.support.slackhook import Hook, Reply
from tests.support.stored import assessed, match, told

if TYPE_CHECKING:
    from pathlib import Path

HOUR = timedelta(hours=1)


def test_a_receiver_is_removed_while_it_is_owed_messages(tmp_path: Path) -> None:
    """They become dead letters that say why; when it is back, `monitor deliveries retry` sends each once."""
    with Hook(Reply(500, "busy")) as hook:
        there = {"name": "there", "slack": {"webhook_url": hook.url}}
        allowed = {"allow_networks": ["127.0.0.0/8"], "allow_ports": [hook.port]}
        with_it = parts_of(tmp_path / "with", [there], polling=allowed)
        with monitor(tmp_path, with_it) as world:
            (delivery,) = world.promise("there", "slack")
            world.app.deliver()
            world.become(parts_of(tmp_path / "without", []))
            world.clock.later(HOUR)
            world.app.deliver()
            assert world.line(delivery).state == "rejected"
            assert "no longer configured" in world.line(delivery).last_error
            with world.app.db.snapshot() as tx:
                assert [dead.id for dead in journal.lines(tx, states=journal.DEAD)] == [delivery]

            hook.answers = [Reply()]
            hook.requests.clear()
            world.become(with_it)
            with world.app.db.transaction() as tx:
                journal.retry(tx, world.clock())
            world.app.deliver()
            assert world.line(delivery).state == "delivered"
        assert len(hook.requests) == 1


def test_a_receiver_is_renamed_while_a_story_waits_for_it(tmp_path: Path) -> None:
    """The story goes to whoever the routes name now, once; nobody who had it gets it again."""
    there = {"name": "there", "file": {"path": str(tmp_path / "there")}}
    before = parts_of(tmp_path / "before", [there], route={"receiver": "there", "group_wait": "5m"})
    renamed = {**there, "name": "elsewhere"}
    after = parts_of(tmp_path / "after", [renamed], route={"receiver": "elsewhere", "group_wait": "5m"})
    with monitor(tmp_path, before) as world:
        with world.app.db.transaction() as tx:
            told(tx, "s-1", assessed("guid:1", matches=(match(),)), at=world.clock())
            open_groups(tx, ["s-1"], before.settings.route, judge=before.judge, now=world.clock())
        world.become(after)
        made = []
        for _ in range(4):
            world.clock.later(HOUR)
            made.append(world.app.alert())
        with world.app.db.snapshot() as tx:
            sent = [(line.receiver, line.kind) for line in journal.lines(tx)]
    assert sum(made) == 1
    assert sent == [("elsewhere", "alert")]


BROKEN = "{% if story %}\nHaftar\n"


def test_a_template_that_an_edit_broke_keeps_the_old_one_at_work(tmp_path: Path) -> None:
    """The reload names file and line and changes nothing; mended, it is taken."""
    mine = tmp_path / "templates" / "email"
    mine.mkdir(parents=True)
    parts = parts_of(tmp_path / "files", [], templates=str(tmp_path / "templates"))
    with monitor(tmp_path, parts) as world:
        at_work = world.app.parts
        (mine / "alert.txt").write_text(BROKEN, encoding="utf-8")
        with pytest.raises(ConfigError) as told:
            world.app.reload()
        assert world.app.parts is at_work
        (delivery,) = world.promise("other", "file")
        world.app.deliver()
        assert world.line(delivery).state == "delivered"
        (mine / "alert.txt").unlink()
        world.app.reload()
        assert world.app.parts is not at_work
    (mistake,) = told.value.mistakes
    assert str(mistake.file).endswith("email/alert.txt")
    assert mistake.line is not None


def test_a_template_that_is_broken_at_the_start_is_told(tmp_path: Path) -> None:
    """Nothing starts; exit 2 with file and line."""
    mine = tmp_path / "templates" / "email"
    mine.mkdir(parents=True)
    parts_of(tmp_path / "files", [], templates=str(tmp_path / "templates"))
    (mine / "alert.txt").write_text(BROKEN, encoding="utf-8")
    path = tmp_path / "files" / "monitor.yaml"
    with pytest.raises(ConfigError):
        build(load.load(path, {}))
    started = command("once", "--config", str(path))
    assert started.returncode == 2
    assert "email/alert.txt:" in started.stderr
    assert not (tmp_path / "files" / "data" / "monitor.db").exists()


def test_a_route_to_a_receiver_that_is_gone_keeps_the_old_configuration(tmp_path: Path) -> None:
    """The reload names the line; the receiver stays until the route is mended."""
    there = {"name": "there", "file": {"path": str(tmp_path / "there")}}
    parts = parts_of(tmp_path / "files", [there], route={"receiver": "there"})
    with monitor(tmp_path, parts) as world:
        path = tmp_path / "files" / "monitor.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("name: there", "name: elsewhere"), encoding="utf-8")
        with pytest.raises(ConfigError, match="there"):
            world.app.reload()
        (delivery,) = world.promise("there", "file")
        world.app.deliver()
        assert world.line(delivery).state == "delivered"
