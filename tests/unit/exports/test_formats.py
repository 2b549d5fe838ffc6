"""Every format, read back by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import feedparser
import icalendar
import pytest
import stix2
from pymisp import MISPEvent

from monitor.exports import atom, csv_table, ics, misp, plain, stix
from monitor.feeds import parse
from monitor.model import ContactStatus
from tests.support.ledger import PEOPLE, contact, made, said, sample

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://evil.example")</p><script>alert(1)</script>\x00\ud800 ]]> & "x"\r\nBEGIN:VEVENT'


def hostile() -> Any:
    """A contact whose every word comes from somebody unkind."""
    return made(
        said(1, contact(russian=(HOSTILE,), libyan=("@SUM(A1)",), place=HOSTILE), outlet=HOSTILE, url=None)
    )


WRITERS: dict[str, Callable[[Any], Any]] = {
    "csv": csv_table.write,
    "ics": ics.write,
    "stix": lambda found: stix.write(found, people=PEOPLE),
    "misp": lambda found: misp.write(found, people=PEOPLE),
    "atom": lambda found: atom.write(found, now=NOW),
}


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_contacts_give_the_same_document(name: str) -> None:
    """So that importing again updates, and a feed that did not change has not changed."""
    assert WRITERS[name](sample()) == WRITERS[name](sample())


@pytest.mark.parametrize("name", WRITERS)
def test_no_contacts_are_a_document_too(name: str) -> None:
    """An empty one."""
    assert WRITERS[name](())


# --- CSV -------------------------------------------------------------------------------------------------


def test_a_spreadsheet_reads_the_csv() -> None:
    """One row a contact, the sentences of every language in it."""
    first, second = csv.DictReader(io.StringIO(csv_table.write(sample()), newline=""))

    assert first["date"] == "2026-03-06"
    assert first["status"] == "denied"
    assert first["history"] == "planned (2026-03-04), took place (2026-03-06), denied (2026-03-07)"
    assert first["watchlist"] == "russia-libya-contacts"
    assert (first["party_a"], first["party_b"]) == ("Russian side", "Libyan side")
    assert first["names_a"] == "Sergei Lavrov"
    assert first["roles_a"] == "foreign minister"
    assert first["names_b"] == "Khalifa Haftar; Libyan National Army"
    assert first["sides"] == "russia-state; libya-east; libya-west"
    assert first["grade"] == "B2"
    assert "Sawt (ar): التقى لافروف حفتر في موسكو." in first["evidence"].splitlines()
    assert first["links"].splitlines()[0] == "https://vestnik.example/1"
    assert second["type"] == "call"


def test_a_spreadsheet_runs_nothing() -> None:
    """No cell begins like a formula."""
    rows = list(csv.reader(io.StringIO(csv_table.write(hostile()), newline="")))

    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]
    assert any(cell.startswith("'=HYPERLINK") for cell in rows[1])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_of_any_country_runs_nothing(delimiter: str) -> None:
    """Where semicolons part cells, a comma's quotation marks protect nothing."""
    unkind = 'a;=1+1\nb; +2\t@SUM(A1);-3\r\n=4;"=5";" "=6'
    found = made(said(1, contact(russian=(unkind,), place=unkind), outlet=unkind, url=None))
    rows = list(csv.reader(io.StringIO(csv_table.write(found), newline=""), delimiter=delimiter))

    cells = [part.strip(' "') for row in rows for cell in row for part in cell.split(delimiter)]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and cell]


@pytest.mark.parametrize("name", WRITERS)
def test_every_document_can_be_written_as_utf_8(name: str) -> None:
    """Also where a name holds half a character."""
    made_of_it = WRITERS[name](hostile())
    (made_of_it if isinstance(made_of_it, bytes) else made_of_it.encode()).decode()


# --- calendar --------------------------------------------------------------------------------------------


def test_a_calendar_reads_the_ics() -> None:
    """An all-day event a contact: with its place, its status and when it was last changed."""
    first, second = icalendar.Calendar.from_ical(ics.write(sample())).events

    assert first.start == date(2026, 3, 6)
    assert first.end == date(2026, 3, 7)
    assert first["status"] == "CANCELLED"
    assert first["sequence"] == 2
    assert first["location"] == "Moscow"
    assert (
        first["summary"] == "Meeting: Sergei Lavrov – Khalifa Haftar, Libyan National Army, Moscow (denied)"
    )
    assert "التقى لافروف حفتر في موسكو." in first["description"]
    assert first["uid"] != second["uid"]
    assert second.start == date(2026, 4, 13)
    assert "not said" in second["description"]


@pytest.mark.parametrize(
    ("changes", "days", "status"),
    [
        pytest.param({"date": "2026-02"}, (date(2026, 2, 1), date(2026, 3, 1)), "CONFIRMED", id="a month"),
        pytest.param({"date": "2026"}, (date(2026, 3, 4), date(2026, 3, 5)), "CONFIRMED", id="a year"),
        pytest.param(
            {"status": ContactStatus.POSTPONED},
            (date(2026, 3, 4), date(2026, 3, 5)),
            "TENTATIVE",
            id="postponed",
        ),
    ],
)
def test_an_event_is_as_exact_as_the_contact(
    changes: dict[str, Any], days: tuple[date, date], status: str
) -> None:
    """And no more certain."""
    (event,) = icalendar.Calendar.from_ical(ics.write(made(said(1, contact(**changes))))).events

    assert (event.start, event.end) == days
    assert event["status"] == status


def test_no_text_breaks_out_of_its_event() -> None:
    """One event, whatever the names hold."""
    calendar = icalendar.Calendar.from_ical(ics.write(hostile()))

    assert len(calendar.events) == 1


# --- STIX ------------------------------------------------------------------------------------------------


def test_the_reference_library_reads_the_stix_bundle() -> None:
    """Strictly: a report each, everybody an identity, every reference kept."""
    bundle = stix2.parse(stix.write(sample(), people=PEOPLE), allow_custom=False, version="2.1")
    by_id = {thing["id"]: thing for thing in bundle.objects}
    reports = [thing for thing in bundle.objects if thing["type"] == "report"]
    kinds = {t["name"]: t["identity_class"] for t in bundle.objects if t["type"] == "identity"}

    assert len(by_id) == len(bundle.objects)
    assert kinds["Sergei Lavrov"] == "individual"
    assert kinds["Libyan National Army"] == "organization"
    name = "russia-libya-contacts"
    assert [r["labels"] for r in reports] == [[name, "meeting", "denied"], [name, "call", "happened"]]
    assert [r["confidence"] for r in reports] == [70, 70]
    assert {reference for r in reports for reference in r["object_refs"]} <= set(by_id)
    assert [e["url"] for e in reports[0]["external_references"][1:]] == [
        "https://vestnik.example/1",
        "https://sawt.example/2",
        "https://tripoli-post.example/3",
    ]


@pytest.mark.parametrize(
    "contacts",
    [
        pytest.param(sample(), id="plain"),
        pytest.param(hostile(), id="hostile"),
        pytest.param((), id="none"),
        pytest.param(
            made(said(1, contact(), url='https://пример.рф/a b|{c}"<d>?q=حفتر#é')), id="an odd address"
        ),
    ],
)
def test_the_strict_validator_finds_no_error(contacts: Any) -> None:
    """OASIS's own; it warns of ids that are made from names (version 5), as the standard lets ids be."""
    validator = pytest.importorskip("stix2validator")
    options = validator.ValidationOptions(
        version="2.1", strict_types=True, strict_properties=True, enforce_refs=True
    )
    found = validator.validate_string(stix.write(contacts, people=PEOPLE), options)
    assert [str(error) for error in found.errors] == []
    assert found.is_valid


def test_what_cannot_be_judged_has_no_confidence() -> None:
    """Credibility 6 and contacts without a grade."""
    unknown = replace(sample()[0].corroboration, credibility=6)  # type: ignore[type-var]
    contacts = (replace(sample()[0], corroboration=unknown), replace(sample()[1], corroboration=None))
    bundle = json.loads(stix.write(contacts, people=PEOPLE))

    assert not [thing for thing in bundle["objects"] if "confidence" in thing]


def test_stix_ids_outlive_a_later_report() -> None:
    """The object is the same one, newer."""
    items = said(1, contact()), said(2, contact(), day=1, outlet="Sawt")
    before, after = (
        {t["id"]: t for t in json.loads(stix.write(made(*some), people=PEOPLE))["objects"]}
        for some in (items[:1], items)
    )
    report = next(key for key in before if key.startswith("report"))

    assert before.keys() == after.keys()
    assert before[report]["created"] == after[report]["created"]
    assert before[report]["modified"] < after[report]["modified"]


# --- MISP ------------------------------------------------------------------------------------------------


def test_the_reference_library_reads_the_misp_events() -> None:
    """With grades as tags of the admiralty-scale taxonomy, and objects of MISP's own templates."""
    events = []
    for one in json.loads(misp.write(sample(), people=PEOPLE))["response"]:
        event = MISPEvent(strict_validation=True)
        event.load(one)
        events.append(event)
    first = events[0]

    assert [e.info for e in events] == [
        "Meeting: Sergei Lavrov – Khalifa Haftar, Libyan National Army, Moscow (denied)",
        "Phone call: Vladimir Putin – Aguila Saleh (took place)",
    ]
    assert first.date == date(2026, 3, 6)
    assert {t.name for t in first.tags} >= {
        'admiralty-scale:source-reliability="b"',
        'admiralty-scale:information-credibility="2"',
        'monitor:status="denied"',
        'monitor:side="libya-east"',
    }
    assert [o.name for o in first.objects] == [
        "person", "person", "organization", "geolocation", "news-media", "news-media", "news-media",
    ]  # fmt: skip
    person = first.get_objects_by_name("person")[0]
    assert person.get_attributes_by_relation("full-name")[0].value == "Sergei Lavrov"
    assert person.get_attributes_by_relation("occupation")[0].value == "foreign minister"


def test_a_misp_server_finds_every_event_of_a_feed_by_its_manifest() -> None:
    """A file an event, the manifest's moment that of the event, a hash of every value; the same each time."""
    files = misp.feed(sample(), people=PEOPLE)
    manifest = json.loads(files["manifest.json"])

    assert {*files} == {"manifest.json", "hashes.csv", *(f"{uuid}.json" for uuid in manifest)}
    for uuid, line in manifest.items():
        event = MISPEvent(strict_validation=True)
        event.load(files[f"{uuid}.json"])
        assert (str(event.uuid), event.info) == (uuid, line["info"])
        assert str(int(event.timestamp.timestamp())) == str(line["timestamp"])
        assert event.Orgc.uuid == line["Orgc"]["uuid"]
        hashes = [f"{value},{uuid}" for value in event.attributes_hashes("md5")]
        assert hashes
        assert {*hashes} <= {*files["hashes.csv"].decode().splitlines()}
    assert misp.feed(sample(), people=PEOPLE) == files


def test_cells_are_parted_as_a_spreadsheet_expects() -> None:
    """Whatever stands in them: a sentence with a semicolon stays one cell."""
    rows = [("a;b", "c\td"), ("1,5", "=x")]
    for delimiter, char in {"comma": ",", "semicolon": ";", "tab": "\t"}.items():
        text = csv_table.table(("p", "q"), rows, csv_table.Delimiter(delimiter))
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=char))
        assert read == [["p", "q"], ["a;b", "c\td"], ["1,5", "'=x"]]


# --- Atom ------------------------------------------------------------------------------------------------


def test_feed_readers_read_the_atom_feed() -> None:
    """The latest news first; feedparser, a strict XML parser and our own reader agree."""
    text = atom.write(sample(), now=NOW)
    found = feedparser.parse(io.BytesIO(text.encode()))
    ours = parse.parse(text.encode(), "application/atom+xml", "https://peer.example/contacts.atom")

    assert not found.bozo
    assert ET.fromstring(text).tag == "{http://www.w3.org/2005/Atom}feed"
    assert [e.title for e in found.entries] == [e.title for e in ours.entries] == [
        "Phone call: Vladimir Putin – Aguila Saleh (took place)",
        "Meeting: Sergei Lavrov – Khalifa Haftar, Libyan National Army, Moscow (denied)",
    ]  # fmt: skip
    assert all(e.id.startswith("urn:uuid:") for e in found.entries)
    assert found.entries[1].updated == "2026-03-07T12:10:00+00:00"
    assert found.entries[0].get("links", []) == []
    assert found.entries[1].link == "https://vestnik.example/1"
    assert 'dir="auto">التقى لافروف حفتر في موسكو.' in text.replace("&lt;", "<").replace("&gt;", ">")


def test_no_text_breaks_out_of_its_entry() -> None:
    """Markup in names is text, and what XML cannot hold is replaced."""
    (entry,) = feedparser.parse(io.BytesIO(atom.write(hostile(), now=NOW).encode())).entries

    assert "<script" not in entry.content[0].value
    assert "\ufffd" in entry.title


def test_an_empty_feed_is_as_old_as_it_is_told() -> None:
    """It does not look at the clock."""
    assert "<updated>2026-05-01T00:00:00+00:00</updated>" in atom.write((), now=NOW)


# --- plain -----------------------------------------------------------------------------------------------


def test_a_contact_in_words() -> None:
    """Who in what office, when, how it stands, who says so."""
    assert plain.summary(sample()[0]).splitlines() == [
        "Russian side: Sergei Lavrov (foreign minister)",
        "Libyan side: Khalifa Haftar, Libyan National Army",
        "Place: Moscow",
        "Date: 2026-03-06",
        "Status: planned (2026-03-04), took place (2026-03-06), denied (2026-03-07)",
        "Told by: russia-state: Vestnik; libya-east: Sawt; libya-west: Tripoli Post",
        "Standing: B2, 3 reports",
    ]


def test_plain_data_goes_through_json() -> None:
    """Everything of the noun, and nothing that JSON cannot hold."""
    data = json.loads(json.dumps(plain.as_json(sample()[0])))

    assert data["history"][1] == {"at": "2026-03-06T12:00:00Z", "status": "happened"}
    assert data["sources"][1]["lang"] == "ar"
    assert data["sources"][1]["evidence"][0]["sentence"] == "التقى لافروف حفتر في موسكو."
    assert data["corroboration"]["voices"][0]["sides"] == ["independent"]


# --- links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://x.example/a?b=1&c=%20d", "https://x.example/a?b=1&c=%20d"),
        (
            "https://x.example/خبر?q=حفتر#جزء",
            "https://x.example/%D8%AE%D8%A8%D8%B1?q=%D8%AD%D9%81%D8%AA%D8%B1#%D8%AC%D8%B2%D8%A1",
        ),
        ("https://пример.рф/a b", "https://xn--e1afmkfd.xn--p1ai/a%20b"),
        ("https://x.example/100%/a%zz%4", "https://x.example/100%25/a%25zz%254"),
        ('https://x.example/a|b{c}"<d>^`', "https://x.example/a%7Cb%7Bc%7D%22%3Cd%3E%5E%60"),
    ],
)
def test_links_are_uris_for_strict_readers(url: str, uri: str) -> None:
    """RFC 3986 knows no letters but ASCII's."""
    assert plain.uri(url) == uri
    found = made(said(1, contact(), url=url))
    assert json.loads(stix.write(found, people=PEOPLE))["objects"][-1]["external_references"][1]["url"] == uri
    (event,) = icalendar.Calendar.from_ical(ics.write(found)).events
    assert event["url"] == uri
    assert uri in misp.write(found, people=PEOPLE)
    (entry,) = ET.fromstring(atom.write(found, now=NOW)).iter("{http://www.w3.org/2005/Atom}entry")
    assert [link.get("href") for link in entry.iter("{http://www.w3.org/2005/Atom}link")] == [uri]
