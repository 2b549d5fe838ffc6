"""Pure. The headers of a mail: a stable Message-ID, threads, lists.

Sources: RFC 5322 (Message-ID, References), RFC 2919 (List-Id), RFC 2369 and 8058 (List-Unsubscribe), RFC 3834
(Auto-Submitted).
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.delivery.email import EmailConfig

#: some servers fold or encode longer message ids, and threading breaks
MAX_MESSAGE_ID = 70


def message_id(delivery_id: str, domain: str) -> str:
    """`<delivery-id@domain>`; of a long domain its parents, so that it stays within 70 characters."""
    while len(delivery_id) + len(domain) + 3 > MAX_MESSAGE_ID and domain.count(".") > 1:
        domain = domain.split(".", 1)[1]
    return f"<{delivery_id}@{domain}>"


def thread_root(context: Mapping[str, Any], config: EmailConfig) -> str:
    """The id that all mails of one thread refer to; no mail has it. Empty when they do not thread.

    Digests thread by series, or by series and day; alerts always by story.
    """
    if config.thread == "off":
        return ""
    if context["kind"] == "alert":
        name = f"story.{context['story']['id']}"
    elif context["kind"] == "digest":
        day = f".{context['local_date']}" if config.thread == "daily" else ""
        name = f"series.{context['series']}{day}"
    else:
        return ""
    return message_id(regex.sub(r"[^A-Za-z0-9._-]", "-", name)[:60], config.domain)


def headers(
    context: Mapping[str, Any], config: EmailConfig, *, delivery_id: str, at: datetime, updates: str = ""
) -> dict[str, str]:
    """Every header but From, To and Subject. `at` (aware) becomes Date and stays the same on every attempt.

    `updates`: the delivery whose mail this one answers. The root is named beside it, so that the thread holds
    together where the first mail was deleted.
    """
    made = {
        "Date": format_datetime(at),
        "Message-ID": message_id(delivery_id, config.domain),
        "Auto-Submitted": "auto-generated",
        "X-Monitor-Kind": str(context["kind"]),
    }
    if root := thread_root(context, config):
        made |= {"In-Reply-To": root, "References": root}
        if updates:
            first = message_id(updates, config.domain)
            made |= {"In-Reply-To": first, "References": f"{root} {first}"}
    if config.list_id:
        made["List-Id"] = f"<{config.list_id}>"
    return made | _unsubscribe(config)


def _unsubscribe(config: EmailConfig) -> dict[str, str]:
    """Only what the operator vouches for; `-Post` only beside an https address that acts on POST."""
    said = config.unsubscribe
    if said is None or not (said.url or said.mailto):
        return {}
    ways = [f"<{said.url}>"] if said.url else []
    ways += [f"<mailto:{said.mailto}>"] if said.mailto else []
    made = {"List-Unsubscribe": ", ".join(ways)}
    if said.url and said.url.startswith("https://") and said.one_click:
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return made


def as_eml(payload: Mapping[str, Any], boundary: str) -> str:
    """An e-mail payload as the text of an .eml file:
    multipart/alternative, the plain part first, ASCII only.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    message["From"], message["To"], message["Subject"] = payload["from"], payload["to"], payload["subject"]
    for name, value in payload["headers"].items():
        message[name] = value
    message.set_content(payload["text"], cte="base64")
    message.add_alternative(payload["html"], subtype="html", cte="base64")
    message.set_boundary(boundary)
    return message.as_bytes().decode("ascii")
