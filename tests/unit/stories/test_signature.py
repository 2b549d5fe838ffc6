"""A signature keeps what is needed and survives the store."""

import json
from dataclasses import fields, replace

import pytest

from monitor.model import Contact, ContactStatus, ContactType, Evidence, Fact
from monitor.stories.event import relation
from monitor.stories.signature import MAX_FACTS, Meeting, Odd, Signature, as_json, from_json
from tests.unit.stories.samples import NOON, PARAGRAPHS, contact, facts, item, signed


def test_a_signature_comes_back_from_the_store_as_it_was() -> None:
    """JSON and back relates to the original as a perfect copy."""
    one = signed(
        item("1", "A headline of some words", content=" ".join(PARAGRAPHS)),
        contact("Vladimir Putin", "Khalifa Haftar", date="2026-03-04"),
        named=facts(haftar=3, un_2570=2),
    )

    back = from_json(as_json(one))

    assert as_json(back) == as_json(one)
    assert (back.facts, back.documents, back.meetings) == (one.facts, one.documents, one.meetings)
    found = relation(one, back)
    assert found is not None
    assert found.kind == "copy"


def test_every_field_comes_back_from_the_store() -> None:
    """What is lost there is forgotten by every later comparison, and by no one noticed."""
    kept = Signature(
        at=NOON, lang="ar", source="gazette", shingles=(5, 6), length=7, title=(8,), facts={"p:haftar": 3},
        lists=("wagner",), topic=frozenset({"b:noc"}), rare={"p:haftar": 0.25}, crowd=12,
        meetings=(Meeting((frozenset({"A"}), frozenset({"B"})), "Sirte", "2026-03", ContactType.CALL, ContactStatus.DENIED, "c", "libya"),),
        stated=False, odd=(Odd("sirte", "srt", name=True),), within=frozenset({"c:libya"}), series=True,
        undone=frozenset({"d:open"}),
    )  # fmt: skip
    back = from_json(json.loads(json.dumps(as_json(kept))))

    for name in (field.name for field in fields(Signature) if field.compare):
        assert getattr(back, name) == getattr(kept, name), name


def test_what_an_earlier_version_kept_is_read_as_if_nothing_were_known() -> None:
    """No crowd, no series, and the text counts as news: an old item still meets its copies."""
    old = {
        "at": NOON.isoformat(),
        "lang": "en",
        "source": "a",
        "shingles": [],
        "length": 0,
        "title": [],
        "meetings": [],
    }
    read = from_json(old)

    assert (read.crowd, read.series, read.stated) == (0, False, True)
    assert (read.facts, read.rare, read.lists, read.odd) == ({}, {}, (), ())
    assert read.topic == read.within == read.undone == frozenset()


@pytest.mark.parametrize(
    ("lang", "title", "sender"),
    [
        pytest.param("en", "Haftar sends letter to Putin", "libya", id="sends"),
        pytest.param("en", "Haftar receives letter from Putin", "russia", id="receives"),
        pytest.param("en", "Letter from Putin handed to Haftar", "russia", id="whom it is from stands first"),
        pytest.param("fr", "Haftar reçoit une lettre de Putin", "russia", id="reçoit"),
        pytest.param("it", "Haftar riceve un messaggio di Putin", "russia", id="riceve"),
        pytest.param("ru", "Haftar получил послание Putin", "russia", id="получил"),
        pytest.param("ar", "تسلم Haftar رسالة من Putin", "russia", id="verb first"),
        pytest.param("tr", "Haftar'a Putin'den mektup", "russia", id="dative"),
        pytest.param("tr", "Putin, Haftar'a mektup gönderdi", "russia", id="the name before the dative"),
        pytest.param("en", "A letter from Moscow", "", id="nobody is named"),
    ],
)
def test_whose_message_it_is_stands_in_the_headline(lang: str, title: str, sender: str) -> None:
    """Whom it names first has written, unless it says that they get it."""
    (meeting,) = signed(item("1", title), message(title), lang=lang).meetings
    assert meeting.sender == sender


def test_a_meeting_has_no_sender() -> None:
    """Only what is sent has a direction."""
    title = "Haftar meets Putin"
    (meeting,) = signed(item("1", title), replace(message(title), type=ContactType.MEETING)).meetings
    assert meeting.sender == ""


def message(title: str) -> Contact:
    """Words between two men whom the headline names."""
    shown = [(title.find(name), name) for name in ("Putin", "Haftar") if name in title]
    evidence = tuple(
        Evidence(
            field="title", start=start, end=start + len(name), text=name, term=name.lower(), sentence=title
        )
        for start, name in shown
    )
    return replace(contact("Putin", "Haftar"), type=ContactType.MESSAGE, evidence=evidence)


def test_sides_without_a_name_tell_no_meeting() -> None:
    """ "Russia met Libya" is no key to an event."""
    (meeting,) = signed(item("1"), contact("Russia", "Khalifa Haftar")).meetings
    assert meeting.sides == (frozenset(), frozenset({"Khalifa Haftar"}))


def test_a_meeting_without_place_or_day_has_neither() -> None:
    """Any made-up place would be another one than that of the next report."""
    (meeting,) = signed(item("1"), contact("Vladimir Putin", "Khalifa Haftar")).meetings
    assert (meeting.place, meeting.date, meeting.watchlist) == ("", "", "russia-libya-contacts")


def test_what_a_list_calls_nothing_is_a_body() -> None:
    """Facts are filed by kind: a person, a place, a country, a sense; an event and what is of no kind are bodies."""
    kinds = {
        "haftar": "person",
        "sirte": "place",
        "libya": "country",
        "noc": "body",
        "summit": "event",
        "odd": "",
    }
    named = tuple(Fact(f"@{name}", 2, kind) for name, kind in kinds.items())
    one = signed(item("1"), named=(*named, Fact("%contact", 1)))

    assert set(one.facts) == {
        "p:haftar", "l:sirte", "c:libya", "b:noc", "b:summit", "b:odd", "s:contact",
    }  # fmt: skip


def test_names_are_heard_in_the_language_of_the_item() -> None:
    """Those of the headline first, then those of the first words below it."""
    one = signed(item("1", "Прибыл Зубковский", content="Там был Сидоренко."), lang="ru")

    assert [place for key, place in one.facts.items() if key[0] == "~"] == [3, 2]


def test_a_missing_date_is_the_moment_of_reading() -> None:
    """And facts are bounded, the weightiest kept."""
    many = facts(title=3, **{f"e{n}": 1 for n in range(100)})
    one = signed(item("1", "x", hours=0), named=many)
    assert one.at == NOON
    assert len(one.facts) == MAX_FACTS
    assert "p:title" in one.facts
