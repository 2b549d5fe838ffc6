"""The register of contacts is made aside, and nobody waits long for it."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from monitor.desk import contacts
from monitor.desk.contacts import Register
from monitor.errors import StoreError

if TYPE_CHECKING:
    import pytest

    from monitor.model import LedgerContact


def test_a_page_waits_a_little_and_has_the_last_register_after_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is waited for in vain where it takes long; the next pages have what there is."""
    monkeypatch.setattr(contacts, "PATIENCE", 0.05)
    made, go = Register(), Event()

    def slowly() -> tuple[LedgerContact, ...]:
        go.wait(10)
        return ()

    assert made.of(("db 1", "r"), slowly) is None
    go.set()
    monkeypatch.setattr(contacts, "PATIENCE", 10.0)
    first = made.of(("db 1", "r"), slowly)
    assert first is not None
    assert first.current
    go.clear()
    monkeypatch.setattr(contacts, "PATIENCE", 0.05)
    later = made.of(("db 2", "r"), slowly)
    assert later is not None
    assert not later.current
    assert made.of(("another 1", "r"), slowly) is None
    go.set()


def test_a_register_that_cannot_be_made_is_tried_again() -> None:
    """With the next page."""

    def refused() -> tuple[LedgerContact, ...]:
        raise StoreError("the database is locked")

    made = Register()
    assert made.of(("db 1", "r"), refused) is None
    found = made.of(("db 1", "r"), tuple)
    assert found is not None
    assert found.current
