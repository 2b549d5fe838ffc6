"""Signing by Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.delivery.webhook.channel import key_bytes, signed

#: the specification's own example
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
IDENTITY = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = '{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, tz=UTC)
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_example_is_signed_as_it_says() -> None:
    """The fixed vector."""
    headers = signed(IDENTITY, AT, BODY, (KEY,))
    assert headers["webhook-signature"] == SIGNATURE
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-id"] == IDENTITY


def test_a_moment_is_the_same_in_any_zone() -> None:
    """The library replaces a zone instead of converting it; we hand it UTC."""
    tripoli = AT.astimezone(timezone(timedelta(hours=2)))
    assert signed(IDENTITY, tripoli, BODY, (KEY,)) == signed(IDENTITY, AT, BODY, (KEY,))


def test_two_keys_make_two_signatures_over_the_exact_bytes() -> None:
    """Checked with the standard library's HMAC alone."""
    other = "whsec_" + base64.b64encode(b"another key of 32 bytes........ ").decode()
    body = '{"title":"حفتر"}'
    first, second = signed("id", AT, body, (KEY, other))["webhook-signature"].split(" ")
    for signature, key in ((first, KEY), (second, other)):
        text = f"id.1614265330.{body}".encode()
        mac = hmac.new(key_bytes(key), text, hashlib.sha256).digest()
        assert signature == "v1," + base64.b64encode(mac).decode()


def test_without_a_key_nothing_is_signed() -> None:
    """The id and time still say which attempt this is."""
    assert set(signed("id", AT, BODY, ())) == {"Content-Type", "webhook-id", "webhook-timestamp"}


@pytest.mark.parametrize("key", ["whsec_", "whsec_not base64!", "whsec_äö", "plain words"])
def test_a_key_that_is_none_raises(key: str) -> None:
    """Instead of signing with what is left of it."""
    with pytest.raises(ValueError):
        key_bytes(key)


def test_a_key_may_come_without_prefix_or_padding() -> None:
    """As the library reads it."""
    assert key_bytes("whsec_YWJjZA") == key_bytes("YWJjZA==") == b"abcd"
