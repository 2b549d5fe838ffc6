"""Who tells the news, as the analysts' files declare it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.errors import ConfigError
from monitor.model import UNKNOWN, Side
from monitor.watchlists.compile import load
from monitor.watchlists.files import load_press, read_press, shipped_press
from tests.support.analyst import SOURCES
from tests.support.press import HORN, HORN_PRESS, PRESS

if TYPE_CHECKING:
    from pathlib import Path


def mistakes(**files: str) -> list[str]:
    """What is wrong with `sides` and `outlets`, a line each."""
    with pytest.raises(ConfigError) as caught:
        read_press({f"{name}.yaml": text.encode() for name, text in files.items()}, root="w")
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("line", "number", "said"),
    [
        pytest.param("adverse: [[mogadishu, hargesa]]", 10, "no side 'hargesa' (did you mean 'hargeisa'?)", id="a slip"),
        pytest.param("one_voice: [[ankara], [ankara]]", 9, "'ankara' stands in one_voice already", id="twice one voice"),
        pytest.param("adverse: [[ankara, ankara]]", 10, "'ankara' stands in adverse already", id="against itself"),
        pytest.param("adverse: [[ankara]]", 10, "is no pair (name two sides)", id="no pair"),
        pytest.param("adverze: []", 10, "unknown key 'adverze' (did you mean 'adverse'?)", id="a key"),
    ],
)  # fmt: skip
def test_groups_name_declared_sides_once(line: str, number: int, said: str) -> None:
    """By line, with what was meant."""
    key = line.partition(":")[0][:5]
    lines = [line if row.startswith(key) else row for row in HORN.split("\n")]
    told = mistakes(sides="\n".join(lines))
    assert told[0].startswith(f"w/sides.yaml:{number}:")
    assert said in told[0]


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        pytest.param("- {id: a, title: {en: A}, role: unknown}", "no side has role: independent", id="nobody is free"),
        pytest.param("- {id: a, title: {en: A}, role: independent}", "no side has role: unknown", id="nobody unplaced"),
        pytest.param("- {id: a, title: {fr: A}}", "has no English words", id="no English"),
        pytest.param("- {id: A B, title: {en: A}}", "'A B' is not an id", id="blank in an id"),
        pytest.param("- {id: a, title: {english: A}}", "no English words", id="language in words"),
        pytest.param("- {id: unknown, title: {en: A}}", "nobody placed", id="unknown without its role"),
        pytest.param("- {id: a, title: {en: A}, role: state}", "'state' is not known here", id="a role"),
        pytest.param("- {id: a, title: {en: A}, weight: {alone: 7}}", "alone", id="a number that is none"),
        pytest.param("- {id: a, titel: {en: A}}", "did you mean 'title'?", id="a key"),
    ],
)  # fmt: skip
def test_a_side_that_cannot_be_meant_is_told(sides: str, said: str) -> None:
    """One of the mistakes says it, at its line."""
    told = mistakes(sides=f"sides:\n  {sides}\n")
    assert any(said in line and line.startswith("w/sides.yaml:") for line in told), told


def test_agencies_are_on_declared_sides_and_claim_a_name_once() -> None:
    """Each at its own line."""
    outlets = """\
wires:
  - {name: One, side: ankra, forms: [One]}
  - {name: Two, side: ankara, forms: [Two, One]}
"""
    told = mistakes(sides=HORN, outlets=outlets)
    assert [line.partition(": ")[0] for line in told] == ["w/outlets.yaml:2:23", "w/outlets.yaml:3:44"]
    assert "did you mean 'ankara'?" in told[0]
    assert "'One' stands here a second time" in told[1]


def test_a_folder_without_the_files_has_the_shipped_ones(tmp_path: Path) -> None:
    """So has one with sides only; the shipped agencies are on those sides, or on none."""
    assert load_press(tmp_path) is shipped_press()
    (tmp_path / "sides.yaml").write_text(HORN, encoding="utf-8")
    press = load_press(tmp_path)
    assert press.sides == HORN_PRESS.sides
    assert press.outlets.wire.keys() == PRESS.outlets.wire.keys()
    assert {wire.side for wire in press.outlets.wires} == {UNKNOWN}


def test_names_behind_headlines_are_the_shipped_ones_unless_the_file_has_its_own() -> None:
    """A star stands beside words, once."""
    sides = HORN.encode()
    older = read_press({"sides.yaml": sides, "outlets.yaml": b"wires: []\n"})
    assert older.outlets.headlines == PRESS.outlets.headlines
    assert not older.outlets.wires
    own = read_press({"sides.yaml": sides, "outlets.yaml": b"headlines: {names: [Bote]}\n"})
    assert (own.outlets.headlines.names, own.outlets.headlines.called) == (("Bote",), ())
    assert "'Gazette' has not one star" in mistakes(sides=HORN, outlets="headlines: {called: [Gazette]}\n")[0]


def test_watchlists_are_compiled_with_them(tmp_path: Path) -> None:
    """No watchlist is called sides; mistakes stand among those of the other files."""
    for name, text in {**SOURCES, "sides.yaml": HORN}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert load(tmp_path).press.sides == HORN_PRESS.sides
    (tmp_path / "sides.yaml").write_text(HORN.replace("role: unknown", "role: unknwon"), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"sides\.yaml:\d+:\d+: sides\.5\.role: 'unknwon' is not known here"
    ):
        load(tmp_path)


def test_a_side_that_is_declared_no_more_is_shown_by_its_id_and_unknown() -> None:
    """The archive outlives the file."""
    sides, gone = HORN_PRESS.sides, Side("khartoum")
    assert (sides.title(gone, "ar"), sides.media(gone, "en")) == ("khartoum", "khartoum")
    assert sides.plays("unknown", gone)
    assert sides.mouth(gone) is None
    assert sides.ordered({gone, Side("ankara")}) == ["ankara", "khartoum"]
    assert sides.title(UNKNOWN, "ar") == "nobody knows"


def test_the_shipped_sides_are_called_something_in_six_languages() -> None:
    """Titles and the words of sentences."""
    for entry in PRESS.sides.sides:
        assert entry.title.keys() == entry.media.keys() == {"en", "fr", "it", "ru", "ar", "tr"}
