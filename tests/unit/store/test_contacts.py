"""Items for the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import archive, items
from tests.support.stored import DAY, NOW, assessed, contact, match

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Connection


def test_every_item_that_reports_a_contact_comes_once_and_without_its_text(
    tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order in which we first saw them, over any number of pages."""
    monkeypatch.setattr(archive, "PAGE", 2)
    for n in range(5):
        made = (contact(), contact(place="Tobruk")) if n != 3 else ()
        items.write(tx, [assessed(f"guid:{n}", matches=(match(),), contacts=made)], NOW + n * DAY)
    found = list(archive.reporting_contacts(tx))

    assert archive.count_with_contacts(tx) == len(found) == 4
    assert [i.item.key for i in found] == ["guid:0", "guid:1", "guid:2", "guid:4"]
    assert {len(i.contacts) for i in found} == {2}
    assert {i.item.content for i in found} == {""}
