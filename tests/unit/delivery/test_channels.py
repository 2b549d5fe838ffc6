"""Every folder of a channel is in the list, and has all that a channel needs."""

from __future__ import annotations

from pathlib import Path

import pytest

import monitor.delivery
from monitor.config.model import ReceiverConfig
from monitor.delivery.channels import KINDS, channel_of, settings_of, variables_of

HERE = Path(monitor.delivery.__file__).parent


def test_the_folders_are_the_list() -> None:
    """A channel is a folder and a word; neither is forgotten."""
    assert {folder.parent.name for folder in HERE.glob("*/channel.py")} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_has_settings_and_does_its_work(kind: str) -> None:
    """Its settings are a key of a receiver; its variables lead to keys of its settings."""
    channel, settings = channel_of(kind), settings_of(kind)
    assert callable(channel.compose)
    assert callable(channel.notifier)
    keys = {field.alias or name for name, field in settings.model_fields.items()}
    assert {path[0] for path in variables_of(kind).values()} <= keys
    assert kind in ReceiverConfig.model_fields
