"""What opens a feed goes to its publisher, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.feeds.secrets import Address, AddressBook, Unset, misplaced, names, plain, resolved
from monitor.model import Entry, Fetched, FetchFailed, FetchFault, NotModified, ParsedFeed
from monitor.net.redaction import kept

if TYPE_CHECKING:
    from pathlib import Path

KEYED = "https://a.example/rss?key=${KEY}"


@pytest.mark.parametrize(
    ("url", "value", "asked"),
    [
        pytest.param(KEYED, "abc", "https://a.example/rss?key=abc", id="query"),
        pytest.param(KEYED, "a b&c=d#e+f/g", "https://a.example/rss?key=a%20b%26c%3Dd%23e%2Bf/g", id="marks"),
        pytest.param(KEYED, "a%20b%", "https://a.example/rss?key=a%20b%25", id="encoded-already"),
        pytest.param("https://a.example/${KEY}/rss", "x/y", "https://a.example/x/y/rss", id="path"),
        pytest.param("https://u:${KEY}@a.example/", "p@s/s:w", "https://u:p%40s%2Fs%3Aw@a.example/", id="login"),
        pytest.param("https://a.example/rss", "abc", "https://a.example/rss", id="none"),
    ],
)  # fmt: skip
def test_a_variable_is_put_where_it_stands(url: str, value: str, asked: str) -> None:
    """Encoded so far as it must be; it cannot lead elsewhere."""
    assert resolved(url, {"KEY": value}).url == asked


def test_a_file_holds_it_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  from-file\n", encoding="utf-8")
    assert resolved(KEYED, {"KEY_FILE": str(tmp_path / "key")}).url.endswith("key=from-file")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "set KEY or KEY_FILE"),
        ({"KEY": "  "}, "set KEY or KEY_FILE"),
        ({"KEY": "a", "KEY_FILE": "/b"}, "both set"),
        ({"KEY_FILE": "/no/such/file"}, "cannot be read: No such file"),
    ],
)
def test_what_is_missing_is_said(environ: dict[str, str], words: str) -> None:
    with pytest.raises(Unset, match=words):
        resolved(KEYED, environ)


def test_neither_part_of_an_address_is_shown() -> None:
    """A traceback or a log line that prints one tells nothing."""
    address = resolved(KEYED, {"KEY": "s3cret-value"})
    assert "s3cret" not in f"{address!r} {AddressBook({'a': 'https://u:s3cret@a.example/'})!r}"


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://${HOST}/rss", True),
        ("${SCHEME}://a.example/", True),
        ("https://a.example:${PORT}/", True),
        ("https://a.${TLD}/x", True),
        ("https://${USER}:${PASSWORD}@a.example/", False),
        ("https://a.example/${PATH}?${QUERY}", False),
    ],
)
def test_whom_we_ask_is_written_out(url: str, wrong: bool) -> None:
    assert misplaced(url) is wrong


def test_an_address_of_somebody_else_names_no_variable() -> None:
    assert names(plain("https://a.example/${HOME}")) == ()


def test_what_came_back_does_not_tell_it() -> None:
    """Own address, details, headers, moves; validators stay for the own address and go for a secret one elsewhere."""
    url = "https://a.example/in/s3cret-1/rss"
    address, stored = Address(url, ("s3cret-1",)), "https://a.example/in/${KEY}/rss"
    own = Fetched(
        url=url, body=b"", content_type="", etag='"v"', headers=(("Link", f"<{url}>"),), moved_to=f"{url}/"
    )
    other = Fetched(url="https://b.example/?token=T0ken", body=b"", content_type="", etag='"v"')
    public = Fetched(
        url="https://b.example/rss", body=b"", content_type="", etag='"v"', moved_to="https://b.example/rss"
    )

    told = address.kept(own, stored)
    elsewhere = address.kept(other, stored)

    assert isinstance(told, Fetched)
    assert (told.url, told.etag, told.moved_to) == (stored, '"v"', None)
    assert "s3cret" not in str(told.headers)
    assert isinstance(elsewhere, Fetched)
    assert (elsewhere.url, elsewhere.etag) == ("https://b.example/?token=***", None)
    assert Address("https://a.example/rss").kept(public, "https://a.example/rss") == public
    failed = address.kept(FetchFailed(fault=FetchFault.CONNECT, detail=f"{url} answered 404"), stored)
    assert isinstance(failed, FetchFailed)
    assert failed.detail == "https://a.example/in/***/rss answered 404"
    assert address.kept(NotModified(moved_to=url), stored) == NotModified()


def test_entries_do_not_tell_it() -> None:
    entry = Entry(guid="https://a.example/1?k=s3cret-12", url="https://a.example/1?k=s3cret-12", title="One",
                  raw=b"<link>https://a.example/1?k=s3cret-12</link>")  # fmt: skip
    other = Entry(guid="2", url=None, title="Two")
    found = Address("https://a.example/?k=s3cret-12", ("s3cret-12",)).unsaid(
        ParsedFeed(title="", entries=(entry, other))
    )
    assert "s3cret" not in repr(found) + str(found.entries[0].raw)
    assert found.entries[1] is other


def test_an_ordinary_word_is_not_hunted_for() -> None:
    """A user name, a short key: looked for in every text they would spoil it."""
    assert resolved("https://news:longer-pass@a.example/?key=abc", {}).secrets == (
        "news:longer-pass",
        "longer-pass",
    )


def test_the_book_has_what_the_database_has_not() -> None:
    url = "https://a.example/?key=s3cret"
    book = AddressBook({"a": url})
    found, unknown = book.resolved("a", kept(url), {}), AddressBook().resolved("a", kept(url), {})
    assert isinstance(found, Address)
    assert found.url == url
    assert isinstance(unknown, FetchFailed)
    assert "reload with SIGHUP" in unknown.detail
    edited = book.resolved("a", "https://a.example/other", {})
    assert isinstance(edited, Address)
    assert edited.url == "https://a.example/other", "an address that changed is not the one that was due"
