"""Messages for every kind of receiver: contexts in, finished payloads out, byte for byte as they will be sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from monitor.languages.locale import frame
from monitor.messages import mail, slack_blocks
from monitor.messages.digest import shorten
from monitor.messages.slack_plain import plain
from monitor.messages.text import isolate
from monitor.model import Message, MessageKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.config.model import EmailConfig, ReceiverConfig
    from monitor.messages.templates import Templates

#: Gmail clips a mail near 102 KB of HTML; this leaves room for what relays add
MAX_HTML = 80_000
#: whole stories and single lines of a digest in a mail; tried in turn until the HTML fits
_MAIL = (
    (40, 60), (30, 50), (24, 45), (20, 40), (18, 35), (16, 30), (14, 30), (12, 25), (10, 20), (8, 15), (5, 10), (0, 5),
)  # fmt: skip
#: the same in Slack, as many messages as that takes, and in the body of a webhook (below 2 MB)
_SLACK = (60, 1000)
_WEBHOOK = (300, 300)
#: and where text is all there is, in chats that split it
_PLAIN = (20, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message and the id under which it is delivered: the outbox stores both together."""

    id: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first message that a reader got about something, which a later one updates."""

    id: str
    subject: str
    at: datetime


def render(
    templates: Templates,
    context: Mapping[str, Any],
    receiver: ReceiverConfig,
    *,
    batch: str,
    at: datetime,
    firsts: Mapping[str, First] | None = None,
) -> tuple[Outgoing, ...]:
    """`context` (from `monitor.messages.alert`) for `receiver`: one message for each e-mail address or Slack page.

    `batch`: a fresh UUID for each decision to send; the ids follow from it, so rendering again gives the same ids.
    `at`: aware; the mail's Date. `firsts`: by recipient, what the message updates.
    """
    kinds = {"email": _email, "slack": _slack, "webhook": _webhook, "apprise": _apprise, "file": _file}
    made = kinds[receiver.kind]
    firsts = firsts or {}
    told = {**context, **_update(context, firsts)}
    return made(_Job(templates, told, receiver, batch, at, firsts))


def _update(context: Mapping[str, Any], firsts: Mapping[str, First]) -> dict[str, Any]:
    """What the templates know of the message that this one updates."""
    if not firsts:
        return {}
    first = firsts.get("") or next(iter(firsts.values()))
    words = frame(context["lang"])
    when = words.moment(first.at, ZoneInfo("UTC"))
    line = words.say("update_to", subject=isolate(first.subject, words.direction), when=when)
    updates = {"id": first.id, "subject": first.subject, "at": first.at.astimezone(UTC).isoformat()}
    return {"updates": updates, "update_line": line}


@dataclass(frozen=True, slots=True)
class _Job:
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
    def kind(self) -> MessageKind:
        return MessageKind.TEST if self.context["test"] else MessageKind(self.name)

    def subject(self) -> str:
        """The subject from its template, cleaned; also the line for the journal."""
        return mail.clean_subject(self.templates.render(f"email/{self.name}.subject.txt", self.context))

    def id(self, *parts: object) -> str:
        return str(uuid5(NAMESPACE_OID, "\n".join(map(str, (self.batch, self.receiver.name, *parts)))))

    def outgoing(self, id_: str, payload: Mapping[str, Any], recipient: str = "") -> Outgoing:
        message = Message(
            kind=self.kind,
            channel=self.receiver.kind,
            subject=self.subject(),
            payload=payload,
            recipient=recipient,
        )
        return Outgoing(id=id_, message=message)


def _email(job: _Job) -> tuple[Outgoing, ...]:
    config = job.receiver.email
    assert config is not None
    bodies = _bodies(job)
    return tuple(_mail(job, config, to, bodies=bodies) for to in dict.fromkeys(config.to))


def _mail(job: _Job, config: EmailConfig, to: str, *, bodies: Mapping[str, str]) -> Outgoing:
    id_ = job.id(to)
    first = job.firsts.get(to)
    payload = {
        "from": config.sender,
        "from_name": config.sender_name,
        "to": to,
        "subject": job.subject(),
        **bodies,
        "headers": mail.headers(
            job.context, config, delivery_id=id_, at=job.at, updates=first.id if first else ""
        ),
    }
    return job.outgoing(id_, payload, recipient=to)


def _bodies(job: _Job) -> dict[str, str]:
    """Text and HTML; a digest is shortened, with a count of what was cut, until its HTML is within the budget."""
    for budget in _MAIL:
        context = _shortened(job, budget)
        html = job.templates.html(f"email/{job.name}.html", context)
        if job.name != "digest" or len(html.encode()) <= MAX_HTML:
            break
    return {"text": job.templates.render(f"email/{job.name}.txt", context) + "\n", "html": html}


def _shortened(job: _Job, budget: tuple[int, int]) -> dict[str, Any]:
    full, lines = budget
    return shorten(job.context, full=full, lines=lines) if job.name == "digest" else job.context


def _slack(job: _Job) -> tuple[Outgoing, ...]:
    """A message for each page, and in it, not sent, the plain form for when Slack refuses its blocks."""
    data = job.templates.data(f"slack/{job.name}.json", _shortened(job, _SLACK))
    words, desk = frame(job.context["lang"]), job.context["public_url"]
    link = slack_blocks.link(desk, words.word("open_desk")) if desk else ""
    pages = slack_blocks.messages(data)
    return tuple(
        job.outgoing(job.id(n), {**page.payload, "plain": plain(page, words, link)})
        for n, page in enumerate(pages)
    )


def _webhook(job: _Job) -> tuple[Outgoing, ...]:
    return (job.outgoing(job.id(), _body(job)),)


def _body(job: _Job) -> dict[str, str]:
    data = job.templates.data(f"webhook/{job.name}.json", _shortened(job, _WEBHOOK))
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return {"body": body, "type": str(data["type"])}


def _apprise(job: _Job) -> tuple[Outgoing, ...]:
    """Plain text for each address: what every service can show."""
    config = job.receiver.apprise
    assert config is not None
    payload = {
        "title": job.subject(),
        "body": job.templates.render(f"email/{job.name}.txt", _shortened(job, _PLAIN)),
        "type": "info" if job.name == "digest" else "warning",
    }
    return tuple(job.outgoing(job.id(label), payload, recipient=label) for label in config.targets)


def _file(job: _Job) -> tuple[Outgoing, ...]:
    """The same message as .html, .txt, .json and .eml, under a name that sorts by time."""
    id_ = job.id()
    bodies, body = _bodies(job), _body(job)["body"]
    subject = job.subject()
    headers = {"Date": format_datetime(job.at), "Message-ID": mail.message_id(id_, "monitor.invalid")}
    payload = {
        "from": "monitor@monitor.invalid",
        "to": "folder@monitor.invalid",
        "subject": subject,
        **bodies,
    }
    eml = mail.as_eml({**payload, "headers": headers}, boundary=f"=_{id_}")
    pretty = json.dumps(json.loads(body), ensure_ascii=False, indent=2) + "\n"
    files = {"eml": eml, "html": bodies["html"], "txt": bodies["text"], "json": pretty}
    return (job.outgoing(id_, {"name": _stem(job, id_), "files": files}),)


def _stem(job: _Job, id_: str) -> str:
    """`20261124t070000z-digest-daily-1a2b3c4d`: when, what, and a part of the id against collisions."""
    detail = {"digest": "series", "alert": "id"}.get(job.name)
    about = job.context.get("story", job.context).get(detail, "") if detail else ""
    safe = re.sub(r"[^a-z0-9]+", "-", str(about).lower()).strip("-")[:40]
    when = f"{job.at.astimezone(UTC):%Y%m%dt%H%M%Sz}"
    return "-".join(filter(None, (when, job.name, safe, id_[:8])))
