"""Rules, entities and words edited in the browser: tried first, written whole, never over somebody else's."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.desk import Place, opened
from tests.support.stored import HOUR, assessed, told
from tests.support.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRY = "/workbench/edit?file=envoys.yaml&entry=named"
COMMENTED = """
# whom we look for
watchlist: envoys
title: Envoys
severity: high
rules:
  # the first
  - id: named
    title: An envoy is named  # anywhere
    query: envoy
  - {id: other, title: Other, query: ambassador}
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Two items, looked at two hours later."""
    with opened(tmp_path) as made:
        with made.app.db.transaction() as tx:
            told(tx, "s-00000000a1", assessed("guid:a", title="التقى حفتر المبعوث", content="", lang="ar"))
        made.now += 2 * HOUR
        file = made.app.parts.settings.watchlists / "envoys.yaml"
        file.write_text(COMMENTED, encoding="utf-8")
        made.app.reload()
        yield made


def file_of(place: Place) -> Path:
    """The file that is edited."""
    return place.app.parts.settings.watchlists / "envoys.yaml"


def form(page: str) -> dict[str, str]:
    """The fields of the form of an entry."""
    fields = dict(re.findall(r'name="(file|entry|seen)" value="([^"]*)"', page))
    text = re.findall(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0]
    return {**{name: html.unescape(value) for name, value in fields.items()}, "text": html.unescape(text)}


def tried(place: Place, text: str, **more: str) -> tuple[int, str, Any]:
    """Send the form of the entry with another text."""
    return place.post("/workbench/edit", ENTRY, **{**form(place.read(ENTRY)), "text": text, **more})


def over(place: Place, at: str) -> str:
    """The page of a trial that is over."""
    for _ in range(150):
        page = place.read(at)
        if "hx-trigger" not in page:
            return page
        time.sleep(0.2)
    raise AssertionError(page)


def test_an_entry_is_found_by_any_name(place: Place) -> None:
    """A rule, an entity in any script, words; whole files, too."""
    page = place.read("/workbench/edit")
    assert "envoys/named" in page
    assert "entities/all.yaml" in page
    assert "khalifa-haftar" in place.read("/workbench/edit?find=%D8%AD%D9%81%D8%AA%D8%B1")
    assert "contact.meeting.en" in place.read("/workbench/edit?find=contact")
    assert "Nothing is called so" in place.read("/workbench/edit?find=no-such")
    assert "- id: khalifa-haftar" in place.read("/workbench/edit?file=entities/all.yaml&entry=khalifa-haftar")
    assert "watchlist: envoys" in place.read("/workbench/edit?file=envoys.yaml")
    for wrong in ("file=../monitor.yaml", "file=none.yaml", "file=envoys.yaml&entry=none"):
        assert place.ask(path=f"/workbench/edit?{wrong}")[0] == 404


def test_an_edit_shows_what_would_change_and_is_written_with_its_comments(place: Place) -> None:
    """Nothing before the button; then the monitor reads it."""
    before = file_of(place).read_text(encoding="utf-8")
    text = form(place.read(ENTRY))["text"]
    assert text.startswith("- id: named\n  title: An envoy is named  # anywhere")
    status, _, headers = tried(place, text.replace("query: envoy", "query: '@khalifa-haftar'"))
    assert status == 303
    page = over(place, headers["Location"])

    assert "newly fires on" in page
    assert "/workbench?item=" in page
    assert "+    query: '@khalifa-haftar'" in html.unescape(page)
    assert file_of(place).read_text(encoding="utf-8") == before
    status, _, headers = place.post(headers["Location"], headers["Location"])
    assert status == 303
    assert "Saved" in place.read(headers["Location"])
    assert file_of(place).read_text(encoding="utf-8") == before.replace(
        "query: envoy", "query: '@khalifa-haftar'"
    )
    assert [r.source for w in place.app.parts.watchlists.lists if w.id == "envoys" for r in w.rules] == [
        "@khalifa-haftar", "ambassador",
    ]  # fmt: skip


def test_an_entity_gets_a_name_and_an_edit_that_breaks_a_test_says_so(place: Place) -> None:
    """With the rest of its file as it was."""
    (place.app.parts.settings.watchlists / "envoys.test.yaml").write_text(
        "watchlist: envoys\ntests:\n  - match: An envoy came.\n", encoding="utf-8"
    )
    status, _, headers = tried(place, "- {id: named, title: Named, query: legate}")
    page = over(place, headers["Location"])
    assert (status, "1 test would fail" in page) == (303, True)
    assert "no longer fires on" in page

    at = "/workbench/edit?file=entities/all.yaml&entry=libya"
    fields = form(place.read(at))
    fields["text"] = fields["text"].replace("en: [Libya]", "en: [Libya, Sirte]")
    page = over(place, place.post("/workbench/edit", at, **fields)[2]["Location"])
    assert "Nothing changes on them" in page
    assert "Every test of the watchlists holds" in page


def test_a_rule_that_cannot_be_read_says_why_under_its_field(place: Place) -> None:
    """And nothing is written."""
    before = file_of(place).read_bytes()
    status, page, _ = tried(place, "- id: named\n  title: An envoy\n  query: (envoy AND")

    assert status == 422
    assert 'aria-invalid="true"' in page
    assert "Nothing was written." in page
    assert re.search(r"<li dir=\"auto\">line 3: ", page)
    assert "query: (envoy AND</textarea>" in page
    assert file_of(place).read_bytes() == before
    assert tried(place, form(place.read(ENTRY))["text"])[0] == 400


def test_whoever_comes_second_sees_what_the_first_one_changed(place: Place) -> None:
    """At the trial, and at the button; and decides."""
    fields = form(place.read(ENTRY))
    mine = fields["text"].replace("query: envoy", "query: mine")
    tried_at = tried(place, mine)[2]["Location"]
    over(place, tried_at)
    theirs = COMMENTED.replace("query: envoy", "query: theirs")
    file_of(place).write_text(theirs, encoding="utf-8")

    for status, page, _ in (
        place.post("/workbench/edit", ENTRY, **{**fields, "text": mine}),
        place.post(tried_at, tried_at),
    ):
        assert status == 409
        assert "Somebody else has changed this file" in page
        assert "+  query: theirs" in page
        assert form(page)["text"] == mine
        assert file_of(place).read_text(encoding="utf-8") == theirs
    again = place.post("/workbench/edit", ENTRY, **form(page))[2]["Location"]
    assert place.post(again, again)[0] == 303
    assert "query: mine" in file_of(place).read_text(encoding="utf-8")

    file_of(place).write_text(COMMENTED.replace("id: named", "id: renamed"), encoding="utf-8")
    status, page, _ = place.post("/workbench/edit", "/workbench/edit?file=envoys.yaml", **fields)
    assert (status, "This entry is gone" in page) == (409, True)


def test_where_nothing_can_be_written_the_change_is_shown(place: Place) -> None:
    """As a patch."""
    text = form(place.read(ENTRY))["text"].replace("query: envoy", "query: legate")
    at = tried(place, text)[2]["Location"]
    file_of(place).chmod(0o444)
    status, page, _ = place.post(at, at)

    assert (status, "Nothing was written" in page) == (409, True)
    assert "+    query: legate" in page
    assert file_of(place).read_text(encoding="utf-8") == COMMENTED
    assert place.ask(path="/workbench/edits/none")[0] == 410


def test_a_text_is_kept_as_a_test_as_an_analyst_would_have_written_it(place: Place) -> None:
    """Once, and with what it says as the rules are now."""
    tests = place.app.parts.settings.watchlists / "envoys.test.yaml"
    said = {"watchlist": "envoys", "expect": "no_match", "why": "a flower"}
    text = "The envoy blooms\nA plant."
    status, page, _ = place.post("/workbench/test", "/workbench", text=text, **said)
    assert (status, "It does not hold yet" in page) == (200, True)
    assert tests.read_text(encoding="utf-8").endswith(
        'watchlist: envoys\ntests:\n  - no_match:\n      title: "The envoy blooms"\n      content: "A plant."\n'
        '      lang: en\n    why: "a flower"\n'
    )
    status, page, _ = place.post("/workbench/test", "/workbench", text=text, **said)
    assert (status, "a no_match test already" in page) == (409, True)
    assert place.post("/workbench/test", "/workbench", item="2", watchlist="wagner")[0] == 200
    assert place.post("/workbench/test", "/workbench", item="2", watchlist="none")[0] == 400
    tests.chmod(0o444)
    status, page, _ = place.post(
        "/workbench/test", "/workbench", text="Other\nThe envoy.", watchlist="envoys"
    )
    assert (status, "+  - match:" in page) == (409, True)


def test_an_address_is_read_and_decided(tmp_path: Path) -> None:
    """Through the same guards as feeds."""
    body = "<html><title>The envoy came</title><body><article>" + "<p>The envoy came to Sirte.</p>" * 30
    with Web() as web, opened(tmp_path, ports=[web.port]) as place:
        url = web.answer("/page", body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        status, page, _ = place.post("/workbench", "/workbench", url=url)
        assert (status, "It fires" in page) == (200, True)
        assert 'name="text" hidden' in page
        for wrong, refused in (("file:/etc/passwd", 400), ("nonsense", 400), ("http://10.0.0.1/", 422)):
            assert place.post("/workbench", "/workbench", url=wrong)[0] == refused
