"""An analyst looks at items and stories, exports a case, and somebody else verifies it: over a feed that was polled."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import feedparser
import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from monitor.cli.main import application
from monitor.store.tables_news import entries
from tests.support.newsroom import START, Newsroom
from tests.support.newsroom import newsroom as opened_newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = '=HYPERLINK("https://evil.example") <evil onload=alert(1)> & Putin receives Khalifa Haftar'
ARABIC = "بوتين يستقبل خليفة حفتر في موسكو"


def entry(n: int, title: str, text: str = "") -> str:
    at = format_datetime(START - timedelta(days=1) + timedelta(hours=n))
    return (
        f"<item><guid>g{n}</guid><link>https://gazette.example/{n}</link><title>{escape(title)}</title>"
        f"<description>{escape(text)}</description><pubDate>{at}</pubDate></item>"
    )


def document(*entries: str) -> bytes:
    return f"<rss version='2.0'><channel><title>G</title>{''.join(entries)}</channel></rss>".encode()


def quiet(*numbers: int) -> list[str]:
    return [entry(n, f"Harbour report number {n}") for n in numbers]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Three polls: two reports of contacts, one of them corrected, then taken out of the feed."""
    with opened_newsroom(tmp_path_factory.mktemp("desk")) as made:
        long_ago = entry(-1000, ARABIC)
        first = entry(7, HOSTILE, "They met in Moscow on Monday, the palace said.")
        made.publish(document(*quiet(12, 11, 10, 9), first, *quiet(6, 5, 4, 3), long_ago))
        changed = entry(7, HOSTILE, "They met in Sochi on Tuesday, the palace said.")
        made.publish(document(*quiet(13, 12, 11, 10, 9), changed, *quiet(6, 5, 4, 3), long_ago))
        made.publish(document(*quiet(14, 13, 12, 11, 10, 9), *quiet(6, 5, 4, 3), long_ago))
        yield made


def run(desk: Newsroom, *words: str) -> Result:
    return CliRunner().invoke(application(), words, env={"MONITOR_CONFIG": str(desk.config)})


def story_of(desk: Newsroom, words: str) -> tuple[str, int]:
    """The story and the number of the newest item with `words`."""
    found = json.loads(run(desk, "items", "search", *words.split(), "--json").stdout)["items"][0]
    return found["story"], found["id"]


@pytest.fixture
def case(desk: Newsroom, tmp_path: Path) -> Path:
    """An exported case of the hostile story."""
    story, _ = story_of(desk, "palace")
    result = run(desk, "export", "case", story, str(tmp_path / "case"))
    assert result.exit_code == 0, result.output
    return tmp_path / "case"


# --- items ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        pytest.param(["palace"], [HOSTILE], id="a word of the text"),
        pytest.param(["PUTIN", "haftar"], [HOSTILE], id="words in any case"),
        pytest.param(["حفتر"], [ARABIC], id="Arabic"),
        pytest.param(["--watchlist", "contacts"], [ARABIC, HOSTILE], id="a watchlist"),
        pytest.param(["--coverage", "matched", "--lang", "ar"], [ARABIC], id="state and language"),
        pytest.param(["--severity", "critical"], [], id="nothing as loud"),
        pytest.param(["--since", "2026-03-02"], [], id="nothing since"),
        pytest.param(["--until", "2026-03-01T13:30", "--watchlist", "contacts"], [ARABIC, HOSTILE], id="until"),
        pytest.param(["--side", "un"], [], id="a side"),
    ],
)  # fmt: skip
def test_items_are_found(desk: Newsroom, words: list[str], titles: list[str]) -> None:
    """The exit code tells a script whether there was anything."""
    result = run(desk, "items", "search", *words, "--json")
    found = json.loads(result.stdout)
    assert sorted(i["title"] for i in found["items"]) == sorted(titles)
    assert result.exit_code == (0 if titles else 1)


def test_a_table_says_how_many_more_there_are(desk: Newsroom) -> None:
    """The newest first."""
    result = run(desk, "items", "search", "harbour", "-n", "2")
    assert re.search(r"number 14.*number 13", result.stdout, re.DOTALL)
    assert "2 items and more (--limit)" in result.stdout


def test_a_csv_of_items_runs_nothing(desk: Newsroom, tmp_path: Path) -> None:
    """The formula is text; Arabic stays readable in a spreadsheet."""
    run(desk, "items", "search", "--watchlist", "contacts", "-f", "csv", "-o", str(tmp_path / "items.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "items.csv").read_bytes().decode("utf-8-sig"))))
    assert {row["title"] for row in rows} == {"'" + HOSTILE, ARABIC}


def test_an_item_in_full_says_what_it_said_before(desk: Newsroom) -> None:
    """Texts, match with its sentence, revision by words, withdrawal, evidence."""
    _, item_id = story_of(desk, "palace")
    shown = run(desk, "items", "show", str(item_id)).stdout
    assert "They met in [-Moscow-] {+Sochi+} on [-Monday,-] {+Tuesday,+} the palace said." in shown
    assert "taken out of its feed, noticed 2026-03-01 15:00 UTC" in shown
    assert "contacts/both-sides" in shown
    assert len(re.findall(r"evidence of revision [12]: entry", shown)) == 2
    data = json.loads(run(desk, "items", "show", str(item_id), "--json").stdout)
    assert [r["content"] or r["summary"] for r in data["revisions"]] == [
        "They met in Moscow on Monday, the palace said."
    ]
    assert data["evidence"][0]["raw"] == entry(7, HOSTILE, "They met in Moscow on Monday, the palace said.")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["items", "show", "9999"], 1, "there is no item 9999", id="item"),
        pytest.param(["stories", "show", "s-no"], 1, "no story is called s-no", id="story"),
        pytest.param(["export", "case", "s-no"], 1, "no story is called s-no", id="case"),
        pytest.param(["items", "search", "--since", "soon"], 2, "neither a time span", id="time"),
        pytest.param(["stories", "--since", "1d", "--until", "2d"], 2, "--since is not before", id="window"),
        pytest.param(["verify", "/nowhere/at/all"], 2, "is no folder", id="folder"),
    ],
)
def test_what_is_not_there_is_said(desk: Newsroom, words: list[str], code: int, said: str) -> None:
    """In one line, without a traceback."""
    result = run(desk, *words)
    assert result.exit_code == code
    assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.output).split())


# --- stories -------------------------------------------------------------------------------------------------


def test_stories_are_listed_in_every_format(desk: Newsroom) -> None:
    """A table, CSV that runs nothing, JSON, and Atom that a feed reader takes."""
    table = run(desk, "stories").stdout
    assert "2 stories" in table
    rows = list(csv.DictReader(io.StringIO(run(desk, "stories", "--format", "csv").stdout)))
    assert {row["title"] for row in rows} == {"'" + HOSTILE, ARABIC}
    listed = json.loads(run(desk, "stories", "--json").stdout)["stories"]
    assert {s["id"] for s in listed} == {row["id"] for row in rows}
    atom = feedparser.parse(io.BytesIO(run(desk, "stories", "-f", "atom").stdout_bytes))
    assert (atom.bozo, len(atom.entries)) == (False, 2)
    assert "<evil" not in "".join(e.content[0].value for e in atom.entries)


def test_stories_are_filtered(desk: Newsroom) -> None:
    """By words of their items, as items are."""
    assert "1 story" in run(desk, "stories", "--words", "palace").stdout
    nothing = run(desk, "stories", "--side", "un")
    assert (nothing.exit_code, "0 stories" in nothing.stdout) == (1, True)


def test_a_story_in_full_has_its_steps(desk: Newsroom) -> None:
    """Told, then taken back, and what that changed."""
    story, item_id = story_of(desk, "palace")
    shown = run(desk, "stories", "show", story).stdout
    assert re.search(rf"Gazette \(unknown\) tells it  item {item_id}.*took it back", shown, re.DOTALL)
    assert "told first by Gazette" in shown
    steps = json.loads(run(desk, "stories", "show", story, "--json").stdout)["timeline"]
    assert [s["what"] for s in steps] == ["told", "withdrawn"]
    assert [c["kind"] for c in steps[1]["changes"]] == ["withdrawn"]


def test_a_person_merges_and_splits(desk: Newsroom) -> None:
    """The old id leads on, and says so; what was split stays apart under a new id."""
    (one, _), (other, item_id) = story_of(desk, "palace"), story_of(desk, "حفتر")
    assert "2 items" in run(desk, "stories", "merge", other, one).stdout
    led = run(desk, "stories", "show", other)
    assert f"{other} was merged into {one}" in led.output
    assert run(desk, "stories", "merge", other, one).exit_code == 1
    fresh = run(desk, "stories", "split", other, str(item_id)).stdout.partition(":")[0]
    assert ARABIC in run(desk, "stories", "show", fresh).stdout
    told, related, apart = run(desk, "stories", "show", one).stdout.partition("related:")
    assert ARABIC not in told
    assert related
    assert ARABIC in apart


# --- cases ---------------------------------------------------------------------------------------------------


def test_a_case_verifies_with_and_without_us(case: Path, tmp_path: Path) -> None:
    """`sha256sum` alone checks the files and every link; nothing else is needed, and no configuration."""
    result = CliRunner().invoke(application(), ["verify", str(case)])
    assert result.exit_code == 0, result.output
    assert "2 entries" in result.output
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=case, check=True)
    chain = json.loads((case / "chain.json").read_text(encoding="utf-8"))
    for link in chain["feeds"][0]["links"]:
        if link["link"]:
            assert hashlib.sha256((case / link["link"]).read_bytes()).hexdigest() == link["chain"]


def test_the_same_archive_gives_the_same_case(desk: Newsroom, case: Path, tmp_path: Path) -> None:
    """To the byte, whenever it is exported."""
    story, _ = story_of(desk, "palace")
    run(desk, "export", "case", story, str(tmp_path / "again"))
    assert (tmp_path / "again" / "SHA256SUMS").read_bytes() == (case / "SHA256SUMS").read_bytes()
    assert run(desk, "export", "case", story, str(case)).exit_code == 2


def test_a_case_holds_what_the_feed_said(case: Path) -> None:
    """Both revisions, byte for byte, with the headers that came with them."""
    raw = [path.read_text(encoding="utf-8") for path in sorted((case / "entries").iterdir())]
    assert raw == [
        entry(7, HOSTILE, f"They met in {where}, the palace said.")
        for where in ("Moscow on Monday", "Sochi on Tuesday")
    ]
    headers = sorted((case / "headers").iterdir())[0].read_text(encoding="utf-8")
    assert headers.startswith("retrieved 2026-03-01T13:00:00")
    assert "content-type: application/rss+xml" in headers.lower()


def _changed(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))


def test_one_changed_byte_is_found_in_any_file(case: Path, tmp_path: Path) -> None:
    """And the file is named."""
    names = sorted(p.relative_to(case).as_posix() for p in case.rglob("*") if p.is_file())
    assert {"index.html", "story.json", "items.csv", "contacts.csv", "chain.json"} <= set(names)
    for name in names:
        copy = tmp_path / "copy"
        shutil.copytree(case, copy)
        _changed(copy / name)
        result = CliRunner().invoke(application(), ["verify", str(copy)])
        assert result.exit_code == 1, name
        # a changed sum blames the file that it is of
        assert name in result.output or name == "SHA256SUMS"
        shutil.rmtree(copy)


def _summed(folder: Path) -> None:
    """SHA256SUMS made anew, as a forger would."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    (folder / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names if n != "SHA256SUMS"
        ),
        encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        pytest.param("entry", "not the bytes that were retrieved", id="an entry"),
        pytest.param("time", "its hash is not that of what it binds", id="a time of retrieval"),
        pytest.param("relinked", "does not follow the one before it", id="a link with a hash of its own"),
        pytest.param("left-out", "does not follow the one before it", id="a link left out"),
        pytest.param("headers", "not what chain.json says", id="headers"),
        pytest.param("added", "no link of the chain is about it", id="an entry put in"),
        pytest.param("symlink", "is no regular file", id="a link to somewhere else"),
        pytest.param("empty", "chain.json cannot be read", id="a chain that is none"),
    ],
)
def test_new_sums_do_not_help_a_forger(case: Path, forge: str, said: str) -> None:
    """The chain gives him away."""
    chain = json.loads((case / "chain.json").read_text(encoding="utf-8"))
    links = chain["feeds"][0]["links"]
    if forge == "entry":
        _changed(sorted((case / "entries").iterdir())[0])
    elif forge in ("time", "relinked"):
        links[0]["rest"] = links[0]["rest"].replace("2026-03-01T13", "2026-03-01T09")
        if forge == "relinked":
            body = links[0]["previous"] + links[0]["sha256"] + links[0]["rest"]
            links[0]["chain"] = hashlib.sha256(body.encode()).hexdigest()
    elif forge == "left-out":
        del links[1]
    elif forge == "headers":
        _changed(sorted((case / "headers").iterdir())[0])
    elif forge == "added":
        (case / "entries" / "000000.xml").write_text("<item/>", encoding="utf-8")
    elif forge == "symlink":
        (case / "extra").symlink_to("/etc/hostname")
    elif forge == "empty":
        chain = {"feeds": [{"feed": "gazette", "head": "", "whole": True, "links": 7}]}
    (case / "chain.json").write_text(json.dumps(chain), encoding="utf-8")
    _summed(case)
    result = CliRunner().invoke(application(), ["verify", str(case)])
    assert result.exit_code == 1
    assert said in result.output


class _Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_runs_nothing_and_reads_from_the_right(desk: Newsroom, case: Path, tmp_path: Path) -> None:
    """A hostile title is text; Arabic has its direction; nothing is loaded from anywhere."""
    page = (case / "index.html").read_text(encoding="utf-8")
    assert escape(HOSTILE) in page
    tags = _Tags()
    tags.feed(page)
    assert {tag for tag, _ in tags.seen}.isdisjoint({"script", "img", "iframe", "link", "object", "form"})
    assert not any(name.startswith("on") or name == "src" for _, attrs in tags.seen for name in attrs)
    assert all(
        (attrs["href"] or "").startswith(("https://gazette.example/", "#i", "entries/"))
        for tag, attrs in tags.seen
        if tag == "a"
    )
    story, _ = story_of(desk, "حفتر")
    run(desk, "export", "case", story, str(tmp_path / "arabic"))
    assert f'<h1 lang="ar" dir="rtl">{ARABIC}</h1>' in (tmp_path / "arabic" / "index.html").read_text("utf-8")


def test_the_archive_itself_is_verified(desk: Newsroom) -> None:
    """Sound, then changed behind its back."""
    sound = run(desk, "verify")
    assert sound.exit_code == 0
    assert re.search(r"^[0-9a-f]{64}  gazette$", sound.stdout, re.MULTILINE)
    with desk.app.db.transaction() as tx:
        at = START + timedelta(days=9)
        was = tx.execute(entries.select().where(entries.c.id == 2)).mappings().one()["retrieved_at"]
        tx.execute(update(entries).where(entries.c.id == 2).values(retrieved_at=at))
    try:
        forged = run(desk, "verify")
        assert forged.exit_code == 1
        assert "gazette: entry 2 was changed" in forged.output
    finally:
        with desk.app.db.transaction() as tx:
            tx.execute(update(entries).where(entries.c.id == 2).values(retrieved_at=was))


def test_evidence_that_was_taken_out_is_missed(desk: Newsroom) -> None:
    """All of it, or the bytes only; an archive without evidence is not "what it was"."""
    with desk.app.db.transaction() as tx:
        rows = [dict(row) for row in tx.execute(entries.select().order_by(entries.c.id)).mappings()]
        tx.execute(entries.delete())
    try:
        found = run(desk, "verify")
        assert found.exit_code == 1
        assert re.search(r"gazette: \d+ of \d+ stored items have no evidence", found.output)
        with desk.app.db.transaction() as tx:
            tx.execute(entries.insert(), [row | {"raw": None} for row in rows])
        found = run(desk, "verify")
        assert found.exit_code == 1
        assert "entries are gone although their items are stored" in found.output
    finally:
        with desk.app.db.transaction() as tx:
            tx.execute(entries.delete())
            tx.execute(entries.insert(), rows)


def test_an_earlier_head_must_still_be_there(desk: Newsroom, tmp_path: Path) -> None:
    """A chain that was cut or made anew fits together, and does not hold what was written down."""
    before = run(desk, "verify").stdout
    head = re.search(r"^([0-9a-f]{64})  gazette$", before, re.MULTILINE)
    assert head is not None
    (tmp_path / "heads").write_text(before)
    assert run(desk, "verify", "--since", head[1]).exit_code == 0
    assert run(desk, "verify", "--since", str(tmp_path / "heads")).exit_code == 0
    gone = run(desk, "verify", "--since", "0" * 64)
    assert gone.exit_code == 1
    assert "is in no chain" in gone.output
    wrong = run(desk, "verify", "--since", "yesterday")
    assert wrong.exit_code == 2
    assert "64 hexadecimal digits" in wrong.output


def test_a_case_is_compared_with_the_links_of_its_own_feeds(case: Path, tmp_path: Path) -> None:
    """The archive's list names every feed; a case holds those of one story."""
    verify = ["verify", str(case), "--since", str(tmp_path / "heads")]
    said = CliRunner().invoke(application(), ["verify", str(case)]).stdout
    own = re.search(r"([0-9a-f]{64})  newest link of (\S+)", said)
    assert own is not None
    for own_line in (f"{own[1]}  {own[2]}\n", own[0] + " when this was exported\n"):
        (tmp_path / "heads").write_text(f"{'1' * 64}  elsewhere\n{own_line}{'2' * 64}  far-away\n")
        assert CliRunner().invoke(application(), verify).exit_code == 0
    (tmp_path / "heads").write_text(f"{own[1]}  {own[2]}\n{'1' * 64}  {own[2]}\n")
    result = CliRunner().invoke(application(), verify)
    assert result.exit_code == 1
    assert f"{'1' * 64} of {own[2]} is no link of this case" in result.output
    (tmp_path / "heads").write_text(f"{'1' * 64}  elsewhere\n")
    result = CliRunner().invoke(application(), verify)
    assert result.exit_code == 1
    assert "no link to compare with" in result.output


def test_a_case_says_what_it_does_not_prove(case: Path) -> None:
    """On its page, and when it is verified; compared with a link from elsewhere, it is proved."""
    assert "made the whole case anew" in (case / "index.html").read_text("utf-8").replace("\n", " ")
    result = CliRunner().invoke(application(), ["verify", str(case)])
    assert "whole case anew" in " ".join(result.output.split())
    head = re.search(r"[0-9a-f]{64}", result.stdout)
    assert head is not None
    assert CliRunner().invoke(application(), ["verify", str(case), "--since", head[0]]).exit_code == 0
    assert CliRunner().invoke(application(), ["verify", str(case), "--since", "0" * 64]).exit_code == 1
