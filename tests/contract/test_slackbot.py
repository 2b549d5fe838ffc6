"""The Slack bot against an API shaped like Slack's: threads, errors, and no repeat where Slack can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config.model import ReceiverConfig
from monitor.delivery.channels import degraded, notifier_for, remarks
from monitor.model import Delivered, Delivery, Outcome, Rejected, TryLater
from tests.support.slackapi import CHANNEL, TOKEN, SlackApi
from tests.support.slackhook import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from monitor.net.client import NetPolicy


@pytest.fixture
def api() -> Iterator[SlackApi]:
    """A workspace with one empty channel."""
    with SlackApi() as served:
        yield served


@pytest.fixture
def send(policy_for: Callable[..., NetPolicy], now: datetime) -> Callable[..., Outcome]:
    """One attempt."""

    def attempt(api: SlackApi, delivery: Delivery, **config: Any) -> Outcome:
        return notifier_for(receiver(api, **config), policy_for(api.port)).send(delivery, now)

    return attempt


def receiver(api: SlackApi, **config: Any) -> ReceiverConfig:
    """The bot in `api`."""
    given = {"bot_token": TOKEN, "channel": CHANNEL, "api_url": api.url, "timeout": "5s"}
    return ReceiverConfig.model_validate({"name": "there", "slack": given | config})


def said(error: str) -> Reply:
    """Slack's way of saying no: HTTP 200."""
    return Reply(200, f'{{"ok":false,"error":"{error}"}}')


def test_a_message_is_posted_and_its_place_is_kept(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """With the delivery's id as metadata; blocks and text as they were rendered."""
    delivery = delivery_of("slack")
    outcome = send(api, delivery)
    (message,) = api.messages
    assert outcome == Delivered(detail=message["ts"], remote={"channel": CHANNEL, "ts": message["ts"]})
    assert message["metadata"]["event_payload"] == {"id": delivery.id}
    assert (message["text"], message["blocks"]) == ("Haftar is in Moscow", [{"type": "divider"}])
    assert "thread_ts" not in message
    assert api.calls == ["chat.postMessage"], "nothing is searched the first time"


def test_an_update_goes_into_the_thread_of_the_first_and_into_the_channel(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """A reply that only those in the thread see would be a muted alert."""
    first = send(api, delivery_of("slack"))
    assert isinstance(first, Delivered)
    update = replace(delivery_of("slack"), id="another", thread=first.remote)
    assert isinstance(send(api, update), Delivered)
    assert isinstance(send(api, replace(update, id="third"), broadcast=False), Delivered)
    assert [m["thread_ts"] for m in api.messages[1:]] == [first.remote["ts"]] * 2
    assert [m["reply_broadcast"] for m in api.messages[1:]] == [True, False]


def test_a_thread_that_is_gone_costs_no_update(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """Somebody deleted the first message: the update stands for itself."""
    update = replace(delivery_of("slack"), thread={"channel": CHANNEL, "ts": "1.000000"})
    assert isinstance(send(api, update), Delivered)
    assert "thread_ts" not in api.messages[0]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(said("ratelimited"), "later pause", id="ratelimited"),
        pytest.param(Reply(429, "", {"Retry-After": "30"}), "later pause 30s", id="429"),
        pytest.param(said("invalid_auth"), "rejected suspend", id="invalid_auth"),
        pytest.param(said("not_in_channel"), "rejected suspend", id="not_in_channel"),
        pytest.param(said("channel_not_found"), "rejected suspend", id="channel_not_found"),
        pytest.param(said("is_archived"), "rejected suspend", id="is_archived"),
        pytest.param(said("invalid_blocks"), "rejected degrade", id="invalid_blocks"),
        pytest.param(said("msg_blocks_too_long"), "rejected degrade", id="msg_blocks_too_long"),
        pytest.param(said("an_error_of_tomorrow"), "rejected degrade", id="an unknown error"),
        pytest.param(said("internal_error"), "later ambiguous", id="internal_error"),
        pytest.param(Reply(200, "<html>login</html>"), "later pause", id="a login page"),
        pytest.param(Reply(200, '{"ok":tr', short=9), "later ambiguous", id="an answer that breaks off"),
        pytest.param(Reply(500, "boom"), "later", id="500"),
        pytest.param(Reply(503, ""), "later pause", id="503"),
        pytest.param(Reply(302, "", {"Location": "/x"}), "later pause", id="302"),
        pytest.param(Reply(drop=True), "later ambiguous", id="closed without an answer"),
    ],
)
def test_what_slack_answers_becomes_its_outcome(
    api: SlackApi,
    send: Callable[..., Outcome],
    delivery_of: Callable[..., Delivery],
    reply: Reply,
    expected: str,
) -> None:
    """The whole table; nothing of it names the token."""
    api.next("chat.postMessage", reply)
    outcome = send(api, delivery_of("slack"))
    assert brief(outcome) == expected
    assert TOKEN not in repr(outcome)


def brief(outcome: Outcome) -> str:
    """An outcome as a word and its flags."""
    match outcome:
        case TryLater(after=after):
            flags = {"pause": outcome.pause_receiver, "ambiguous": outcome.ambiguous}
            wait = [f"{after.total_seconds():.0f}s"] if after is not None else []
            return " ".join(["later", *(name for name, on in flags.items() if on), *wait])
        case Rejected():
            flags = {"suspend": outcome.suspend, "degrade": outcome.degrade}
            return " ".join(["rejected", *(name for name, on in flags.items() if on)])
        case _:
            return "delivered"


@pytest.mark.parametrize("threaded", [False, True], ids=["a first message", "an update"])
def test_what_was_taken_is_not_sent_again(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery], threaded: bool
) -> None:
    """The answer was lost; the channel knows."""
    first = send(api, replace(delivery_of("slack"), id="earlier"))
    assert isinstance(first, Delivered)
    delivery = replace(delivery_of("slack"), thread=first.remote if threaded else {})
    api.next("chat.postMessage", Reply(drop=True), taken=True)
    assert brief(send(api, delivery)) == "later ambiguous"
    outcome = send(api, replace(delivery, attempts=1, repeat=True))
    assert outcome == Delivered(
        detail=f"{api.messages[1]['ts']}, found in the channel",
        remote={"channel": CHANNEL, "ts": api.messages[1]["ts"]},
    )
    assert len(api.messages) == 2


def test_what_was_not_taken_is_sent_again(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """However many messages stand in the channel by then."""
    for n in range(230):
        api.messages.append({"ts": f"17{n}", "text": "chat", "metadata": None})
    delivery = delivery_of("slack")
    api.next("chat.postMessage", Reply(drop=True))
    send(api, delivery)
    assert isinstance(send(api, replace(delivery, repeat=True)), Delivered)
    assert api.calls.count("conversations.history") == 3
    assert [m["ts"] for m in api.messages if m["metadata"]] == [api.messages[-1]["ts"]]


def test_a_search_that_must_wait_delays_and_one_that_may_not_does_not(
    send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """Without the scope to read, a repeat is better than a loss."""
    again = replace(delivery_of("slack"), repeat=True)
    with SlackApi() as api:
        api.next("conversations.history", Reply(429, "", {"Retry-After": "60"}))
        assert brief(send(api, again)) == "later pause 60s"
        assert api.messages == []
    with SlackApi(scopes=("chat:write",)) as api:
        assert isinstance(send(api, again), Delivered)
        assert len(api.messages) == 1


def test_a_refused_form_is_sent_as_text(
    api: SlackApi, send: Callable[..., Outcome], delivery_of: Callable[..., Delivery]
) -> None:
    """The one resend in the plainest form keeps channel and metadata."""
    delivery = delivery_of("slack")
    plainer = degraded(delivery.message)
    assert plainer is not None
    assert isinstance(send(api, replace(delivery, message=plainer, repeat=True)), Delivered)
    assert (api.messages[0]["channel"], "blocks" in api.messages[0]) == (CHANNEL, False)


def test_the_token_is_in_no_repr(api: SlackApi, policy_for: Callable[..., NetPolicy]) -> None:
    """Nor is it in what `check` remarks; a channel's name instead of its id is remarked."""
    named = receiver(api, channel="#alerts")
    shown = f"{named!r} {notifier_for(named, policy_for(api.port))!r} {remarks(named)}"
    assert TOKEN not in shown
    assert "not a channel's id" in shown
    assert remarks(receiver(api)) == ()
