"""Since when a rule stands as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import facts
from tests.support.stored import DAY, HOUR, NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULES = {"wagner/named": "a", "wagner/flights": "b"}


def test_the_first_rules_stand_since_ever(tx: Connection) -> None:
    """Nothing was seen before them; noting them again changes nothing."""
    assert facts.note_rules(tx, RULES, NOW) == ()
    assert facts.note_rules(tx, RULES, NOW + HOUR) == ()
    assert facts.rules_since(tx) == {}


def test_new_and_edited_rules_begin_now(tx: Connection) -> None:
    """Each once; one that comes back is new; the others keep their time."""
    facts.note_rules(tx, RULES, NOW)
    assert facts.note_rules(tx, RULES | {"wagner/named": "c", "wagner/new": "d"}, NOW + HOUR) == (
        "wagner/named",
        "wagner/new",
    )
    assert facts.rules_since(tx) == {"wagner/named": NOW + HOUR, "wagner/new": NOW + HOUR}
    facts.note_rules(tx, {"wagner/flights": "b", "wagner/named": "c"}, NOW + 2 * HOUR)
    assert facts.note_rules(tx, RULES | {"wagner/named": "c", "wagner/new": "d"}, NOW + DAY) == (
        "wagner/new",
    )
    assert facts.rules_since(tx) == {"wagner/named": NOW + HOUR, "wagner/new": NOW + DAY}


def test_a_person_may_ask_for_the_past(tx: Connection) -> None:
    """Of a rule that there is."""
    facts.note_rules(tx, RULES, NOW)
    assert facts.backdate_rule(tx, "wagner/named", NOW - DAY, NOW)
    assert facts.rules_since(tx) == {"wagner/named": NOW - DAY}
    assert not facts.backdate_rule(tx, "wagner/gone", NOW, NOW)
    assert facts.note_rules(tx, RULES, NOW) == ()
