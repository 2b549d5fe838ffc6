"""Hand a message over: one `send`, three possible outcomes, nothing raised for what the world does.

    send(delivery, now) -> Delivered | TryLater | Rejected

To add a kind of receiver: a folder here, its settings in `__init__.py`, what it does in `channel.py`, and its
name in `monitor.delivery.channels`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.delivery.channels import channel_of

if TYPE_CHECKING:
    from monitor.delivery.channel import Notifier, Receiver
    from monitor.model import Message
    from monitor.net.client import NetPolicy


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
