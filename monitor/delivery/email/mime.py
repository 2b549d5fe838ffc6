"""Pure. A mail's exact bytes: the same on every attempt, safe whatever a title says.

The header lines are written here, not by `email.message`: its refolding encodes long `<...>` tokens, which
breaks List-Unsubscribe and References, and before Python 3.11.10 it lets an encoded word in a title open a
header of its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from email.charset import SHORTEST, Charset
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import regex

from monitor.delivery.channel import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from monitor.delivery.email import EmailConfig
    from monitor.model import Delivery


#: a header line, without its line end (RFC 5322 section 2.1.1)
MAX_LINE = 998
#: ours, or the body's: never taken from `headers`
RESERVED = frozenset({"from", "to", "cc", "bcc", "sender", "subject", "mime-version"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]{1,64}")
_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: our own: the library's table is one for the whole process, and others write into it
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = SHORTEST
#: 7bit transport: the bytes must not depend on what the server of the day offers
_POLICY = SMTP.clone(cte_type="7bit")


def build(delivery: Delivery, payload: Mapping[str, Any] | None = None) -> bytes:
    """The mail of `delivery`, CRLF throughout: multipart/alternative, or text alone where `html` is empty.

    `payload`: an e-mail's, where it is not the message's own as it stands.
    UTF-8 occurs in header lines only where an address itself is not ASCII (RFC 6532; the server must offer
    SMTPUTF8). Raises ValueError: an address that is none.
    """
    payload = delivery.message.payload if payload is None else payload
    head = "".join(f"{line}\r\n" for line in _head(payload, delivery))
    return head.encode("utf-8") + _body(payload, delivery.id)


def plain_address(address: str) -> str:
    """`address` as it goes on the wire: its domain in ASCII form (RFC 5890).

    Raises ValueError: no local part or domain, or characters that would need quoting.
    """
    local, _, domain = address.rpartition("@")
    if not _ATOM.fullmatch(local):
        raise ValueError("not an e-mail address")
    domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f.:IPv]{2,60}\]", domain):
        raise ValueError("not an e-mail address")
    return f"{local}@{domain}"


def clean_text(text: str) -> str:
    """`text` for a body: LF line ends, surrogate pairs joined, lone ones and control characters gone."""
    text = whole(text).replace("\r\n", "\n").replace("\r", "\n")
    return _BODY_CONTROL.sub("", text)


def _head(payload: Mapping[str, Any], delivery: Delivery) -> Iterator[str]:
    headers = {name.lower(): (name, value) for name, value in _extra(payload.get("headers") or {})}
    sender = plain_address(payload["from"])
    # a mail without a date or an id is refused or threaded wrongly; the composer writes both, this is the net
    # below
    _, date = headers.pop("date", ("", format_datetime(delivery.created_at)))
    _, message_id = headers.pop("message-id", ("", f"<{delivery.id}@{sender.rpartition('@')[2]}>"))
    yield f"Date: {date}"
    yield f"From: {_mailbox(payload.get('from_name') or '', sender)}"
    yield f"To: {plain_address(payload['to']) if payload.get('to') else 'undisclosed-recipients:;'}"
    yield f"Subject: {_words(_one_line(payload.get('subject') or ''), 'Subject')}"
    yield f"Message-ID: {message_id}"
    for name, value in headers.values():
        yield from _folded(f"{name}: {value}")


def _extra(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names and safe values, in order, reserved and malformed names left out."""
    for name, value in headers.items():
        lowered = name.lower()
        if _NAME.fullmatch(name) and lowered not in RESERVED and not lowered.startswith("content-"):
            yield name, " ".join(_token(word, name) for word in _one_line(str(value)).split(" "))


def _one_line(text: str) -> str:
    """`text` without line ends, controls or surrogates, white space collapsed."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(text.split())


def _words(text: str, name: str) -> str:
    """`text` as it is where that is safe, else as encoded words (RFC 2047), folded.

    Text that looks like an encoded word is encoded too: a reader then sees it as it was written.
    """
    if text.isascii() and "=?" not in text and len(text) < MAX_LINE - 80:
        return text
    return Header(text, _UTF8, maxlinelen=75, header_name=name).encode(linesep="\r\n")


def _token(word: str, name: str) -> str:
    """One word of a machine's header: an `<address>` stays one token,
    its foreign characters percent-encoded.
    """
    if word.startswith("<"):
        return quote(word, safe="".join(map(chr, range(0x21, 0x7F))))
    return _words(word, name)


def _mailbox(name: str, address: str) -> str:
    name = _one_line(name)
    if not name:
        return address
    if not name.isascii() or "=?" in name:
        return f"{_words(name, 'From')} <{address}>"
    return '"{}" <{}>'.format(name.replace("\\", "\\\\").replace('"', '\\"'), address)


def _folded(line: str) -> Iterator[str]:
    """`line`, broken at spaces where it passes 998;
    a header that cannot be broken is left out, the mail still goes.
    """
    if max(map(len, line.split("\r\n"))) <= MAX_LINE:
        yield line
        return
    words = line.split()
    if all(len(word) < MAX_LINE for word in words):
        yield "\r\n ".join([" ".join(words[:2]), *words[2:]])


def _body(payload: Mapping[str, Any], delivery_id: str) -> bytes:
    """MIME-Version, Content-Type and the parts, encoded as the library decides,
    under a boundary made from the id.
    """
    mail = EmailMessage(policy=_POLICY)
    mail.set_content(clean_text(payload.get("text") or ""))
    if payload.get("html"):
        mail.add_alternative(clean_text(payload["html"]), subtype="html")
        mail.set_boundary("=_" + hashlib.sha256(delivery_id.encode()).hexdigest()[:32])
    return mail.as_bytes()


# The headers of a mail: a stable Message-ID, threads, lists.
#
# Sources: RFC 5322 (Message-ID, References), RFC 2919 (List-Id), RFC 2369 and 8058 (List-Unsubscribe), RFC
# 3834 (Auto-Submitted).

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
