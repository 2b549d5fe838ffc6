"""The analyst's walk, in the browser alone: from the address that `run` prints to a changed rule and a saved test."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.desk import ENVOYS
from tests.support.workplace import archive, workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("chromium")]

MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")
NEWS = "Sirte harbour\nThe legate came ashore and met the mayor. ووصل المبعوث إلى سرت."
COMMENT = "  # whoever speaks for a state\n"
RULE = "- {id: named, title: An envoy is named, query: envoy}"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[str]:
    """The address of the desk of a monitor that runs, with two items in its archive."""
    rules = ENVOYS.replace("rules:\n", f"rules:\n{COMMENT}")
    path = workplace(tmp_path, extra={"envoys.yaml": rules})
    archive(tmp_path, "The legate saw Tobruk.", "Nothing at all.", at=datetime.now(UTC) - timedelta(hours=1))
    with path.open("a", encoding="utf-8") as config:
        config.write(f"data: {tmp_path}\nlisten: 127.0.0.1:0\nfeeds: {tmp_path}/feeds.yaml\n")
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    command = [*MONITOR, "run", "--config", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            assert running.stdout is not None
            said = ""
            while not (found := re.search(r"desk +(http://\S+)/\n", said)):
                line = running.stdout.readline()
                assert line, said
                said += line
            yield found[1]
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=60)
    assert running.returncode == 0


def decided(page: Any, home: str) -> str:
    """Paste the news into the workbench; what is decided."""
    page.goto(home)
    page.click("nav >> text=Workbench")
    page.fill("#text", NEWS)
    page.click("button:has-text('What would happen?')")
    return str(page.inner_text("#decision"))


def tried(page: Any, text: str) -> None:
    """Send the form of an entry, and look at what would change until that is known."""
    page.fill("#text", text)
    page.click("button:has-text('What would change?')")
    for _ in range(300):
        page.wait_for_selector("#trial")
        if not page.locator("#trial progress").count():
            return
        again = page.locator("a:has-text('Look again')")
        if again.is_visible():
            again.click()
        page.wait_for_timeout(100)
    raise AssertionError(page.inner_text("#trial"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_a_text_to_a_changed_rule_and_a_saved_test(
    tmp_path: Path, home: str, browser: Any, script: bool
) -> None:
    """By links and forms alone; a mistake stands under its field, and nothing is written of it."""
    page = browser.new_context(java_script_enabled=script).new_page()
    lists = tmp_path / "watchlists"
    before = (lists / "envoys.yaml").read_text("utf-8")
    assert decided(page, home) == "It does not fire"

    page.click("summary:has-text('found nothing')")
    page.click("a:has-text('envoys/named')")
    page.fill("#text", RULE.replace("query: envoy", "query: '(envoy OR'"))
    page.click("button:has-text('What would change?')")
    assert page.get_attribute("#text", "aria-describedby") == "wrong"
    assert page.inner_text("#wrong").startswith("Nothing was written.\n")
    assert (lists / "envoys.yaml").read_text("utf-8") == before

    tried(page, RULE.replace("query: envoy", "query: envoy OR legate"))
    assert "newly fires on 1 item" in page.inner_text("#trial")
    assert "Every test of the watchlists holds" in page.inner_text("#trial")
    page.click("button:has-text('Save')")
    assert page.inner_text("[role=status]").startswith("Saved.")
    written = (lists / "envoys.yaml").read_text("utf-8")
    assert written == before.replace("query: envoy", "query: envoy OR legate")

    page.click("a:has-text('Try it on a text')")
    assert decided(page, home) == "It fires"
    page.click("summary:has-text('Keep it as a test')")
    assert page.input_value("#tw") == "envoys"
    page.fill("#ty", "a legate is an envoy")
    page.click("button:has-text('Keep it')")
    assert page.inner_text("[role=status]").endswith("It holds.")
    assert "a legate is an envoy" in (lists / "envoys.test.yaml").read_text("utf-8")
    page.context.close()


def test_two_people_edit_one_file(tmp_path: Path, home: str, browser: Any) -> None:
    """The second sees what the first one changed, and decides."""
    file = tmp_path / "watchlists" / "envoys.yaml"
    first, second = (browser.new_context().new_page() for _ in range(2))
    for page in (first, second):
        page.goto(f"{home}/workbench/edit?file=envoys.yaml&entry=named")
    tried(second, RULE.replace("query: envoy", "query: envoy OR consul"))
    tried(first, RULE.replace("query: envoy", "query: envoy OR legate"))
    first.click("button:has-text('Save')")
    first.wait_for_selector("[role=status]:has-text('Saved')")

    second.click("button:has-text('Save')")
    second.wait_for_selector("#theirs")
    assert "OR legate" in second.inner_text("section[aria-labelledby=theirs] pre")
    assert "OR consul" in second.input_value("#text")
    assert "legate" in file.read_text("utf-8")
    tried(second, RULE.replace("query: envoy", "query: envoy OR legate OR consul"))
    second.click("button:has-text('Save')")
    second.wait_for_selector("[role=status]:has-text('Saved')")
    assert "query: envoy OR legate OR consul" in file.read_text("utf-8")
    for page in (first, second):
        page.context.close()


def test_where_nothing_can_be_written_the_change_is_read_aloud(
    tmp_path: Path, home: str, browser: Any
) -> None:
    """Of a rule and of a test, on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    file = tmp_path / "watchlists" / "envoys.yaml"
    file.chmod(0o444)
    page.goto(f"{home}/workbench/edit?file=envoys.yaml&entry=named")
    tried(page, RULE.replace("query: envoy", "query: envoy OR legate"))
    page.click("button:has-text('Save')")
    page.wait_for_selector("h1:has-text('Nothing was written')")
    assert "legate" in page.inner_text("pre")
    assert "legate" not in file.read_text("utf-8")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
