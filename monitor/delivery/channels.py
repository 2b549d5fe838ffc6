"""The channels that messages can take: a folder here for each, and its name in `KINDS`.

A channel's folder has its settings in `__init__.py`, and in `channel.py` what it does
(`monitor.delivery.channel`). Nothing of a channel is loaded before it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.delivery.channel import Channel
    from monitor.fields import Strict

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
