"""The exact bytes of a mail."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivery.email import mime
from monitor.model import Delivery, Message, MessageKind

if TYPE_CHECKING:
    from email.message import EmailMessage

ENCODED = "=?utf-8?q?hello?="


def delivery(identity: str = "0b54c7a0-7d6e-4a4f-9d7c-8f4f1c7a1111", **changes: Any) -> Delivery:
    """A delivery of a small mail."""
    payload = {
        "from": "monitor@example.test",
        "from_name": "monitor",
        "to": "analyst@example.test",
        "subject": "Two alerts",
        "text": "Haftar is in Moscow.\n",
        "html": "<p>Haftar is in Moscow.</p>\n",
        "headers": {"Message-ID": f"<{identity}@example.test>", "Date": "Mon, 02 Mar 2026 07:00:00 +0000"},
        **changes,
    }
    message = Message(kind=MessageKind.DIGEST, channel="email", subject="Two alerts", payload=payload)
    return Delivery(
        id=identity,
        receiver="analysts",
        message=message,
        attempts=0,
        created_at=datetime(2026, 3, 2, 6, 59, tzinfo=UTC),
    )


def parsed(raw: bytes) -> EmailMessage:
    """As a mail client reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def head(raw: bytes) -> list[str]:
    """The raw header lines, continuation lines joined."""
    block = raw.partition(b"\r\n\r\n")[0].decode("utf-8")
    return block.replace("\r\n ", " ").split("\r\n")


def names(raw: bytes) -> list[str]:
    """The header names on the wire."""
    return [line.partition(":")[0] for line in head(raw)]


def test_a_mail_is_text_then_html_under_our_headers() -> None:
    """RFC 2046: the last part is the preferred one."""
    raw = mime.build(delivery())
    assert names(raw)[:5] == ["Date", "From", "To", "Subject", "Message-ID"]
    assert sorted(names(raw)[5:]) == ["Content-Type", "MIME-Version"]
    assert [p.get_content_type() for p in parsed(raw).iter_parts()] == ["text/plain", "text/html"]


def test_without_html_a_mail_is_one_plain_part() -> None:
    """The form of the one resend after a relay refused the size."""
    mail = parsed(mime.build(delivery(html="")))
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()


def test_the_bytes_are_the_same_every_time_and_the_boundary_is_the_deliverys() -> None:
    """A repeat cannot be told from the first; another delivery can."""
    assert mime.build(delivery()) == mime.build(delivery())
    first, other = (
        parsed(mime.build(delivery(identity))).get_boundary() for identity in ("one-delivery", "another")
    )
    assert first != other
    assert "one-delivery" not in str(first)


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("Plain words", id="ASCII"),
        pytest.param("حفتر يصل إلى موسكو ويلتقي بوتين في الكرملين للمرة الثانية هذا العام", id="Arabic"),
        pytest.param("Хафтар прибыл в Москву: переговоры в Кремле продлились три часа", id="Russian"),
        pytest.param("Mixed: Haftar / حفتر / Хафтар, 3 new", id="three scripts"),
        pytest.param(ENCODED, id="an encoded word"),
        pytest.param(f"Хафтар {ENCODED}", id="the same among foreign letters"),
        pytest.param("=?utf-8?b?aGVsbG8=?=", id="the same in base64"),
        pytest.param("=?", id="half of an encoded word"),
        pytest.param("a" * 950, id="long ASCII"),
        pytest.param("слово " * 60 + "конец", id="long Russian"),
        pytest.param("🛰️ Спутник 🇱🇾", id="emoji and a flag"),
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    """Whatever it looks like, it stays one header, and its text is what was given."""
    raw = mime.build(delivery(subject=subject))
    assert sorted(names(raw)) == sorted(names(mime.build(delivery())))
    assert b"bcc" not in raw.lower().partition(b"\r\n\r\n")[0]
    line = next(line for line in head(raw) if line.startswith("Subject: "))
    decoded = str(email.header.make_header(email.header.decode_header(line.removeprefix("Subject: "))))
    assert decoded == subject
    assert line.isascii()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("one\r\nBcc: e@e.test", "one Bcc: e@e.test", id="CRLF"),
        pytest.param("one\nBcc: e@e.test", "one Bcc: e@e.test", id="LF"),
        pytest.param("one\rBcc: e@e.test", "one Bcc: e@e.test", id="CR"),
        pytest.param("one\x0b\x0c\x85\u2028\u2029two", "one two", id="every other line end"),
        pytest.param("one\x00two", "one two", id="NUL"),
        pytest.param("one\ud800two", "one two", id="a lone surrogate"),
    ],
)
def test_no_line_end_or_control_character_survives_in_a_header(written: str, read: str) -> None:
    """In a subject, a name or a header's value, it becomes a space."""
    raw = mime.build(delivery(subject=written, from_name=written, headers={"X-Monitor-Story": written}))
    assert f"Subject: {read}" in head(raw)
    assert f'From: "{read}" <monitor@example.test>' in head(raw)
    assert f"X-Monitor-Story: {read}" in head(raw)
    assert "Bcc" not in names(raw)


def test_long_tokens_in_a_machines_header_stay_whole_and_unencoded() -> None:
    """Gmail hides the unsubscribe link, Exchange drops the thread, when they are encoded words."""
    headers = {
        "Message-ID": f"<{'m' * 120}@example.test>",
        "In-Reply-To": f"<{'r' * 120}@example.test>",
        "References": f"<{'a' * 120}@example.test> <{'b' * 120}@example.test>",
        "List-Unsubscribe": f"<https://monitor.example.test/leave?token={'t' * 150}>, <mailto:leave@example.test>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<daily.monitor.example.test>",
    }
    raw = mime.build(delivery(headers=headers))
    for name, value in headers.items():
        assert f"{name}: {value}\r\n".encode() in raw


def test_a_line_past_998_is_folded_at_spaces_and_one_that_cannot_be_is_left_out() -> None:
    """A relay would break it anywhere, or refuse the mail."""
    many = " ".join(f"<{n}{'x' * 90}@example.test>" for n in range(12))
    raw = mime.build(delivery(headers={"References": many, "X-Monitor-Key": f"<{'k' * 1200}>"}))
    assert f"References: {many}" in head(raw)
    assert "X-Monitor-Key" not in names(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= mime.MAX_LINE


@pytest.mark.parametrize(
    "name", ["Bcc", "bcc", "To", "Content-Type", "MIME-Version", "X Bad", "X:Y", "", "X\r\nY"]
)
def test_headers_that_are_not_the_composers_are_left_out(name: str) -> None:
    """No second recipient, no second structure, no forged line."""
    raw = mime.build(delivery(headers={name: "e@e.test"}))
    assert b"e@e.test" not in raw


def test_foreign_letters_in_a_machines_header_leave_its_address_alone() -> None:
    """A List-Id with a title: the words are encoded, the id is not; an address gets percent signs."""
    raw = mime.build(
        delivery(
            headers={
                "List-Id": "Ежедневно <daily.example.test>",
                "List-Archive": "<https://example.test/архив?x=%20>",
            }
        )
    )
    assert any(h.startswith("List-Id: =?utf-8?") and h.endswith("?= <daily.example.test>") for h in head(raw))
    assert "List-Archive: <https://example.test/%D0%B0%D1%80%D1%85%D0%B8%D0%B2?x=%20>" in head(raw)


def test_a_mail_without_date_or_id_gets_both_from_its_delivery() -> None:
    """Without them it would be refused or threaded wrongly, and a clock would make a repeat differ."""
    raw = mime.build(delivery("some-id", headers={}))
    assert "Date: Mon, 02 Mar 2026 06:59:00 +0000" in head(raw)
    assert "Message-ID: <some-id@example.test>" in head(raw)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("", "From: monitor@example.test", id="none"),
        pytest.param("News, daily", 'From: "News, daily" <monitor@example.test>', id="a comma"),
        pytest.param('The "Desk" \\', 'From: "The \\"Desk\\" \\\\" <monitor@example.test>', id="quotes"),
        pytest.param(
            "Монитор", "From: =?utf-8?b?0JzQvtC90LjRgtC+0YA=?= <monitor@example.test>", id="Cyrillic"
        ),
    ],
)
def test_the_senders_name_is_quoted_or_encoded(name: str, shown: str) -> None:
    """And never breaks the address."""
    assert shown in head(mime.build(delivery(from_name=name)))


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        pytest.param("a.b+c@example.test", "a.b+c@example.test", id="plain"),
        pytest.param("anna@пример.test", "anna@xn--e1afmkfd.test", id="foreign domain"),
        pytest.param("анна@example.test", "анна@example.test", id="foreign local part"),
        pytest.param("a@[127.0.0.1]", "a@[127.0.0.1]", id="address literal"),
    ],
)
def test_an_address_as_it_goes_on_the_wire(address: str, wire: str) -> None:
    """Only the domain can be put in ASCII."""
    assert mime.plain_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b",
        "a@",
        "a b@c.test",
        "a@b c",
        "<a@b.test>",
        'a"b@c.test',
        "a@b.test\r\nRCPT TO:<x@y>",
        "a@b@c",
        "a@..é..",
    ],
)
def test_what_is_no_address_raises(address: str) -> None:
    """ValueError, for the caller to reject the delivery."""
    with pytest.raises(ValueError):
        mime.plain_address(address)


def test_bodies_lose_stray_line_ends_controls_and_lone_surrogates() -> None:
    """What is left arrives as text; a surrogate pair becomes the character it meant."""
    text = "one\rtwo\r\nthree\n.\nfour\x00\x0b \ud83d\ude80 \udcff five\tsix"
    raw = mime.build(delivery(text=text, html=""))
    body = parsed(raw).get_content().replace("\r\n", "\n")
    assert body.rstrip("\n") == "one\ntwo\nthree\n.\nfour 🚀 \ufffd five\tsix"


@settings(max_examples=60, deadline=None)
@given(*(st.text(st.characters(), max_size=size) for size in (300, 300, 2500)))
def test_any_title_text_and_header_make_a_well_formed_mail(subject: str, text: str, value: str) -> None:
    """CRLF everywhere, ASCII on the wire, no line past 998, exactly our headers, both parts readable."""
    headers = {"X-Monitor-Story": value, "References": f"<a@example.test> {value} <{value}>"}
    raw = mime.build(
        delivery(subject=subject, from_name=subject, text=text, html=f"<p>{text}</p>", headers=headers)
    )
    assert raw.isascii()
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= mime.MAX_LINE
    assert set(names(raw)) - set(headers) == set(names(mime.build(delivery())))
    assert b"\r\n\r\n" not in raw.partition(b"\r\n\r\n")[0]
    plain, html = parsed(raw).iter_parts()
    assert plain.get_content_charset() in ("utf-8", "us-ascii")
    assert html.get_content_type() == "text/html"
