"""From an item to a decision: which rules hold, on which words, and what held a rule back."""

from __future__ import annotations

import time

import pytest

from monitor.matching.matcher import Matcher, Told
from monitor.model import Contact, ContactStatus, ContactType, Item, Severity
from tests.support.analyst import DECLARED, compiled, item, telling


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(compiled())


def fired(matcher: Matcher, tried: Item) -> dict[str, Severity]:
    return {f"{m.watchlist}/{m.rule}": m.severity for m in matcher.decide(tried).matches}


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        pytest.param(item("Nothing to see."), {}, id="nothing"),
        pytest.param(item(""), {}, id="an empty item"),
        pytest.param(item("The Wagner Group moved on."), {"wagner/named"}, id="a name"),
        pytest.param(item(title="Lavrov met Haftar"), {"contacts/meet"}, id="in the title"),
        pytest.param(item("Lavrov spoke. He met Haftar."), {}, id="two sentences are no contact"),
        pytest.param(
            item("Лавров встретился с Хафтаром.", lang="ru"), {"contacts/meet"}, id="in Russian, inflected"
        ),
        pytest.param(item("التقى لافروف حفتر في موسكو.", lang="ar"), {"contacts/meet"}, id="in Arabic"),
    ],
)
def test_rules_fire_on_what_is_said(matcher: Matcher, tried: Item, expected: set[str]) -> None:
    assert set(fired(matcher, tried)) == set(expected)


def test_evidence_is_exactly_the_words_of_the_item(matcher: Matcher) -> None:
    tried = item("A first line.\n\nIn Sochi, Lavrov has met with\u00a0Haftar — again.", title="Sochi")
    (match,) = matcher.decide(tried).matches
    assert [e.term for e in match.evidence] == ["sergei-lavrov", "contact", "khalifa-haftar"]
    for evidence in match.evidence:
        assert getattr(tried, evidence.field)[evidence.start : evidence.end] == evidence.text
        assert evidence.text in evidence.sentence
    assert match.reason == (
        "names Sergei Lavrov and Khalifa Haftar with “met” in one sentence of the content"
    )


def test_the_score_is_higher_for_a_title_than_for_a_passing_mention(matcher: Matcher) -> None:
    (passing,) = matcher.decide(item("The Wagner Group moved on.")).matches
    (headline,) = matcher.decide(item("The Wagner Group moved on.", title="Wagner Group leaves")).matches
    assert 0 < passing.score < headline.score <= 1


def test_an_except_phrase_silences_the_mention_and_is_reported(matcher: Matcher) -> None:
    decision = matcher.decide(item("Wagner Group GmbH sells fire doors."))
    assert not decision.matches
    (held,) = decision.suppressed
    assert (held.watchlist, held.rule, held.text) == ("wagner", "named", "Wagner Group")
    assert "GmbH".casefold() in held.by.casefold()


def test_an_except_phrase_does_not_silence_the_item(matcher: Matcher) -> None:
    tried = item("Wagner Group GmbH sells fire doors. The Wagner Group fought at Bakhmut.")
    assert set(fired(matcher, tried)) == {"wagner/named"}


def test_unless_holds_a_rule_back_and_is_reported(matcher: Matcher) -> None:
    decision = matcher.decide(item("Lavrov met Haftar, a spokesman joked."))
    assert not decision.matches
    assert [s.by for s in decision.suppressed] == ["unless: spokesman joked"]


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        pytest.param(
            item("The Security Council says foreign forces must leave Libya."),
            Severity.MEDIUM,
            id="in the sentence",
        ),
        pytest.param(
            item("The Security Council met. Foreign forces must leave.", title="Libya vote"),
            Severity.MEDIUM,
            id="named by the title",
        ),
        pytest.param(
            item("The Security Council says foreign forces must leave Mali."),
            Severity.LOW,
            id="another country",
        ),
        pytest.param(
            item(
                "The Security Council spoke of Libya. On Mali it was clear: foreign forces must leave Mali."
            ),
            Severity.LOW,
            id="the other country stands nearer",
        ),
        pytest.param(
            item(
                "The Security Council says foreign forces must leave Mali. Foreign forces must withdraw from Libya."
            ),
            Severity.MEDIUM,
            id="both, each in its sentence",
        ),
        pytest.param(
            item("The Security Council says foreign forces must leave. Libya welcomed it."),
            Severity.MEDIUM,
            id="named only afterwards",
        ),
        pytest.param(
            item("The Security Council says foreign forces must leave."), None, id="no country at all"
        ),
    ],
)
def test_a_scoped_rule_is_about_its_country(matcher: Matcher, tried: Item, expected: Severity | None) -> None:
    assert fired(matcher, tried).get("withdrawal/un-calls") is expected


def test_an_entity_on_the_countrys_topic_says_what_a_sentence_is_about() -> None:
    """The UN mission in Libya is no part of Libya, but who names it speaks about Libya."""
    mission = """
entities:
  - {id: unsmil, name: UNSMIL, kind: body, tags: [un, libya-topic], aliases: {en: [UNSMIL]}}
"""
    matcher = Matcher(compiled({"entities/mission.yaml": mission}))
    tried = item("UNSMIL says foreign forces must leave.")
    assert fired(matcher, tried) == {"withdrawal/un-calls": Severity.MEDIUM}


def test_the_work_grows_with_the_text_and_not_with_its_square(matcher: Matcher) -> None:
    """A hundred thousand characters without a full stop, every word of a rule in them."""
    line = "the Security Council wants foreign forces to leave Libya and Mali, Lavrov met Haftar "
    started = time.perf_counter()
    assert {m.watchlist for m in matcher.decide(item(line * 1200)).matches} == {"contacts", "withdrawal"}
    assert time.perf_counter() - started < 30


def test_a_match_about_another_country_says_so(matcher: Matcher) -> None:
    (match,) = matcher.decide(item("The Security Council says foreign forces must leave Mali.")).matches
    assert match.reason.startswith("about Mali, not Libya: ")


MET = Contact(
    watchlist="contacts",
    parties={"russia": ("Sergei Lavrov",), "libya": ("Khalifa Haftar",)},
    type=ContactType.MEETING,
    status=ContactStatus.HAPPENED,
)


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        pytest.param(
            ("both-take-part",), ["both-take-part", "meet"], id="the rule of the reason, and a query"
        ),
        pytest.param(("delivery", "training"), ["delivery", "training", "meet"], id="two reasons"),
        pytest.param((), [], id="no contact"),
    ],
)
def test_a_contact_rule_fires_only_with_a_contact_of_its_reason(
    found: tuple[Told, ...], rules: list[str]
) -> None:
    matcher = Matcher(compiled(DECLARED), extract=telling(*((MET, reason) for reason in found)))
    decision = matcher.decide(item("Lavrov met Haftar."))
    assert [m.rule for m in decision.matches] == rules
    assert decision.contacts == ((MET,) if found else ())
    assert found or {s.by for s in decision.suppressed} == {"no contact between the two sides"}


def test_nobody_reads_an_item_that_names_one_side_or_has_no_word_of_contact() -> None:
    def extract(scan: object, watchlist: str) -> tuple[Told, ...]:
        raise AssertionError("it was read")

    matcher = Matcher(compiled(DECLARED), extract=extract)
    for text in ("Lavrov met aides.", "Haftar met aides.", "Lavrov and Haftar slept.", "They met."):
        assert matcher.decide(item(text)).matches == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ud800 Wagner Group \udfff", id="lone surrogates"),
        pytest.param("Wagner\x00Group Wagner Group", id="NUL"),
        pytest.param("\u202eWagner Group\u202c", id="bidi controls"),
        pytest.param("Wagner Group " * 2_000, id="the same name two thousand times, no full stop"),
        pytest.param("\n\n".join(["Wagner Group"] * 1_000), id="a thousand paragraphs"),
    ],
)
def test_odd_text_is_matched_like_any_other(matcher: Matcher, text: str) -> None:
    decision = matcher.decide(item(text))
    assert {m.rule for m in decision.matches} == {"named"}
    for evidence in decision.matches[0].evidence:
        assert text[evidence.start : evidence.end] == evidence.text
