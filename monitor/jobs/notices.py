"""What the monitor says about itself to a receiver: through the outbox, like every other message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor.messages.alert import notice_context
from monitor.messages.render import render
from monitor.store import outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import ReceiverConfig
    from monitor.messages.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What notices are made with."""

    templates: Templates
    receivers: Mapping[str, ReceiverConfig]
    #: the receiver of the top route
    root: str

    def put(
        self,
        tx: Connection,
        to: str,
        subject: str,
        lines: Sequence[str],
        *,
        now: datetime,
        cause: str | None = None,
        recipient: str | None = None,
    ) -> tuple[str, ...]:
        """Promise a notice to the receiver `to`, or to one `recipient` of it; the ids of its messages.

        `cause` makes it once only: the ids are empty the second time.
        """
        context = notice_context(subject, lines, now=now)
        made = render(self.templates, context, self.receivers[to], batch=str(uuid4()), at=now)
        messages = [(o.id, o.message) for o in made if recipient in (None, o.message.recipient)]
        return outbox.enqueue(tx, to, messages, now, cause=cause)

    def beside(self, name: str, avoid: Collection[str] = ()) -> str | None:
        """Who is told that nothing reaches `name`: its fallback, else the top route's receiver, else another one.

        None of those in `avoid`; None: there is nobody else.
        """
        named = [self.receivers[name].fallback, self.root, *self.receivers]
        others = [other for other in dict.fromkeys(named) if other in self.receivers and other != name]
        return next((other for other in others if other not in avoid), None)
