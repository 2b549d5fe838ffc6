"""The rule for tests that need a real server: skip with the reason, but never silently in CI."""

from __future__ import annotations

import pytest

from tests.support.services import need


def test_what_is_there_is_returned() -> None:
    """As a path that can be run."""
    (shell,) = need("sh")
    assert shell.name == "sh"


def test_a_missing_binary_skips_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine."""
    monkeypatch.delenv("MONITOR_CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-binary"):
        need("sh", "no-such-binary")


def test_a_missing_binary_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """There it must be installed."""
    monkeypatch.setenv("MONITOR_CI", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-binary"):
        need("no-such-binary")
