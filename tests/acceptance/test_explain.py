"""`monitor explain`: a file, a page, an item of the archive; and an answer kept as a test."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.line import command
from tests.support.pages import page
from tests.support.web import Web
from tests.support.workplace import archive, workplace

if TYPE_CHECKING:
    from pathlib import Path

HTML = {"Content-Type": "text/html; charset=utf-8"}


def test_an_item_of_the_archive_is_explained_by_its_number(tmp_path: Path) -> None:
    """As `items search` and alerts name it."""
    config = workplace(tmp_path)
    archive(
        tmp_path,
        "A fine day.",
        {"title": "Лавров", "content": "Лавров встретился. Хафтар спал.", "lang": "ru"},
    )

    said = command("explain", "2", "--config", str(config))
    unknown = command("explain", "77", "--config", str(config))

    assert said.returncode == 0, said.stderr
    assert "“⁨Хафтар⁩” (#libya-actor) is 1 sentence away" in said.stdout
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "77: no such file, and no such item" in unknown.stderr


def test_a_page_is_fetched_and_its_article_explained(tmp_path: Path) -> None:
    """Through the guards of the daemon, and without what stands around the article."""
    with Web() as web:
        config = workplace(tmp_path, ports=[web.port])
        article = page("en", "article")
        body = article.html.replace(article.paragraphs[1], f"{article.paragraphs[1]} The Wagner Group left.")
        address = web.answer("/story", body=body.encode(), headers=HTML)
        said = command("explain", address, "--json", "--config", str(config))

    rules = {f"{r['watchlist']}/{r['rule']}": r for r in json.loads(said.stdout)["rules"]}
    assert said.returncode == 0, said.stderr
    assert rules["wagner/named"]["kind"] == "fired"
    assert json.loads(said.stdout)["title"] == article.title
    assert "monitor" in web.requests[0].headers["user-agent"]


def test_a_saved_page_is_read_like_one_that_is_fetched(tmp_path: Path) -> None:
    """Its article, not its menus; a page without one is read as text."""
    config, saved, bare = workplace(tmp_path), tmp_path / "page.html", tmp_path / "bare.html"
    article = page("ar", "divs")
    saved.write_text(article.html, encoding="utf-8")
    bare.write_text("<html><body><p>Short</p><p>The Wagner Group left.</p></body></html>", encoding="utf-8")

    whole = command("explain", str(saved), "--json", "--config", str(config))
    short = command("explain", str(bare), "--config", str(config))

    assert json.loads(whole.stdout)["title"] == article.title
    assert json.loads(whole.stdout)["lang"] == "ar"
    assert "FIRED       wagner/named" in short.stdout


def test_a_page_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """And what the feed gave of it is explained where the archive has it; no private address is reached unasked."""
    with Web() as web:
        config = workplace(tmp_path, ports=[web.port])
        address = web.answer("/story", status=403)
        without = command("explain", address, "--config", str(config))
        archive(tmp_path, {"content": "Lavrov met Haftar.", "url": address})
        kept = command("explain", address, "--config", str(config))
        refused = command("explain", "http://127.0.0.1:1/x", "--config", str(config))

    assert without.returncode == 1
    assert "answered 403" in without.stderr
    assert kept.returncode == 0
    assert "the archive has it as item 1" in kept.stderr
    assert "FIRED       contacts/meet" in kept.stdout
    assert refused.returncode == 1
    assert "refused" in refused.stderr or "port" in refused.stderr


TESTS = 'watchlist: wagner\ntests:\n  - {match: "The Wagner Group left."}  # ours\n'


def test_an_answer_is_kept_as_a_test(tmp_path: Path) -> None:
    """Beside the watchlist, the rest of the file untouched, and run at once: it may fail, which is why it was saved."""
    config = workplace(tmp_path, extra={"wagner.test.yaml": TESTS})
    beside, text = tmp_path / "watchlists" / "wagner.test.yaml", tmp_path / "a.txt"
    text.write_text('A "Wagner Group" of doors\n\nFirst line: yes.\n\nمجموعة فاغنر.\n', encoding="utf-8")
    explain = ("explain", str(text), "--config", str(config), "--save-test", "wagner")

    wrong = command(*explain, "--no-match", "--why", "doors: not fighters")
    again = command(*explain)
    tested = command("watchlists", "test", "--config", str(config))

    assert wrong.returncode == 1
    assert "saved as a no_match test" in wrong.stdout
    assert "named fired" in wrong.stdout
    assert beside.read_text("utf-8").startswith(TESTS + "  - no_match:\n")
    assert (again.returncode, again.stdout.count("saved")) == (1, 0)
    assert "the same words are a no_match test already" in again.stderr
    assert tested.returncode == 1
    assert "[doors: not fighters]" in tested.stderr
    assert "2 tests, 1 failed" in tested.stdout


def test_a_first_test_that_holds_makes_the_file(tmp_path: Path) -> None:
    """For a watchlist that had none."""
    config = workplace(tmp_path)
    text = tmp_path / "a.txt"
    text.write_text("Lavrov met Haftar.", encoding="utf-8")

    saved = command("explain", str(text), "--config", str(config), "--save-test", "contacts")

    assert saved.returncode == 0, saved.stderr
    assert saved.stdout.rstrip().endswith("contacts.test.yaml:4: holds: Lavrov met Haftar.")
    assert "1 tests, 0 failed" in command("watchlists", "test", "--config", str(config)).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--save-test", "wagnr"), "there is no watchlist 'wagnr'; did you mean 'wagner'?", id="no such one"),
        pytest.param(("--no-match",), "--no-match and --why belong to --save-test", id="without --save-test"),
        pytest.param(("--save-test", "wagner"), "there is no text to keep", id="an empty text"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_a_usage_error(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """And nothing is written."""
    config = workplace(tmp_path)
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n", encoding="utf-8")

    done = command("explain", str(empty), "--config", str(config), *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert not list((tmp_path / "watchlists").glob("*.test.yaml"))


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("check", ["httpx", "sqlalchemy", "py3langid", "jinja2", "monitor.contacts.extract"]),
        ("explain", ["httpx", "sqlalchemy", "trafilatura", "py3langid", "jinja2"]),
    ],
)
def test_a_start_imports_what_it_needs(tmp_path: Path, command: str, heavy: list[str]) -> None:
    """`check` decides nothing and tries unchanged templates once; an English text needs no network, no
    database and no language model.
    """
    (tmp_path / "state").mkdir()
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text("data: state\nfeeds: [feeds.yaml]\n", encoding="utf-8")
    text = tmp_path / "text.txt"
    text.write_text("The two ministers met in the capital on Monday.", encoding="utf-8")
    arguments = [command, "--config", str(config), *([str(text)] if command == "explain" else [])]
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('heavy:', sorted(set({heavy!r}) & sys.modules.keys())))\n"
        f"sys.argv = ['monitor', *{arguments!r}]\n"
        "from monitor.cli import main; main()"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        for _ in range(2)
    ]

    assert [done.returncode for done in runs] == [0, 0], runs[0].stderr
    assert runs[1].stdout.splitlines()[-1] == "heavy: []"
    assert runs[0].stdout.splitlines()[:-1] == runs[1].stdout.splitlines()[:-1]
