"""A folder of news through the matcher: what is read, what is said, and what somebody said of it before."""

from __future__ import annotations

import gzip
import json
import os
import pty
import select
import subprocess
import sys
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from monitor.model import Decision
from tests.eval import background, folders, verdicts
from tests.eval.folders import Bad, Found, Passed
from tests.support.analyst import DECLARED, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Item

MET = "Haftar met Lavrov in Moscow on Friday."
WAGNER = "The Wagner Group has left its camp."
QUIET = "A library opened in Ghat."
#: a user who owns nothing
NOBODY = 65534


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Three items in two files, one of them compressed."""
    folder = tmp_path / "news"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "may.jsonl").write_text(lines([MET, QUIET]), encoding="utf-8")
    (folder / "camp.txt.gz").write_bytes(gzip.compress(f"\n{WAGNER}\n\nIt was seen on Monday.\n".encode()))
    return folder


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    for name, text in (SOURCES | DECLARED).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def lines(texts: Iterable[str]) -> str:
    return "".join(json.dumps({"title": text, "lang": "en"}) + "\n" for text in texts)


def found(folder: Path, *, by_line: bool = False) -> list[tuple[str, str, str]]:
    reads = folders.read(folder, by_line=by_line)
    return [(r.where, r.item.title, r.item.content) for r in reads if isinstance(r, Found)]


def bad(folder: Path) -> list[tuple[str, str]]:
    return [(r.where, r.error) for r in folders.read(folder) if isinstance(r, Bad)]


# --- reading -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "items"),
    [
        pytest.param("a.jsonl", '{"title": "A"}\n\n{"title": "B"}', [("a.jsonl:1", "A", ""), ("a.jsonl:3", "B", "")], id="lines"),
        pytest.param("a.json", '{"title": "A"}\n{"title": "B"}\n', [("a.json:1", "A", ""), ("a.json:2", "B", "")], id="lines in .json"),
        pytest.param("a.json", '{\n "title": "A",\n "content": "c"}', [("a.json:1", "A", "c")], id="one object"),
        pytest.param("a.json", '[{"title": "A"},\n {"title": "B"}]', [("a.json:1", "A", ""), ("a.json:2", "B", "")], id="a list"),
        pytest.param("a.jsonl", '{"headline": "A", "text": "c"}', [("a.jsonl:1", "A", "c")], id="the names of others"),
        pytest.param("a.jsonl", '{"title": "A", "headline": "B", "body": 7}', [("a.jsonl:1", "A", "")], id="our names win"),
        pytest.param("a.TXT", "\ufeff\nA\nc\nd\n", [("a.TXT:1", "A", "c\nd")], id="a text"),
        pytest.param("a.txt", " \n", [], id="an empty text"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_items_are_read(
    name: str, text: str, items: list[tuple[str, str, str]], packed: bool, tmp_path: Path
) -> None:
    """From each kind of file, compressed or not, with the place of each."""
    at = f"{name}.gz" if packed else name
    (tmp_path / at).write_bytes(gzip.compress(text.encode()) if packed else text.encode())

    assert found(tmp_path) == [(where.replace(name, at), *rest) for where, *rest in items]


def test_a_text_may_have_an_item_on_each_line(tmp_path: Path) -> None:
    """A short one is a headline, a long one a paragraph."""
    (tmp_path / "a.txt").write_text(f"{MET}\n\n{'Слово ' * 40}\n", encoding="utf-8")

    assert found(tmp_path, by_line=True) == [("a.txt:1", MET, ""), ("a.txt:3", "", ("Слово " * 40).strip())]


def test_folders_are_read_in_the_order_of_names(news: Path) -> None:
    """Hidden files are not, and a file may be named itself."""
    (news / ".hidden.jsonl").write_text(lines(["hidden"]), encoding="utf-8")

    assert [where for where, *_ in found(news)] == ["camp.txt.gz:1", "2024/may.jsonl:1", "2024/may.jsonl:2"]
    assert [where for where, *_ in found(news / "2024" / "may.jsonl")] == ["may.jsonl:1", "may.jsonl:2"]
    assert bad(news / "2024" / "may.jsonl") == []


def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    """And the rest is read."""
    (tmp_path / "a.jsonl").write_text('{"title": "A"}\nnot json\n[1]\n{"url": "u"}\n{"title": "B"}\n')
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(str(n) for n in range(9999)).encode())[:9000])
    (tmp_path / "c.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "d.pdf").write_bytes(b"%PDF")

    (first, second, third, cut, broken) = bad(tmp_path)
    assert [first[0], second[0], third[0]] == ["a.jsonl:2", "a.jsonl:3", "a.jsonl:4"]
    assert first[1].startswith("not JSON")
    assert third[1] == "has no title, summary or content"
    assert cut[0].startswith("b.jsonl.gz:")
    assert cut[1].startswith("cannot be read on: Compressed file ended")
    assert broken == ("c.jsonl.gz:1", "cannot be read on: Not a gzipped file (b'no')")
    titles = [title for _, title, _ in found(tmp_path)]
    assert titles[:2] == ["A", "B"]
    assert titles[2] == "0"
    assert len(titles) > 100
    assert [r.path.name for r in folders.read(tmp_path) if isinstance(r, Passed)] == ["d.pdf"]


def test_a_folder_that_may_not_be_read_is_told() -> None:
    """Root may read everything, so it reads as nobody; the folder is outside pytest's, which only its owner enters."""
    user = os.geteuid()
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "secret").mkdir(mode=0)
        if user == 0:
            os.seteuid(NOBODY)
        try:
            told = bad(folder)
        finally:
            os.seteuid(user)

    assert told == [(str(folder / "secret"), "Permission denied")]


def test_the_bar_hears_every_byte(news: Path) -> None:
    """As they lie on the disk."""
    (news / "d.pdf").write_bytes(b"%PDF")
    steps: list[int] = []
    list(folders.read(news, advance=steps.append))

    assert sum(steps) == folders.size(news) > 0


def test_memory_does_not_grow_with_the_folder(tmp_path: Path) -> None:
    """Ten times the items, the same memory."""
    peaks = []
    for name, number in (("warm", 10), ("small", 2_000), ("large", 20_000)):
        path = tmp_path / f"{name}.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(lines([f"{QUIET} {at}"]) for at in range(number))
        tracemalloc.start()
        tally = background.run(folders.read(path), nothing, {}, told=print, complain=print)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert tally.items == number

    assert peaks[2] < peaks[1] * 1.5


def nothing(item: Item) -> Decision:
    return Decision(lang=item.lang)


# --- verdicts ----------------------------------------------------------------------------------------------


def judged(path: Path, **said: str) -> None:
    """Write verdicts as somebody does in an editor."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["verdict"] = said.get(row["watchlist"], "")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_the_second_run_shows_only_what_is_new(
    news: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And counts the precision of what was judged, wherever the text lies now."""
    again = [str(news), "--watchlists", str(lists)]
    assert background.main(again) == 0
    first = capsys.readouterr().out
    assert f"contacts/both-take-part (high)  {MET}\n  2024/may.jsonl:1  " in first
    assert f"wagner/named (high)  {WAGNER}\n  camp.txt.gz:1  " in first
    assert f"“{MET}”" in first
    assert "khalifa-haftar: Haftar" in first
    assert "meeting happened: Sergei Lavrov — Khalifa Haftar" in first
    assert "3 items" in first
    assert "0 bad lines skipped" in first

    judged(news.parent / "news.verdicts.jsonl", contacts="right", wagner="wrong")
    (news / "2024" / "may.jsonl").rename(news / "moved.jsonl")
    (news / "new.jsonl").write_text(lines(["Lavrov talks to Haftar by telephone.", MET]), encoding="utf-8")
    assert background.main(again) == 0
    second = capsys.readouterr().out
    assert MET not in second
    assert WAGNER not in second
    assert "new.jsonl:1" in second
    assert row_of("contacts", second) == ["3", "600.000", "1", "0", "0", "1", "1.000"]
    assert row_of("wagner", second) == ["1", "200.000", "0", "1", "0", "0", "0.000"]
    assert row_of("withdrawal", second) == ["0", "0.000", "0", "0", "0", "0", "-"]

    assert background.main([*again, "--all"]) == 0
    assert f"wagner/named (high)  {WAGNER}" in capsys.readouterr().out


def test_what_was_judged_can_be_run_alone(
    news: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an edit nothing else is read; what lies elsewhere by now is counted."""
    again = [str(news), "--watchlists", str(lists)]
    background.main(again)
    assert background.main([*again, "--judged"]) == 1
    assert capsys.readouterr().err.endswith("news.verdicts.jsonl: no verdict in it\n")
    judged(news.parent / "news.verdicts.jsonl", contacts="right")

    assert background.main([*again, "--judged"]) == 0
    out, err = capsys.readouterr()
    assert "1 items" in out
    assert row_of("contacts", out)[2] == "1"
    assert err == ""

    judged(news.parent / "news.verdicts.jsonl", contacts="right", wagner="wrong")
    (news / "camp.txt.gz").rename(news / "moved.txt.gz")
    assert background.main([*again, "--judged"]) == 0
    assert (
        capsys.readouterr().err
        == "judged texts that are no longer where they were: 1; run without --judged\n"
    )


def row_of(watchlist: str, text: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"{watchlist} "))
    return line.split()[1:]


def test_what_was_right_and_fires_no_more_is_named(
    news: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edit that loses it is seen."""
    again = [str(news), "--watchlists", str(lists)]
    background.main(again)
    judged(news.parent / "news.verdicts.jsonl", contacts="right", wagner="wrong")
    text = (lists / "contacts.yaml").read_text(encoding="utf-8")
    (lists / "contacts.yaml").write_text(text.replace("tag: '#libya-actor'", "tag: '#un'"), encoding="utf-8")
    capsys.readouterr()

    background.main(again)

    out = capsys.readouterr().out
    assert "did not fire this time: 1 judged right, 0 judged wrong" in out
    assert f"lost: contacts  2024/may.jsonl:1  {MET}" in out


def test_a_verdict_file_may_lie_in_the_folder(
    news: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no news."""
    path = news / "verdicts.jsonl"
    for _ in range(2):
        assert background.main([str(news), "--watchlists", str(lists), "--verdicts", str(path)]) == 0
        assert "3 items" in capsys.readouterr().out
    assert len(verdicts.load(path)) == 2


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param(["w a camp site", "r"], [("wrong", "a camp site"), ("right", "")], id="letters and a note"),
        pytest.param(["what?", "unsure", ""], [("unsure", ""), ("", "")], id="asked again, and left open"),
        pytest.param(["R", "q"], [("right", ""), ("", "")], id="stopped"),
        pytest.param(["R"], [("right", ""), ("", "")], id="the end of the input"),
    ],
)  # fmt: skip
def test_review_asks_for_what_has_no_verdict(
    answers: list[str], said: list[tuple[str, str]], news: Path, lists: Path
) -> None:
    """Each answer is written down at once."""

    def ask(_prompt: str) -> str:
        if not answers:
            raise EOFError
        return answers.pop(0)

    assert background.main([str(news), "--watchlists", str(lists), "--review"], ask) == 0

    rows = verdicts.load(news.parent / "news.verdicts.jsonl").values()
    assert [(row.verdict, row.note) for row in rows] == said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("{", "Expecting property name", id="not JSON"),
        pytest.param('{"key": "k"}', "missing 1 required positional argument", id="half a row"),
        pytest.param('{"key": "k", "watchlist": "w", "verdict": "rihgt"}', 'verdict "rihgt" is none of', id="another word"),
        pytest.param('{"key": "a", "watchlist": "w"}', "a second row for a", id="twice"),
    ],
)  # fmt: skip
def test_a_broken_verdict_file_is_left_alone(
    line: str, says: str, news: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's verdicts are lost; the line is named."""
    path = news.parent / "news.verdicts.jsonl"
    text = f'{{"key": "a", "watchlist": "w", "verdict": "right"}}\n\n{line}\n'
    path.write_text(text, encoding="utf-8")

    assert background.main([str(news), "--watchlists", str(lists)]) == 2

    err = capsys.readouterr().err
    assert f"{path}:3: " in err
    assert says in err
    assert path.read_text(encoding="utf-8") == text


def test_bad_lines_are_counted(news: Path, lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And named on standard error, with other files by their ending."""
    (news / "z.jsonl").write_text("x\n" * 3, encoding="utf-8")
    (news / "d.pdf").write_bytes(b"%PDF")

    assert background.main([str(news), "--watchlists", str(lists)]) == 0

    out, err = capsys.readouterr()
    assert "3 items" in out
    assert "3 bad lines skipped; files of other kinds: 1 .pdf" in out
    assert [line.partition(": not JSON")[0] for line in err.splitlines()] == [
        "z.jsonl:1",
        "z.jsonl:2",
        "z.jsonl:3",
    ]


@pytest.mark.parametrize(("name", "code"), [("empty", 1), ("none", 1)])
def test_a_folder_without_items_is_an_error(
    name: str, code: int, tmp_path: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty or not there; no verdict file is left behind."""
    (tmp_path / "empty").mkdir()

    assert background.main([str(tmp_path / name), "--watchlists", str(lists)]) == code
    assert "no item in it" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.verdicts.jsonl"))


def test_a_run_that_is_stopped_says_what_it_has(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And does not say that the rest is lost."""
    reads = folders.read(news)
    items = 0

    def decide(item: Item) -> Decision:
        nonlocal items
        items += 1
        if items == 2:
            raise KeyboardInterrupt
        return nothing(item)

    known = {"k": verdicts.Row("k", "wagner", verdicts.RIGHT)}
    tally = background.run(reads, decide, known, told=print, complain=print)

    text = background.table(tally, known, ["wagner"])
    assert text.startswith("stopped before the end\n1 items")
    assert "did not fire" not in text


def test_without_a_terminal_it_says_how_far_it_is(
    news: Path, lists: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, every minute."""
    monkeypatch.setattr(background, "EVERY", 0.0)

    assert background.main([str(news), "--watchlists", str(lists)]) == 0
    assert "% read, about 1 min left\n" in capsys.readouterr().err


def test_a_terminal_shows_a_bar(news: Path, lists: Path) -> None:
    """And what is printed to a file beside it stays in the file."""
    ours, theirs = pty.openpty()
    with (news.parent / "out").open("w+") as out:
        command = [sys.executable, "-m", "tests.eval.background", str(news), "--watchlists", str(lists)]
        env = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
        done = subprocess.run(command, stdout=out, stderr=theirs, check=False, env=env, timeout=60)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 0.2)[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:
                break
        os.close(ours)
        out.seek(0)
        assert done.returncode == 0
        assert f"wagner/named (high)  {WAGNER}" in out.read()
    assert b"matching" in seen
    assert b"wagner/named" not in seen
