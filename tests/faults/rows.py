"""What a channel may do to an alert, a row each: what happens at first, and in the end once the fault is over.

`first` and `end` are the words that the test finds by looking, so they are also what docs/reference/faults.md says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.slackhook import Reply
from tests.support.smtp import DROP, STALL

#: the mail server's behaviour by stage, or the endpoint's answers in order (the last again and again)
Script = Mapping[str, str] | tuple[Reply, ...]

ONCE = "delivered once"
TWICE = "delivered; a second copy under the same id is possible"
BY_HAND = "a dead letter until `monitor deliveries retry`; then delivered once"
MENDED = "kept until the receiver is corrected; then delivered once"

ALONE = "this message is tried again"
UNSURE = "it may have been taken: this message is tried again"
ALL = "all messages to the receiver wait"
ALL_UNSURE = "it may have been taken: all messages to the receiver wait"
SUSPENDED = "the receiver is suspended"
PLAIN = "sent at once in its plainest form"
REFUSED = "refused for good"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault of one channel."""

    fault: str
    first: str
    end: str = ONCE
    script: Script = field(default_factory=dict)
    #: settings that are wrong until somebody mends them
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: the server as it is during the fault
    server: Mapping[str, Any] = field(default_factory=dict)


def _slack(status: int, body: str, **more: Any) -> tuple[Reply, ...]:
    return (Reply(status, body, **more),)


NOWHERE = "nowhere.invalid"

MAIL = (
    Row(fault="421 at the greeting", script={"greeting": "421 4.3.2 shutting down"}, first=ALL),
    Row(fault="421 at RCPT", script={"rcpt": "421 4.3.2 closing"}, first=ALL),
    Row(fault="421 after the text", script={"data": "421 4.3.2 closing"}, first=ALL),
    Row(fault="450 at RCPT (greylisted)", script={"rcpt": "450 4.2.0 greylisted"}, first=ALONE),
    Row(fault="451 at MAIL", script={"mail": "451 4.3.0 local error"}, first=ALL),
    Row(fault="451 after the text", script={"data": "451 4.3.0 try again"}, first=ALONE),
    Row(fault="452 at RCPT (mailbox full)", script={"rcpt": "452 4.2.2 mailbox full"}, first=ALONE),
    Row(fault="550 at MAIL (sender refused)", script={"mail": "550 5.7.1 sender refused"}, first=SUSPENDED, end=MENDED),
    Row(fault="550 at RCPT (no such user)", script={"rcpt": "550 5.1.1 no such user"}, first=REFUSED, end=BY_HAND),
    Row(fault="550 after the text", script={"data": "550 5.7.1 no"}, first=REFUSED, end=BY_HAND),
    Row(fault="552 at RCPT (an old server's 452)", script={"rcpt": "552 too many"}, first=ALONE),
    Row(fault="552 after the text, also of the plain form", script={"data": "552 5.3.4 too big"}, first=REFUSED, end=BY_HAND),
    Row(fault="larger than the relay's SIZE", server={"size": 3000}, first=PLAIN),
    Row(fault="554 at the greeting", script={"greeting": "554 5.7.1 go away"}, first=ALL),
    Row(fault="535 (wrong password)", server={"users": {"m": "other"}}, settings={"username": "m", "password": "x"}, first=SUSPENDED, end=MENDED),
    Row(fault="connection refused", settings={"port": 1}, first=ALL),
    Row(fault="the relay's name has no address", settings={"host": NOWHERE}, first=ALL),
    Row(fault="connection lost before the text", script={"rcpt": DROP}, first=ALL),
    Row(fault="connection lost after the text", script={"data": DROP}, first=UNSURE, end=TWICE),
    Row(fault="no answer before the text", script={"mail": STALL}, settings={"timeout": "1s"}, first=ALL),
    Row(fault="no answer after the text", script={"data": STALL}, settings={"timeout": "1s"}, first=UNSURE, end=TWICE),
    Row(fault="nonsense after the text", script={"data": "what?"}, first=ALL_UNSURE, end=TWICE),
    Row(fault="STARTTLS is not offered", settings={"security": "starttls"}, first=ALL),
    Row(fault="a certificate that nobody vouches for", server={"starttls": True}, settings={"security": "starttls"}, first=ALL),
)  # fmt: skip

SLACK = (
    Row(fault="400 invalid_blocks", script=(Reply(400, "invalid_blocks"), Reply()), first=PLAIN),
    Row(fault="400 invalid_payload, also of the plain form", script=_slack(400, "invalid_payload"), first=REFUSED, end=BY_HAND),
    Row(fault="403 action_prohibited", script=_slack(403, "action_prohibited"), first=SUSPENDED, end=MENDED),
    Row(fault="403 invalid_token", script=_slack(403, "invalid_token"), first=SUSPENDED, end=MENDED),
    Row(fault="404 channel_not_found", script=_slack(404, "channel_not_found"), first=SUSPENDED, end=MENDED),
    Row(fault="404 no_service (the hook was revoked)", script=_slack(404, "no_service"), first=SUSPENDED, end=MENDED),
    Row(fault="410 channel_is_archived", script=_slack(410, "channel_is_archived"), first=SUSPENDED, end=MENDED),
    Row(fault="429 with Retry-After: 900", script=_slack(429, "rate_limited", headers={"Retry-After": "900"}), first=f"{ALL}, 900 s or longer"),
    Row(fault="429 without Retry-After", script=_slack(429, ""), first=ALL),
    Row(fault="500", script=_slack(500, "rollup_error"), first=ALONE),
    Row(fault="503", script=_slack(503, ""), first=ALL),
    Row(fault="200 without `ok`", script=_slack(200, ""), first=ALL),
    Row(fault="200 with a login page", script=_slack(200, "<html>Please log in"), first=ALL),
    Row(fault="302 to a login page", script=_slack(302, "", headers={"Location": "/login"}), first=ALL),
    Row(fault="accepted, then no answer in time", script=(Reply(stall=True),), settings={"timeout": "1s"}, first=UNSURE, end=TWICE),
    Row(fault="accepted, then the connection is lost", script=(Reply(drop=True),), first=UNSURE, end=TWICE),
    Row(fault="the name has no address", settings={"host": NOWHERE}, first=ALL),
    Row(fault="a certificate that nobody vouches for", server={"tls": True}, first=ALL),
)  # fmt: skip

WEBHOOK = (
    Row(fault="301", script=_slack(301, "", headers={"Location": "/x"}), first=SUSPENDED, end=MENDED),
    Row(fault="302", script=_slack(302, "", headers={"Location": "/x"}), first=ALL),
    Row(fault="400", script=_slack(400, "bad"), first=REFUSED, end=BY_HAND),
    Row(fault="401", script=_slack(401, ""), first=REFUSED, end=BY_HAND),
    Row(fault="404", script=_slack(404, ""), first=REFUSED, end=BY_HAND),
    Row(fault="410", script=_slack(410, ""), first=SUSPENDED, end=MENDED),
    Row(fault="429 with Retry-After: 900", script=_slack(429, "", headers={"Retry-After": "900"}), first=f"{ALL}, 900 s or longer"),
    Row(fault="500", script=_slack(500, "boom"), first=ALONE),
    Row(
        fault="503 with Retry-After as a date 900 s ahead",
        script=_slack(503, "", headers={"Retry-After": "Mon, 02 Mar 2026 08:15:00 GMT", "Date": "Mon, 02 Mar 2026 08:00:00 GMT"}),
        first=f"{ALL}, 900 s or longer",
    ),
    Row(fault="accepted, then no answer in time", script=(Reply(stall=True),), settings={"timeout": "1s"}, first=UNSURE, end=TWICE),
    Row(fault="accepted, then the connection is lost", script=(Reply(drop=True),), first=UNSURE, end=TWICE),
    Row(fault="connection refused", settings={"port": 1}, first=ALL),
    Row(fault="the name has no address", settings={"host": NOWHERE}, first=ALL),
    Row(fault="a certificate that nobody vouches for", server={"tls": True}, first=ALL),
)  # fmt: skip

CHANNELS: Mapping[str, tuple[Row, ...]] = {"email": MAIL, "slack": SLACK, "webhook": WEBHOOK}
