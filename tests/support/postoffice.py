"""The outbox and its lanes in one process, as the daemon runs them, over real receivers on loopback.

with office(tmp_path, receivers, ports=(hook.port,)) as desk:
    desk.promise("slack", "slack")
    ...
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from monitor.config import load as settings
from monitor.config.model import DeliveryConfig, ReceiverConfig
from monitor.daemon import Stopping
from monitor.delivery.channels import notifier_for
from monitor.jobs.deliver import Deliverer, Service
from monitor.jobs.notices import Notices
from monitor.messages.templates import load
from monitor.model import Message, MessageKind
from monitor.net.client import NetPolicy
from monitor.store import outbox
from monitor.store.database import Database
from tests.support.faults import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

#: a promise is written as its own text, so that whoever gets it can say how late it is
_FORM = "%Y-%m-%dT%H:%M:%S.%f%z"


@dataclass
class Office:
    """A database, its deliverer and the lanes that run."""

    db: Database
    deliverer: Deliverer
    stopping: Stopping
    failed: list[Exception] = field(default_factory=list)

    def promise(self, receiver: str, channel: str, count: int = 1) -> None:
        """Owe `count` alerts to a receiver, due now."""
        with self.db.transaction() as tx:
            for _ in range(count):
                now = datetime.now(UTC)
                outbox.enqueue(tx, receiver, [_message(channel, now)], now)


def _message(channel: str, now: datetime) -> tuple[str, Message]:
    id_, payload = str(uuid4()), dict(PAYLOADS[channel])
    if channel == "email":
        payload |= {"to": "a@example.test", "subject": now.strftime(_FORM)}
        payload["headers"] = {**payload["headers"], "Message-ID": f"<{id_}@example.test>"}
    elif channel == "slack":
        payload["text"] = now.strftime(_FORM)
    else:
        payload["body"] = f'{{"text": "{now.strftime(_FORM)}"}}'
    return id_, Message(kind=MessageKind.ALERT, channel=channel, subject="alert", payload=payload)


def late(got: Iterable[tuple[str, datetime]]) -> list[float]:
    """Seconds from due to received, of texts and when they came."""
    return [(at - datetime.strptime(text, _FORM)) / timedelta(seconds=1) for text, at in got]


@contextmanager
def office(
    folder: Path, receiving: Sequence[Mapping[str, Any]], ports: tuple[int, ...], *, serve: bool = True
) -> Iterator[Office]:
    """Lanes to `receiving` (receivers as in monitor.yaml) until the block ends."""
    known = {r["name"]: ReceiverConfig.model_validate(r) for r in receiving}
    net = NetPolicy(
        user_agent="test/1", allow_networks=(ip_network("127.0.0.0/8"),), allow_ports=tuple(ports)
    )
    db, stopping = Database.open(f"sqlite:///{folder}/monitor.db"), Stopping()
    deliverer = Deliverer(
        db=db,
        notifiers={name: notifier_for(r, net) for name, r in known.items()},
        clock=lambda: datetime.now(UTC),
        jitter=lambda: 0.5,
        stopping=stopping,
        notices=Notices(
            templates=load(settings.bundled("templates")), receivers=known, root=next(iter(known))
        ),
        patience=DeliveryConfig(),
    )
    made = Office(db, deliverer, stopping)
    service = Service(lambda: deliverer, lambda work: work())
    thread = threading.Thread(target=service.run, args=(made.failed.append,))
    if serve:
        thread.start()
    try:
        yield made
    finally:
        stopping.set()
        service.wake()
        if serve:
            thread.join()
        db.close()
