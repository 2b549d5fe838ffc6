"""The desk in a real browser: for a screen reader, on a phone, by keys, and live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.messages.links import ACTIONS
from monitor.store import silences
from tests.support.desk import ARABIC, Place, newsroom, opened
from tests.support.stored import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("chromium")]

PAGES = [
    "/",
    f"/stories/{ARABIC}",
    "/contacts",
    "/feeds",
    "/feeds/gazette",
    "/deliveries",
    "/workbench?item=2",
    "/workbench/edit",
    "/workbench/edit?file=contacts.yaml",
    "/workbench/edit?file=entities/all.yaml&entry=khalifa-haftar",
    "/nowhere",
]
PHONE = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Stories in three scripts."""
    with opened(tmp_path_factory.mktemp("desk")) as made:
        newsroom(made.app.db)
        made.now += 2 * HOUR
        yield made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_finds_its_way(place: Place, browser: Any, scheme: str) -> None:
    """Names, landmarks, headings, contrast, languages: axe has nothing to say of any page, and nothing is refused
    by our own policy.
    """
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(color_scheme=scheme, viewport=PHONE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    found = {}
    for path in PAGES:
        page.goto(f"http://127.0.0.1:{place.port}{path}")
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        violations = Axe().run(page).response["violations"]
        found[path] = [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.close()

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert [text for text in said if "404" not in text] == []


@pytest.mark.parametrize(("lang", "scheme"), [("ar", "dark"), ("ru", "light")])
def test_pages_behind_links_are_read_aloud_too(place: Place, browser: Any, lang: str, scheme: str) -> None:
    """In the reader's language and direction: forms, what is missing in them, links that are no good."""
    page = browser.new_context(color_scheme=scheme, viewport=PHONE, locale=lang).new_page()
    paths = [place.link(action) for action in ACTIONS]
    for path in (*paths, "/silence?token=wrong"):
        page.goto(f"http://127.0.0.1:{place.port}{path}")
        assert faults(page) == [], path
    page.goto(f"http://127.0.0.1:{place.port}{place.link('false-alarm')}")
    page.eval_on_selector_all("[required]", "all => all.forEach(one => one.required = false)")
    page.click("button")
    page.wait_for_selector("[role=alert]")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "ar" else "ltr")
    page.context.close()


def test_what_goes_wrong_is_read_aloud_too(place: Place, browser: Any) -> None:
    """A form that was not made here, a rule that does not parse, an entry that is gone, a change to make by hand."""
    page = browser.new_page(viewport=PHONE)
    home = f"http://127.0.0.1:{place.port}"
    page.goto(f"{home}/stories/{ARABIC}")
    page.eval_on_selector_all("input[name=form]", "all => all.forEach(one => one.value = 'forged')")
    page.click("summary:has-text('Acknowledge')")
    page.fill("#a1", "Ana")
    page.click("button:has-text('Acknowledge')")
    page.wait_for_selector("text=Not allowed")
    assert faults(page) == []

    edit = f"{home}/workbench/edit?file=contacts.yaml&entry=meet"
    page.goto(edit)
    typed = page.input_value("#text")
    page.fill("#text", "- {id: [")
    page.click("button:has-text('What would change?')")
    page.wait_for_selector("text=Nothing was written")
    assert page.locator("[role=alert] li").count() == 1
    assert faults(page) == []

    file = place.app.parts.settings.watchlists / "contacts.yaml"
    before = file.read_text("utf-8")
    try:
        page.goto(edit)
        page.fill("#text", typed.replace("title: Both sides meet", "title: Both meet"))
        file.write_text(before.replace("id: meet", "id: others"), "utf-8")
        page.click("button:has-text('What would change?')")
        page.wait_for_selector("text=This entry is gone")
        assert faults(page) == []
    finally:
        file.write_text(before, "utf-8")


def faults(page: Any) -> list[Any]:
    """What axe has to say of a page, and whether it is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = [
        (v["id"], [node["html"] for node in v["nodes"]][:3]) for v in Axe().run(page).response["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]
    return [*found, "wider than the screen"] if wide else found


def test_keys_move_through_stories(place: Place, browser: Any) -> None:
    """And open them."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{place.port}/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"t-{ARABIC}"
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/stories/{ARABIC}")
    page.keyboard.press("u")
    page.wait_for_url(f"http://127.0.0.1:{place.port}/")
    page.keyboard.press("?")
    assert page.is_visible("dialog#keys")
    page.close()


def test_an_open_page_shows_what_is_new(place: Place, browser: Any) -> None:
    """Without being loaded again, and without losing one's place."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{place.port}/")
    page.keyboard.press("j")
    with place.app.db.transaction() as tx:
        silences.acknowledge(tx, ARABIC, author="Ana", now=place.now)
    page.evaluate("document.body.dispatchEvent(new Event('look'))")
    page.wait_for_selector("text=acknowledged")

    assert page.evaluate("document.activeElement.id") == f"t-{ARABIC}"
    page.close()


def test_an_edit_is_tried_while_the_page_is_open(place: Place, browser: Any) -> None:
    """What it would change comes by itself; the page is as good for a screen reader as the others."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport=PHONE)
    page.goto(f"http://127.0.0.1:{place.port}/workbench/edit?file=entities/all.yaml&entry=khalifa-haftar")
    typed = page.input_value("#text").replace("[khalifa-haftar", "[").replace("ar: [حفتر]", "ar: [خليفة]")
    page.fill("#text", typed)
    page.click("button:has-text('What would change?')")
    page.wait_for_selector("#trial:not([hx-trigger])", timeout=30_000)

    assert page.input_value("#text") == typed
    assert page.is_visible("#trial button:has-text('Save')")
    assert Axe().run(page).response["violations"] == []
    page.close()


def test_a_form_acts_in_a_browser(place: Place, browser: Any) -> None:
    """With what browsers send of their own accord."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{place.port}/stories/{ARABIC}")
    page.click("summary:has-text('Silence')")
    page.fill("#a3", "آنا")
    page.fill("#r3", "known")
    page.click("button:has-text('Silence')")
    page.wait_for_selector("text=silenced until")

    with place.app.db.snapshot() as tx:
        assert [made.author for made in silences.alive(tx, place.now)] == ["آنا"]
    page.close()
