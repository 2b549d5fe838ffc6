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
        pytest.param("a: &x 1\n", "w.yaml:1:4: anchors", id="an anchor"),
        pytest.param("a: 1\nb: *x\n", "undefined alias", id="an alias without an anchor"),
        pytest.param("<<: {a: 1}\n", "w.yaml:1:1: merge keys", id="a merge key"),
        pytest.param("a: 1\na: 2\n", "w.yaml:2:1: 'a' appears twice", id="a key twice"),
        pytest.param("a: [1,\n", "w.yaml:", id="a bracket left open"),
        pytest.param("[" * 100_000, "nested deeper", id="nesting without end"),
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
        "w.yaml:5:11: inner.1.size: Input should be a valid integer, unable to parse string as an integer",
    ]


def test_a_value_from_elsewhere_is_blamed_on_its_source() -> None:
    """A mistake in an environment variable does not point into the file."""
    document = documents.Document(
        "w.yaml", {"titel": 1}, {}, {}, origins={("titel",): "environment variable X"}
    )

    with pytest.raises(ConfigError, match="environment variable X: unknown key 'titel'"):
        documents.validate(Outer, document)
