"""Pure. E-mail as a channel: one mail for each address, its HTML within what mail readers show."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from monitor.delivery.channel import Channel
from monitor.delivery.email.mime import headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from monitor.delivery.channel import Outgoing, Rendering
    from monitor.delivery.email import EmailConfig

#: Gmail clips a mail near 102 KB of HTML; this leaves room for what relays add
MAX_HTML = 80_000
#: whole stories and single lines of a digest; tried in turn until the HTML fits
BUDGETS = (
    (40, 60), (30, 50), (24, 45), (20, 40), (18, 35), (16, 30), (14, 30), (12, 25), (10, 20), (8, 15), (5, 10), (0, 5),
)  # fmt: skip


def compose(rendering: Rendering, config: EmailConfig) -> tuple[Outgoing, ...]:
    """A mail for each address; the id of each is its own."""
    texts = bodies(rendering)
    return tuple(_mail(rendering, config, to, texts) for to in dict.fromkeys(config.to))


def bodies(rendering: Rendering) -> dict[str, str]:
    """Text and HTML; a digest is shortened, with a count of what was cut,
    until its HTML is within the budget.
    """
    for full, lines in BUDGETS:
        context = rendering.shortened(full, lines)
        html = rendering.html(context)
        if rendering.name != "digest" or len(html.encode()) <= MAX_HTML:
            break
    return {"text": rendering.text(context) + "\n", "html": html}


def _mail(rendering: Rendering, config: EmailConfig, to: str, texts: Mapping[str, str]) -> Outgoing:
    id_ = rendering.id(to)
    first = rendering.firsts.get(to)
    payload = {
        "from": config.sender,
        "from_name": config.sender_name,
        "to": to,
        # mail readers part a thread where its subject changes; the body begins with what is new
        "subject": f"Re: {first.subject}" if first else rendering.subject(),
        **texts,
        "headers": headers(
            rendering.context, config, delivery_id=id_, at=rendering.at, updates=first.id if first else ""
        ),
    }
    return rendering.outgoing(id_, payload, recipient=to)


def _send() -> ModuleType:
    """What speaks to relays, loaded when one is spoken to."""
    return import_module("monitor.delivery.email.send")


def _mistakes(config: EmailConfig) -> Iterator[str]:
    try:
        _send().tls_context(config.smtp)
    except OSError as error:
        yield f"email.smtp.ca_file: {error.strerror or 'not a certificate file'}"


def _remarks(config: EmailConfig) -> Iterator[str]:
    if config.smtp.security == "none":
        what = "mails and the password travel" if config.smtp.password else "mails travel"
        yield f"email.smtp.security: none, {what} in the clear"


#: a mail relay is the operator's own and may stand in a private network: the policy of HTTP does not hold for
#: it
CHANNEL = Channel(
    compose=compose,
    notifier=lambda config, _: _send().EmailNotifier(config),
    mistakes=_mistakes,
    remarks=_remarks,
    visit=lambda config, _: _send().visit(config),
    degraded=lambda payload: (_send().degraded(payload), ""),
)
