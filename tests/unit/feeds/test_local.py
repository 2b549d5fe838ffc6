"""Saved feeds, JSON Lines and folders are sources like any other."""

from __future__ import annotations

import gzip
import os
import socket
from typing import TYPE_CHECKING

import pytest

from monitor.feeds import local
from monitor.feeds.local import JSON_LINES, is_local, read_local
from monitor.model import Fetched, FetchFailed, FetchFault, NotModified

if TYPE_CHECKING:
    from pathlib import Path

FEED = b"<rss><channel/></rss>"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("file:///a/b.xml", True),
        ("FILE:b.xml", True),
        ("saved/feed.xml", True),
        ("/a/b.jsonl", True),
        ("https://a.example/f", False),
        ("http://a.example/f", False),
        ("ftp://a.example/f", False),
    ],
)
def test_local_is_a_file_address_or_a_path(url: str, local: bool) -> None:
    assert is_local(url) is local


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("a.xml", "application/xml"), ("a.RSS", "application/rss+xml"), ("a.jsonl", JSON_LINES), ("a.txt", "")],
)
def test_a_file_is_read_with_the_type_its_name_says(tmp_path: Path, name: str, content_type: str) -> None:
    (tmp_path / name).write_bytes(FEED)
    (found,) = read_local(str(tmp_path / name))
    assert isinstance(found, Fetched)
    assert (found.body, found.content_type, found.url) == (FEED, content_type, (tmp_path / name).as_uri())


def test_a_file_address_with_escapes_and_a_relative_path_lead_to_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "новости 1.xml"
    file.write_bytes(FEED)
    for url in (
        file.as_uri(),
        f"file:{file.name}",
        file.name,
        f"file://localhost{tmp_path}/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8%201.xml",
    ):
        (found,) = read_local(url, base=tmp_path)
        assert isinstance(found, Fetched), url


def test_a_folder_gives_its_feed_files_by_name_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.xml", "a.jsonl.gz", "notes.txt", ".hidden.xml"):
        (tmp_path / name).write_bytes(gzip.compress(b"{}") if name.endswith("gz") else FEED)
    (tmp_path / "sub.xml").mkdir()
    found = read_local(str(tmp_path))
    assert [f.url.rpartition("/")[2] for f in found if isinstance(f, Fetched)] == ["a.jsonl.gz", "b.xml"]
    assert {f.content_type: f.body for f in found if isinstance(f, Fetched)}[JSON_LINES] == b"{}"
    assert len(found) == 2


def test_an_unchanged_folder_is_not_read_again_and_a_changed_one_is(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(FEED)
    (first,) = read_local(str(tmp_path))
    assert isinstance(first, Fetched)
    assert read_local(str(tmp_path), etag=first.etag) == (NotModified(etag=first.etag),)
    (tmp_path / "b.xml").write_bytes(FEED)
    assert len(read_local(str(tmp_path), etag=first.etag)) == 2


@pytest.mark.parametrize(
    "url", ["missing.xml", "file:missing.xml", "file://elsewhere/share/feed.xml", "a\0b", "empty", "socket"]
)
def test_what_cannot_be_read_fails_with_a_remedy(tmp_path: Path, url: str) -> None:
    (tmp_path / "empty").mkdir()
    with socket.socket(socket.AF_UNIX) as bound:  # no file, as a device is none, but nobody waits on it
        bound.bind(str(tmp_path / "socket"))
        (failed,) = read_local(url, base=tmp_path)
    assert isinstance(failed, FetchFailed)
    assert failed.fault is FetchFault.UNREADABLE
    assert failed.detail.endswith(")")


def test_bounds_hold_for_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "MAX_FILE", 100)
    monkeypatch.setattr(local, "MAX_FOLDER", 150)
    (tmp_path / "a.xml").write_bytes(b"x" * 101)
    (failed,) = read_local(str(tmp_path / "a.xml"))
    assert isinstance(failed, FetchFailed)
    assert failed.fault is FetchFault.TOO_LARGE
    (tmp_path / "b.xml").write_bytes(b"x" * 60)
    (failed,) = read_local(str(tmp_path))
    assert isinstance(failed, FetchFailed)
    assert failed.fault is FetchFault.TOO_LARGE


def test_a_bad_file_in_a_folder_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(FEED)[:-4])
    (tmp_path / "b.xml").write_bytes(FEED)
    bad, good = read_local(str(tmp_path))
    assert isinstance(bad, FetchFailed)
    assert bad.fault is FetchFault.TRUNCATED
    assert isinstance(good, Fetched)


def test_the_word_of_a_device_is_not_waited_for() -> None:
    (failed,) = read_local(os.devnull)
    assert isinstance(failed, FetchFailed)
