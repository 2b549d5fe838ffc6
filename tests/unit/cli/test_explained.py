"""How an explanation looks: what matters first, found words marked, right-to-left text in its own frame."""

from __future__ import annotations

import pytest

from monitor.cli.explain import explained, marked, told
from monitor.matching.matcher import Matcher
from monitor.model import Contact, ContactStatus, ContactType, Evidence
from monitor.watchlists.explain import Quoted, explain
from monitor.watchlists.near_miss import ISOLATE, POP
from tests.support.analyst import DECLARED, compiled, item, telling


def text(content: str, *, everything: bool = False, **more: str) -> str:
    said = explain(Matcher(compiled()), item(content, **more))
    return explained(said, everything=everything).plain


def test_fired_rules_come_first_and_silent_ones_are_counted() -> None:
    """Rules that found nothing are one line, unless all are asked for."""
    short, long = text("The Wagner Group left."), text("The Wagner Group left.", everything=True)

    assert short.splitlines()[2].startswith("FIRED       wagner/named (high)")
    assert "2 more rules found nothing." in short
    assert "contacts/meet" not in short
    assert "NOTHING     contacts/meet" in long
    assert "query: ⁨@wagner-group⁩" in long


def test_near_misses_of_a_watchlist_that_fired_are_left_out() -> None:
    """They are only noise beside an alert."""
    more = {"w.yaml": "watchlist: wagner\ntitle: W\nrules:\n"
            "- {id: named, title: N, query: '@wagner-group'}\n"
            "- {id: more, title: M, query: '@wagner-group AND @mali AND @libya'}\n"}  # fmt: skip
    sources = {"wagner.yaml": more["w.yaml"]}
    fired = explain(Matcher(compiled(sources)), item("Wagner Group in Mali."))
    silent = explain(Matcher(compiled(sources)), item("Mali and Libya, in that order."))

    assert "NEARLY" not in explained(fired).plain
    assert "1 more near miss: --all shows all." in explained(fired).plain
    assert "NEARLY      wagner/more" in explained(fired, everything=True).plain
    assert "NEARLY      wagner/more" in explained(silent).plain


def test_only_the_nearest_misses_are_shown() -> None:
    """Three of a watchlist; the rest are counted."""
    rules = "".join(
        f"- {{id: r{n}, title: R, query: '@mali AND @libya AND @security-council AND word{n}'}}\n"
        for n in range(5)
    )
    lists = compiled({"w.yaml": f"watchlist: w\ntitle: W\nrules:\n{rules}"})
    said = explained(explain(Matcher(lists), item("The Security Council on Mali and Libya."))).plain

    assert said.count("NEARLY      w/") == 3
    assert "2 more near misses: --all shows all." in said


@pytest.mark.parametrize("colours", [False, True])
def test_right_to_left_text_does_not_turn_the_line_around_it(colours: bool) -> None:
    """Every foreign piece stands between a first strong isolate and its end."""
    said = explain(Matcher(compiled()), item("التقى لافروف حفتر.", title="لقاء", lang="ar"))
    shown = explained(said, colours=colours).plain

    assert shown.startswith(f"{ISOLATE}لقاء{POP} [ar]")
    for line in shown.splitlines():
        assert line.count(ISOLATE) == line.count(POP)
    assert (f"content: {ISOLATE}[التقى] [لافروف] [حفتر].{POP}" in shown) is not colours
    assert (f"content: {ISOLATE}التقى لافروف حفتر.{POP}" in shown) is colours


@pytest.mark.parametrize(
    ("quoted", "line"),
    [
        pytest.param(Quoted(field="content", text="He met\nher.", words=((3, 6),)), "He [met] her.", id="a line break"),
        pytest.param(
            Quoted(field="content", text="held talks", words=((0, 10), (5, 10))), "[held talks]", id="words in words"
        ),
        pytest.param(
            Quoted(field="content", text="and on", words=(), cut=(True, True)), "… and on …", id="cut on both sides"
        ),
        pytest.param(Quoted(field="content", text="[a] b", words=((4, 5),)), "[a] [b]", id="brackets of the text stay"),
    ],
)  # fmt: skip
def test_a_sentence_is_one_line(quoted: Quoted, line: str) -> None:
    """With the found words in brackets, each letter once."""
    assert marked(quoted).plain == f"{ISOLATE}{line}{POP}"


@pytest.mark.parametrize(
    ("more", "line"),
    [
        pytest.param({}, "meeting (planned): Sergei Lavrov with Khalifa Haftar", id="who and whom"),
        pytest.param(
            {"place": "Moscow", "date": "2023-09-28", "background": True},
            "meeting (planned): Sergei Lavrov with Khalifa Haftar, Moscow, 2023-09-28, recalled from earlier",
            id="where and when",
        ),
        pytest.param(
            {"parties": {"a": ("Sergei Lavrov",), "b": ()}},
            "meeting (planned): Sergei Lavrov with nobody named",
            id="one side only",
        ),
    ],
)
def test_a_contact_is_told_in_a_line(more: dict[str, object], line: str) -> None:
    """Kind, status, both sides, place and date."""
    given: dict[str, object] = {"parties": {"a": ("Sergei Lavrov",), "b": ("Khalifa Haftar",)}, **more}
    made = Contact(watchlist="w", type=ContactType.MEETING, status=ContactStatus.PLANNED, **given)  # type: ignore[arg-type]

    assert told(made) == line


_BETWEEN = (
    "contacts: {between: {russia: {title: {en: Russian side}, tag: '#russia-actor'}, "
    "libya: {title: {en: Libyan side}, tag: '#libya-actor'}}}"
)


def test_rules_without_a_contact_for_one_reason_stand_together() -> None:
    """Their reason is told once, and that of the declared rules as one."""
    rules = "".join(
        f"- {{id: r{n}, title: R, query: '#russia-actor SENTENCE %contact.meeting', contact: true}}\n"
        for n in range(3)
    )
    lists = compiled({"w.yaml": f"watchlist: w\ntitle: W\nseverity: high\n{_BETWEEN}\nrules:\n{rules}"})
    matcher = Matcher(lists, extract=lambda scan, watchlist: ())
    said = explained(explain(matcher, item("Lavrov met aides. Haftar slept."))).plain

    assert "NO CONTACT  w/contacts, r0, r1, r2 (high)  ⁨W⁩" in said
    assert said.count("no contact between the two sides is told") == 1


def test_a_contact_stands_with_the_sentences_it_was_read_from() -> None:
    """They may be others than those that the rule held on."""
    words = [("content", "They met on Monday.", "met"), ("title", "Lavrov in Benghazi", "Lavrov"),
             ("content", "They met on Monday.", "They")]  # fmt: skip
    evidence = tuple(
        Evidence(field=field, start=0, end=9, text=text, term="t", sentence=sentence)
        for field, sentence, text in words
    )
    contact = Contact(
        type=ContactType.MEETING,
        status=ContactStatus.HAPPENED,
        watchlist="w",
        parties={"a": ("A",), "b": ("B",)},
        evidence=evidence,
    )
    matcher = Matcher(compiled(DECLARED), extract=telling((contact, "both-take-part")))
    lines = explained(explain(matcher, item("Lavrov met Haftar."))).plain.splitlines()
    told_at = lines.index("  contact: meeting (happened): A with B")

    assert lines[told_at + 1 : told_at + 3] == [
        f"    content: {ISOLATE}[They] [met] on Monday.{POP}",
        f"    title: {ISOLATE}[Lavrov] in Benghazi{POP}",
    ]
