"""What makes two items one event, and what keeps look-alikes apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from monitor.model import Decision, Fact
from monitor.stories.event import relation
from monitor.stories.rarity import Weeks, weighed
from monitor.stories.signature import signature
from tests.unit.stories.samples import NOON, PARAGRAPHS, contact, facts, item, signed

if TYPE_CHECKING:
    from monitor.stories.signature import Signature

TEXT = "\n\n".join(PARAGRAPHS)
VISIT = facts(haftar=3, putin=3, moscow=2, kremlin=1)


def kind(one: Signature, other: Signature) -> str:
    """The relation in a word; it is the same from either side."""
    found, back = relation(one, other), relation(other, one)
    if found is None or back is None:
        assert found is back
        return "none"
    assert (found.kind, found.apart) == (back.kind, back.apart)
    assert abs(found.strength - back.strength) < 1e-9
    return found.kind


def test_the_same_address_makes_no_copy() -> None:
    """A live page has one link and many entries; an aggregator's link is everybody's."""
    one = signed(item("1", "Storm closes the harbour of Derna", canonical_url="https://example.org/a"))
    other = item("2", "Pilots refuse the night shift", feed="b", canonical_url="https://example.org/a")
    assert kind(one, signed(other)) == "none"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("\n\n".join(PARAGRAPHS[1:]), id="a paragraph dropped"),
        pytest.param("\n\n".join(reversed(PARAGRAPHS[:5])), id="half dropped, reordered"),
        pytest.param(TEXT.replace("delegation", "party").replace("three", "some"), id="lightly rewritten"),
        pytest.param("Breaking news from the coast. " + TEXT + " Subscribe for more.", id="framed"),
    ],
)
def test_a_syndicated_text_is_a_copy(body: str) -> None:
    """Cuts, reordering and light rewrites do not hide a copy."""
    assert (
        kind(signed(item("1", "One", content=TEXT)), signed(item("2", "Two", feed="b", content=body)))
        == "copy"
    )


def test_boilerplate_of_one_source_is_no_copy() -> None:
    """Two short items of one feed that share a footer are two items."""
    footer = " ".join(PARAGRAPHS[:2])
    one = signed(item("1", "One", content=f"{PARAGRAPHS[4]} {PARAGRAPHS[5]} {footer}"))
    other = signed(item("2", "Two", content=f"{PARAGRAPHS[6]} {PARAGRAPHS[7]} {footer}"))
    assert kind(one, other) not in ("copy", "event")


def test_short_headlines_never_join() -> None:
    """A formula such as "Live updates" stands over many events."""
    assert kind(signed(item("1", "Live updates")), signed(item("2", "Live updates", feed="b"))) == "none"


@pytest.mark.parametrize(
    ("text", "feed", "expected"),
    [
        pytest.param(
            "Follow our channel for all the news from the region, day and night.", "a", False, id="a line"
        ),
        pytest.param(
            "Checking your browser before you go on. Please wait a moment.", "b", False, id="a challenge"
        ),
        pytest.param(TEXT, "b", True, id="an article of another desk"),
        pytest.param(TEXT, "a", False, id="a long notice of one desk"),
    ],
)
def test_one_text_under_other_headlines_is_a_copy_only_when_it_is_news(
    text: str, feed: str, expected: bool
) -> None:
    """What a desk prints below everything is not the news."""
    one = signed(item("1", "Ferry to Malta runs aground", content=text))
    other = signed(item("2", "Teachers strike over unpaid wages", feed=feed, content=text))
    assert (kind(one, other) == "copy") is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("", True, id="none: a wire's text without its headline"),
        pytest.param("Ferry to Malta reaches the shore", True, id="half of its words"),
        pytest.param("Ferry reaches the shore", False, id="less than half of them"),
    ],
)
def test_a_line_of_one_desk_is_a_copy_where_the_headlines_have_to_do_with_each_other(
    title: str, expected: bool
) -> None:
    """Else two ferries with one notice below them would be one story."""
    text = "Follow our channel for all the news from the region, day and night."
    one = signed(item("1", "Ferry to Malta runs aground", content=text))
    assert (kind(one, signed(item("2", title, content=text))) == "copy") is expected


def test_one_headline_over_two_texts_is_one_event_for_a_day() -> None:
    """At one desk the same formula stands over another event each time."""
    title = "Council debates mandate before midnight deadline"
    one = signed(item("1", title, content=PARAGRAPHS[0]))
    for hours, feed, expected in ((3, "b", True), (3, "a", False), (26, "a", False)):
        other = signed(item("2", title, hours=hours, feed=feed, content=PARAGRAPHS[5]))
        assert (kind(one, other) == "event") is expected


def test_tellings_in_two_languages_join_by_what_they_name() -> None:
    """No word is shared, the same people and places are."""
    assert kind(signed(item("1"), named=VISIT), signed(item("2", hours=5), lang="ar", named=VISIT)) == "event"


def test_one_shared_name_is_not_an_event() -> None:
    """Everything here is about Libya."""
    one = signed(item("1"), named=facts(libya=3))
    assert kind(one, signed(item("2"), lang="fr", named=facts(libya=3))) == "none"


def test_what_a_crowded_stream_shares_needs_more() -> None:
    """The same two names that join two items of a quiet week do not among fifty stories that all have them."""
    weeks = Weeks()
    for n in range(50):
        weeks.count(signed(item(str(n)), named=facts(haftar=3, moscow=2)))
    decisions = [Decision(lang=lang, facts=facts(haftar=3, moscow=2)) for lang in ("en", "ru")]
    quiet = [signature(item("x"), decision, NOON) for decision in decisions]
    crowded = [weighed(made, weeks.around(NOON)) for made in quiet]
    quiet = [weighed(made, Weeks().around(NOON)) for made in quiet]
    assert kind(*quiet) == "event"
    assert kind(*crowded) != "event"


@pytest.mark.parametrize(
    ("one", "other", "joins"),
    [
        pytest.param("Patrol seen in Murzuq", "Patrol seen in Ghadames", False, id="another place"),
        pytest.param("Convoy ambushed on Monday", "Convoy ambushed on Tuesday", False, id="another day"),
        pytest.param("Fighters guard the airfield", "Fighters burn the airfield", False, id="another verb"),
        pytest.param(
            "Pilots return to Sirte airfield", "Pilots return to Sirte airfield", True, id="the same"
        ),
    ],
)
def test_bare_headlines_that_differ_in_a_word_are_two_events(one: str, other: str, joins: bool) -> None:
    """Until something else says otherwise."""
    found = kind(signed(item("1", one)), signed(item("2", other, feed="b", hours=1)))
    assert (found in ("event", "copy")) is joins


#: of one envoy, in four languages: the language, the headline, and what of it no list knows
ENVOY = {
    "Gao": ("en", "Putin in Gao", "in Gao"),
    "Gao, French": ("fr", "Poutine à Gao", "à Gao"),
    "Lusaka": ("en", "Putin visits Lusaka", "visits Lusaka"),
    "Lusaka, Russian": ("ru", "Путин посетил Лусаку", "посетил Лусаку"),
    "Lusaka, Turkish": ("tr", "Putin Lusaka'yı ziyaret etti", "Lusaka'yı ziyaret etti"),
    "Kampala, Arabic": ("ar", "بوتين يزور كمبالا", "يزور كمبالا"),
    "Kampala": ("en", "Putin Visits Kampala", "Visits Kampala"),
    "scorns Kampala": ("it", "Putin snobba Kampala", "snobba Kampala"),
    "a nation": ("fr", "Poutine reçoit un Ougandais", "reçoit un Ougandais"),
}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Gao", "Gao, French", "event"),
        ("Gao", "Lusaka", "related"),
        ("Gao, French", "Kampala, Arabic", "related"),
        ("Lusaka", "Lusaka, Russian", "event"),
        ("Lusaka, Russian", "Lusaka, Turkish", "event"),
        ("Lusaka, Turkish", "Kampala, Arabic", "related"),
        ("Kampala", "Kampala, Arabic", "event"),
        ("Kampala", "Lusaka, Russian", "related"),
        ("Kampala, Arabic", "scorns Kampala", "related"),
        ("a nation", "Lusaka", "related"),
    ],
)
def test_a_name_that_no_list_knows_sets_bare_headlines_apart(one: str, other: str, expected: str) -> None:
    """In whatever languages; so does a verb."""
    signatures = [
        signed(item(name, title, feed=name), lang=lang, named=facts(putin=3), unnamed=unnamed)
        for name in (one, other)
        for lang, title, unnamed in [ENVOY[name]]
    ]
    assert kind(*signatures) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("He will speak with ministers there for two days.", "related", id="a line below both"),
        pytest.param(TEXT, "copy", id="an article that is the news"),
    ],
)
def test_a_line_that_both_have_makes_no_event_of_two_places(text: str, expected: str) -> None:
    """A long text is the news whatever stands above it."""
    one = item("1", "Putin flies to Gao", content=text)
    other = item("2", "Putin flies to Lusaka", feed="b", content=text)
    found = [signed(of, named=facts(putin=3), unnamed=of.title.removeprefix("Putin ")) for of in (one, other)]
    assert kind(*found) == expected


@pytest.mark.parametrize(
    ("titles", "named", "expected"),
    [
        pytest.param(("flies to Gao", "flies to Lusaka"), facts(putin=3, libya=1), "related", id="each names a place that the other does not"),
        pytest.param(("flies to Gao", "flies to Lusaka"), facts(putin=3, haftar=3, libya=1), "event", id="two people are together in both"),
        pytest.param(("flies to Gao", "flies to Lusaka"), facts(putin=3, moscow=2, libya=1), "event", id="both name one place"),
        pytest.param(("scorns pensioners", "greets teachers"), facts(putin=3, libya=1), "related", id="nothing but him is shared"),
        pytest.param(("scorns pensioners", "scorns pensioners loudly"), facts(putin=3, libya=1), "event", id="one says more of the same"),
    ],
)  # fmt: skip
def test_short_items_that_share_one_man_are_two_events(
    titles: tuple[str, str], named: tuple[Fact, ...], expected: str
) -> None:
    """A president does many things on one day, and each is told in three lines."""
    below = ("Nobody spoke for an hour.", "More is to follow by Friday.")
    found = [
        signed(item(title, f"Putin {title}", feed=title, content=text), named=named, unnamed=title)
        for title, text in zip(titles, below, strict=True)
    ]
    assert kind(*found) == expected


def test_a_place_and_its_country_are_no_two_places() -> None:
    """One desk names the town, the other the country."""
    town = replace(facts(moscow=3)[0], country="@russia")
    one = signed(item("1", "Putin in Moscow"), named=(*facts(putin=3), town))
    other = signed(
        item("2", "Poutine en Russie"), lang="fr", named=(*facts(putin=3), Fact("@russia", 3, "country"))
    )
    elsewhere = signed(item("3", "Путин в Египте"), lang="ru", named=facts(putin=3, egypt=3))
    assert kind(one, other) == "event"
    assert kind(one, elsewhere) == "related"


@pytest.mark.parametrize(
    "title",
    [
        "Morning briefing: the coast",
        "Libya live: latest updates",
        "What we know about the convoy",
        "Why the talks failed",
    ],
)
def test_running_titles_and_explainers_join_nothing(title: str) -> None:
    """They name everything, so they would bridge everything; they are linked."""
    news = signed(item("1", "Putin receives Haftar in Moscow"), named=VISIT)
    assert kind(news, signed(item("2", title, feed="b", hours=1), named=VISIT)) == "related"


def test_what_one_desk_prints_below_everything_joins_nothing() -> None:
    """Its frame names the same people each time: such items are linked, and those of two desks are one event."""
    frame, *_ = PARAGRAPHS
    one = item("1", "Putin receives Haftar in Moscow", content=f"{frame} {PARAGRAPHS[2]} {PARAGRAPHS[3]}")
    other = item("2", "Haftar at the Kremlin", hours=3, content=f"{frame} {PARAGRAPHS[4]} {PARAGRAPHS[5]}")
    elsewhere = replace(other, feed_id="b")

    assert kind(signed(one, named=VISIT), signed(other, named=VISIT)) == "related"
    assert kind(signed(one, named=VISIT), signed(elsewhere, named=VISIT)) == "event"


def test_a_reaction_is_linked() -> None:
    """Who welcomes a visit tells of the welcome."""
    news = signed(item("1", "Putin receives Haftar in Moscow"), named=VISIT)
    reaction = item("2", "Meloni condemns the talks of Haftar in Moscow", feed="b", hours=3)
    assert kind(news, signed(reaction, named=facts(meloni=3, haftar=3, putin=2, moscow=3))) == "related"


@pytest.mark.parametrize(
    ("one", "other", "hours", "expected"),
    [
        pytest.param("arrive in", "leave", 3, "event", id="the opposite on one day"),
        pytest.param("arrive in", "leave", 40, "related", id="what followed"),
    ],
)
def test_opposite_reports_of_one_day_are_one_story(one: str, other: str, hours: float, expected: str) -> None:
    """With the contradiction shown; a day later the one may have followed the other."""
    named = facts(rome=3, n_300=3, column=3)
    first = signed(item("1", f"Three hundred men {one} Rome by ship"), named=named)
    second = signed(item("2", f"Three hundred men {other} Rome by ship", feed="b", hours=hours), named=named)
    assert kind(first, second) == expected


def test_the_same_formula_in_another_resolution_stays_apart() -> None:
    """Two renewals in one week share every word but the number."""
    one = facts(council=3, libya=3, un_2570=3)
    other = facts(council=3, libya=3, un_2571=3)
    assert kind(signed(item("1"), named=one), signed(item("2", hours=2), lang="fr", named=other)) != "event"
    assert kind(signed(item("1"), named=one), signed(item("2", hours=2), lang="fr", named=one)) == "event"


def test_the_same_text_under_opposite_headlines_is_one_event_and_no_copy() -> None:
    """A desk that turns the headline round repeats nobody; the reader sees both."""
    one = signed(item("1", "Three hundred men arrive in Rome by ship", content=TEXT))
    found = relation(one, signed(item("2", "Three hundred men leave Rome by ship", feed="b", content=TEXT)))
    assert found is not None
    assert (found.kind, found.why) == ("event", "they say the opposite")


def test_a_week_reaches_to_its_last_hour() -> None:
    """What is told seven days later to the minute still finds its text."""
    one = signed(item("1", "One", content=TEXT))
    assert kind(one, signed(item("2", "Two", feed="b", hours=168, content=TEXT))) == "copy"
    assert kind(one, signed(item("2", "Two", feed="b", hours=168.1, content=TEXT))) == "none"


@pytest.mark.parametrize("place", [1, 2])
def test_names_far_down_link_nothing(place: int) -> None:
    """Two men whom both articles mention at their end have brought nobody together; in the lead they may have."""
    named = facts(haftar=place, putin=place)
    one, other = signed(item("1"), named=named), signed(item("2", hours=80), lang="ar", named=named)
    assert (kind(one, other) == "none") is (place == 1)


def test_nothing_joins_over_more_than_a_week() -> None:
    """The same people five weeks later are another event."""
    meet = contact("Yunus-bek Yevkurov", "Khalifa Haftar")
    assert (
        kind(signed(item("1"), meet, named=VISIT), signed(item("2", hours=840), meet, named=VISIT)) == "none"
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(VISIT, VISIT, ("event", "the same person, place"), id="what weighs most stands first"),
        pytest.param(facts(haftar=3, putin=2), facts(haftar=3, putin=2, n_1300=3), ("event", "the same person"), id="only what both name"),
    ],
)  # fmt: skip
def test_a_relation_says_why(
    one: tuple[Fact, ...], other: tuple[Fact, ...], expected: tuple[str, str]
) -> None:
    """`monitor stories show` prints it, and a person judges by it whether to take the two apart."""
    found = relation(signed(item("1"), named=one), signed(item("2", hours=2), lang="ar", named=other))
    assert found is not None
    assert (found.kind, found.why) == expected


def test_the_same_people_meeting_again_are_linked_and_never_joined() -> None:
    """The second round in the same week is its own story, with the first one beside it."""
    first, second = (contact("Vladimir Putin", "Khalifa Haftar", date=f"2026-03-0{day}") for day in (2, 6))
    one = signed(item("1", "Putin receives Haftar in Moscow"), first, named=VISIT)
    other = signed(item("2", "Путин снова принял Хафтара", hours=90), second, lang="ru", named=VISIT)
    found = relation(one, other)
    assert found is not None
    assert (found.kind, found.why) == ("related", "the same people meet again")
    same = relation(one, signed(item("2", hours=20), first, lang="ru", named=VISIT))
    assert same is not None
    assert (same.kind, same.why) == ("event", "the same people meet")


def test_background_meetings_join_nothing() -> None:
    """A meeting that is remembered in an article on something else does not make it the meeting's story."""
    past = contact("Vladimir Putin", "Khalifa Haftar", background=True)
    now = contact("Vladimir Putin", "Khalifa Haftar")
    assert kind(signed(item("1"), past), signed(item("2"), now, lang="ru")) == "none"


LANDED = "An officer met him on Sunday at the airport of the town, where a guard of honour stood."
TALKED = "Both men spoke for two hours about the training of officers in the old fortress."


@pytest.mark.parametrize(
    ("title", "hours", "expected"),
    [
        ("Putin lands in Moscow", 3, "event"),
        ("Putin lands in Moscow", 50, "related"),
        ("Putin in Moscow", 3, "related"),
    ],
)
def test_an_arrival_and_the_talks_behind_it_are_one_trip(title: str, hours: float, expected: str) -> None:
    """Though another man stood at the airport; not days later, and not where nobody arrives."""
    arrival = signed(
        item("1", title, content=LANDED),
        contact("Vladimir Putin", "Saddam Haftar"),
        named=facts(putin=3, saddam=2, moscow=3),
    )
    talks = signed(
        item("2", "Putin and Haftar talk in Moscow", feed="b", hours=hours, content=TALKED),
        contact("Vladimir Putin", "Khalifa Haftar"),
        named=facts(putin=3, haftar=3, moscow=3),
    )
    assert kind(arrival, talks) == expected


def test_one_form_of_words_for_two_guests_is_two_meetings() -> None:
    """Though most of the text is the same, as an office writes it of every guest of a day."""
    text = "This morning the marshal received a guest in his office; they spoke of ties and how to deepen them: {}"
    one = signed(
        item("1", "Haftar receives Putin", content=text.format("Putin")),
        contact("Vladimir Putin", "Khalifa Haftar"),
        named=facts(haftar=3, putin=3, moscow=2),
    )
    other = signed(
        item("2", "Haftar receives Northoil", feed="b", hours=2, content=text.format("Northoil")),
        contact("Northoil", "Khalifa Haftar"),
        named=(*facts(haftar=3, moscow=2), Fact("@northoil", 3, "body")),
    )
    assert kind(one, other) == "related"


def test_who_refuses_a_document_reacts_to_it() -> None:
    """The vote is one story, what a government says of it another."""
    named = (*facts(un_2831=3, libya=3), Fact("@the-council", 3, "body"))
    vote = signed(item("1", "Council adopts resolution"), named=named)
    again = item("2", "Conseil : la résolution est adoptée", feed="b", hours=5)
    refused = item("3", "Le gouvernement rejette la résolution du Conseil", feed="b", hours=5)
    assert kind(vote, signed(again, named=named, lang="fr")) == "event"
    assert kind(vote, signed(refused, named=named, lang="fr")) == "related"


def test_the_same_office_of_two_countries_is_two() -> None:
    """A speaker of parliament in Tokyo and one in Beirut."""
    text = "Parliament speaker met journalists"
    one, other = (
        signed(item(str(n), text), named=facts(**{country: 3}), lang=lang)
        for n, country, lang in ((1, "libya", "en"), (2, "egypt", "de"))
    )
    assert kind(one, other) != "event"


def test_the_same_people_meet_whatever_else_the_stream_has() -> None:
    """An arrival for talks and the talks, in a crowded stream; what came of them is told apart."""
    man = facts(haftar=3)
    ours = replace(
        signed(item("1", "Haftar arrives for talks"), contact("Putin", "Haftar"), named=man), crowd=20
    )
    met = item("2", "Putin reçoit Haftar au palais", feed="b", hours=6)
    freed = item("3", "Putin libère les marins de Haftar", feed="b", hours=6)
    assert (
        kind(ours, signed(met, contact("Putin", "Haftar"), named=facts(haftar=3, putin=3), lang="fr"))
        == "event"
    )
    assert (
        kind(ours, signed(freed, contact("Putin", "Haftar"), named=facts(haftar=3, putin=3), lang="fr"))
        != "event"
    )
