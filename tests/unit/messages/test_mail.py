"""Headers of a mail, and a subject that nothing gets through."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from email import message_from_string
from email.policy import default
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from monitor.delivery.email import EmailConfig
from monitor.delivery.email.mime import MAX_MESSAGE_ID, as_eml, headers, message_id
from monitor.messages.text import FSI, PDI, clean_subject

AT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
ID = "6ba7b810-9dad-51d1-80b4-00c04fd430c8"
ALERT = {"kind": "alert", "story": {"id": "s-1"}}
DIGEST = {"kind": "digest", "series": "daily", "local_date": "2026-11-24"}


def config(**said: Any) -> EmailConfig:
    plain = {"to": ["a@example.org"], "from": "m@monitor.example.org", "smtp": {"host": "mail"}}
    return EmailConfig.model_validate(plain | said)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("a\r\nBcc: x@example.org", "a Bcc: x@example.org", id="a header cannot begin"),
        pytest.param(
            "=?utf-8?q?hello?=",
            "= ?utf-8?q?hello?=",
            id="encoded words",
        ),
        pytest.param("==??", "== ??", id="half an encoded word"),
        pytest.param("x\u202ey\u2067z\u2069", "xyz", id="bidirectional controls"),
        pytest.param("a\x0b\x00\u2028b\ud800c", "a b c", id="controls, separators, surrogates"),
        pytest.param(f"Hi {FSI}مرحبا{PDI}", f"Hi {FSI}مرحبا{PDI}", id="balanced isolates stay"),
        pytest.param(f"Hi {PDI}مرحبا{FSI}", f"Hi {FSI}مرحبا{PDI}", id="stray isolates are put right"),
        pytest.param(
            "[high] حفتر في موسكو: talks", f"[high] {FSI}حفتر في موسكو{PDI}: talks", id="mixed directions"
        ),
        pytest.param("حفتر في موسكو", "حفتر في موسكو", id="one direction"),
    ],
)
def test_subjects_are_cleaned(raw: str, cleaned: str) -> None:
    """What could inject, hide or turn round is gone; directions that meet are isolated."""
    assert clean_subject(raw) == cleaned


@given(st.text(alphabet=st.characters() | st.sampled_from(f"=?\r\n{FSI}{PDI}\u202eحفتر"), max_size=400))
def test_no_subject_can_do_harm(text: str) -> None:
    """Whatever comes in: at most 200 characters, no control, no encoded word, isolates balanced."""
    subject = clean_subject(text)
    assert len(subject) <= 200
    assert "=?" not in subject
    assert not {unicodedata.category(c) for c in subject} & {"Cc", "Cs", "Zl", "Zp"}
    assert not regex.search("[\u202a-\u202e\u2066\u2067\u200e\u200f\u061c]", subject)
    depth = 0
    for char in subject:
        depth += (char == FSI) - (char == PDI)
        assert depth in (0, 1)
    assert depth == 0
    assert clean_subject(subject) == subject


def test_the_message_id_is_the_deliverys_and_short() -> None:
    """A long domain gives way to its parents; a short one is kept."""
    assert message_id(ID, "example.org") == f"<{ID}@example.org>"
    long = message_id(ID, "a-very-long-name.of-a-department.ministry.example.org")
    assert len(long) <= MAX_MESSAGE_ID
    assert long.endswith("example.org>")


@pytest.mark.parametrize(
    ("thread", "context", "root"),
    [
        ("series", DIGEST, "<series.daily@monitor.example.org>"),
        ("daily", DIGEST, "<series.daily.2026-11-24@monitor.example.org>"),
        ("off", DIGEST, None),
        ("series", ALERT, "<story.s-1@monitor.example.org>"),
        ("daily", ALERT, "<story.s-1@monitor.example.org>"),
        ("off", ALERT, None),
        ("series", {"kind": "notice"}, None),
    ],
)
def test_mails_thread_under_a_root_that_no_mail_has(
    thread: str, context: dict[str, Any], root: str | None
) -> None:
    """Digests by series or day, alerts by story."""
    made = headers(context, config(thread=thread), delivery_id=ID, at=AT)
    assert made.get("References") == made.get("In-Reply-To") == root


def test_every_mail_says_that_a_machine_sent_it() -> None:
    """RFC 3834, an aware Date, and nothing that was not asked for."""
    assert headers(DIGEST, config(thread="off"), delivery_id=ID, at=AT) == {
        "Date": "Tue, 24 Nov 2026 05:00:00 +0000",
        "Message-ID": f"<{ID}@monitor.example.org>",
        "Auto-Submitted": "auto-generated",
        "X-Monitor-Kind": "digest",
    }


@pytest.mark.parametrize(
    ("unsubscribe", "way", "post"),
    [
        (None, None, None),
        ({}, None, None),
        ({"mailto": "off@example.org"}, "<mailto:off@example.org>", None),
        ({"mailto": "off@example.org", "one_click": True}, "<mailto:off@example.org>", None),
        ({"url": "https://m.example/u"}, "<https://m.example/u>", None),
        (
            {"url": "https://m.example/u", "one_click": True},
            "<https://m.example/u>",
            "List-Unsubscribe=One-Click",
        ),
        (
            {"url": "https://m.example/u", "mailto": "off@example.org"},
            "<https://m.example/u>, <mailto:off@example.org>",
            None,
        ),
    ],
)
def test_unsubscribing_is_offered_only_where_it_works(
    unsubscribe: dict[str, Any] | None, way: str | None, post: str | None
) -> None:
    """RFC 2369 and 8058: one click needs an https address that acts on POST."""
    made = headers(
        DIGEST, config(unsubscribe=unsubscribe, list_id="daily.example.org"), delivery_id=ID, at=AT
    )
    assert made["List-Id"] == "<daily.example.org>"
    assert (made.get("List-Unsubscribe"), made.get("List-Unsubscribe-Post")) == (way, post)


def test_an_eml_file_reads_back_as_it_was_written() -> None:
    """Text before HTML, Arabic intact, ASCII on disk, the same bytes each time."""
    payload = {
        "from": "m@example.org",
        "to": "a@example.org",
        "subject": clean_subject("[high] حفتر في موسكو"),
        "text": "حفتر\n",
        "html": "<p>حفتر</p>",
        "headers": headers(DIGEST, config(), delivery_id=ID, at=AT),
    }
    eml = as_eml(payload, "=_x")
    assert eml.isascii()
    assert eml == as_eml(payload, "=_x")
    read = message_from_string(eml, policy=default)
    assert read["Subject"] == payload["subject"]
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "حفتر"


def test_an_update_answers_the_first_mail_of_its_reader() -> None:
    """And still names the root, which holds the thread together where the first mail is gone; `off` is off."""
    made = headers(ALERT, config(), delivery_id=ID, at=AT, updates="first")
    assert made["In-Reply-To"] == "<first@monitor.example.org>"
    assert made["References"] == "<story.s-1@monitor.example.org> <first@monitor.example.org>"
    off = headers(ALERT, config(thread="off"), delivery_id=ID, at=AT, updates="first")
    assert not {"In-Reply-To", "References"} & set(off)
