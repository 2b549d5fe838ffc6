"""Apprise against a real endpoint: one delivery for each address, its verdicts as outcomes, no secret said."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.header import Header
from typing import TYPE_CHECKING

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.delivery.apprise import channel as apprise
from monitor.delivery.channels import degraded, mistakes, notifier_for
from monitor.errors import ConfigError
from monitor.messages.alert import notice_context
from monitor.messages.render import render
from monitor.messages.templates import load
from monitor.model import Delivered, Delivery, Outcome, Rejected, TryLater
from monitor.net.client import NetPolicy
from tests.support.slackhook import Hook, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.delivery.channel import Outgoing

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
SECRET = "s3cretHookKeyThatNobodySees"


def address(hook: Hook, path: str = SECRET) -> str:
    """A JSON endpoint as Apprise writes it."""
    return f"json://user:pa55word@127.0.0.1:{hook.port}/hook/{path}"


def receiver(*urls: str, timeout: str = "5s") -> ReceiverConfig:
    """With these addresses."""
    return ReceiverConfig.model_validate(
        {"name": "others", "apprise": {"urls": "\n".join(("# ours", "", *urls)), "timeout": timeout}}
    )


def messages(to: ReceiverConfig) -> tuple[Outgoing, ...]:
    """A notice for each address."""
    context = notice_context("Haftar in Moscow", ["حفتر في موسكو"], now=NOW)
    return render(load(settings.bundled("templates")), context, to, batch="b", at=NOW)


def send(to: ReceiverConfig) -> list[Outcome]:
    """One attempt for each address."""
    notifier = notifier_for(to, NetPolicy(user_agent="test/1"))
    return [
        notifier.send(Delivery(id=o.id, receiver=to.name, message=o.message, attempts=0, created_at=NOW), NOW)
        for o in messages(to)
    ]


def test_each_address_is_a_delivery_of_its_own() -> None:
    """One that fails is neither hidden by the others nor repeats them."""
    with Hook(Reply(200)) as well, Hook(Reply(500, "boom")) as broken:
        outcomes = send(receiver(address(well), address(broken)))
    assert outcomes[0] == Delivered(detail="taken by Apprise")
    assert isinstance(outcomes[1], TryLater)
    (request,) = well.requests
    said = request.json()
    assert (said["title"], said["type"]) == ("[Notice] Haftar in Moscow", "warning")
    assert "حفتر في موسكو" in said["message"]


def test_addresses_are_named_without_their_secrets() -> None:
    """The journal shows the scheme and a part of a hash, the same tomorrow."""
    with Hook() as hook:
        to = receiver(address(hook), address(hook, "another"))
        names = [o.message.recipient for o in messages(to)]
        assert names == [o.message.recipient for o in messages(to)]
    assert len(set(names)) == 2
    assert all(name.startswith("json-") and len(name) == 13 for name in names)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(404), Rejected, id="404"),
        pytest.param(Reply(429), TryLater, id="429"),
        pytest.param(Reply(500), TryLater, id="500"),
        pytest.param(Reply(drop=True), TryLater, id="closed without an answer"),
    ],
)
def test_a_verdict_is_taken_where_the_service_named_one(
    reply: Reply, kind: type, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Everything else is tried again; neither reason nor log repeats the address."""
    caplog.set_level(logging.DEBUG)
    with Hook(reply) as hook:
        (outcome,) = send(receiver(address(hook)))
    assert isinstance(outcome, kind)
    shown = f"{outcome!r} {caplog.text} {''.join(capfd.readouterr())}"
    assert not [secret for secret in (SECRET, "pa55word") if secret in shown]


def test_nobody_holds_us_past_the_deadline() -> None:
    """And whether it was taken is not known."""
    with Hook(Reply(stall=True)) as hook:
        (outcome,) = send(receiver(address(hook), timeout="1s"))
    assert isinstance(outcome, TryLater)
    assert outcome.ambiguous


def test_an_address_that_was_removed_is_rejected() -> None:
    """Its waiting messages become dead letters, which a person sees."""
    with Hook() as hook:
        old, new = receiver(address(hook)), receiver(address(hook, "another"))
        (made,) = messages(old)
        notifier = notifier_for(new, NetPolicy(user_agent="test/1"))
        delivery = Delivery(id="x", receiver="others", message=made.message, attempts=0, created_at=NOW)
        assert notifier.send(delivery, NOW) == Rejected(reason="the address is no longer configured")
        assert hook.requests == []


def test_check_names_an_address_that_apprise_does_not_know() -> None:
    """By its scheme, not by its secrets."""
    found = mistakes(receiver("tgram://not-a-token", "nonsense://x/y"))
    assert found == (
        "apprise.urls: tgram: not an address that Apprise knows",
        "apprise.urls: nonsense: not an address that Apprise knows",
    )
    assert mistakes(receiver()) == ("apprise.urls: no address in it; write one to a line",)
    with Hook() as hook:
        assert mistakes(receiver(address(hook))) == ()


def test_without_the_extra_check_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a message that was promised waits until it is installed."""
    monkeypatch.setattr(apprise, "find_spec", lambda _name: None)
    (said,) = mistakes(receiver("json://127.0.0.1/x"))
    assert "foreign-influence-monitor[apprise]" in said
    (outcome,) = send(receiver("json://127.0.0.1/x"))
    assert isinstance(outcome, TryLater)
    assert outcome.pause_receiver


def test_there_is_no_plainer_form() -> None:
    """It is plain text already."""
    (made,) = messages(receiver("json://127.0.0.1/x"))
    assert degraded(made.message) is None


def test_the_addresses_come_from_a_file(tmp_path: Path) -> None:
    """One to a line; without any the configuration says so."""
    secret = tmp_path / "urls"
    secret.write_text("# chat\njson://127.0.0.1/x\n\njson://127.0.0.1/y\n", encoding="utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text(f"receivers: [{{name: others, apprise: {{urls_file: {secret}}}}}]\n", encoding="utf-8")
    found = settings.load(config, {}).receiver("others")
    assert found is not None
    assert found.apprise is not None
    assert len(found.apprise.targets) == 2
    assert "127.0.0.1" not in repr(found)
    config.write_text("receivers: [{name: others, apprise: {}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="urls is missing"):
        settings.load(config, {})


def test_mails_are_written_as_before_once_apprise_is_loaded() -> None:
    """One of its plugins changes how the whole process encodes mail: attempts of one mail would differ."""
    with Hook() as hook:
        send(receiver(address(hook)))
    assert str(Header("حفتر في موسكو", "utf-8").encode()).startswith("=?utf-8?b?")
