"""From files to rules: a folder compiles whole, or every mistake in it is told at once, with line and column."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from monitor import documents
from monitor.errors import ConfigError
from monitor.matching.matcher import Matcher
from monitor.matching.mentions import last_day
from monitor.model import Severity
from monitor.watchlists import compile
from monitor.watchlists.files import schemas
from tests.support.analyst import CONTACTS, ENTITIES, SOURCES, WAGNER, compiled, item

SCHEMAS = Path("watchlists/schema")


def mistakes(extra: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        compiled(extra)
    return [str(m) for m in caught.value.mistakes]


BETWEEN = """contacts:
  between:
    russia: {title: {en: Russian side, fr: Côté russe}, tag: '#russia-actor'}
    libya: {title: {en: Libyan side}, tag: '#libya-actor'}
"""


def rule(query: str, more: str = "") -> str:
    return f"watchlist: w\ntitle: W\nrules:\n  - id: r\n    title: R\n    query: {query}\n{more}"


def test_a_folder_compiles(tmp_path: Path) -> None:
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    loaded = compile.load(tmp_path)
    assert [w.id for w in loaded.lists] == ["contacts", "wagner", "withdrawal"]
    assert loaded.entities["khalifa-haftar"].tags == ("libya-actor",)
    assert loaded.revision == compiled().revision


DEFAULTS = """
defaults: {tags: [shared], confirm: {any: [harbour], within: item}}
entities:
  - {id: port-office, name: Port Office, kind: body, tags: [own], weak: {en: [the Office]}}
  - {id: ferry-line, name: Ferry Line, kind: body, aliases: {en: [Ferry Line]}}
  - id: coast-guard
    name: Coast Guard
    kind: body
    roles: [{title: guard of the coast, checked: 2026-04}]
    weak: {en: [the Guard]}
    confirm: {any: [beach], within: sentence}
"""


def test_the_defaults_of_a_file_hold_where_an_entity_says_nothing() -> None:
    """Tags are added; the condition is for weak names alone, and an entity's own one goes first."""
    loaded = compiled({"entities/coast.yaml": DEFAULTS}).entities
    office, line, guard = (loaded[name] for name in ("port-office", "ferry-line", "coast-guard"))
    assert (office.tags, line.tags) == (("shared", "own"), ("shared",))
    assert line.confirm is None
    assert [e.confirm and dict(e.confirm.terms) for e in (office, guard)] == [
        {"any": ("harbour",)},
        {"any": ("beach",)},
    ]
    assert guard.roles[0].checked == date(2026, 4, 1)


def test_a_watchlist_says_between_whom() -> None:
    """Two parties in the order of the file, with a title in every language given."""
    (found,) = (w for w in compiled({"w.yaml": BETWEEN + rule("a1")}).lists if w.id == "w")
    assert found.between is not None
    assert [(p.id, p.tag) for p in found.between] == [("russia", "#russia-actor"), ("libya", "#libya-actor")]
    assert found.between[0].titles == {"en": "Russian side", "fr": "Côté russe"}


def test_the_revision_changes_with_any_file() -> None:
    assert compiled({"wagner.yaml": WAGNER + "# a remark\n"}).revision != compiled().revision


def test_a_folder_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        compile.load(Path("nowhere/at/all"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"w.yaml": rule("'@haftar'")}, "w.yaml:6:13: nothing is called @haftar", id="an unknown entity"
        ),
        pytest.param(
            {"w.yaml": rule("#wagner")},
            "w.yaml:6:5: rules.0.query: is empty: #wagner without quotes is a comment (write '#wagner' in quotes)",
            id="a tag without quotes",
        ),
        pytest.param(
            {"w.yaml": rule("Haftar AND #wagner")},
            "w.yaml:6:12: #wagner stands where a comment begins, so it is no part of the query (put the whole",
            id="a tag without quotes at the end",
        ),
        pytest.param(
            {"w.yaml": rule("@haftar")},
            "a value that begins with @ needs quotes",
            id="an entity without quotes",
        ),
        pytest.param({"w.yaml": rule("'#libia-actor'")}, "did you mean '#libya-actor'", id="an unknown tag"),
        pytest.param(
            {"w.yaml": rule("'%contact.meting'")}, "did you mean '%contact.meeting'", id="an unknown sense"
        ),
        pytest.param(
            {"w.yaml": rule("alpha or beta")}, "w.yaml:6:18: 'or' is read as a word", id="a lower-case or"
        ),
        pytest.param(
            {"w.yaml": rule(">\n      alpha AND\n      @nobody")}, "w.yaml:8:7:", id="in a folded block"
        ),
        pytest.param({"w.yaml": rule("a1", "    unles: b1\n")}, "did you mean 'unless'", id="an unknown key"),
        pytest.param(
            {"w.yaml": rule("a1", "    unless: NOT b1\n")}, "w.yaml:7:17:", id="a mistake in unless"
        ),
        pytest.param(
            {"w.yaml": rule("a1", "    scope: {country: lybia}\n")},
            "did you mean '@libya'",
            id="an unknown country",
        ),
        pytest.param(
            {
                "w.yaml": rule(
                    "a1",
                    "    contact: {ours: '#russia-actor OR #russia', theirs: '#libya-actor', type: '%contact'}\n",
                )
            },
            "w.yaml:7:14: rules.0.contact: is a query for each side, while the two sides are declared once for the watchlist (put contacts: "
            "{between: {ours: {title: {en: Ours side}, tag: '#russia'}, theirs: {title: {en: Theirs side}, tag: "
            "'#libya-actor'}}} above rules:, and contact: true here or remove the rule; `monitor init --upgrade FOLDER` rewrites it)",
            id="the sides of a rule, as they were written before",
        ),
        pytest.param(
            {"w.yaml": rule("a1", "    contact: true\n")},
            "has a rule with contact: true but no parties (add contacts: between: with two parties)",
            id="parties that nobody declared",
        ),
        pytest.param(
            {"w.yaml": "watchlist: w\ntitle: W\nrules: []\n"},
            "asks for nothing (add contacts: with two parties, or a rule)",
            id="neither parties nor rules",
        ),
        pytest.param(
            {"w.yaml": BETWEEN + rule("a1").replace("- id: r", "- id: delivery")},
            "w/delivery is already in w.yaml:2",
            id="a rule called like a reason",
        ),
        pytest.param(
            {
                "w.test.yaml": "watchlist: wagner\ntests:\n- match: X\n  contact: {status: denied, ours: [A, B]}\n"
            },
            "w.test.yaml:4:12: tests.0.contact: names who took part beside the parties' ids, not under them (write parties: "
            "{ours: [A, B]} with the ids of the watchlist's contacts:; `monitor init --upgrade FOLDER` rewrites it)",
            id="participants, as they were written before",
        ),
        pytest.param(
            {"w.yaml": BETWEEN.replace("#libya-actor", "#lybia-actor") + rule("a1")},
            "w.yaml:4:44: nothing is called #lybia-actor (did you mean '#libya-actor'?)",
            id="an unknown tag of a party",
        ),
        pytest.param(
            {"w.yaml": BETWEEN.replace("#libya-actor", "#russia-actor") + rule("a1")},
            "w.yaml:4:44: #russia-actor is the tag of 'russia' too, so that nobody could tell the parties apart "
            "(give each party a tag of its own)",
            id="two parties with one tag",
        ),
        pytest.param(
            {"w.yaml": BETWEEN[: BETWEEN.index("    libya")] + rule("a1")},
            "w.yaml:3:5: contacts.between: names 1 parties (a contact is between exactly two)",
            id="one party",
        ),
        pytest.param(
            {"w.yaml": BETWEEN.replace("en: Libyan", "fr: Libyan") + rule("a1")},
            "w.yaml:4:20: contacts.between.libya.title: has no English title (add en: it is shown where no other language fits)",
            id="a title in French only",
        ),
        pytest.param(
            {"w.yaml": rule("a1", "    status: stable\n")},
            "is stable but has no match test",
            id="stable without tests",
        ),
        pytest.param(
            {"w.yaml": rule("a1").replace("  - id: r", "  - id: R 1")}, "w.yaml:4:9:", id="an id with spaces"
        ),
        pytest.param({"v.yaml": WAGNER}, "wagner is already in v.yaml:2", id="one watchlist twice"),
        pytest.param(
            {"entities/more.yaml": "entities:\n- {id: libya, name: L, kind: place, aliases: {en: [L]}}"},
            "@libya is already in entities/all.yaml",
            id="one entity twice",
        ),
        pytest.param(
            {"entities/more.yaml": "entities:\n- {id: x, name: X, kind: place}"},
            "no names to look for",
            id="no names",
        ),
        pytest.param(
            {"entities/more.yaml": "entities:\n- {id: x, name: X, kind: place, weak: {en: [X]}}"},
            "never count without confirm",
            id="weak names without confirm",
        ),
        pytest.param(
            {
                "entities/more.yaml": "entities:\n- {id: x, name: X, kind: place, weak: {en: [X]},"
                " confirm: {any: ['%contakt'], within: item}}"
            },
            "did you mean '%contact'",
            id="an unknown vocabulary in confirm",
        ),
        pytest.param(
            {
                "entities/more.yaml": "entities:\n- {id: x, name: X, kind: person, aliases: {en: [X]},"
                " roles: [{title: T, from: 2015-13}]}"
            },
            "month must be in 1..12",
            id="a month that is none",
        ),
        pytest.param(
            {"w.test.yaml": "watchlist: wagnr\ntests: [{match: x1}]"},
            "no watchlist 'wagnr'",
            id="tests of nothing",
        ),
        pytest.param(
            {"w.test.yaml": "watchlist: wagner\ntests: [{match: x1, rules: [name]}]"},
            "did you mean 'named'",
            id="a test of an unknown rule",
        ),
        pytest.param(
            {"w.test.yaml": "watchlist: wagner\ntests: [{match: x1, no_match: y1}]"},
            "exactly one",
            id="two kinds at once",
        ),
        pytest.param(
            {"w.test.yaml": "watchlist: wagner\ntests: [{match: {titel: x1}}]"},
            "w.test.yaml:2:17: unknown key 'titel'",
            id="an unknown key in an item",
        ),
        pytest.param(
            {
                "entities/more.yaml": "entities:\n- {id: x, name: X, kind: place, aliases: {en: [Springfield]},"
                " except: {en: [Springfield, Ohio]}}"
            },
            "'Springfield' is a name of @x too",
            id="an except phrase that lost its quotes",
        ),
        pytest.param({"w.yaml": "watchlist: [", "vocabulary/a.yaml": "- x"}, "w.yaml:", id="not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(files: dict[str, str], expected: str) -> None:
    assert any(expected in line for line in mistakes(files)), mistakes(files)


def test_a_broken_list_of_words_is_told_alone() -> None:
    """Not also everything that asks for a name of that file."""
    words = "vocabulary: v\ntitle: V\nsenses: {said: {en: ['(one|two']}}\n"
    (told,) = mistakes({"w.yaml": rule("'%v AND %v.said'"), "vocabulary/v.yaml": words})
    assert "'(one|two'" in told


def test_mistakes_of_all_files_are_told_together() -> None:
    found = mistakes(
        {"w.yaml": rule("'@nobody AND #nothing'"), "v.yaml": rule("alpha beta").replace(": w", ": v")}
    )
    assert [line.split(":")[0] for line in found] == ["v.yaml", "w.yaml", "w.yaml"]


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        pytest.param("", Severity.HIGH, id="the watchlist's own"),
        pytest.param("    severity: critical\n", Severity.CRITICAL, id="the rule's own"),
        pytest.param("    related: true\n", Severity.LOW, id="related is never louder than low"),
        pytest.param("    status: experimental\n", Severity.LOW, id="experimental never alerts"),
    ],
)
def test_the_severity_of_a_rule(more: str, severity: Severity) -> None:
    text = rule("a1", more).replace("title: W\n", "title: W\nseverity: high\n")
    loaded = compiled({"w.yaml": text})
    assert next(r for r in loaded.rules if r.watchlist == "w").severity is severity


def test_un_documents_are_words_of_a_vocabulary_of_their_own() -> None:
    table = "resolutions:\n- {number: 2570, year: 2021, country: libya, asks: withdrawal}\n"
    loaded = compiled({"un-documents.yaml": table, "w.yaml": rule("'%un-document.libya-withdrawal'")})
    decision = Matcher(loaded).decide(item("It recalled resolution 2570 (2021)."))
    assert [(m.watchlist, m.evidence[0].text) for m in decision.matches] == [("w", "resolution 2570 (2021)")]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        pytest.param("2015", date(2015, 12, 31), id="a year"),
        pytest.param("2016-02", date(2016, 2, 29), id="a month of a leap year"),
        pytest.param("2015-03-07", date(2015, 3, 7), id="a day"),
    ],
)
def test_a_role_ends_with_its_last_day(text: str, last: date) -> None:
    assert last_day(text) == last


def test_the_published_schemas_are_those_of_the_models() -> None:
    """Rewrite them with `python -m scripts.schemas` when this fails after a wanted change."""
    published = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in SCHEMAS.glob("*.json")}
    assert published == schemas()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("entities.schema.json", ENTITIES, id="entities"),
        pytest.param("watchlist.schema.json", CONTACTS, id="a watchlist"),
    ],
)
def test_an_editor_accepts_what_the_loader_accepts(name: str, text: str) -> None:
    schema = schemas()[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    data = documents.read(text, "x").data
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "surprise": 1}, schema)
