"""Alerts, an update and digests of the real jobs, through Postfix into Dovecot, as a mail client sees them over IMAP."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from monitor.config.model import DigestConfig
from monitor.jobs.groups import open_groups
from monitor.model import Severity
from monitor.store import journal
from tests.support.certs import make_authority
from tests.support.faults import monitor, parts_of, with_config
from tests.support.mailserver import mail_server
from tests.support.stored import assessed, match, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.support.faults import World

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("mailserver")]

HOUR = timedelta(hours=1)
READER, OTHER = "reader@example.test", "other@example.test"
LEAVE = "https://monitor.example.test/leave"


def tell(world: World, story: str, key: str, severity: Severity, title: str) -> None:
    """A report of `story`, its alert and the delivery of it."""
    with world.app.db.transaction() as tx:
        told(tx, story, assessed(key, matches=(match(severity=severity),), title=title), at=world.clock())
        parts = world.app.parts
        open_groups(tx, [story], parts.settings.route, judge=parts.judge, now=world.clock())
    world.clock.later(HOUR)
    assert world.app.alert() == 1
    world.app.deliver()


def digest(world: World) -> None:
    """The digest of the next day."""
    world.clock.later(24 * HOUR)
    assert world.app.digest() == 2
    world.app.deliver()


@pytest.fixture(scope="module")
def mailbox(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[list[EmailMessage], list[set[int]], list[EmailMessage], set[str]]]:
    """What the reader has, in order; its threads; what the other reader has; the ids of the deliveries."""
    folder = tmp_path_factory.mktemp("mailbox")
    authority = make_authority(folder)
    with mail_server(authority, ("reader", "other")) as server:
        smtp = {"host": "localhost", "port": server.smtp_port, "ca_file": str(authority.ca_file)}
        analysts = {
            "name": "analysts",
            "email": {
                "to": [READER, OTHER],
                "from": "monitor@example.test",
                "sender_name": "Монитор",
                "list_id": "alerts.example.test",
                "unsubscribe": {"mailto": "leave@example.test", "url": LEAVE, "one_click": True},
                "smtp": smtp,
            },
        }
        series = DigestConfig.model_validate({"at": "13:00", "receivers": ["analysts"], "language": "ar"})
        parts = with_config(
            parts_of(folder / "files", [analysts], route={"receiver": "analysts"}), digests=(series,)
        )
        with monitor(folder, parts) as world:
            tell(world, "s-1", "guid:1", Severity.HIGH, "حفتر في موسكو: Haftar in Moscow")
            tell(world, "s-1", "guid:2", Severity.CRITICAL, "Haftar signs in Moscow")
            tell(world, "s-2", "guid:3", Severity.MEDIUM, "Patrushev in Tobruk")
            digest(world)
            digest(world)
            with world.app.db.snapshot() as tx:
                ids = {line.id for line in journal.lines(tx)}
        yield (
            server.inbox(READER, expect=5),
            server.threads(READER),
            server.inbox(OTHER, expect=5),
            ids,
        )


Mailbox = tuple[list["EmailMessage"], list[set[int]], list["EmailMessage"], set[str]]


def test_an_update_lies_under_the_first_alert_and_digests_of_a_series_together(mailbox: Mailbox) -> None:
    """The server's own threading (RFC 5256), which looks at References and In-Reply-To as clients do."""
    mails, threads, _, _ = mailbox
    assert [mail["X-Monitor-Kind"] for mail in mails] == ["alert"] * 3 + ["digest"] * 2
    assert sorted(map(sorted, threads)) == [[1, 2], [3], [4, 5]]
    first, update = mails[0], mails[1]
    assert str(first["Message-ID"]) in str(update["References"])
    assert str(update["In-Reply-To"]) == str(first["Message-ID"])


def test_each_mail_is_for_one_reader_and_has_an_id_of_its_own(mailbox: Mailbox) -> None:
    """The local part of Message-ID is the delivery's id in the journal."""
    mails, _, others, ids = mailbox
    assert len(mails) == len(others) == 5
    assert {str(mail["To"]) for mail in mails} == {READER}
    assert {str(mail["To"]) for mail in others} == {OTHER}
    named = [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in (*mails, *others)]
    assert len(set(named)) == 10
    assert set(named) == ids


def test_machines_see_what_kind_of_mail_it_is(mailbox: Mailbox) -> None:
    """No out-of-office answer comes back, a client offers to unsubscribe with one click, lists can be sorted."""
    for mail in mailbox[0]:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert "<alerts.example.test>" in str(mail["List-Id"])
        assert f"<{LEAVE}>" in str(mail["List-Unsubscribe"])
        assert "<mailto:leave@example.test>" in str(mail["List-Unsubscribe"])
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert parsedate_to_datetime(str(mail["Date"])).tzinfo is not None
        assert mail["Bcc"] is None
        assert not mail.defects


def test_people_see_both_scripts_in_subject_text_and_page(mailbox: Mailbox) -> None:
    """Plain part first, then the page; the title in both, Arabic letters intact."""
    first, update = mailbox[0][0], mailbox[0][1]
    plain, page = first.iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    for part in (plain, page):
        assert "حفتر في موسكو" in part.get_content()
    assert str(first["From"]).endswith("<monitor@example.test>")
    assert "Монитор" in str(first["From"])
    assert "Moscow" in str(update["Subject"])
    assert len(str(first["Subject"])) <= 200


def test_an_arabic_digest_is_read_from_right_to_left(mailbox: Mailbox) -> None:
    """Its page says so where a mail client looks."""
    digest_mail = mailbox[0][3]
    page = digest_mail.get_body(("html",))
    assert page is not None
    assert 'dir="rtl"' in page.get_content()
    assert 'lang="ar"' in page.get_content()
