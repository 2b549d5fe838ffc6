"""Saved tests: what stood in the file stays byte for byte, and what is added is read back exactly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import documents
from monitor.errors import ConfigError
from monitor.model import Item, Side
from monitor.watchlists import selftest
from monitor.watchlists.save_test import NewTest, addition, of_item, quoted, twin
from tests.support.analyst import compiled

OLD = """# ours
watchlist: wagner

tests:
  - {match: "The Wagner Group left.", why: "he said: \\"go\\""}   # the first
  - no_match: 'A "quiet" day'
"""


def read(text: bytes) -> list[selftest.TestFile]:
    return documents.validate(selftest.TestsFile, documents.read(text, "w.test.yaml")).tests


def added(test: NewTest, old: str = OLD) -> str:
    """The addition to `old`, after checking that the whole is read as it should be."""
    new = addition(old.encode(), "w.test.yaml", "wagner", test)
    after = read(old.encode() + new)
    assert after[:-1] == (read(old.encode()) if old else [])
    assert (after[-1].kind, after[-1].item, after[-1].why) == (test.kind, test.item, test.why)
    return new.decode()


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        pytest.param(
            NewTest(item=selftest.TestItem(content="Say “no”: \"never\"", lang="en"), why="a quote: yes"),
            ['  - match: "Say “no”: \\"never\\""', '    lang: en', '    why: "a quote: yes"'],
            id="a text",
        ),
        pytest.param(
            NewTest(item=selftest.TestItem(title="T", content="One.\n\nTwo: [x] #3\n  deeper", lang="ar"), no_match=True),
            ["  - no_match:", '      title: "T"', "      content: |-", "        One.", "", "        Two: [x] #3",
             "          deeper", '      lang: ar'],
            id="an item of several lines",
        ),
        pytest.param(
            NewTest(item=selftest.TestItem(title="T", content=" begins with a space\nand\u2028odd\r\nends")),
            ["  - match:", '      title: "T"',
             '      content: " begins with a space\\nand\\u2028odd\\r\\nends"'],
            id="lines that a block could not hold",
        ),
    ],
)  # fmt: skip
def test_it_is_written_as_a_person_would(test: NewTest, lines: list[str]) -> None:
    """One line where there is only a text; blocks for long text; quotes where needed."""
    assert added(test).splitlines() == lines


texts = st.text(max_size=40) | st.text("ab \n\t:#-'\"\\{}[]|>%&*!?", max_size=30)


@given(texts, texts, texts, st.booleans())
def test_any_text_comes_back(title: str, summary: str, content: str, no_match: bool) -> None:
    """Quotes, colons, line breaks of every kind, controls, emoji, white space at the ends."""
    item = of_item(Item(key="k", feed_id="f", title=title + "x", summary=summary, content=content))

    added(NewTest(item=item, no_match=no_match, why=" ".join(summary.split())))


@pytest.mark.parametrize(
    ("old", "begins"),
    [
        pytest.param(OLD, "  - match", id="as it stands"),
        pytest.param(OLD.rstrip("\n"), "\n  - match", id="no line end at the end"),
        pytest.param(OLD.replace("  - ", "- "), "- match", id="a list at the margin"),
        pytest.param(OLD.replace("  - ", "      - "), "      - match", id="a list far in"),
        pytest.param(OLD.replace("\n", "\r\n"), "  - match", id="CR LF"),
        pytest.param("\ufeff" + OLD, "  - match", id="a byte order mark"),
    ],
)
def test_the_files_own_manner_is_kept(old: str, begins: str) -> None:
    """Indent, line ends, and a last line without its end."""
    new = added(NewTest(item=selftest.TestItem(title="T", content="a\nb")), old)

    assert new.startswith(begins)
    assert ("\r\n" in new) is ("\r\n" in old)
    assert new.count("\r\n") in (0, new.count("\n"))


def test_a_first_test_makes_the_file() -> None:
    """With its watchlist and the schema for the editor."""
    new = added(NewTest(item=selftest.TestItem(content="The Wagner Group left.")), "")

    assert new.startswith(
        "# yaml-language-server: $schema=schema/tests.schema.json\nwatchlist: wagner\ntests:\n  - match:"
    )


@pytest.mark.parametrize(
    ("old", "said"),
    [
        pytest.param(OLD.replace("watchlist: wagner", "watchlist: other"), "these are the tests of 'other'", id="another's"),
        pytest.param("watchlist: wagner\ntests: []\n", "has no test yet", id="an empty list"),
        pytest.param('watchlist: wagner\ntests: [{match: "a"}]\n', "not a list with a dash", id="a list in brackets"),
        pytest.param(
            'tests:\n  - {match: "a"}\nwatchlist: wagner\n', "cannot be added at its end", id="the list is not last"
        ),
        pytest.param("watchlist: wagner\ntests:\n  - {mtach: a}\n", "mtach", id="a file that is wrong"),
        pytest.param(OLD + "  - match: " + "x" * 999_900, "larger than", id="a file that would grow too large"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(old: str, said: str) -> None:
    """Before anything is written."""
    with pytest.raises(ConfigError, match=r"w\.test\.yaml") as refused:
        addition(
            old.encode(),
            "w.test.yaml",
            "wagner",
            NewTest(item=selftest.TestItem(content="A test of some length, " * 9)),
        )

    assert said in str(refused.value)


def test_the_same_words_are_a_twin() -> None:
    """Of the same watchlist, whatever is expected of them and however they are spaced."""
    cases = compiled({"wagner.test.yaml": OLD}).cases

    assert (
        found := twin(cases, "wagner", selftest.TestItem(title="The Wagner", content="Group  left."))
    ) is not None
    assert found.line == 5
    assert twin(cases, "contacts", selftest.TestItem(content="The Wagner Group left.")) is None
    assert twin(cases, "wagner", selftest.TestItem(content="The Wagner Group stayed.")) is None


def test_an_item_is_kept_with_what_decides() -> None:
    """Language, date and side; half characters become U+FFFD."""
    item = Item(
        key="k",
        feed_id="f",
        title="a\ud800",
        content="c",
        lang="ru",
        published_at=datetime(2024, 5, 6, 7, tzinfo=UTC),
        outlet="Example",
        outlet_side=Side("un"),
        url="https://example.org",
    )

    assert of_item(item) == selftest.TestItem(
        title="a\ufffd",
        content="c",
        lang="ru",
        published="2024-05-06T07:00:00+00:00",
        outlet="Example",
        outlet_side="un",
    )
    assert of_item(Item(key="k", feed_id="f", title="t")).lang is None


def test_a_quoted_scalar_holds_what_yaml_cannot_print() -> None:
    """Escaped by code point."""
    assert quoted('a"\\\x00\u0085é😀') == '"a\\"\\\\\\u0000\\u0085é😀"'
