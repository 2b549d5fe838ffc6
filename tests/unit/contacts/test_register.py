"""The register of contacts: each once, whoever tells it, in whatever language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.contacts.parties import EntityIndex
from monitor.contacts.register import Filter, chosen, ledger
from monitor.matching.mentions import EntitySpec
from monitor.model import ContactStatus, ContactType, Corroboration, DateFlag, Side, Story
from tests.support.ledger import PEOPLE, contact, judged, made, role, said, sample

PLANNED, INVITED, DENIED, CANCELLED = (
    ContactStatus.PLANNED,
    ContactStatus.INVITED,
    ContactStatus.DENIED,
    ContactStatus.CANCELLED,
)


@pytest.mark.parametrize(
    ("other", "days"),
    [
        pytest.param({}, 1, id="another language the next day"),
        pytest.param({}, 4, id="no day is said, four days later"),
        pytest.param({"date": "2026-03-02"}, 1, id="the day is said two days apart"),
        pytest.param({"type": ContactType.VISIT}, 0, id="told as a visit"),
        pytest.param({"type": ContactType.AGREEMENT}, 0, id="what was signed there"),
        pytest.param({"place": "Kremlin, Moscow"}, 0, id="a closer place"),
        pytest.param({"russian": ("Sergei Lavrov", "Sergei Shoigu")}, 0, id="one more took part"),
        pytest.param({"russian": ("Russian delegation",)}, 0, id="one side without names"),
        pytest.param({"libyan": ("Libyan National Army",)}, 1, id="one side as its body"),
        pytest.param({"status": DENIED}, 3, id="denied"),
        pytest.param({"status": CANCELLED}, -3, id="called off days before it took place after all"),
        pytest.param({"status": PLANNED}, -14, id="planned two weeks before"),
        pytest.param({"status": INVITED}, -20, id="invited three weeks before"),
        pytest.param({"status": PLANNED, "date": "2026-03-04"}, -60, id="planned for that day long before"),
    ],
)
def test_two_reports_of_one_contact_are_one(other: dict[str, Any], days: float) -> None:
    """Whatever the second leaves open or says differently."""
    found = made(said(1, contact()), said(2, contact(**other), day=days, outlet="Sawt", lang="ar"))

    assert [len(c.sources) for c in found] == [2]


@pytest.mark.parametrize(
    ("other", "days"),
    [
        pytest.param({}, 35, id="the same people five weeks later"),
        pytest.param({"date": "2026-03-09"}, 5, id="another day is said"),
        pytest.param({"libyan": ("Aguila Saleh",)}, 0, id="another Libyan"),
        pytest.param({"russian": ("Vladimir Putin",)}, 0, id="another Russian"),
        pytest.param({"type": ContactType.CALL}, 0, id="a call"),
        pytest.param({"type": ContactType.TRANSFER}, 0, id="a delivery"),
        pytest.param({"status": PLANNED}, 5, id="a next one is planned"),
        pytest.param({"russian": ("Russian delegation",), "place": "Tobruk"}, 0, id="no names, elsewhere"),
        pytest.param({"russian": ("Russian delegation",)}, 6, id="no names, days later"),
        pytest.param({"russian": ("Russia",), "libyan": ("Libya",), "place": None}, 0, id="two countries"),
    ],
)
def test_what_looks_alike_stays_apart(other: dict[str, Any], days: float) -> None:
    """Other people, other days, another way of being in touch."""
    found = made(said(1, contact()), said(2, contact(**other), day=days, outlet="Sawt", lang="ar"))

    assert [len(c.sources) for c in found] == [1, 1]


def test_a_story_lets_what_is_open_be_joined() -> None:
    """Two countries without a name are one contact where the items tell one story."""
    open_sides = contact(russian=("Russia",), libyan=("Libya",), place=None)
    found = made(said(1, contact(), story_id="s-1"), said(2, open_sides, day=1, story_id="s-1"))

    assert [len(c.sources) for c in found] == [2]


def test_two_contacts_of_one_item_stay_two() -> None:
    """The text itself told them apart, so the second is not taken for the nameless half of the first."""
    found = made(said(1, contact(), contact(libyan=("National Oil Corporation",), russian=("Rosneft",))))

    assert len(found) == 2


def test_two_watchlists_never_share_a_contact() -> None:
    """The same words are a contact of each, under ids that stay apart; who asks for one only has the id as before."""
    ours, other = contact(), contact(watchlist="zz-another")
    (alone,) = made(said(1, ours))
    found = made(said(1, ours, other), said(2, ours, other, outlet="Sawt", lang="ar", story_id="s-1"))

    assert [(c.watchlist, len(c.sources)) for c in sorted(found, key=lambda c: c.watchlist)] == [
        ("russia-libya-contacts", 2),
        ("zz-another", 2),
    ]
    assert len({c.id for c in found}) == 2
    assert next(c.id for c in found if c.watchlist == "russia-libya-contacts") == alone.id


def test_a_party_has_its_title_in_the_readers_language() -> None:
    """Else in English; its id where no watchlist declares it."""
    (known,), (unknown,) = made(said(1, contact())), made(said(1, contact(watchlist="gone")))

    assert (known.title("libya", "ar"), known.title("libya", "tr")) == ("الجانب الليبي", "Libyan side")
    assert unknown.title("libya") == "libya"


def test_what_one_item_says_twice_of_a_contact_is_one() -> None:
    """A plan, and that there is none."""
    denial = contact(status=DENIED, russian=("Kremlin",))
    (found,) = made(said(1, contact(status=PLANNED), denial))

    assert [s.status for s in found.sources] == [DENIED]
    assert [status for _, status in found.history] == [PLANNED, DENIED]


def test_a_report_with_everybody_in_it_joins_two_meetings_of_one_day() -> None:
    """Under the id of the one that was there first."""
    first = made(said(1, contact()))
    found = made(
        said(1, contact()),
        said(2, contact(russian=("Vladimir Putin",))),
        said(3, contact(russian=("Vladimir Putin", "Sergei Lavrov"))),
    )

    assert [(c.id, len(c.sources)) for c in found] == [(first[0].id, 3)]


def test_the_history_is_every_change() -> None:
    """Planned, took place, denied; told from three sides."""
    contact_, _ = sample()

    assert [status.value for _, status in contact_.history] == ["planned", "happened", "denied"]
    assert contact_.status is ContactStatus.DENIED
    assert list(contact_.by_side) == [Side("russia-state"), Side("libya-east"), Side("libya-west")]
    assert [s.item_id for s in contact_.sources] == [1, 2, 3]


@pytest.mark.parametrize(
    ("statuses", "history"),
    [
        pytest.param("happened planned", "happened", id="a plan told late"),
        pytest.param("planned invited planned", "planned invited", id="a plan told again"),
        pytest.param("happened ongoing", "happened", id="under way, told late"),
        pytest.param(
            "happened denied happened", "happened denied happened", id="maintained by another outlet"
        ),
        pytest.param("planned postponed happened", "planned postponed happened", id="after all"),
    ],
)
def test_what_is_no_change_is_not_in_the_history(statuses: str, history: str) -> None:
    """News that comes late turns nothing back."""
    items = [
        said(n, contact(status=ContactStatus(word)), day=n / 4, outlet=f"Outlet {n}")
        for n, word in enumerate(statuses.split())
    ]
    (found,) = made(*items)

    assert " ".join(status.value for _, status in found.history) == history


def test_an_outlet_that_repeats_itself_changes_nothing() -> None:
    """The denial is the last word where the only other voice said it before."""
    (found,) = made(
        said(1, contact(), outlet="Vestnik"),
        said(2, contact(status=DENIED), day=0.2, outlet="Sawt"),
        said(3, contact(), day=0.4, outlet="Vestnik"),
    )

    assert found.status is DENIED


@pytest.mark.parametrize(
    ("mention", "days"),
    [
        pytest.param({"date": "2026-03-04"}, 200, id="by its day"),
        pytest.param({"date": "2026-03"}, 200, id="by its month"),
        pytest.param({"date": "2026"}, 200, id="by its year"),
        pytest.param({}, 30, id="without a day, weeks later"),
        pytest.param({"russian": ("Russian delegation",)}, 10, id="without names, by its place"),
    ],
)
def test_a_mention_of_an_old_contact_is_attached_to_it(mention: dict[str, Any], days: float) -> None:
    """It is a source more, and neither a new contact nor a change."""
    old = contact(background=True, **mention)
    (found,) = made(said(1, contact()), said(2, old, day=days, outlet="Sawt"))

    assert not found.background
    assert [s.item_id for s in found.sources] == [1, 2]
    assert len(found.history) == 1


def test_an_old_contact_without_a_day_is_the_latest_before() -> None:
    """Of two meetings of the same people."""
    found = made(
        said(1, contact(date="2026-03-04")),
        said(2, contact(date="2026-04-10"), day=37),
        said(3, contact(background=True), day=50),
    )

    assert [[s.item_id for s in c.sources] for c in found] == [[1], [2, 3]]


def test_an_old_contact_that_nobody_told_is_background() -> None:
    """And becomes news when a report of its own comes in late."""
    mention = said(1, contact(background=True, date="2026-03-02"))
    (alone,) = made(mention)
    (told,) = made(mention, said(2, contact(date="2026-03-02"), day=1))

    assert alone.background
    assert not told.background
    assert told.id == alone.id


def test_a_new_contact_is_not_taken_for_an_old_mention_without_a_day() -> None:
    """What happened "before" in yesterday's paper is not what happens today."""
    found = made(said(1, contact(background=True)), said(2, contact(), day=1))

    assert [c.background for c in found] == [True, False]


def test_what_is_cited_is_the_best_that_any_report_has() -> None:
    """The day that most name, persons before bodies with their offices, no bare country beside a name."""
    (found,) = made(
        said(1, contact(russian=("Russia",), place=None)),
        said(2, contact(date="2026-03", libyan=("Libyan National Army", "Khalifa Haftar")), outlet="Sawt"),
        said(3, contact(date="2026-03-03"), outlet="Vestnik", day=1),
    )

    assert [(p.name, p.role) for p in found.parties["russia"]] == [("Sergei Lavrov", "foreign minister")]
    assert [p.name for p in found.parties["libya"]] == ["Khalifa Haftar", "Libyan National Army"]
    assert (found.date, found.place) == ("2026-03-03", "Moscow")
    assert found.sources[0].evidence[0].sentence == "Lavrov received Haftar in Moscow."


def test_a_role_is_the_one_of_that_day() -> None:
    """Not that of the day when it is told."""
    (found,) = made(said(1, contact(date="2025-12-31", background=True)))

    assert found.parties["russia"][0].role == ""


def test_a_contact_is_judged_by_its_own_reports_only() -> None:
    """Without the mentions of it, and with no other contact of the same items."""
    seen = []

    def judge(story: Any) -> Any:
        seen.append([(item.id, len(item.contacts)) for item in story.items])
        return judged(story)

    other = contact(type=ContactType.CALL)
    items = (said(1, contact(), other), said(2, contact(background=True), day=20))
    found = ledger(items, role, people=PEOPLE, corroborate=judge)

    assert seen == [[(1, 1)], [(1, 1)]]
    assert all(c.corroboration for c in found)


def test_a_date_that_cannot_be_trusted_is_not_used() -> None:
    """The moment when we saw the item is."""
    item = said(1, contact(), day=300)
    odd = replace(
        item, item=replace(item.item, date_flag=DateFlag.FUTURE), first_seen_at=said(2).first_seen_at
    )
    (found,) = made(odd, said(2, contact(), outlet="Sawt"))

    assert [(s.item_id, s.told_at) for s in found.sources] == [
        (2, said(2).item.published_at),
        (1, odd.first_seen_at),
    ]


NAMES = st.lists(st.sampled_from(sorted(PEOPLE)[:3]), min_size=1, max_size=2, unique=True)
REPORTS = st.tuples(NAMES, st.integers(0, 40), st.sampled_from(list(ContactStatus)), st.booleans())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(REPORTS, max_size=12))
def test_what_comes_later_renames_nothing(reports: list[tuple[list[str], int, ContactStatus, bool]]) -> None:
    """Every report stands in the ledger once; the first contact keeps its id; the order of the input is no matter."""
    reports.sort(key=lambda r: r[1])
    items = [
        said(n, contact(libyan=tuple(names), status=status, background=old), day=day + n / 1000)
        for n, (names, day, status, old) in enumerate(reports)
    ]
    whole = made(*items)

    assert sorted(s.item_id for c in whole for s in c.sources) == [item.id for item in items]
    assert made(*reversed(items)) == whole
    for end in range(1, len(items)):
        first = made(*items[:end])
        assert next(c.id for c in first if c.sources[0].item_id == 0) in {c.id for c in whole}


def who() -> EntityIndex:
    names = {"Sergei Lavrov": ("Лавров",), "Vladimir Putin": ("Путин",)}
    return EntityIndex.of(
        EntitySpec(
            id=name.casefold().replace(" ", "-"),
            name=name,
            kind="person",
            exact={"en": (name,)},
            aliases={"ru": aliases},
        )
        for name, aliases in names.items()
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, ["meeting", "call"], id="nothing: all that is news"),
        pytest.param({"background": True}, ["past", "meeting", "call"], id="what is only mentioned as well"),
        pytest.param({"since": date(2026, 3, 6)}, ["meeting", "call"], id="since the day itself"),
        pytest.param({"since": date(2026, 3, 7)}, ["call"], id="since the day after"),
        pytest.param({"until": date(2026, 3, 6)}, ["meeting"], id="until the day itself"),
        pytest.param({"until": date(2026, 3, 5)}, [], id="until the day before"),
        pytest.param({"since": date(2026, 3, 7), "until": date(2026, 3, 31)}, [], id="a time in which nothing was"),
        pytest.param({"since": date(2025, 7, 1), "until": date(2025, 7, 2), "background": True}, ["past"], id="a year holds every day of it"),
        pytest.param({"watchlists": frozenset({"russia-libya-contacts"})}, ["meeting", "call"], id="its watchlist"),
        pytest.param({"watchlists": frozenset({"another"})}, [], id="another watchlist"),
        pytest.param({"parties": frozenset({"libya"})}, ["meeting", "call"], id="a party"),
        pytest.param({"parties": frozenset({"libya", "turkey"})}, [], id="a party that it does not have"),
        pytest.param({"statuses": frozenset({PLANNED})}, [], id="a status that it had"),
        pytest.param({"statuses": frozenset({ContactStatus.HAPPENED})}, ["meeting", "call"], id="its status"),
        pytest.param({"kinds": frozenset({ContactType.CALL})}, ["call"], id="a kind"),
        pytest.param({"kinds": frozenset({ContactType.VISIT})}, ["meeting"], id="a kind that one source tells it as"),
        pytest.param({"sides": frozenset({Side("libya-east")})}, ["meeting"], id="a side that tells it"),
        pytest.param({"sides": frozenset({Side("un")})}, [], id="a side that does not"),
        pytest.param({"persons": ("Лавров",)}, ["meeting"], id="a name in another language"),
        pytest.param({"persons": ("putin",)}, ["call"], id="a part of the English name"),
        pytest.param({"persons": ("Лавров", "Putin")}, [], id="two who never met together"),
        pytest.param({"since": date(2030, 1, 1), "contact_id": "?"}, ["call"], id="its id, whatever else is asked"),
    ],
)  # fmt: skip
def test_a_register_is_asked_by_any_of_its_columns(asked: dict[str, Any], expected: list[str]) -> None:
    """Every condition must hold; a wrong one gives an analyst an empty table that looks like an answer."""
    contacts = made(
        said(1, contact(date="2026-03-06"), side=Side("russia-state")),
        said(2, contact(date="2026-03-06", type=ContactType.VISIT), day=1, side=Side("libya-east")),
        said(3, contact(date="2026-03-06"), day=2),
        said(
            4, contact(type=ContactType.CALL, russian=("Vladimir Putin",), libyan=("Aguila Saleh",)), day=40
        ),
        said(
            5, contact(date="2025", background=True, russian=("Sergei Shoigu",), libyan=("Mohamed al-Menfi",))
        ),
    )
    names = dict(zip([c.id for c in contacts], ["past", "meeting", "call"], strict=True))
    if "contact_id" in asked:
        asked = asked | {"contact_id": contacts[-1].id}

    assert [names[c.id] for c in chosen(contacts, Filter(**asked), who())] == expected


def test_the_grade_of_a_contact_is_judged_by_its_own_reports() -> None:
    """Of an item that tells two contacts only the one counts; else the denial of one would be held against the other."""
    seen: list[Story] = []

    def judging(story: Story) -> Corroboration:
        seen.append(story)
        return judged(story)

    one, other = contact(), contact(russian=("Vladimir Putin",), libyan=("Aguila Saleh",))
    found = ledger([said(1, one, other), said(2, one)], role, people=PEOPLE, corroborate=judging)

    told = [[[[*c.parties["russia"]] for c in item.contacts] for item in story.items] for story in seen]
    assert sorted(told) == [[[["Sergei Lavrov"]], [["Sergei Lavrov"]]], [[["Vladimir Putin"]]]]
    assert [c.corroboration and c.corroboration.explained for c in found] == [
        f"{len(s.items)} reports" for s in seen
    ]


def test_a_source_leads_to_its_item_and_its_story() -> None:
    """So that whoever cites the contact can show where it was told."""
    (found,) = made(
        said(7, contact(), story_id="s-3", outlet="Vestnik", side=Side("russia-state"), lang="ru")
    )
    (source,) = found.sources

    assert (source.item_id, source.story_id, source.side) == (7, "s-3", Side("russia-state"))
    assert (source.url, source.outlet) == ("https://vestnik.example/7", "Vestnik")
