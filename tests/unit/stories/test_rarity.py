"""What every story of a watchlist has tells nothing; what hardly any has tells much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.model import Decision, Evidence, Fact, Match, Severity
from monitor.stories.rarity import Weeks, weighed
from monitor.stories.signature import Signature, signature
from tests.unit.stories.samples import NOON, facts, item


def matched(
    *named: Fact, lists: tuple[str, ...] = ("w",), term: str = "", title: str = "", text: str = "x"
) -> Signature:
    hit = Evidence(field="title", start=0, end=1, text=text, term=term, sentence="x")
    matches = tuple(
        Match(watchlist=name, rule="r", severity=Severity.HIGH, score=1, evidence=(hit,), reason="")
        for name in lists
    )
    return signature(item("1", title), Decision(lang="en", matches=matches, facts=named), NOON)


def test_a_fact_tells_less_the_more_stories_have_it() -> None:
    """And a fact that none had before tells most."""
    weeks = Weeks()
    for n in range(40):
        weeks.count(matched(*facts(haftar=3, **{f"guest{n}": 3})))
    rare = weighed(matched(*facts(haftar=3, stranger=3)), weeks.around(NOON)).rare
    assert rare["p:haftar"] < 0.1 < 0.8 < rare["p:stranger"]


def test_each_watchlist_has_its_own_commons() -> None:
    """Of two watchlists the one where a fact tells least counts."""
    weeks = Weeks()
    for _ in range(40):
        weeks.count(matched(*facts(haftar=3), lists=("w",)))
    elsewhere, both = (
        weighed(matched(*facts(haftar=3), lists=lists), weeks.around(NOON)).rare["p:haftar"]
        for lists in (("x",), ("w", "x"))
    )
    assert both < 0.1 < elsewhere


def test_what_a_rule_asks_for_is_topic_before_anything_is_counted() -> None:
    """A fresh archive does not take the subject for the event."""
    asked, told = (
        weighed(matched(title="They must leave", text=text), Weeks().around(NOON)).rare["d:leave"]
        for text in ("leave", "must")
    )
    assert asked < 0.1 < told


def test_whom_a_rule_names_is_no_topic_by_the_words_of_the_name() -> None:
    """A panel of experts names no deed, and neither does what else it is called."""
    panel = Fact("@the-leavers", 3, "body")
    named = matched(panel, title="The leavers leave", text="leave", term="the-leavers")
    assert named.topic == frozenset()


def test_counts_are_forgotten_after_two_weeks() -> None:
    """A topic of last month is news again."""
    weeks = Weeks()
    for _ in range(40):
        weeks.count(matched(*facts(haftar=3)))
    later = replace(matched(*facts(haftar=3)), at=NOON + timedelta(days=21))
    assert weighed(later, weeks.around(later.at)).crowd == 0
