"""Choosing a notifier, the plainest form of a message, and what `check` is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.config.model import ReceiverConfig
from monitor.delivery.channels import degraded, mistakes, notifier_for, remarks
from monitor.model import Message, MessageKind
from monitor.net.client import NetPolicy

SMTP = {"host": "mail.example.test"}
RECEIVERS: dict[str, dict[str, Any]] = {
    "email": {"to": ["a@example.test"], "from": "m@example.test", "smtp": SMTP},
    "slack": {"webhook_url": "https://hooks.example.test/services/T/B/K"},
    "webhook": {"url": "https://siem.example.test/x", "secret": "whsec_" + "QUFB" * 12},
    "file": {"path": "out"},
}


def receiver(kind: str, **changes: Any) -> ReceiverConfig:
    """A receiver of a kind."""
    return ReceiverConfig.model_validate({"name": "there", kind: {**RECEIVERS[kind], **changes}})


@pytest.mark.parametrize("kind", RECEIVERS)
def test_every_kind_has_a_notifier_and_nothing_to_say_against_it(kind: str) -> None:
    """A well-configured receiver of any kind."""
    assert callable(notifier_for(receiver(kind), NetPolicy(user_agent="test")).send)
    assert mistakes(receiver(kind)) == ()
    assert remarks(receiver(kind)) == ()


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        pytest.param("webhook", {"secret": "whsec_???"}, "webhook.secret", id="bad key"),
        pytest.param("webhook", {"secret": "QUFB whsec_???"}, "webhook.secret", id="bad second key"),
        pytest.param("webhook", {"url": "siem.example.test"}, "webhook.url", id="no scheme"),
        pytest.param("slack", {"webhook_url": "xoxb-token"}, "slack.webhook_url", id="a token for a hook"),
        pytest.param(
            "email", {"smtp": {**SMTP, "ca_file": "/nowhere/ca.pem"}}, "ca_file", id="no such CA file"
        ),
    ],
)
def test_a_setting_that_cannot_work_is_a_mistake_and_never_shown(
    kind: str, changes: dict[str, Any], said: str
) -> None:
    """The key is named; the value, which may be a secret, is not."""
    (mistake,) = mistakes(receiver(kind, **changes))
    assert said in mistake
    assert "???" not in mistake
    assert "xoxb" not in mistake


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        pytest.param("webhook", {"secret": None}, "unsigned", id="no secret"),
        pytest.param("webhook", {"secret": "QUFB"}, "24 to 64", id="a short key"),
        pytest.param("email", {"smtp": {**SMTP, "security": "none"}}, "in the clear", id="no TLS"),
        pytest.param(
            "email",
            {"smtp": {**SMTP, "security": "none", "username": "m", "password": "p"}},
            "password",
            id="no TLS for a password",
        ),
    ],
)
def test_what_works_but_should_be_known_is_remarked(kind: str, changes: dict[str, Any], said: str) -> None:
    """`check` shows it and goes on."""
    (remark,) = remarks(receiver(kind, **changes))
    assert said in remark
    assert mistakes(receiver(kind, **changes)) == ()


def test_the_plainest_form_of_each_channel() -> None:
    """Mail without HTML, Slack without blocks; nothing plainer for the others, or for what is plain already."""
    mail = Message(kind=MessageKind.ALERT, channel="email", subject="s", payload={"text": "t", "html": "<p>"})
    slack = replace(mail, channel="slack", payload={"text": "t", "blocks": []})
    plain_mail, plain_slack = degraded(mail), degraded(slack)
    assert plain_mail is not None
    assert plain_slack is not None
    assert plain_mail.payload == {"text": "t", "html": ""}
    assert "blocks" not in plain_slack.payload
    assert degraded(plain_mail) is None
    assert degraded(plain_slack) is None
    assert degraded(replace(mail, channel="webhook", payload={"body": "{}"})) is None
