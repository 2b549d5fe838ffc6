"""Pure. What an answer of the other side means for a delivery: HTTP statuses, SMTP replies, Retry-After.

The rule behind the tables: what was said about *this message* rejects it, what was said about *us or the
hour* waits, and what may have been taken is ambiguous. Nothing here ever repeats a secret or more than a line
of foreign text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model import Delivered, Outcome, Rejected, TryLater
from monitor.timing import MAX_RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: statuses below 500 that mean "not now" (RFC 9110 section 15.5.9, RFC 8470, RFC 6585)
RETRYABLE = frozenset({408, 425, 429})
SAID_LENGTH = 200
_ADDRESS = re.compile(r"https?:/?/?\S+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer: header names in lower case, the body's first bytes as text."""

    status: int
    headers: Mapping[str, str]
    body: str = ""
    #: the body was read to its end
    complete: bool = True


def said(text: str, secrets: Iterable[str] = ()) -> str:
    """Foreign `text` fit for a reason:
    one line, at most 200 characters, no address and none of our secrets.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    text = _CONTROL.sub(" ", _ADDRESS.sub("[address]", text))
    text = " ".join(text.split())
    return text if len(text) <= SAID_LENGTH else text[: SAID_LENGTH - 1] + "…"


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After in either form (RFC 9110 section 10.2.3); None where absent, unreadable or already past.

    A date is measured against the answer's own Date, so that a wrong clock on either side cancels out.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return min(timedelta(seconds=int(value)), MAX_RETRY_AFTER)
    until = _http_date(value)
    if until is None:
        return None
    wait = until - (_http_date(headers.get("date", "")) or now)
    return min(wait, MAX_RETRY_AFTER) if wait > timedelta() else None


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def http_outcome(answer: Answer, now: datetime, secrets: Iterable[str] = ()) -> Outcome:
    """A status by itself, as Standard Webhooks 1.0.0 reads it ("Webhook consumers' response").

    2xx delivered. 408, 425, 429 and 5xx later, 429 and 503 for the whole receiver. A redirect is never
    followed: a permanent one suspends the receiver (its address must be corrected), a passing one (a login or
    maintenance page) is tried again. 410 suspends. Any other 4xx rejects.
    """
    status = answer.status
    if 200 <= status < 300:
        return Delivered(detail=f"HTTP {status}")
    reason = f"HTTP {status}"
    if answer.body.strip():
        reason += f": {said(answer.body, secrets)}"
    if 300 <= status < 400:
        reason = f"HTTP {status}: a redirect, not followed"
        if status in (301, 308):
            return Rejected(reason=f"{reason}; the address has moved for good", suspend=True)
        return TryLater(reason=reason, pause_receiver=True)
    if status in RETRYABLE or status >= 500:
        crowded = status in (429, 503)
        return TryLater(reason=reason, after=retry_after(answer.headers, now), pause_receiver=crowded)
    return Rejected(reason=reason, suspend=status == 410)


# --- SMTP ------------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """How far a mail got; the words are used in reasons."""

    CONNECT = "connecting"
    HELLO = "the greeting"
    TLS = "STARTTLS"
    LOGIN = "the login"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"


#: enhanced codes (RFC 3463) that blame the message's size or form
_FORM = re.compile(r"\b5\.(?:2\.3|3\.4|6\.\d{1,3})\b")


def smtp_outcome(stage: Stage, code: int, text: str, secrets: Iterable[str] = ()) -> Outcome:
    """A refusing reply `code` at `stage` (RFC 5321 section 4.2, RFC 4954 section 6).

    4xx waits: the recipient's own at RCPT and DATA, else the whole receiver. 5xx rejects at RCPT and DATA; of
    the sender or the login it also suspends the receiver. At the greeting or STARTTLS nothing was said about
    the message, so even a 5xx only waits. A reply that is no reply is ambiguous once the text was sent.
    """
    reason = f"{code} at {stage}: {said(text, secrets)}"
    if not 400 <= code < 600:
        ambiguous = stage is Stage.DATA
        return TryLater(reason=f"no usable reply ({reason})", pause_receiver=True, ambiguous=ambiguous)
    if code < 500 or stage in (Stage.CONNECT, Stage.HELLO, Stage.TLS):
        ours = stage in (Stage.RCPT, Stage.DATA) and code != 421
        return TryLater(reason=reason, pause_receiver=not ours)
    if stage is Stage.LOGIN or code in (530, 534, 535, 538):
        return Rejected(reason=reason, suspend=True)
    if stage is Stage.RCPT:
        # RFC 5321 section 4.5.3.1.10: an old server's 552 here means "too many", not "too large"
        return TryLater(reason=reason) if code == 552 else Rejected(reason=reason)
    if code == 552 or _FORM.search(text):
        return Rejected(reason=reason, degrade=True)
    if stage is Stage.MAIL:
        return Rejected(reason=reason, suspend=True)
    return Rejected(reason=reason, degrade=code == 554)
