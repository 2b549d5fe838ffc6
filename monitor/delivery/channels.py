"""The channels that messages can take: a folder here for each, and its name in `KINDS`.

A channel's folder has its settings in `__init__.py`, and in `channel.py` what it does
(`monitor.delivery.channel`). Nothing of a channel is loaded before it is needed.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.delivery.channel import Channel, Notifier, Receiver
    from monitor.fields import Strict
    from monitor.model import Message
    from monitor.net.client import NetPolicy


#: the kinds of receivers, in the order in which mistakes name them
KINDS = ("email", "slack", "webhook", "apprise", "file")


def settings_of(kind: str) -> type[Strict]:
    """The model of a channel's settings, the value of its key in a receiver."""
    settings: type[Strict] = import_module(f"{__package__}.{kind}").SETTINGS
    return settings


def variables_of(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Environment variables, without their prefix, to the settings that they stand for."""
    variables: Mapping[str, tuple[str, ...]] = import_module(f"{__package__}.{kind}").VARIABLES
    return variables


def channel_of(kind: str) -> Channel[Any]:
    """What a channel does."""
    channel: Channel[Any] = import_module(f"{__package__}.{kind}.channel").CHANNEL
    return channel


def notifier_for(receiver: Receiver, policy: NetPolicy) -> Notifier:
    """The notifier of `receiver`; `policy` guards HTTP."""
    return channel_of(receiver.kind).notifier(receiver.settings, policy)


def degraded(message: Message) -> Message | None:
    """`message` in its plainest form, for the one resend after Rejected(degrade=True);
    None where there is none.
    """
    plainer = channel_of(message.channel).degraded
    if plainer is None:
        return None
    payload, left_out = plainer(message.payload)
    return None if payload == message.payload else replace(message, payload=payload, left_out=left_out)


def mistakes(receiver: Receiver) -> tuple[str, ...]:
    """What of the receiver's settings cannot work, for `check`: each as `key: what is wrong`."""
    return tuple(channel_of(receiver.kind).mistakes(receiver.settings))


def remarks(receiver: Receiver) -> tuple[str, ...]:
    """What works but should be known, for `check`."""
    return tuple(channel_of(receiver.kind).remarks(receiver.settings))
