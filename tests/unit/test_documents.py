"""Files that people edit: read strictly, mistakes with line, column and remedy."""

import pytest
from pydantic import BaseModel, ConfigDict

from monitor import documents
from monitor.errors import ConfigError


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    size: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inner: tuple[Inner, ...] = ()
    title: str = ""


def mistakes(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        documents.validate(Outer, documents.read(text, "w.yaml"))
    return [str(m) for m in caught.value.mistakes]


def test_yaml_1_2_leaves_words_alone() -> None:
    """`no`, `on` and `12:30` are text, not booleans and minutes."""
    data = documents.read("a: no\nb: on\nc: 12:30\nd: 5\ne: true\nf: ~\n", "w.yaml").data

    assert data == {"a": "no", "b": "on", "c": "12:30", "d": 5, "e": True, "f": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", None, id="nothing at all"),
        pytest.param("null", None, id="null"),
        pytest.param("007", 7, id="leading zeros are decimal"),
        pytest.param("0x1F", "0x1F", id="hexadecimal stays text"),
        pytest.param("1_000", "1_000", id="an underscore is text"),
        pytest.param("1234567890123456789012", "1234567890123456789012", id="a long number is text"),
        pytest.param("2024-03-01", "2024-03-01", id="a date is text"),
        pytest.param("1e3", 1000.0, id="a number with an exponent"),
        pytest.param(".inf", ".inf", id="infinity is text"),
        pytest.param("1e999", "1e999", id="more than infinity is text"),
        pytest.param("'5'", "5", id="quoted"),
        pytest.param("!!str 5", "5", id="tagged"),
        pytest.param("TRUE", True, id="true in capitals"),
        pytest.param("tRUE", "tRUE", id="true in odd capitals"),
    ],
)
def test_a_plain_value_is_what_the_core_schema_says(text: str, expected: object) -> None:
    """YAML 1.2, decimal numbers only."""
    found = documents.read(f"a: {text}\n", "w.yaml").data["a"]

    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: &x 1\n", "w.yaml:1:4: anchors", id="an anchor"),
        pytest.param("a: 1\nb: *x\n", "w.yaml:2:4: anchors and aliases", id="an alias without an anchor"),
        pytest.param("<<: {a: 1}\n", "w.yaml:1:1: merge keys", id="a merge key"),
        pytest.param("a: 1\na: 2\n", "w.yaml:2:1: 'a' appears twice", id="a key twice"),
        pytest.param("a: [1,\n", "w.yaml:", id="a bracket left open"),
        pytest.param("a: 1\n&b c: 2\n", "w.yaml:2:1: anchors", id="an anchor on a key"),
        pytest.param("? [a]\n: 1\n", "w.yaml:1:3: a key must be plain text", id="a list as a key"),
        pytest.param("a: 1\n---\nb: 2\n", "w.yaml:2:1: a second document", id="two documents"),
        pytest.param("a: b: c\n", "w.yaml:1:5: mapping values", id="two colons on a line"),
        pytest.param("a: 1\nb: \x07\n", "w.yaml:2: unacceptable character", id="a control character"),
        pytest.param("a: 1\nb: \ud800\n", "w.yaml:2: not UTF-8", id="half a surrogate pair"),
        pytest.param("[" * 50 + "]" * 50, "w.yaml:1:42: nested deeper", id="nesting too deep"),
        pytest.param("[" * 50, "nested deeper", id="brackets left open too deep"),
        pytest.param("- " * 50, "nested deeper", id="a list in a list too deep"),
        pytest.param(b"a: \xff\n", "w.yaml:1: not UTF-8", id="not UTF-8"),
        pytest.param("a" * 1_000_001, "larger than", id="over a megabyte"),
    ],
)
def test_a_dangerous_or_broken_file_is_refused_with_its_place(text: str | bytes, expected: str) -> None:
    """Each refusal says where, and none takes long."""
    assert expected in mistakes(text)[0]


def test_every_mistake_is_reported_at_once() -> None:
    """Unknown keys get the nearest known one; positions are those of the file."""
    found = mistakes("title: x\ninner:\n  - nam: a\n  - name: b\n    size: big\n")

    assert found == [
        "w.yaml:3:5: 'name' is missing",
        "w.yaml:3:5: unknown key 'nam' (did you mean 'name'?)",
        "w.yaml:5:11: inner.1.size: must be a whole number, not 'big'",
    ]


def test_a_value_from_elsewhere_is_blamed_on_its_source() -> None:
    """A mistake in an environment variable does not point into the file."""
    document = documents.Document(
        "w.yaml", {"titel": 1}, {}, {}, origins={("titel",): "environment variable X"}
    )

    with pytest.raises(ConfigError, match="environment variable X: unknown key 'titel'"):
        documents.validate(Outer, document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: #wagner\n", "w.yaml:1:1: title: is empty: #wagner without quotes is a comment (write '#wagner' in quotes)"),
        ("inner:\n- name: #x OR #y\n", "w.yaml:2:3: inner.0.name: is empty: #x without quotes is a comment"),
        ("title: @wagner\n", "(a value that begins with @ needs quotes, as '@word')"),
        ("title: %contact\n", "(a value that begins with % needs quotes, as '%word')"),
        ("title: 'a' AND #b\n", "(a # begins a comment: put the whole value in quotes, as '#word')"),
        ("inner: [#a, b]\ntitle: x\n", "(a # begins a comment: put the whole value in quotes, as '#word')"),
        ("title: a: b\n", "(text that holds a colon and a space needs quotes)"),
        ("inner:\n\t- name: b\n", "(indent with spaces, not with tabs)"),
        ("title: 5\n", "w.yaml:1:8: title: must be text: put it in quotes"),
        ("inner: 5\n", "w.yaml:1:8: inner: must be a list, not 5"),
        ("inner: [5]\n", "w.yaml:1:9: inner.0: must be keys and values, not 5"),
        ("title: null\n", "w.yaml:1:8: title: must be text, not nothing"),
    ],
)  # fmt: skip
def test_the_commonest_slips_are_told_in_plain_words(text: str, expected: str) -> None:
    """With what to write instead."""
    assert expected in mistakes(text)[0]


def test_a_word_after_a_value_is_noted_where_it_looks_like_a_tag() -> None:
    """`#word` may have been meant; a comment has a space after its #."""
    found = documents.read("a: x #tag\nb: y # note\nc: 'z' #é\nd: #t\ne: p#q\n", "w.yaml")
    assert found.hashes == {("a",): "#tag", ("c",): "#é", ("d",): "#t"}
    assert found.data == {"a": "x", "b": "y", "c": "z", "d": None, "e": "p#q"}
