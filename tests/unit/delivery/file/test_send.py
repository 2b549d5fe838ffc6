"""Messages as files in a folder."""

from __future__ import annotations

import os
import resource
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from monitor.delivery.file import FileConfig
from monitor.delivery.file.channel import FileNotifier, safe_stem
from monitor.model import Delivered, Delivery, Message, MessageKind, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
IDENTITY = "5f0c9a52-1111-4222-8333-444455556666"


def delivery(identity: str = IDENTITY, **payload: Any) -> Delivery:
    """A delivery to a folder."""
    payload = {"name": "digest-2026-03-02", "files": {"txt": "text", "html": "<p>html</p>"}, **payload}
    message = Message(kind=MessageKind.DIGEST, channel="file", subject="digest", payload=payload)
    return Delivery(id=identity, receiver="folder", message=message, attempts=0, created_at=NOW)


def send(folder: Path, what: Delivery) -> Delivered | TryLater:
    """One attempt into `folder`."""
    outcome = FileNotifier(FileConfig(path=str(folder))).send(what, NOW)
    assert isinstance(outcome, Delivered | TryLater)
    return outcome


def test_each_text_is_a_file_of_its_own(tmp_path: Path) -> None:
    """Under one stem, which the outcome names; no half-written file is left."""
    outcome = send(tmp_path / "out", delivery(files={"txt": "حفتر\n", "html": "<p>x</p>", "json": "{}"}))
    stem = tmp_path / "out" / "digest-2026-03-02-5f0c9a52"
    assert isinstance(outcome, Delivered)
    assert outcome.detail == f"{stem} (txt, html, json)"
    assert stem.with_suffix(".txt").read_text(encoding="utf-8") == "حفتر\n"
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".html", ".json", ".txt"]


def test_two_messages_with_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """The delivery's id is in the name; its repeat overwrites only itself."""
    for identity in ("aaaaaaaa-1", "bbbbbbbb-2", "aaaaaaaa-1"):
        send(tmp_path, delivery(identity, files={"txt": identity}))
    assert sorted(p.read_text(encoding="ascii") for p in tmp_path.iterdir()) == ["aaaaaaaa-1", "bbbbbbbb-2"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        ".hidden",
        "a\x00b",
        "a/b\\c",
        "-rf",
        "x" * 5000,
        "حفتر",
        "CON",
        "a\nb",
        "~root",
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """Whatever it holds, it becomes one plain file name of bounded length."""
    inside = tmp_path / "out"
    assert isinstance(send(inside, delivery(name=name)), Delivered)
    assert [p for p in tmp_path.rglob("*") if p.is_file() and p.parent != inside] == []
    for path in inside.iterdir():
        assert len(path.name) < 140
        assert path.name[0] not in ".-"
        assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")


def test_a_name_that_holds_the_id_already_is_kept() -> None:
    """No id twice."""
    assert safe_stem("alert-5f0c9a52", IDENTITY) == "alert-5f0c9a52"


def test_a_strange_suffix_is_made_plain(tmp_path: Path) -> None:
    """It cannot lead anywhere either."""
    send(tmp_path, delivery(files={"/../x.TXT": "a", "": "b"}))
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".txt", ".xtxt"]


def test_a_link_in_the_way_is_replaced_not_followed(tmp_path: Path) -> None:
    """What it points at stays untouched."""
    target = tmp_path / "precious"
    target.write_text("keep", encoding="ascii")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "digest-2026-03-02-5f0c9a52.txt").symlink_to(target)
    assert isinstance(send(folder, delivery()), Delivered)
    assert target.read_text(encoding="ascii") == "keep"


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow past 1 kB: the kernel refuses like a full disk, without one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_when_there_is_no_room_it_waits_says_why_and_leaves_the_old_file(tmp_path: Path) -> None:
    """Nothing half-written takes a name."""
    send(tmp_path, delivery(files={"txt": "old"}))
    outcome = send(tmp_path, delivery(files={"txt": "x" * 5000}))
    assert outcome == TryLater(reason=f"{tmp_path}: the disk is full", pause_receiver=True)
    assert [p.read_text(encoding="ascii") for p in tmp_path.iterdir()] == ["old"]


def test_a_really_full_disk_waits_and_recovers(tmp_path: Path) -> None:
    """On a tiny file system of its own; skipped where none may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no permission to mount a tmpfs")
    try:
        filler = disk / "filler"
        filler.write_bytes(b"x" * 60_000)
        big = delivery(files={"txt": "y" * 30_000})
        assert send(disk, big) == TryLater(reason=f"{disk}: the disk is full", pause_receiver=True)
        filler.unlink()
        assert isinstance(send(disk, big), Delivered)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_where_the_folder_should_be_waits_and_says_so(tmp_path: Path) -> None:
    """An operator's slip loses nothing."""
    (tmp_path / "out").write_text("", encoding="ascii")
    outcome = send(tmp_path / "out", delivery())
    assert isinstance(outcome, TryLater)
    assert str(tmp_path / "out") in outcome.reason


def test_new_files_are_ours_alone(tmp_path: Path) -> None:
    """They say whom somebody watches; whoever serves them runs as the same user."""
    mask = os.umask(0o022)
    try:
        send(tmp_path, delivery())
    finally:
        os.umask(mask)
    assert {p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {0o600}
