"""What an earlier version read becomes the form of now; everything else stays as it was written."""

from __future__ import annotations

import pytest

from monitor.contacts.extract import extractor
from monitor.errors import ConfigError
from monitor.watchlists import selftest
from monitor.watchlists.compile import compile_sources
from monitor.watchlists.upgrade import upgrade_templates, upgrade_variables, upgrade_watchlists

PEOPLE = """\
# who is who
entities:
  - id: france
    name: France
    kind: country
    tags: [france]
    aliases: {en: [France]}
  - id: anne-blanc
    name: Anne Blanc
    kind: person
    tags: [france, france-actor]   # in office since May
    aliases: {en: [Anne Blanc]}
  - id: navy
    name: French Navy
    kind: body
    tags:
      - france
      - france-navy
    aliases: {en: [French Navy]}
  - id: jean-noir
    name: Jean Noir
    kind: person
    tags: [france]
    roles: [{title: spokesman, tags: [france-spokesman]}]
    aliases: {en: [Jean Noir]}
  - id: tom-brown
    name: Tom Brown
    kind: person
    tags: [ghana, ghana-navy]
    aliases: {en: [Tom Brown]}
"""
WORDS = """\
vocabulary: contact
title: Contact
senses:
  meeting: {en: [met, meets]}
"""
OLD = """\
watchlist: talks   # the first one
title: Talks
severity: high
falsepositives: [none known]
# --- what is asked
rules:
  - id: meet
    title: They meet
    query: '#france SENTENCE #ghana'
    contact: {russian: '#france OR #france-actor', libyan: '#ghana', type: '%contact'}   # both
    reason: they meet
  - id: delivery
    title: In block form
    query: '#france AND #ghana'
    contact:
      # the French
      russian: '#france-actor'
      libyan: '#ghana'   # the others
    status: test
"""
NEW = """\
watchlist: talks   # the first one
title: Talks
severity: high
falsepositives: [none known]
contacts:
  between:
    france:
      title: {en: Russian side}
      tag: '#france'
    ghana:
      title: {en: Libyan side}
      tag: '#ghana'
# --- what is asked
rules:
  - id: meet
    title: They meet
    query: '#france SENTENCE #ghana'
    contact: true   # both
    reason: they meet
  - id: delivery-query
    title: In block form
    query: '#france AND #ghana'
    # the French
    contact: true   # the others
    status: test
"""
OLD_TESTS = """\
watchlist: talks
tests:
  # the plain case
  - {match: Anne Blanc met Tom Brown., lang: en, contact: {type: meeting, russian: [Anne Blanc], libyan: [Tom Brown]}, why: plain}
  - match: "Anne Blanc met Tom Brown, again."
    lang: en
    rules: [delivery]
    contact:
      libyan:
        - Tom Brown   # the envoy
      type: meeting
"""
NEW_TESTS = """\
watchlist: talks
tests:
  # the plain case
  - {match: Anne Blanc met Tom Brown., lang: en, contact: {type: meeting, parties: {france: [Anne Blanc], ghana: [Tom Brown]}}, why: plain}
  - match: "Anne Blanc met Tom Brown, again."
    lang: en
    rules: [delivery-query]
    contact:
      # the envoy
      parties: {ghana: [Tom Brown]}
      type: meeting
"""
FOLDER = {
    "talks.yaml": OLD,
    "talks.test.yaml": OLD_TESTS,
    "entities/people.yaml": PEOPLE,
    "vocabulary/contact.yaml": WORDS,
}
SHIPPED = {"sides.yaml": "sides: [{id: unknown, title: {en: unknown}}]\n", "outlets.yaml": "outlets: []\n"}


def as_bytes(files: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def rewritten(files: dict[str, str], shipped: dict[str, str] | None = None) -> dict[str, str]:
    """The whole folder afterwards, without sides and outlets."""
    sources = as_bytes(files)
    made = upgrade_watchlists(sources, as_bytes({**SHIPPED, **(shipped or {})}))
    after = {**sources, **made.files}
    return {name: after[name].decode() for name in files}


def refused(files: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        upgrade_watchlists(as_bytes(files), as_bytes(SHIPPED), root="lists")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_queries_for_each_side_become_two_declared_parties() -> None:
    """With their own tags; comments, order and everything else stay."""
    after = rewritten(FOLDER)

    assert after["talks.yaml"] == NEW
    assert after["talks.test.yaml"] == NEW_TESTS


def test_what_was_rewritten_compiles_and_its_tests_hold() -> None:
    """Both forms of a test, against the matcher and the reader of contacts."""
    before = as_bytes(FOLDER)
    after = {**before, **upgrade_watchlists(before, as_bytes(SHIPPED)).files}
    del after["sides.yaml"], after["outlets.yaml"]
    lists = compile_sources(after)

    with pytest.raises(ConfigError, match=r"init --upgrade"):
        compile_sources(before)
    assert [party.tag for party in lists.parties["talks"]] == ["#france", "#ghana"]
    results = selftest.run(lists, extract=extractor(lists))
    assert [str(outcome) for outcome in results.failures] == []
    assert results.passed == 2


def test_tags_say_for_any_party_what_they_said_for_one() -> None:
    """Beside the tag that queries use; of nobody who is of no party's."""
    people = rewritten(FOLDER)["entities/people.yaml"]

    assert "      - france-navy\n      - navy\n" in people
    assert "roles: [{title: spokesman, tags: [france-spokesman, spokesman]}]" in people
    assert "tags: [ghana, ghana-navy, navy]" in people
    assert "tags: [france, france-actor]   # in office since May" in people
    assert people.replace("      - navy\n", "").replace(", navy]", "]").replace(", spokesman]", "]") == PEOPLE


def test_a_second_time_changes_nothing() -> None:
    """The form of now is left alone."""
    sources = as_bytes(FOLDER)
    after = {**sources, **upgrade_watchlists(sources, as_bytes(SHIPPED)).files}
    again = upgrade_watchlists(after, as_bytes(SHIPPED))

    assert again.files == {}
    assert again.changes == ()


def test_each_change_is_told_with_its_place() -> None:
    """Old and new text; a file that was missing by its name."""
    made = upgrade_watchlists(as_bytes(FOLDER), as_bytes(SHIPPED), root="lists")
    told = [str(change) for change in made.changes]

    assert "lists/talks.yaml:12\n  - delivery\n  + delivery-query" in told
    assert any(line.startswith("lists/talks.yaml:10\n  - contact: {russian:") for line in told)
    assert told[-2:] == ["lists/sides.yaml\n  + the shipped file", "lists/outlets.yaml\n  + the shipped file"]
    assert {name for name in made.files if name not in FOLDER} == {"sides.yaml", "outlets.yaml"}


@pytest.mark.parametrize("windows", [False, True])
def test_a_byte_order_mark_and_line_ends_stay(windows: bool) -> None:
    """As the file had them."""
    end = "\r\n" if windows else "\n"
    sources = {name: ("\ufeff" + text.replace("\n", end)).encode() for name, text in FOLDER.items()}
    made = upgrade_watchlists(sources, as_bytes(SHIPPED)).files

    assert made["talks.yaml"].decode() == "\ufeff" + NEW.replace("\n", end)
    assert made["talks.test.yaml"].decode() == "\ufeff" + NEW_TESTS.replace("\n", end)


def test_the_form_between_names_its_parties_itself() -> None:
    """`parties:` with a query for each id, with or without a declaration."""
    rule = "contact: {russian: '#france OR #france-actor', libyan: '#ghana', type: '%contact'}"
    middle = "contact: {parties: {paris: '#france', accra: '#ghana'}, type: '%contact.meeting'}"
    one = OLD[: OLD.index("  - id: delivery")].replace(rule, middle)
    folder = {**FOLDER, "talks.yaml": one}
    folder["talks.test.yaml"] = "watchlist: talks\ntests: []\n"
    after = rewritten(folder)["talks.yaml"]

    assert "    paris:\n      title: {en: Paris side}\n      tag: '#france'\n" in after
    assert "  types: [meeting]\n" in after
    again = {**folder, "talks.yaml": after.replace("contact: true", middle)}
    assert rewritten(again)["talks.yaml"] == after


def test_titles_of_a_shipped_party_with_the_same_tag_are_kept() -> None:
    """So that readers of other languages keep their words."""
    list_ = (
        "watchlist: x\ntitle: X\ncontacts: {between: {f: {title: {en: French side, fr: 'Côté: un'}, tag: '#france'},"
        " g: {title: {en: G}, tag: '#g'}}}\n"
    )
    after = rewritten(FOLDER, {"x.yaml": list_})["talks.yaml"]

    assert "      title: {en: French side, fr: \"Côté: un\"}\n      tag: '#france'\n" in after
    assert "title: {en: Libyan side}" in after


REFUSED = [
    pytest.param(
        "'#ghana'", "'#ghana AND NOT @x'", "talks.yaml:10:60: libyan: is more than a list", id="a query"
    ),
    pytest.param("'#ghana'", "'@tom-brown'", "talks.yaml:10:60: libyan: names no tag", id="no tag"),
    pytest.param(
        "'#france OR #france-actor'",
        "'#france OR #ghana-navy'",
        "talks.yaml:10:24: russian: @tom-brown of #ghana-navy has not the tag #france (add france to its tags)",
        id="two tags",
    ),
    pytest.param(
        "'%contact'}", "'%deals'}", "talks.yaml:10:76: type: %deals is no word of %contact", id="a type"
    ),
    pytest.param(
        "libyan: '#ghana'", "libyan: '#france'", "the rules name no two parties but #france", id="one party"
    ),
    pytest.param("title: Talks\n", "title: Talks\nodd: 1\n", "unknown key 'odd'", id="another mistake"),
    pytest.param("title: Talks\n", "title: &a Talks\n", "anchors and aliases", id="an anchor"),
]


@pytest.mark.parametrize(("old", "new", "says"), REFUSED)
def test_what_cannot_be_rewritten_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    """All at once, and nothing is changed."""
    first = OLD[: OLD.index("  - id: delivery")]
    assert old in first
    told = refused(
        {**FOLDER, "talks.yaml": first.replace(old, new), "talks.test.yaml": "watchlist: talks\ntests: []\n"}
    )

    assert any(says in line for line in told), told


def test_a_name_of_no_party_in_a_test_is_refused() -> None:
    """Whose side it was meant to be, nobody can tell."""
    tests = OLD_TESTS.replace("russian: [", "french: [")
    told = refused({**FOLDER, "talks.test.yaml": tests})

    assert told == [
        "lists/talks.test.yaml:4:75: french is no party of the watchlist"
        " (write parties: {…} with the ids of the watchlist's contacts:)"
    ]


TEMPLATE = """\
{# contact.russian #}
<th>{{ w.contact_russian }}</th><th>{{ w.contact_libyan }}</th>
{% for one in story.contacts %}{{ one.russian|join(", ") }} / {{ one["libyan"]|join(", ") }}{% endfor %}
russian: {{ w.contact_what }}
"""


def test_templates_ask_a_contact_for_its_parties() -> None:
    """Names and heads of columns; text outside of expressions stays."""
    made = upgrade_templates({"email/a.html": TEMPLATE.encode(), "email/b.html": b"{{ w.alert }}\n"})

    assert {name: data.decode() for name, data in made.files.items()} == {
        "email/a.html": """\
{# contact.russian #}
<th>{{ story.contacts[0].parties[0].title }}</th><th>{{ story.contacts[0].parties[1].title }}</th>
{% for one in story.contacts %}{{ one.parties[0].names|join(", ") }} / {{ one.parties[1].names|join(", ") }}{% endfor %}
russian: {{ w.contact_what }}
"""
    }


def test_a_head_over_no_contacts_is_refused() -> None:
    """Nothing says whose title it would be."""
    with pytest.raises(ConfigError) as caught:
        upgrade_templates({"email/a.html": b"\n<b>{{ w.contact_libyan }}</b>\n"}, root="templates")

    assert [str(m)[:70] for m in caught.value.mistakes] == [
        "templates/email/a.html:2:7: w.contact_libyan is over no list of contac"
    ]


def test_variables_of_the_environment_have_their_names_of_now() -> None:
    """Only whole names."""
    made = upgrade_variables({".env": b"MONITOR_ARROW=claimed:3\nMY_MONITOR_ARROW=1\n"})

    assert made.files == {".env": b"MONITOR_FAILPOINT=claimed:3\nMY_MONITOR_ARROW=1\n"}
