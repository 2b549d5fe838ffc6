"""What the matching commands read: bounded lines, texts and items, and a bar only for people."""

from __future__ import annotations

import io
import sys

import pytest
import typer

from monitor.cli.input import as_item, lines, opened, progress, read_items, stepped
from monitor.matching.items import Line, LineError
from monitor.watchlists.explain import as_polled
from monitor.watchlists.files import shipped_press
from tests.support.analyst import item

OUTLETS = shipped_press().outlets


@pytest.mark.parametrize(
    ("given", "longest", "expected"),
    [
        pytest.param(b"", 9, [], id="nothing"),
        pytest.param(b"a\nb", 9, [(b"a\n", 2), (b"b", 1)], id="no line end at the end"),
        pytest.param(b"\n\n", 9, [(b"\n", 1), (b"\n", 1)], id="empty lines count"),
        pytest.param(b"123456789\nb\n", 4, [(b"12345", 10), (b"b\n", 2)], id="an overlong line is cut, the next is whole"),
        pytest.param(b"1234\nb", 4, [(b"1234\n", 5), (b"b", 1)], id="just short enough"),
        pytest.param(b"12345", 4, [(b"12345", 5)], id="overlong at the end"),
        pytest.param(b"1234567890", 4, [(b"12345", 10)], id="twice overlong at the end"),
    ],
)  # fmt: skip
def test_lines_are_bounded(given: bytes, longest: int, expected: list[tuple[bytes, int]]) -> None:
    """Each with the bytes that it had, so that the bar is right."""
    assert list(lines(io.BytesIO(given), longest)) == expected


def test_numbers_count_all_lines_and_bytes_are_all_told() -> None:
    """A bad line is named by its place in the file, empty lines included."""
    given = b'{"id": 1, "title": "a"}\n\n{bad\n{"id": 2, "title": "b"}\n'
    done: list[int] = []

    first, bad, second = read_items(io.BytesIO(given), done.append)

    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert isinstance(bad, LineError)
    assert (first.id, bad.line, second.id) == (1, 3, 2)
    assert sum(done) == len(given)


@pytest.mark.parametrize(
    ("text", "title", "content"),
    [
        pytest.param("Title\n\nFirst.\nSecond.\n", "Title", "First.\nSecond.", id="a text"),
        pytest.param("Only a title", "Only a title", "", id="one line"),
        pytest.param("", "", "", id="nothing"),
        pytest.param("<p>A &amp; B</p><p>C</p>", "A & B", "C", id="markup"),
        pytest.param('{"id": "x", "title": "T", "content": "C"}', "T", "C", id="an item"),
        pytest.param('{\n  "title": "T",\n  "content": "C"\n}', "T", "C", id="an item over several lines"),
        pytest.param("{Title in braces}\nC", "{Title in braces}", "C", id="braces that are no JSON"),
        pytest.param("[" * 2_000, "[" * 2_000, "", id="deep brackets are text"),
        pytest.param('{"a":' * 2_000 + "\nx", '{"a":' * 2_000, "x", id="a deep object is text"),
    ],
)
def test_a_text_becomes_an_item(text: str, title: str, content: str) -> None:
    """The first line is the title; JSON of the `match` shape is taken as it says."""
    found = as_item(text, "-")

    assert (found.title, found.content) == (title, content)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('{"id": "x"}', "f.json: has no title, summary or content", id="an object without text"),
        pytest.param('{"title": 3}', "f.json: title is not text", id="a wrong value"),
        pytest.param('{"title": "a"}\n{"title": "b"}\n', "f.json: holds several items", id="JSON Lines"),
    ],
)
def test_an_object_that_is_no_item_is_a_mistake(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather than matched as if it were prose."""
    with pytest.raises(typer.Exit) as ended:
        as_item(text, "f.json")

    assert ended.value.exit_code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """And the command ends with a usage error."""
    with pytest.raises(typer.Exit) as ended:
        opened("no/such/file.txt")

    assert ended.value.exit_code == 2
    assert "no/such/file.txt: No such file or directory" in capsys.readouterr().err


def test_a_language_that_is_given_stays() -> None:
    """Detection is for items that say none."""
    said, silent = (
        item("Это русский текст о погоде.", lang="en"),
        item("Это русский текст о погоде.", lang="und"),
    )

    assert as_polled(said, OUTLETS).lang == "en"
    assert as_polled(silent, OUTLETS).lang == "ru"


def test_no_bar_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is for the machine that reads it; the bar would be on standard error."""
    assert not sys.stderr.isatty()
    with progress("matching", 3) as advance:
        advance(3)

    assert capsys.readouterr() == ("", "")


def test_a_step_is_told_when_it_is_done() -> None:
    """Not when it begins: a bar that is full is over."""
    told: list[int] = []
    for n, one in enumerate(stepped("abc", told.append)):
        assert (one, told) == ("abc"[n], [1] * n)
    assert told == [1, 1, 1]
