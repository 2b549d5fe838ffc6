"""Since when a rule stands as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import rulebook
from tests.support.stored import DAY, HOUR, NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULES = {"wagner/named": "a", "wagner/flights": "b"}


def test_the_first_rules_stand_since_ever(tx: Connection) -> None:
    """Nothing was seen before them; noting them again changes nothing."""
    assert rulebook.note(tx, RULES, NOW) == ()
    assert rulebook.note(tx, RULES, NOW + HOUR) == ()
    assert rulebook.since(tx) == {}


def test_new_and_edited_rules_begin_now(tx: Connection) -> None:
    """Each once; one that comes back is new; the others keep their time."""
    rulebook.note(tx, RULES, NOW)
    assert rulebook.note(tx, RULES | {"wagner/named": "c", "wagner/new": "d"}, NOW + HOUR) == (
        "wagner/named",
        "wagner/new",
    )
    assert rulebook.since(tx) == {"wagner/named": NOW + HOUR, "wagner/new": NOW + HOUR}
    rulebook.note(tx, {"wagner/flights": "b", "wagner/named": "c"}, NOW + 2 * HOUR)
    assert rulebook.note(tx, RULES | {"wagner/named": "c", "wagner/new": "d"}, NOW + DAY) == ("wagner/new",)
    assert rulebook.since(tx) == {"wagner/named": NOW + HOUR, "wagner/new": NOW + DAY}


def test_a_person_may_ask_for_the_past(tx: Connection) -> None:
    """Of a rule that there is."""
    rulebook.note(tx, RULES, NOW)
    assert rulebook.backdate(tx, "wagner/named", NOW - DAY, NOW)
    assert rulebook.since(tx) == {"wagner/named": NOW - DAY}
    assert not rulebook.backdate(tx, "wagner/gone", NOW, NOW)
    assert rulebook.note(tx, RULES, NOW) == ()
