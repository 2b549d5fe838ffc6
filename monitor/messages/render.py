"""Messages for every kind of receiver:
contexts in, finished payloads out, byte for byte as they will be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from monitor.delivery.channel import First, Outgoing
from monitor.delivery.channels import channel_of
from monitor.languages.locale import Frame, frame
from monitor.messages import text as mail
from monitor.messages.digest import shorten
from monitor.messages.text import isolate
from monitor.model import Message, MessageKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.config.model import ReceiverConfig
    from monitor.messages.templates import Templates


def render(
    templates: Templates,
    context: Mapping[str, Any],
    receiver: ReceiverConfig,
    *,
    batch: str,
    at: datetime,
    firsts: Mapping[str, First] | None = None,
) -> tuple[Outgoing, ...]:
    """`context` (from `monitor.messages.alert`) for `receiver`: one message for each e-mail address or Slack
    page.

    `batch`: a fresh UUID for each decision to send; the ids follow from it, so rendering again gives the same
    ids. `at`: aware; the mail's Date. `firsts`: by recipient, what the message updates.
    """
    firsts = firsts or {}
    told = {**context, **_update(context, firsts, receiver.timezone or ZoneInfo("UTC"))}
    rendering = _Rendering(templates, told, receiver, batch, at, firsts)
    return channel_of(receiver.kind).compose(rendering, receiver.settings)


def _update(context: Mapping[str, Any], firsts: Mapping[str, First], zone: ZoneInfo) -> dict[str, Any]:
    """What the templates know of the message that this one updates."""
    if not firsts:
        return {}
    first = firsts.get("") or next(iter(firsts.values()))
    words = frame(context["lang"])
    when = words.moment(first.at, zone)
    line = words.say("update_to", subject=isolate(first.subject, words.direction), when=when)
    updates = {"id": first.id, "subject": first.subject, "at": first.at.astimezone(UTC).isoformat()}
    return {"updates": updates, "update_line": line}


@dataclass(slots=True)
class _Rendering:
    """What a channel composes its messages from (`monitor.delivery.channel.Rendering`)."""

    templates: Templates
    context: dict[str, Any]
    receiver: ReceiverConfig
    batch: str
    at: datetime
    firsts: Mapping[str, First]

    @property
    def name(self) -> str:
        return str(self.context["kind"])

    @property
    def words(self) -> Frame:
        return frame(self.context["lang"])

    def subject(self) -> str:
        return mail.clean_subject(self.templates.render(f"email/{self.name}.subject.txt", self.context))

    def shortened(self, full: int, lines: int) -> dict[str, Any]:
        return shorten(self.context, full=full, lines=lines) if self.name == "digest" else self.context

    def text(self, context: Mapping[str, Any]) -> str:
        return self.templates.render(f"email/{self.name}.txt", context)

    def html(self, context: Mapping[str, Any]) -> str:
        return self.templates.html(f"email/{self.name}.html", context)

    def data(self, folder: str, context: Mapping[str, Any]) -> dict[str, Any]:
        return self.templates.data(f"{folder}/{self.name}.json", context)

    def id(self, *parts: object) -> str:
        return str(uuid5(NAMESPACE_OID, "\n".join(map(str, (self.batch, self.receiver.name, *parts)))))

    def outgoing(self, id_: str, payload: Mapping[str, Any], recipient: str = "") -> Outgoing:
        message = Message(
            kind=MessageKind.TEST if self.context["test"] else MessageKind(self.name),
            channel=self.receiver.kind,
            subject=self.subject(),
            payload=payload,
            recipient=recipient,
        )
        return Outgoing(id=id_, message=message)
