"""The dead-man switch: a ping to somebody else's watch, which raises the alarm when the pings stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.delivery.http import Post, post, secrets_of
from monitor.delivery.outcomes import Answer, http_outcome

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Outcome
    from monitor.net.client import NetPolicy

TIMEOUT = timedelta(seconds=15)


def beat(url: str, policy: NetPolicy, now: datetime) -> Outcome:
    """One ping (an empty POST, as healthchecks and its like take it). The world's failures are outcomes."""
    request = Post(url=url, body=b"", headers={}, secrets=secrets_of(url))
    answer = post(request, policy, TIMEOUT)
    return http_outcome(answer, now, request.secrets) if isinstance(answer, Answer) else answer
