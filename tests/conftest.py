"""What every test leaves as it found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that runs inside a test sets up logging to a stream that is closed when the test ends."""
    yield
    structlog.reset_defaults()
