"""Mail through a real Postfix into a real Dovecot, read back over IMAP as a mail client does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from monitor.delivery.email import EmailConfig
from monitor.delivery.email.send import EmailNotifier
from monitor.model import Delivered, Delivery, Message, MessageKind, Outcome, Rejected, TryLater
from tests.support.certs import Authority, make_authority
from tests.support.mailserver import MailServer, mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("mailserver")]

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
BOXES = ("reader", "headers", "threads", "twice", "words", "lines", "e", "one", "smuggled", "large", "secret")
ROOT = "<series-daily@example.test>"
UNSUBSCRIBE = f"<https://monitor.example.test/leave?token={'t' * 90}>, <mailto:leave@example.test>"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs the relay's certificate."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[MailServer]:
    """One pair of servers for the module; each test has a mailbox of its own."""
    with mail_server(authority, BOXES) as running:
        yield running


def send(
    server: MailServer, authority: Authority, *, to: str, identity: str = "first", **payload: Any
) -> Outcome:
    """One attempt through the relay, over verified STARTTLS."""
    config = EmailConfig.model_validate(
        {
            "to": [to],
            "from": "monitor@example.test",
            "smtp": {"host": "localhost", "port": server.smtp_port, "ca_file": str(authority.ca_file)},
        }
    )
    headers = {
        "Message-ID": f"<{identity}@example.test>",
        "Date": "Mon, 02 Mar 2026 07:00:00 +0000",
        "References": ROOT,
        "In-Reply-To": ROOT,
        "List-Id": "Ежедневно <daily.monitor.example.test>",
        "List-Unsubscribe": UNSUBSCRIBE,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    content = {
        "from": "monitor@example.test",
        "from_name": "Монитор",
        "to": to,
        "subject": "حفتر يصل إلى موسكو: لقاء في الكرملين",
        "text": "حفتر في موسكو\n.\nIn Moscow.\n",
        "html": "<div dir='rtl' lang='ar'>حفتر في موسكو</div>\n",
        "headers": headers,
        **payload,
    }
    message = Message(
        kind=MessageKind.DIGEST, channel="email", subject="digest", payload=content, recipient=to
    )
    delivery = Delivery(id=identity, receiver="analysts", message=message, attempts=0, created_at=NOW)
    return EmailNotifier(config).send(delivery, NOW)


def test_a_mail_is_read_as_it_was_written(server: MailServer, authority: Authority) -> None:
    """Arabic subject and text, both parts, the sender's Cyrillic name; the server's own search finds the subject."""
    outcome = send(server, authority, to="reader@example.test")
    assert isinstance(outcome, Delivered), server.log()
    (mail,) = server.inbox("reader@example.test", expect=1)
    assert mail["Subject"] == "حفتر يصل إلى موسكو: لقاء في الكرملين"
    assert mail["From"] == "Монитор <monitor@example.test>"
    assert mail["Message-ID"] == "<first@example.test>"
    assert not mail.defects
    parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
    assert parts["text/plain"].replace("\r\n", "\n") == "حفتر في موسكو\n.\nIn Moscow.\n"
    assert "<div dir='rtl' lang='ar'>حفتر في موسكو</div>" in parts["text/html"]
    assert server.search("reader@example.test", "الكرملين") == 1


def test_the_headers_that_machines_read_arrive_untouched(server: MailServer, authority: Authority) -> None:
    """Unsubscribe, list and threading headers, long tokens included, are on the wire as they were given."""
    send(server, authority, to="headers@example.test")
    (mail,) = server.inbox("headers@example.test", expect=1)
    raw = mail.as_bytes().split(b"\n\n")[0].replace(b"\r", b"").decode("ascii")
    stored = dict(mail.raw_items())
    assert stored["List-Unsubscribe"] == UNSUBSCRIBE
    assert stored["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stored["References"] == stored["In-Reply-To"] == ROOT
    assert stored["List-Id"].endswith("?= <daily.monitor.example.test>")
    assert stored["Auto-Submitted"] == "auto-generated"
    assert "Subject: =?utf-8?" in raw


def test_a_series_is_one_thread_to_the_mail_server(server: MailServer, authority: Authority) -> None:
    """Three mails under one root, then one of another series: Dovecot shows two threads."""
    for identity in ("day-1", "day-2", "day-3"):
        send(server, authority, to="threads@example.test", identity=identity)
    other = {"Message-ID": "<alone@example.test>", "References": "<story-9@example.test>"}
    send(
        server,
        authority,
        to="threads@example.test",
        identity="alone",
        headers=other,
        subject="Another series",
    )
    assert len(server.inbox("threads@example.test", expect=4)) == 4
    assert server.threads("threads@example.test") == [{1, 2, 3}, {4}]


def test_a_repeat_is_recognisable_by_its_message_id(server: MailServer, authority: Authority) -> None:
    """A server does not merge them, but any reader that wants to can: they are the same mail."""
    for _ in range(2):
        send(server, authority, to="twice@example.test", identity="twice")
    first, second = server.inbox("twice@example.test", expect=2)
    assert first["Message-ID"] == second["Message-ID"] == "<twice@example.test>"
    assert first.get_payload()[0].as_bytes() == second.get_payload()[0].as_bytes()
    assert first.get_boundary() == second.get_boundary()


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("=?utf-8?q?hello?=", id="an encoded word"),
        pytest.param("x\r\nBcc: e@example.test\r\n\r\nhello", id="a naked line end"),
    ],
)
def test_a_hostile_title_adds_no_header_and_no_recipient(
    title: str, server: MailServer, authority: Authority, request: pytest.FixtureRequest
) -> None:
    """It is one subject line in one mailbox."""
    box = "words" if "encoded" in request.node.name else "lines"
    send(server, authority, to=f"{box}@example.test", subject=title)
    (mail,) = server.inbox(f"{box}@example.test", expect=1)
    assert mail["Bcc"] is None
    # Python's own reader decodes twice; what counts is the one line on the wire
    assert [name for name in mail if name.lower() == "subject"] == ["Subject"]
    assert server.inbox("e@example.test", expect=1, seconds=0.5) == []


def test_lines_of_dots_are_text(server: MailServer, authority: Authority) -> None:
    """A dot alone on its line does not end the mail (RFC 5321 section 4.5.2), and none is lost or added."""
    text = "a\n.\nb\n..\n.c\nthe end\n"
    send(server, authority, to="one@example.test", text=text)
    (mail,) = server.inbox("one@example.test", expect=1)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_the_relays_own_refusals_are_told_apart(server: MailServer, authority: Authority) -> None:
    """No such user, not our domain, too large: as Postfix says them."""
    gone = send(server, authority, to="gone@example.test")
    assert isinstance(gone, Rejected)
    assert not gone.suspend
    assert "550" in gone.reason
    elsewhere = send(server, authority, to="someone@elsewhere.test")
    assert isinstance(elsewhere, Rejected)
    assert "554" in elsewhere.reason
    large = send(server, authority, to="large@example.test", html="<p>large</p>\n" * 30_000)
    assert isinstance(large, Rejected)
    assert large.degrade


def test_a_relay_that_nobody_vouches_for_gets_nothing(server: MailServer, authority: Authority) -> None:
    """Without the authority's file its certificate means nothing."""
    config = EmailConfig.model_validate(
        {
            "to": ["reader@example.test"],
            "from": "monitor@example.test",
            "smtp": {"host": "localhost", "port": server.smtp_port},
        }
    )
    payload = {"from": "monitor@example.test", "to": "secret@example.test", "subject": "s", "text": "t"}
    message = Message(kind=MessageKind.TEST, channel="email", subject="s", payload=payload)
    delivery = Delivery(id="unsafe", receiver="analysts", message=message, attempts=0, created_at=NOW)
    outcome = EmailNotifier(config).send(delivery, NOW)
    assert isinstance(outcome, TryLater)
    assert "certificate" in outcome.reason
    assert server.inbox("secret@example.test", expect=1, seconds=0.5) == []
