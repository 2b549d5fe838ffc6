"""Routes and inhibition that cannot do what they say, each with its place."""

from __future__ import annotations

import pytest

from monitor import documents
from monitor.config.model import Config
from monitor.config.references import conditions_wrong
from monitor.model.matchers import known
from tests.support.press import PRESS

KNOWN = known(["wagner", "contacts"], ["wagner/named"], PRESS.sides.ids)


def said(text: str) -> list[str]:
    document = documents.read(text, "m.yaml")
    return [str(m) for m in conditions_wrong(documents.validate(Config, document), document, KNOWN)]


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param(
            "[{receiver: a, match: {watchlist: [wagner, contcts]}}]",
            "m.yaml:1:73: there is no watchlist 'contcts', so it fits nothing (did you mean 'contacts'?)",
            id="one word of several",
        ),
        pytest.param(
            "[{receiver: a, match: {severity: high, watchlist: wagnr}}]",
            "m.yaml:1:80: there is no watchlist 'wagnr', so it fits nothing (did you mean 'wagner'?)",
            id="one key of several",
        ),
        pytest.param(
            "[{receiver: a, matchers: ['side=un', 'severity=~.*']}]",
            'm.yaml:1:67: severity=~".*" fits everything (leave it out, or name what severity is to be)',
            id="one matcher of several",
        ),
        pytest.param(
            "[{match: {severity: high}, routes: [{receiver: a, match: {severity: critical}}]}]",
            'm.yaml:1:98: severity="high" and severity="critical" never hold together (keep one of them)',
            id="against the route above",
        ),
        pytest.param(
            "[{receiver: a, match: {side: un}}, {receiver: b, match: {side: un, severity: high}}]",
            "m.yaml:1:65: this route is never reached: route 1 of this list takes everything that it asks for",
            id="behind one that takes more",
        ),
        pytest.param(
            "[{receiver: a}, {receiver: b, matchers: [side=un]}]",
            "m.yaml:1:46: this route is never reached: route 1 of this list takes everything that it asks for",
            id="behind one that takes all",
        ),
        pytest.param(
            "[{receiver: a, match: {severity: [high, critical]}}, {receiver: b, match: {severity: high, side: un}}]",
            "m.yaml:1:83: this route is never reached: route 1 of this list takes everything that it asks for",
            id="behind one that takes its value among others",
        ),
        pytest.param(
            "[{receiver: a, matchers: ['severity!=medium']}, {receiver: b, match: {severity: high}}]",
            "m.yaml:1:78: this route is never reached: route 1 of this list takes everything that it asks for",
            id="behind one that leaves out something else",
        ),
        pytest.param(
            "[{receiver: a, match: {watchlist: wagner}, routes: [{receiver: b, match: {event: any}}]}]",
            "m.yaml:1:82: no event comes here: the route above it asks for none (put it under the top route)",
            id="for events below one for stories",
        ),
    ],
)
def test_a_route_that_takes_nothing_is_a_mistake(routes: str, expected: str) -> None:
    """File, line, column, remedy."""
    (found,) = said(f"route: {{receiver: a, routes: {routes}}}\n")
    assert found.startswith(expected)


@pytest.mark.parametrize(
    "routes",
    [
        pytest.param("[{receiver: a, continue: true}, {receiver: b}]", id="the first goes on"),
        pytest.param(
            "[{receiver: a}, {receiver: b, match: {event: any}}]", id="a route for events after all stories"
        ),
        pytest.param("[{receiver: a, match: {severity: [low, medium]}}]", id="also those that do not alert"),
        pytest.param("[{receiver: a, match: {severity: high}}, {receiver: b}]", id="a catch-all at the end"),
        pytest.param(
            "[{receiver: a, match: {side: [un, unknown]}}, {receiver: b, matchers: ['side=~u.*']}]",
            id="behind one that may take less than a pattern",
        ),
        pytest.param(
            "[{receiver: a, matchers: ['side!=un']}, {receiver: b, match: {side: unknown}}]",
            id="a story of both sides gets past the first",
        ),
        pytest.param(
            "[{match: {event: any}, routes: [{receiver: b, match: {event: feed-gap}}]}]",
            id="one event below a route for all",
        ),
    ],
)
def test_a_route_that_may_take_something_is_fine(routes: str) -> None:
    """Catch-alls are routes too."""
    assert said(f"route: {{receiver: a, routes: {routes}}}\n") == []


def test_the_top_route_takes_all() -> None:
    """As Alertmanager has it."""
    assert "takes all" in said("route: {receiver: a, match: {severity: high}}\n")[0]


def test_rules_of_inhibition_are_read_alike() -> None:
    """Both sides of them."""
    found = said(
        "inhibit:\n"
        "- source_match: {severity: crtical}\n"
        "  target_match: ['rule=~.*', 'watchlist=wagner']\n"
        "- {source_match: {severity: critical}, target_match: {severity: [medium, high]}}\n"
    )
    assert found == [
        "m.yaml:2:28: there is no severity 'crtical', so it fits nothing (did you mean 'critical'?)",
        'm.yaml:3:18: rule=~".*" fits everything (leave it out, or name what rule is to be)',
    ]
