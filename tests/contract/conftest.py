"""What the contract suites share: deliveries of every kind, receivers that point at loopback, a test authority."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import Delivery, Message, MessageKind
from monitor.net.client import NetPolicy
from tests.support.certs import CARELESS, Authority, make_authority

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that nobody else trusts."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority as operators made them for years: its certificate says nothing of key usage."""
    return make_authority(tmp_path_factory.mktemp("careless"), extensions=CARELESS)


@pytest.fixture
def now() -> datetime:
    """The moment of an attempt."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def policy_for() -> Callable[..., NetPolicy]:
    """A network policy that lets us reach the given loopback ports."""

    def make(*ports: int, **more: Any) -> NetPolicy:
        return NetPolicy(
            user_agent="monitor-test/1",
            allow_networks=(ip_network("127.0.0.0/8"),),
            allow_ports=ports,
            **more,
        )

    return make


PAYLOADS: dict[str, dict[str, Any]] = {
    "email": {
        "from": "monitor@example.test",
        "from_name": "Монитор",
        "to": "analyst@example.test",
        "subject": "حفتر يصل إلى موسكو",
        "text": "Haftar is in Moscow.\n.\nحفتر في موسكو\n",
        "html": "<p>Haftar is in Moscow.</p>\n<p dir='rtl'>حفتر في موسكو</p>\n",
        "headers": {
            "Message-ID": "<5f0c9a52-1111-4222-8333-444455556666@example.test>",
            "Date": "Mon, 02 Mar 2026 07:00:00 +0000",
            "Auto-Submitted": "auto-generated",
        },
    },
    "slack": {"text": "Haftar is in Moscow", "blocks": [{"type": "divider"}], "unfurl_links": False},
    "webhook": {"body": '{"type":"alert.opened","data":{"title":"حفتر في موسكو"}}', "type": "alert.opened"},
    "file": {"name": "alert-moscow", "files": {"txt": "حفتر في موسكو\n", "json": "{}"}},
}


@pytest.fixture
def delivery_of() -> Callable[..., Delivery]:
    """A delivery for a channel; keyword arguments change its payload."""

    def make(channel: str, *, attempts: int = 0, **changes: Any) -> Delivery:
        return Delivery(
            id="5f0c9a52-1111-4222-8333-444455556666",
            receiver="there",
            message=Message(
                kind=MessageKind.ALERT,
                channel=channel,
                subject="Haftar is in Moscow",
                payload={**PAYLOADS[channel], **changes},
            ),
            attempts=attempts,
            created_at=datetime(2026, 3, 2, 7, tzinfo=UTC),
        )

    return make
