"""Matchers that can fit nothing, or everything, are slips."""

from __future__ import annotations

import pytest

from monitor.model.matchers import known, misfits, parse
from tests.support.press import PRESS

KNOWN = known(
    ["wagner", "contacts"], ["wagner/named", "contacts/meeting"], PRESS.sides.ids, ["tass", "un-news"]
)


def said(*texts: str) -> list[str]:
    return [f"{m.message} ({m.remedy})" for m in misfits([parse(text) for text in texts], KNOWN)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("watchlist=wagnr", "there is no watchlist 'wagnr', so it fits nothing (did you mean 'wagner'?)"),
        ("watchlist!=wagnr", "there is no watchlist 'wagnr', so it excludes nothing (did you mean 'wagner'?)"),
        ('watchlist=~"wagner|contcts"', "there is no watchlist 'contcts', so it fits nothing (did you mean 'contacts'?)"),
        ("rule=named", "there is no rule 'named', so it fits nothing (known: contacts/meeting, wagner/named)"),
        ("severity=High", "there is no severity 'High', so it fits nothing (did you mean 'high'?)"),
        ("side=lybia-east", "there is no side 'lybia-east', so it fits nothing (did you mean 'libya-east'?)"),
        ("feed=tas", "there is no feed 'tas', so it fits nothing (did you mean 'tass'?)"),
        ("event=feed-broken", "there is no event 'feed-broken', so it fits nothing (known: clock-set, database-refused, "),
        ("severity=low", 'severity="low" fits nothing that alerts (medium, high and critical alert; what is quieter'),
        ("side=", 'side="" fits nothing ('),
        ("watchlist=~wagn", "there is no watchlist 'wagn', so it fits nothing (did you mean 'wagner'?)") ,
        ("rule=~.*/nam", 'rule=~".*/nam" fits nothing (known: contacts/meeting, wagner/named)'),
        ("watchlist!~.*", 'watchlist!~".*" fits nothing (known: contacts, wagner)'),
        ("severity=~.*", 'severity=~".*" fits everything (leave it out, or name what severity is to be)'),
        ("severity=~.+", 'severity=~".+" fits everything ('),
        ("severity=~low|info|medium|high|critical", "fits everything"),
        ("side!=", 'side!="" fits everything ('),
        ("rule!~wagner/x.*", 'rule!~"wagner/x.*" fits everything ('),
        ("participants=~.*", 'participants=~".*" fits everything ('),
        ("story=~.+", 'story=~".+" fits everything ('),
        ("story!~.+", 'story!~".+" fits nothing (every story has a story)'),
        ("lang=~(?s).*", "fits everything"),
    ],
)  # fmt: skip
def test_a_matcher_that_cannot_be_meant_is_told(text: str, expected: str) -> None:
    """With the nearest word that is there."""
    (found,) = said(text)
    assert expected in found


@pytest.mark.parametrize(
    "text",
    [
        "watchlist=wagner", "watchlist!=wagner", "watchlist=~wag.*", "severity!=low", "severity=~low|medium",
        "side=~libya-.*", "participants=~.+", "participants=", 'participants="Somebody New"', "event=any",
        "event!=feed-gap", "story=s-1", "lang=", "feed!~un-.*", "rule=~wagner/.*",
    ],
)  # fmt: skip
def test_a_matcher_that_leaves_something_out_is_fine(text: str) -> None:
    """Also for names that nobody has heard of yet, and for what a story may lack."""
    assert said(text) == []


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ("severity=high", "severity=critical"),
            'severity="high" and severity="critical" never hold together',
        ),
        (("side=un", "side!=un"), "never hold together"),
        (("side=un", "side!~u.*"), "never hold together"),
        (("watchlist=wagner", "watchlist=contacts"), ""),
        (("side=un", "side=~libya-.*"), ""),
        (("story=s-1", "story=s-2"), "never hold together"),
        (('participants="A B"', 'participants!="A B"'), "never hold together"),
        (("participants=~.*Haftar", "participants!~Saddam.*"), ""),
        (("event=feed-gap", "watchlist=wagner"), "they have no watchlist"),
        (("event=feed-gap", "side!=un"), ""),
        (("event=feed-gap", "severity=medium"), ""),
    ],
)
def test_matchers_that_never_hold_together_are_told(texts: tuple[str, ...], expected: str) -> None:
    """A story has one severity, but may be of two watchlists."""
    found = said(*texts)
    assert bool(found) is bool(expected)
    assert expected in "".join(found)


def test_who_has_one_watchlist_may_name_it() -> None:
    """It says what it means also when there is a second one; a pattern for anything says nothing."""
    alone = known(["wagner"], ["wagner/named"], PRESS.sides.ids, ["tass"])
    assert misfits([parse("watchlist=wagner"), parse("rule=wagner/named"), parse("feed=tass")], alone) == ()
    assert len(misfits([parse("watchlist=~w.*")], alone)) == 1
    assert len(misfits([parse("watchlist!=wagner")], alone)) == 1
