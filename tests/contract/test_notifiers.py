"""One suite over every kind of receiver, against real servers on loopback: what is answered becomes the right outcome,
secrets stay secret, a repeat is the same message, and nobody can hold us past the deadline."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from monitor.config.model import ReceiverConfig
from monitor.delivery.channels import notifier_for
from monitor.model import Delivered, Delivery, Outcome, Rejected, TryLater
from tests.support.certs import STRICT, context_of
from tests.support.slackhook import SECRET_PATH, Hook, Reply
from tests.support.smtp import DROP, STALL, Smtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from monitor.net.client import NetPolicy
    from tests.support.certs import Authority

KEY = "whsec_" + "c2VjcmV0LWtleS1vZi10aGUtdGVzdHMtMTIz"
OLD_KEY = "whsec_" + "b2xkZXIta2V5LW9mLXRoZS10ZXN0cy00NTY3"
PASSWORD = "correct-horse-battery"

Fixtures = tuple["Callable[..., NetPolicy]", "Callable[..., Delivery]", "datetime"]


@pytest.fixture
def world(
    policy_for: Callable[..., NetPolicy], delivery_of: Callable[..., Delivery], now: datetime
) -> Fixtures:
    """What every test here needs."""
    return policy_for, delivery_of, now


def slack(hook: Hook, timeout: str = "10s") -> ReceiverConfig:
    """A Slack receiver at `hook`."""
    return ReceiverConfig.model_validate(
        {"name": "there", "slack": {"webhook_url": hook.url, "timeout": timeout}}
    )


def webhook(hook: Hook, timeout: str = "10s", secret: str | None = KEY) -> ReceiverConfig:
    """A signed webhook receiver at `hook`."""
    return ReceiverConfig.model_validate(
        {"name": "there", "webhook": {"url": hook.url, "secret": secret, "timeout": timeout}}
    )


def mail(server: Smtp, *, security: str = "none", timeout: str = "10s", **smtp: Any) -> ReceiverConfig:
    """A mail receiver behind `server`."""
    relay = {"host": "127.0.0.1", "port": server.port, "security": security, "timeout": timeout, **smtp}
    return ReceiverConfig.model_validate(
        {
            "name": "there",
            "email": {"to": ["analyst@example.test"], "from": "monitor@example.test", "smtp": relay},
        }
    )


def sent(receiver: ReceiverConfig, world: Fixtures, port: int = 0, **changes: Any) -> Outcome:
    """The outcome of one attempt."""
    policy_for, delivery_of, now = world
    delivery = delivery_of(receiver.kind, **changes)
    return notifier_for(receiver, policy_for(port)).send(delivery, now)


def brief(outcome: Outcome) -> str:
    """An outcome as a word and its flags: the columns of the tables below."""
    match outcome:
        case Delivered():
            return "delivered"
        case TryLater():
            flags = {"pause": outcome.pause_receiver, "ambiguous": outcome.ambiguous}
            wait = [f"{outcome.after.total_seconds():.0f}s"] if outcome.after is not None else []
            return " ".join(["later", *(k for k, v in flags.items() if v), *wait])
        case Rejected():
            flags = {"suspend": outcome.suspend, "degrade": outcome.degrade}
            return " ".join(["rejected", *(k for k, v in flags.items() if v)])


# --- webhook ---------------------------------------------------------------------------------------------

WEBHOOK_TABLE = [
    pytest.param(Reply(200, ""), "delivered", id="200"),
    pytest.param(Reply(202, "queued"), "delivered", id="202"),
    pytest.param(Reply(204, ""), "delivered", id="204"),
    pytest.param(Reply(200, "x", short=10), "delivered", id="200 whose body breaks off"),
    pytest.param(Reply(301, "", {"Location": "/x"}), "rejected suspend", id="301 is not followed"),
    pytest.param(Reply(302, "", {"Location": "/x"}), "later pause", id="302 is not followed"),
    pytest.param(Reply(307, "", {"Location": "/x"}), "later pause", id="307 is not followed"),
    pytest.param(Reply(308, "", {"Location": "/x"}), "rejected suspend", id="308 is not followed"),
    pytest.param(Reply(400, "bad"), "rejected", id="400"),
    pytest.param(Reply(401, ""), "rejected", id="401"),
    pytest.param(Reply(403, ""), "rejected", id="403"),
    pytest.param(Reply(404, ""), "rejected", id="404"),
    pytest.param(Reply(408, ""), "later", id="408"),
    pytest.param(Reply(410, ""), "rejected suspend", id="410"),
    pytest.param(Reply(413, ""), "rejected", id="413"),
    pytest.param(Reply(425, ""), "later", id="425"),
    pytest.param(Reply(429, "", {"Retry-After": "90"}), "later pause 90s", id="429 with seconds"),
    pytest.param(
        Reply(
            503,
            "",
            {"Retry-After": "Mon, 02 Mar 2026 08:05:00 GMT", "Date": "Mon, 02 Mar 2026 08:00:00 GMT"},
        ),
        "later pause 300s",
        id="503 with a date, against the answer's own clock",
    ),
    pytest.param(Reply(500, "boom"), "later", id="500"),
    pytest.param(Reply(502, ""), "later", id="502"),
    pytest.param(Reply(504, ""), "later", id="504"),
    pytest.param(Reply(drop=True), "later ambiguous", id="closed without an answer"),
]


@pytest.mark.parametrize(("reply", "expected"), WEBHOOK_TABLE)
def test_what_a_webhook_answers_becomes_its_outcome(reply: Reply, expected: str, world: Fixtures) -> None:
    """The whole table of statuses; a redirect's target is never asked."""
    with Hook(reply) as hook:
        assert brief(sent(webhook(hook), world, hook.port)) == expected
        assert len(hook.requests) == 1


def test_a_webhook_is_verified_by_the_standards_own_library(world: Fixtures) -> None:
    """While two keys rotate, a receiver with either key accepts the body, byte for byte as it was stored."""
    with Hook() as hook:
        assert brief(sent(webhook(hook, secret=f"{KEY} {OLD_KEY}"), world, hook.port)) == "delivered"
    (request,) = hook.requests
    for key in (KEY, OLD_KEY):
        assert Webhook(key).verify(request.body, dict(request.headers))["type"] == "alert.opened"
    assert request.headers["webhook-id"] == "5f0c9a52-1111-4222-8333-444455556666"
    assert request.headers["content-type"] == "application/json"


def test_a_webhook_without_a_secret_is_unsigned(world: Fixtures) -> None:
    """The id and the timestamp still go out."""
    with Hook() as hook:
        sent(webhook(hook, secret=None), world, hook.port)
    assert "webhook-signature" not in hook.requests[0].headers
    assert hook.requests[0].headers["webhook-id"]


def test_a_repeat_carries_the_same_id_and_body_and_a_fresh_signature(world: Fixtures) -> None:
    """Idempotency is the id's; the timestamp is each attempt's own."""
    policy_for, delivery_of, now = world
    with Hook(Reply(500), Reply(200, "")) as hook:
        notifier = notifier_for(webhook(hook), policy_for(hook.port))
        notifier.send(delivery_of("webhook"), now - timedelta(seconds=60))
        notifier.send(delivery_of("webhook", attempts=1), now)
    first, second = hook.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60
    Webhook(KEY).verify(second.body, dict(second.headers))


# --- Slack -----------------------------------------------------------------------------------------------

SLACK_TABLE = [
    pytest.param(Reply(), "delivered", id="200 ok"),
    pytest.param(Reply(200, "no_service"), "rejected suspend", id="200 with an error word"),
    pytest.param(Reply(200, "<html>Please log in"), "later pause", id="200 from a captive portal"),
    pytest.param(Reply(200, ""), "later pause", id="200 without a body"),
    pytest.param(Reply(200, "ok", short=5), "delivered", id="200 ok that breaks off after ok"),
    pytest.param(Reply(200, "", short=2), "later ambiguous", id="200 that breaks off before ok"),
    pytest.param(Reply(400, "invalid_payload"), "rejected degrade", id="invalid_payload"),
    pytest.param(Reply(400, "invalid_blocks"), "rejected degrade", id="invalid_blocks"),
    pytest.param(Reply(400, "no_text"), "rejected degrade", id="no_text"),
    pytest.param(Reply(400, "too_many_attachments"), "rejected degrade", id="too_many_attachments"),
    pytest.param(Reply(400, "some new word"), "rejected degrade", id="400 of an unknown kind"),
    pytest.param(Reply(400, "user_not_found"), "rejected suspend", id="user_not_found"),
    pytest.param(Reply(404, "channel_not_found"), "rejected suspend", id="channel_not_found"),
    pytest.param(Reply(410, "channel_is_archived"), "rejected suspend", id="channel_is_archived"),
    pytest.param(Reply(403, "action_prohibited"), "rejected suspend", id="action_prohibited"),
    pytest.param(
        Reply(403, "posting_to_general_channel_denied"), "rejected suspend", id="posting to #general denied"
    ),
    pytest.param(Reply(403, "invalid_token"), "rejected suspend", id="invalid_token"),
    pytest.param(Reply(404, "no_service"), "rejected suspend", id="no_service"),
    pytest.param(Reply(404, "no_active_hooks"), "rejected suspend", id="no_active_hooks"),
    pytest.param(Reply(404, "no_team"), "rejected suspend", id="no_team"),
    pytest.param(Reply(403, "team_disabled"), "rejected suspend", id="team_disabled"),
    pytest.param(Reply(404, "<h1>Not Found</h1>"), "rejected suspend", id="404 of an unknown kind"),
    pytest.param(Reply(410, ""), "rejected suspend", id="410 without a word"),
    pytest.param(Reply(429, "rate_limited", {"Retry-After": "30"}), "later pause 30s", id="rate_limited"),
    pytest.param(Reply(429, ""), "later pause", id="429 without Retry-After"),
    pytest.param(Reply(500, "rollup_error"), "later", id="rollup_error"),
    pytest.param(Reply(500, ""), "later", id="500"),
    pytest.param(Reply(503, "", {"Retry-After": "7"}), "later pause 7s", id="503"),
    pytest.param(Reply(302, "", {"Location": "/login"}), "later pause", id="302 is not followed"),
    pytest.param(Reply(drop=True), "later ambiguous", id="closed without an answer"),
]


@pytest.mark.parametrize(("reply", "expected"), SLACK_TABLE)
def test_what_slack_answers_becomes_its_outcome(reply: Reply, expected: str, world: Fixtures) -> None:
    """Body first, then status; only a 200 whose body is exactly `ok` is a delivery."""
    with Hook(reply) as hook:
        assert brief(sent(slack(hook), world, hook.port)) == expected


# --- mail ------------------------------------------------------------------------------------------------

SMTP_TABLE = [
    pytest.param({}, "delivered", id="taken"),
    pytest.param({"greeting": "421 4.3.2 shutting down"}, "later pause", id="421 greeting"),
    pytest.param(
        {"greeting": "554 5.7.1 go away"}, "later pause", id="554 greeting says nothing of the mail"
    ),
    pytest.param({"greeting": DROP}, "later pause", id="dropped at the greeting"),
    pytest.param({"ehlo": "421 4.7.0 too many"}, "later pause", id="421 at EHLO"),
    pytest.param({"ehlo": "550 5.7.1 bad name"}, "later pause", id="550 at EHLO and HELO"),
    pytest.param({"mail": "421 4.3.2 closing"}, "later pause", id="421 at MAIL"),
    pytest.param({"mail": "451 4.3.0 try again"}, "later pause", id="451 at MAIL"),
    pytest.param({"mail": "530 5.7.0 authentication required"}, "rejected suspend", id="530 at MAIL"),
    pytest.param({"mail": "550 5.7.1 sender refused"}, "rejected suspend", id="550 at MAIL"),
    pytest.param({"mail": "552 5.3.4 too large"}, "rejected degrade", id="552 at MAIL"),
    pytest.param({"rcpt": "421 4.3.2 closing"}, "later pause", id="421 at RCPT"),
    pytest.param({"rcpt": "450 4.2.0 greylisted"}, "later", id="450 at RCPT"),
    pytest.param({"rcpt": "451 4.7.1 later"}, "later", id="451 at RCPT"),
    pytest.param({"rcpt": "452 4.2.2 mailbox full"}, "later", id="452 at RCPT"),
    pytest.param({"rcpt": "550 5.1.1 no such user"}, "rejected", id="550 at RCPT"),
    pytest.param({"rcpt": "552 too many"}, "later", id="552 at RCPT is an old 452"),
    pytest.param({"rcpt": "554 5.7.1 relay access denied"}, "rejected", id="554 at RCPT"),
    pytest.param({"rcpt": DROP}, "later pause", id="dropped at RCPT"),
    pytest.param({"data": "421 4.3.2 closing"}, "later pause", id="421 after the dot"),
    pytest.param({"data": "451 4.3.0 try again"}, "later", id="451 after the dot"),
    pytest.param({"data": "550 5.7.1 no"}, "rejected", id="550 after the dot"),
    pytest.param({"data": "550 5.6.3 conversion"}, "rejected degrade", id="550 about the form"),
    pytest.param({"data": "552 5.3.4 too big"}, "rejected degrade", id="552 after the dot"),
    pytest.param({"data": "554 5.7.1 looks like spam"}, "rejected degrade", id="554 after the dot"),
    pytest.param({"data": "what?"}, "later pause ambiguous", id="nonsense after the dot"),
    pytest.param({"data": DROP}, "later ambiguous", id="dropped after the dot"),
]


@pytest.mark.parametrize(("script", "expected"), SMTP_TABLE)
def test_what_a_relay_answers_becomes_its_outcome(
    script: dict[str, str], expected: str, world: Fixtures
) -> None:
    """Every stage, 4xx and 5xx apart, the recipient's answers apart from the relay's."""
    with Smtp(reply=script) as server:
        assert brief(sent(mail(server), world)) == expected
        assert len(server.mails) == (expected == "delivered")


@pytest.mark.parametrize(
    ("users", "refusal", "expected"),
    [
        pytest.param({"m": PASSWORD}, "", "delivered", id="right password"),
        pytest.param({"m": "other"}, "535 5.7.8 bad", "rejected suspend", id="535 suspends the receiver"),
        pytest.param({"m": "other"}, "454 4.7.0 backend down", "later pause", id="454 waits"),
        pytest.param({}, "", "later pause", id="no AUTH offered"),
    ],
)
def test_a_login_is_made_and_its_refusals_told_apart(
    users: dict[str, str], refusal: str, expected: str, world: Fixtures, authority: Authority
) -> None:
    """Over STARTTLS; a wrong password is not tried again and again."""
    with Smtp(starttls=authority.server_context(), users=users, auth_refusal=refusal) as server:
        receiver = mail(
            server,
            security="starttls",
            host="localhost",
            ca_file=str(authority.ca_file),
            username="m",
            password=PASSWORD,
        )
        outcome = sent(receiver, world)
        assert brief(outcome) == expected
        assert PASSWORD not in repr(outcome)
        assert [m.login for m in server.mails] == (["m"] if expected == "delivered" else [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_travels_over_verified_tls(security: str, world: Fixtures, authority: Authority) -> None:
    """Either way of starting TLS, with the private authority's `ca_file`."""
    context = authority.server_context()
    with Smtp(**{"starttls" if security == "starttls" else "implicit": context}) as server:
        receiver = mail(server, security=security, host="localhost", ca_file=str(authority.ca_file))
        assert brief(sent(receiver, world)) == "delivered"
        assert [m.tls for m in server.mails] == [True]


@pytest.mark.parametrize(
    ("security", "offered", "names", "trusted", "said"),
    [
        pytest.param("starttls", False, "", True, "no STARTTLS", id="STARTTLS is not offered"),
        pytest.param("starttls", True, "DNS:localhost", False, "smtp.ca_file", id="unknown authority"),
        pytest.param(
            "starttls", True, "DNS:other.test", True, "certificate", id="another host's certificate"
        ),
        pytest.param(
            "tls", True, "DNS:localhost", False, "smtp.ca_file", id="unknown authority, TLS at once"
        ),
        pytest.param("tls", True, "DNS:other.test", True, "certificate", id="another host's, TLS at once"),
    ],
)
def test_mail_never_travels_without_the_tls_that_was_asked_for(
    security: str,
    offered: bool,
    names: str,
    trusted: bool,
    said: str,
    world: Fixtures,
    authority: Authority,
) -> None:
    """The receiver waits, the reason says why, and not a byte of the mail has left."""
    context = authority.server_context(names) if offered else None
    where = {"implicit" if security == "tls" else "starttls": context}
    with Smtp(**where) as server:
        more = {"ca_file": str(authority.ca_file)} if trusted else {}
        outcome = sent(mail(server, security=security, host="localhost", **more), world)
        assert brief(outcome) == "later pause"
        assert said in outcome.reason
        assert server.seen == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_relay_whose_authority_has_no_key_usage(
    security: str, world: Fixtures, careless: Authority
) -> None:
    """Verified as Python does: from 3.13 on it is refused with the remedy, and the remedy works."""
    certificate, key = careless.issue("relay", "DNS:localhost")
    with Smtp(
        **{"starttls" if security == "starttls" else "implicit": context_of(certificate, key)}
    ) as server:
        outcome = sent(
            mail(server, security=security, host="localhost", ca_file=str(careless.ca_file)), world
        )
        if not STRICT:
            assert brief(outcome) == "delivered"
            return
        assert brief(outcome) == "later pause"
        assert "key usage" in outcome.reason
        assert "`keyUsage=critical,keyCertSign,cRLSign`" in outcome.reason
        assert "smtp.ca_file" in outcome.reason
        assert server.seen == []
        pinned = mail(server, security=security, host="localhost", ca_file=str(certificate))
        assert brief(sent(pinned, world)) == "delivered"


def test_a_ca_file_that_is_not_there_is_said_and_waits(world: Fixtures, tmp_path: Path) -> None:
    """An operator's slip loses nothing."""
    with Smtp() as server:
        outcome = sent(mail(server, security="starttls", ca_file=str(tmp_path / "gone.pem")), world)
    assert brief(outcome) == "later pause"
    assert "ca_file" in outcome.reason


def test_an_address_beyond_ascii_needs_smtputf8(world: Fixtures) -> None:
    """Sent where it is offered, with the address as it is; refused for this recipient alone where it is not."""
    with Smtp(utf8=True) as server:
        assert brief(sent(mail(server), world, to="анна@example.test")) == "delivered"
        assert server.mails[0].recipients == ("анна@example.test",)
        assert "SMTPUTF8" in server.mails[0].mail_options
        assert "To: анна@example.test\r\n".encode() in server.mails[0].raw
    with Smtp(utf8=False) as server:
        assert brief(sent(mail(server), world, to="анна@example.test")) == "rejected"


def test_a_domain_beyond_ascii_needs_no_extension(world: Fixtures) -> None:
    """It goes out in its ASCII form."""
    with Smtp(utf8=False) as server:
        assert brief(sent(mail(server), world, to="anna@пример.test")) == "delivered"
        assert server.mails[0].recipients == ("anna@xn--e1afmkfd.test",)


def test_a_mail_larger_than_the_relay_takes_is_not_even_sent(world: Fixtures) -> None:
    """SIZE is believed; the plain form may still pass."""
    with Smtp(size=2000) as server:
        outcome = sent(mail(server), world, html="<p>x</p>\n" * 1000)
        assert brief(outcome) == "rejected degrade"
        assert server.seen == []


@pytest.mark.parametrize(
    "address", ["no-at-sign", "two words@example.test", "a@b@c", "x@<y>", "@example.test"]
)
def test_what_is_no_address_is_rejected_before_connecting(address: str, world: Fixtures) -> None:
    """No command line can be forged with it."""
    with Smtp() as server:
        assert brief(sent(mail(server), world, to=address)) == "rejected"
        assert server.seen == []


def test_a_repeated_mail_is_byte_for_byte_the_same(world: Fixtures) -> None:
    """After an ambiguous loss the relay may see it twice: the same Message-ID, boundary and text."""
    with Smtp(reply={"data": DROP}) as server:
        assert brief(sent(mail(server), world)) == "later ambiguous"
        server.reply.clear()
        assert brief(sent(mail(server), world, attempts=1)) == "delivered"
    first, second = server.seen
    assert first == second
    assert server.mails[0].parsed["Message-ID"] == "<5f0c9a52-1111-4222-8333-444455556666@example.test>"


def test_a_mail_arrives_as_it_was_written(world: Fixtures) -> None:
    """Subject, both parts and a line that is a lone dot, as a mail client reads them; EHLO names the sender's domain."""
    with Smtp() as server:
        sent(mail(server), world)
    (got,) = server.mails
    assert got.parsed["Subject"] == "حفتر يصل إلى موسكو"
    assert got.parsed["From"] == "Монитор <monitor@example.test>"
    assert [p.get_content_type() for p in got.parsed.iter_parts()] == ["text/plain", "text/html"]
    text = got.parsed.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == "Haftar is in Moscow.\n.\nحفتر في موسكو\n"
    assert got.hello == "example.test"


# --- every kind ------------------------------------------------------------------------------------------

KINDS = ["slack", "webhook"]


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
def test_nobody_listening_pauses_the_receiver(make: Any, world: Fixtures) -> None:
    """Nothing was sent, so nothing is ambiguous."""
    with Hook() as hook:
        receiver, port = make(hook), hook.port
    assert brief(sent(receiver, world, port)) == "later pause"


def test_no_relay_listening_pauses_the_receiver(world: Fixtures) -> None:
    """Neither a refused connection nor a name without an address loses a mail."""
    with Smtp() as server:
        receiver = mail(server)
    assert brief(sent(receiver, world)) == "later pause"
    nowhere = receiver.model_copy(
        update={
            "email": receiver.email.model_copy(
                update={"smtp": receiver.email.smtp.model_copy(update={"host": "relay.invalid"})}
            )
        }
    )
    assert brief(sent(nowhere, world)) == "later pause"


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
def test_an_address_that_is_not_public_is_refused_without_permission(
    make: Any, world: Fixtures, now: datetime
) -> None:
    """Outbound channels obey the same guard as feeds; the reason says so."""
    policy_for, delivery_of, _ = world
    with Hook() as hook:
        receiver = make(hook)
        policy = replace(policy_for(hook.port), allow_networks=())
        outcome = notifier_for(receiver, policy).send(delivery_of(receiver.kind), now)
        assert brief(outcome) == "later pause"
        assert "address policy" in outcome.reason
        assert hook.requests == []


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
@pytest.mark.parametrize(
    ("names", "trusted", "expected"),
    [
        pytest.param("IP:127.0.0.1", True, "delivered", id="verified"),
        pytest.param("IP:127.0.0.1", False, "later pause", id="unknown authority"),
        pytest.param("DNS:other.test", True, "later pause", id="another host's certificate"),
    ],
)
def test_an_endpoint_must_prove_who_it_is(
    make: Any, names: str, trusted: bool, expected: str, world: Fixtures, authority: Authority
) -> None:
    """No request leaves before the certificate is verified."""
    policy_for, delivery_of, now = world
    with Hook(tls=authority.server_context(names)) as hook:
        receiver = make(hook)
        policy = policy_for(hook.port, authorities=authority.ca_file.read_text() if trusted else "")
        outcome = notifier_for(receiver, policy).send(delivery_of(receiver.kind), now)
        assert brief(outcome) == expected
        assert len(hook.requests) == (expected == "delivered")
        if not trusted:
            assert "polling.ca_file" in outcome.reason


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
def test_an_endpoint_whose_authority_has_no_key_usage(
    make: Any, world: Fixtures, careless: Authority
) -> None:
    """As with mail: refused from Python 3.13 on, with a remedy that works."""
    policy_for, delivery_of, now = world
    certificate, key = careless.issue("endpoint", "IP:127.0.0.1")
    with Hook(tls=context_of(certificate, key)) as hook:
        receiver = make(hook)

        def outcome(trusted: Path) -> Any:
            policy = policy_for(hook.port, authorities=trusted.read_text())
            return notifier_for(receiver, policy).send(delivery_of(receiver.kind), now)

        if not STRICT:
            assert brief(outcome(careless.ca_file)) == "delivered"
            return
        refused = outcome(careless.ca_file)
        assert brief(refused) == "later pause"
        assert "`keyUsage=critical,keyCertSign,cRLSign`" in refused.reason
        assert "polling.ca_file" in refused.reason
        assert hook.requests == []
        assert brief(outcome(certificate)) == "delivered"


@pytest.mark.parametrize("url", ["ftp://example.test/x", "no url", "https://xn--/x"])
def test_an_address_that_is_no_web_address_suspends_the_receiver(url: str, world: Fixtures) -> None:
    """Only a person can mend it."""
    receiver = ReceiverConfig.model_validate({"name": "there", "webhook": {"url": url}})
    assert brief(sent(receiver, world)) == "rejected suspend"


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(stall=True), id="accepted, then silence"),
        pytest.param(Reply(drip_head=0.2), id="a header byte by byte"),
        pytest.param(Reply(500, "x" * 5000, drip=0.2), id="a body byte by byte"),
        pytest.param(Reply(500, "x" * 50_000_000), id="a body without end"),
    ],
)
def test_a_slow_endpoint_cannot_hold_us(make: Any, reply: Reply, world: Fixtures) -> None:
    """The deadline is on the whole; an answer that never came is ambiguous, a status that came counts."""
    with Hook(reply) as hook:
        began = time.monotonic()
        outcome = sent(make(hook, timeout="1s"), world, hook.port)
        assert time.monotonic() - began < 8
    assert brief(outcome) == ("later" if reply.status == 500 else "later ambiguous")


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        pytest.param("greeting", "later pause", id="at the greeting"),
        pytest.param("ehlo", "later pause", id="at EHLO"),
        pytest.param("mail", "later pause", id="at MAIL"),
        pytest.param("rcpt", "later pause", id="at RCPT"),
        pytest.param("data", "later ambiguous", id="after the dot"),
    ],
)
def test_a_stalling_relay_cannot_hold_us(stage: str, expected: str, world: Fixtures) -> None:
    """Only past the dot may it have been taken."""
    with Smtp(reply={stage: STALL}) as server:
        began = time.monotonic()
        outcome = sent(mail(server, timeout="1s"), world)
        assert time.monotonic() - began < 8
    assert brief(outcome) == expected


@pytest.mark.parametrize("make", [slack, webhook], ids=KINDS)
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(404, f"Cannot POST {SECRET_PATH}"), id="the path in an error page"),
        pytest.param(Reply(500, f"https://127.0.0.1{SECRET_PATH}?k=1"), id="the address in an error page"),
        pytest.param(Reply(500, f"{SECRET_PATH[:30]} and so on"), id="a part of the path in an error page"),
        pytest.param(Reply(302, "", {"Location": SECRET_PATH}), id="the path in a redirect"),
        pytest.param(Reply(drop=True), id="no answer"),
        pytest.param(Reply(), id="delivered"),
    ],
)
def test_no_outcome_repr_or_log_line_holds_a_secret(
    make: Any, reply: Reply, world: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the other side echoes, and however much is logged."""
    caplog.set_level(logging.DEBUG)
    policy_for, delivery_of, now = world
    with Hook(reply) as hook:
        receiver = make(hook)
        notifier = notifier_for(receiver, policy_for(hook.port))
        outcome = notifier.send(delivery_of(receiver.kind), now)
    seen = "\n".join([repr(outcome), repr(notifier), repr(receiver), str(receiver), caplog.text])
    for secret in ("s3cr3tHookKeyThatNobodySees", "T0TEST00", KEY, KEY.removeprefix("whsec_")):
        assert secret not in seen


def test_no_outcome_or_repr_holds_the_relays_password(
    world: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    """Even when the relay echoes what it was told."""
    caplog.set_level(logging.DEBUG, logger="aiosmtplib")
    script = {"mail": f"451 4.3.0 session of m / {PASSWORD} is full"}
    with Smtp(users={"m": PASSWORD}, reply=script) as server:
        receiver = mail(server, username="m", password=PASSWORD)
        outcome = sent(receiver, world)
        seen = "\n".join(
            [repr(outcome), repr(receiver), repr(notifier_for(receiver, world[0]())), caplog.text]
        )
    assert brief(outcome) == "later pause"
    assert PASSWORD not in seen


def test_a_folder_takes_every_part_and_a_repeat_overwrites_it(world: Fixtures, tmp_path: Path) -> None:
    """A repeated delivery leaves the same files, not more."""
    receiver = ReceiverConfig.model_validate(
        {"name": "there", "file": {"path": str(tmp_path / "deep" / "out")}}
    )
    assert brief(sent(receiver, world)) == "delivered"
    before = {p.name: p.read_bytes() for p in (tmp_path / "deep" / "out").iterdir()}
    assert brief(sent(receiver, world, attempts=1)) == "delivered"
    assert {p.name: p.read_bytes() for p in (tmp_path / "deep" / "out").iterdir()} == before
    assert sorted(n.rpartition(".")[2] for n in before) == ["json", "txt"]
