"""What a channel does to an alert, and what becomes of the alert: docs/reference/faults.md is made of these rows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config.model import ReceiverConfig
from monitor.store import journal
from tests.faults import rows
from tests.faults.rows import CHANNELS, Row
from tests.support.certs import make_authority
from tests.support.faults import World, monitor, parts_of
from tests.support.slackhook import Hook, Reply
from tests.support.smtp import Smtp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from ssl import SSLContext

    from monitor.parts import Parts
    from tests.support.certs import Authority

HOUR = timedelta(hours=1)
#: longer than the first waits of every schedule, shorter than what an alert may be late
LATER = 3 * HOUR
READERS = tuple(f"{name}@example.test" for name in ("a", "b", "c", "d", "e"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The parts that all rows share."""
    return parts_of(tmp_path_factory.mktemp("parts"), [])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs certificates that nobody trusts."""
    return make_authority(tmp_path_factory.mktemp("authority"))


def receiving(parts: Parts, *receivers: ReceiverConfig, ports: tuple[int, ...] = ()) -> Parts:
    """`parts` with `receivers` beside the others."""
    config = parts.settings.config
    known = {r.name: r for r in (*config.receivers, *receivers)}
    polling = config.polling.model_copy(update={"allow_ports": (*ports, 1)})
    config = config.model_copy(update={"receivers": tuple(known.values()), "polling": polling})
    return replace(parts, settings=replace(parts.settings, config=config))


def endpoint(kind: str, hook: Hook, **wrong: Any) -> ReceiverConfig:
    """A Slack or webhook receiver at `hook`, or elsewhere."""
    url = hook.url.replace("127.0.0.1", wrong.pop("host", "127.0.0.1"))
    if "port" in wrong:
        url = url.replace(str(hook.port), str(wrong.pop("port")))
    key = "webhook_url" if kind == "slack" else "url"
    return ReceiverConfig.model_validate({"name": "there", kind: {key: url, **wrong}})


def relay(server: Smtp, *to: str, **wrong: Any) -> ReceiverConfig:
    """A mail receiver behind `server`, or elsewhere."""
    smtp = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout": "10s", **wrong}
    to = to or READERS[:1]
    said = {"name": "there", "email": {"to": to, "from": "monitor@example.test", "smtp": smtp}}
    return ReceiverConfig.model_validate(said)


@contextmanager
def faulty(row: Row, kind: str, base: Parts, authority: Authority) -> Iterator[tuple[Parts, Parts, Any]]:
    """The world of `row`: parts during the fault, parts after it, and the server, which `mend` puts right."""
    context: SSLContext = authority.server_context()
    if kind == "email":
        own = {**row.server, **({"starttls": context} if row.server.get("starttls") else {})}
        with Smtp(reply=dict(row.script), **own) as server:  # type: ignore[call-overload]
            yield receiving(base, relay(server, **row.settings)), receiving(base, relay(server)), server
        return
    answers: tuple[Reply, ...] = row.script or (Reply(),)  # type: ignore[assignment]
    with Hook(*answers) as well, Hook(tls=context) as unproven:
        ports = (well.port, unproven.port)
        broken = endpoint(kind, unproven if row.server else well, **row.settings)
        yield receiving(base, broken, ports=ports), receiving(base, endpoint(kind, well), ports=ports), well


def taken(server: Smtp | Hook) -> int:
    """How many messages the other side took and said so, since the fault is over."""
    return len(server.mails) if isinstance(server, Smtp) else len(server.requests)


def mend(server: Smtp | Hook) -> None:
    """From now on it takes everything."""
    if isinstance(server, Smtp):
        server.reply.clear()
    else:
        server.answers = [Reply()]
        server.requests.clear()


def happened(world: World, delivery: str) -> str:
    """The words for what the first try led to."""
    line, tries, state = world.line(delivery), world.tried(delivery), world.state("there")
    unsure = "it may have been taken: " if "may have been taken" in tries[-1] else ""
    if line.state == "delivered":
        return rows.PLAIN if len(tries) > 1 else "delivered"
    if line.state == "rejected":
        return rows.REFUSED
    assert line.state == "pending"
    assert state is not None
    if state.suspended_at is not None:
        return rows.SUSPENDED
    if state.paused_until is None:
        return unsure + rows.ALONE
    assert state.paused_until - world.clock() == world.due(delivery)
    long = ", 900 s or longer" if world.due(delivery) >= timedelta(seconds=900) else ""
    return f"{unsure}{rows.ALL}{long}"


def brought_to_an_end(world: World, delivery: str, mended: Parts) -> str:
    """Let time pass, do what people are asked to, deliver; the words for what it took."""
    world.clock.later(LATER)
    state, tries = world.state("there"), world.tried(delivery)
    end = rows.TWICE if any("may have been taken" in said for said in tries) else rows.ONCE
    if world.line(delivery).state == "rejected":
        with world.app.db.transaction() as tx:
            assert journal.retry(tx, world.clock()) == (delivery,)
        end = rows.BY_HAND
    elif state is not None and state.suspended_at is not None:
        world.app.deliver()
        assert world.line(delivery).state == "pending", "it is kept"
        end = rows.MENDED
    world.become(mended)
    world.app.deliver()
    assert world.line(delivery).state == "delivered"
    return end


ROWS = [
    pytest.param(kind, row, id=f"{kind}: {row.fault}") for kind, found in CHANNELS.items() for row in found
]


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_a_channel_fails(kind: str, row: Row, base: Parts, authority: Authority, tmp_path: Path) -> None:
    """The alert is delivered in the end under its one id, and the other receiver noticed nothing."""
    with (
        faulty(row, kind, base, authority) as (broken, mended, server),
        monitor(tmp_path, broken) as world,
    ):
        recipients = READERS[:1] if kind == "email" else ()
        (delivery,) = world.promise("there", kind, *recipients)
        (beside,) = world.promise("other", "file")
        world.app.deliver()
        assert world.line(beside).state == "delivered", "the other receiver is not held up"
        assert happened(world, delivery) == row.first

        if world.line(delivery).state != "delivered":
            mend(server)
            assert brought_to_an_end(world, delivery, mended) == row.end
            assert taken(server) == 1
        assert_one_id(server, delivery)


def assert_one_id(server: Smtp | Hook, delivery: str) -> None:
    """Every copy is the same message to whoever looks at its id."""
    if isinstance(server, Smtp):
        assert server.mails
        assert {m.parsed["Message-ID"] for m in server.mails} == {f"<{delivery}@example.test>"}
        assert all(f"<{delivery}@example.test>".encode() in seen for seen in server.seen)
    else:
        assert server.requests
        assert {r.headers.get("webhook-id", delivery) for r in server.requests} == {delivery}


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param("550 5.1.1 no such user", "rejected", id="550"),
        pytest.param("450 4.2.0 greylisted", "pending", id="450"),
    ],
)
def test_one_recipient_of_five_is_refused(reply: str, state: str, base: Parts, tmp_path: Path) -> None:
    """The other four get their mail once; the fifth is a matter of its own, and gets it once when it is taken."""
    with Smtp(reply={"rcpt:c@example.test": reply}) as server:
        parts = receiving(base, relay(server, *READERS))
        with monitor(tmp_path, parts) as world:
            ids = dict(zip(READERS, world.promise("there", "email", *READERS), strict=True))
            world.app.deliver()
            states = {reader: world.line(id_).state for reader, id_ in ids.items()}
            assert states == dict.fromkeys(READERS, "delivered") | {"c@example.test": state}
            server.reply.clear()
            world.clock.later(LATER)
            with world.app.db.transaction() as tx:
                journal.retry(tx, world.clock())
            world.app.deliver()
        assert sorted(m.recipients for m in server.mails) == [(reader,) for reader in READERS]
