"""`monitor match` on a long stream: constant memory, a bar for people only, and bad lines that spoil nothing else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from monitor.matching.items import MAX_LINE
from tests.support.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MONITOR = (sys.executable, "-m", "monitor")
MATCH = (*MONITOR, "match")


def numbered(count: int) -> Iterator[bytes]:
    """Items that differ, some of which match."""
    for n in range(count):
        text = (
            f"Envoy {n} spoke on day {n % 365}. "
            + ("The Wagner Group left. " if n % 7 == 0 else "Nobody came. ") * 4
        )
        yield json.dumps({"id": n, "lang": "en", "title": f"News {n}", "content": text}).encode() + b"\n"


def piped(
    config: Path, lines: Iterable[bytes], out: Path, words: tuple[str, ...] = ("match",)
) -> tuple[int, int, bytes]:
    """Exit status, the most memory (KiB) and standard error of `monitor match` (or `words`) fed line by line."""
    with out.open("wb") as target:
        process = subprocess.Popen(
            [*MONITOR, *words, "--config", str(config)],
            stdin=subprocess.PIPE,
            stdout=target,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        for line in lines:
            process.stdin.write(line)
        process.stdin.close()
        said = process.stderr.read()
        process.stderr.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_maxrss, said


@pytest.mark.parametrize(
    "words", [("match",), ("backtest", "--items", "-", "--json")], ids=["match", "backtest"]
)
def test_memory_does_not_grow_with_the_stream(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Ten times as many lines need no more than a few megabytes more: what the allocator keeps, not the items."""
    config = workplace(tmp_path)

    short, less, _ = piped(config, numbered(800), tmp_path / "short", words)
    long, more, _ = piped(config, numbered(8_000), tmp_path / "long", words)

    assert (short, long) == (0, 0)
    if words[0] == "match":
        assert (tmp_path / "long").read_bytes().count(b"\n") == 8_000
    else:
        assert json.loads((tmp_path / "long").read_bytes())["items"] == 8_000
    assert more - less < 6_000


def test_a_line_without_end_is_an_error_in_its_place(tmp_path: Path) -> None:
    """It is not kept in memory, however long it is, and its neighbours are decided."""
    config = workplace(tmp_path)
    first, last = numbered(2)
    endless = (b"x" * 1_000_000 for _ in range(4 * MAX_LINE // 1_000_000))

    status, most, said = piped(config, (first, *endless, b"\n", last), tmp_path / "out.jsonl")
    _, usual, _ = piped(config, (first, last), tmp_path / "few.jsonl")

    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [f["id"] for f in found] == [0, None, 1]
    assert (found[1]["line"], found[1]["error"]) == (2, f"longer than {MAX_LINE:,} bytes")
    assert status == 1
    assert b"1 line could not be read" in said
    assert (most - usual) * 1024 < 3 * MAX_LINE


BAD = [
    (b'{"id": "nul", "title": "The Wagner\\u0000 Group\x00 left"}', None),
    (b'{"id": "half", "title": "The \\ud83d Wagner Group \\udc00 left"}', ""),
    (b'{"id": "raw", "title": "The \xed\xa0\x80\xff Wagner Group left"}', ""),
    (b'{"id": "emoji", "title": "\\ud83d\\ude00 The Wagner Group left"}', ""),
    (
        b'{"id": "nested", "title": "The Wagner Group left", "more": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        None,
    ),
    (b'{"id": "deep", "title": "x", "more": ' + b"[" * 2_000, None),
    (b'{"id": "cut", "title": "The Wag', None),
    (b"\xff\xfe", None),
    (b'["id"]', None),
    (b'{"id": "html", "title": "The <b>Wagner&#160;Group</b> left &amp; &#xD800; right"}', ""),
    (b'{"id": "last", "title": "The Wagner Group left"}', ""),
]


def test_bad_lines_stand_in_their_own_places(tmp_path: Path) -> None:
    """NUL, halves of surrogate pairs, bytes that are no UTF-8, hopeless nesting: a decision or an error, in order."""
    config = workplace(tmp_path)

    status, _, said = piped(config, (line + b"\n" for line, _ in BAD), tmp_path / "out.jsonl")

    raw = (tmp_path / "out.jsonl").read_bytes()
    found = [json.loads(line) for line in raw.decode("utf-8").splitlines()]
    assert len(found) == len(BAD)
    assert status == 1
    for number, ((line, expected), said_of_it) in enumerate(zip(BAD, found, strict=True), 1):
        if expected == "":
            assert [m["rule"] for m in said_of_it["matches"]] == ["named"], line
            assert "error" not in said_of_it
        elif "error" in said_of_it:
            assert (said_of_it["id"], said_of_it["line"]) == (None, number)
    assert f"{sum('error' in f for f in found)} lines could not be read".encode() in said
    assert sum("error" in f for f in found) >= 4


def on_terminal(command: list[str], **streams: int | None) -> bytes:
    """What a command draws on a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    process = subprocess.Popen(command, stderr=theirs, env=environment, **streams)  # type: ignore[call-overload]
    os.close(theirs)
    drawn = bytearray()
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        drawn += part
    os.close(ours)
    assert process.wait(60) == 0
    return bytes(drawn)


@pytest.mark.parametrize("source", ["file", "pipe"])
def test_a_person_who_waits_sees_a_bar(tmp_path: Path, source: str) -> None:
    """On the terminal, while the decisions go to a file and hold nothing of it."""
    config, given, out = workplace(tmp_path), tmp_path / "items.jsonl", tmp_path / "out.jsonl"
    given.write_bytes(b"".join(numbered(1_000)))
    name = str(given) if source == "file" else "-"
    with given.open("rb") as stdin, out.open("wb") as stdout:
        drawn = on_terminal(
            [*MATCH, name, "--config", str(config)], stdin=stdin.fileno(), stdout=stdout.fileno()
        )

    assert b"matching" in drawn
    assert (b"/? " in drawn) is (source == "pipe")
    assert b"B" in drawn
    assert [json.loads(line)["id"] for line in out.read_bytes().splitlines()] == list(range(1_000))


def test_no_bar_among_decisions_on_a_terminal(tmp_path: Path) -> None:
    """Where both go to one screen the decisions have it to themselves."""
    config, given = workplace(tmp_path), tmp_path / "items.jsonl"
    given.write_bytes(b"".join(numbered(50)))
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*MATCH, str(given), "--config", str(config)], stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = bytearray()
    while True:
        try:
            shown += os.read(ours, 65_536)
        except OSError:
            break
    os.close(ours)

    assert process.wait(60) == 0
    read, *decisions = shown.decode().splitlines()
    assert read.startswith("configuration: ")
    assert len([json.loads(line) for line in decisions]) == 50
