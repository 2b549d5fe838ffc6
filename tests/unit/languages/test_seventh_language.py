"""A seventh language is a folder and a line in the list: a little Esperanto is detected, cut, dated and matched."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.contacts.place_and_date import day_of
from monitor.contacts.quoting import rules_of
from monitor.errors import ConfigError
from monitor.languages import tables
from monitor.languages.detect import detect
from monitor.languages.grammar import Syntax, grammar_of, office_name, plain
from monitor.languages.word_forms import forms_of_script, inflected
from monitor.matching.matcher import Matcher
from monitor.matching.sentences import split
from monitor.stories import lexicon
from tests.support.analyst import compiled, item

if TYPE_CHECKING:
    from collections.abc import Iterator

ESPERANTO = {
    "profile.txt": "[little words]\nla kaj en de al kun estas pri\n",
    "sentences.txt": "[leaning]\ns-ro d-ro\n",
    "grammar.txt": "[past]\n\\w+is\n[future]\nli\\W*\\w+os | ven*\n[partner]\nkun\n[negation]\nne | neniam\n",
    "offices.txt": "[heads]\nambassador: ambasador\\w+\n[fields]\ndefence: defend\\w+\n[kinds]\nminister: ministr\\w+\n",
    "saying.txt": "[by]\nde\n[participle]\nneit*\n[has]\nhavas\n[pronoun]\nli | ŝi\n[negates]\nne\n",
    "forms.txt": "[names]\n[aeiou] 0\n* 0 on\n[plurals]\no 0 n j jn\na 0 n j jn\n",
    "dates.txt": """
[months]
5 majo
9 septembro
[of]
de
[day endings]
a
[weekdays]
4 ĵaŭdon?
[days]
-1 hieraŭ
[numbers]
3 tri
[counted]
antaŭ {count} {unit}
[counted units]
1 tagoj
7 semajnoj
""",
}
ANALYSTS = {
    "entities/eo.yaml": """
entities:
  - id: petrov
    name: Ivan Petrov
    kind: person
    aliases: {eo: [Petrov]}
""",
    "vocabulary/kunveno.yaml": """
vocabulary: kunveno
title: Meetings
forms: true
senses:
  meeting: {eo: [kunveno]}
""",
    "eo.yaml": """
watchlist: eo
title: Esperanto
severity: low
rules:
  - {id: meet, title: Petrov meets somebody, query: "@petrov SENTENCE %kunveno.meeting"}
""",
}
FRIDAY = datetime(2024, 5, 10, 12, tzinfo=UTC)
TEXT = "La ministro parolis kun la delegito pri la interkonsento, kaj la kunveno daŭris ĝis la vespero en la urbo."


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The languages that ship, and Esperanto."""
    copy = tmp_path / "data"
    shutil.copytree(Path(tables.__file__).with_name("data"), copy)
    listed = copy / "languages.txt"
    listed.write_text(
        listed.read_text("utf-8").replace("[languages]\n", "[languages]\neo latin 1\n"), "utf-8"
    )
    (copy / "eo").mkdir()
    for name, text in ESPERANTO.items():
        (copy / "eo" / name).write_text(text, "utf-8")
    tables.read_from(copy)
    yield copy
    tables.read_from(None)


@pytest.mark.usefixtures("folder")
def test_it_is_detected() -> None:
    assert detect(TEXT) == "eo"
    assert detect("The minister spoke with the delegate about the agreement.") == "en"


def test_without_the_folder_it_is_another() -> None:
    assert detect(TEXT) != "eo"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("la 28a de septembro 2023", "2023-09-28", id="date"),
        pytest.param("en majo", "2024-05", id="month"),
        pytest.param("renkontis lin ĵaŭdon", "2024-05-09", id="weekday"),
        pytest.param("hieraŭ", "2024-05-09", id="yesterday"),
        pytest.param("antaŭ tri semajnoj", "2024-04", id="counted"),
        pytest.param("on thursday", None, id="no English"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_its_days_are_read(text: str, day: str | None) -> None:
    assert day_of(plain(text).text, "eo", FRIDAY) == day


@pytest.mark.usefixtures("folder")
def test_its_abbreviations_end_no_sentence() -> None:
    assert len(split({"content": "Venis s-ro. Petrov. Li parolis."})) == 2


@pytest.mark.usefixtures("folder")
def test_its_names_and_words_inflect() -> None:
    assert inflected("kunveno", "eo", "word") == ("kunveno", "kunvenon", "kunvenoj", "kunvenojn")
    assert inflected("Lavrov", "eo", "person") == ("Lavrov", "Lavrovon")
    assert "eo" in forms_of_script("Lavrov")
    assert "eo" not in forms_of_script("Лавров")


@pytest.mark.usefixtures("folder")
def test_its_grammar_and_offices_are_known() -> None:
    grammar = grammar_of("eo")
    assert grammar.past.search("li parolis")
    assert not grammar.past.search("he met them")
    assert grammar.negation.search("li ne ")
    assert all(grammar.future.search(text) for text in ("li  parolos", "ĝi venas"))
    assert office_name("French", "defenda ministro", "person") == "French defence minister"
    assert office_name("French", "ambasadoro", "person") == "French ambassador"


@pytest.mark.usefixtures("folder")
def test_its_speakers_are_put_by_its_own_rules() -> None:
    rules = rules_of("eo")
    assert rules.negates.search("li ne venis")
    assert not rules.negates.search("he did not come")
    assert rules.participle.fullmatch("neita")
    assert rules.has.search("li havas ")


@pytest.mark.usefixtures("folder")
def test_what_analysts_list_in_it_is_matched() -> None:
    """Its own words in its own forms, a name in its accusative; in no other language."""
    matcher = Matcher(compiled(ANALYSTS))

    def rules(text: str, lang: str = "eo") -> set[str]:
        return {match.watchlist for match in matcher.decide(item(text, lang=lang)).matches}

    assert rules("Oni vidis Petrovon hieraŭ, post la kunvenoj kun la delegito.") == {"eo"}
    assert not rules("Oni vidis s-ron. Petrovon oni ne vidis. La kunvenoj daŭris.")
    assert not rules("Oni vidis Petrovon hieraŭ, post la kunvenoj.", "en")


def read_all(lang: str) -> None:
    """Every file of a language, and every pattern of its words."""
    for table in (tables.Profile, tables.Stops, tables.Dates, tables.Offices, tables.Forms, tables.Headlines):
        if lang in tables.having(table):
            tables.read(table, lang)
    grammar_of(lang)
    rules_of(lang)
    day_of("", lang, FRIDAY)
    assert detect("x" * 20, lang)
    for text in ("minister", "министр"):
        office_name("", text, "person")
    lexicon.is_series(["x"], lang)


@pytest.mark.parametrize("lang", [language.code for language in tables.listed().languages])
def test_what_ships_is_whole(lang: str) -> None:
    """Every list is read without a mistake, and stands in a folder and file that are read at all."""
    read_all(lang)
    folder = Path(tables.__file__).with_name("data") / lang
    lists = {path.name for path in folder.glob("*.txt")}
    assert lists <= {table.FILE for table in (Syntax, *tables.Table.__subclasses__())}


def test_every_folder_is_in_the_list() -> None:
    folders = {path.name for path in Path(tables.__file__).with_name("data").iterdir() if path.is_dir()}
    assert folders <= {language.code for language in tables.listed().languages}


@pytest.mark.parametrize(
    ("name", "text", "line", "said", "remedy"),
    [
        pytest.param(
            "dates.txt", "[months]\n5 majo\nseptembro\n", 3, "no number", "write a number", id="a row"
        ),
        pytest.param("dates.txt", "[monts]\n5 majo\n", 2, "[monts]", "did you mean 'months'", id="a section"),
        pytest.param("offices.txt", "[heads]\n\nambasadoro\n", 3, "names nothing", "a colon", id="a name"),
        pytest.param("forms.txt", "[plurals]\no j jn\n", 2, "fall away", "ending, number", id="an ending"),
        pytest.param(
            "grammar.txt", "[past]\nvenis\n# so\n(iris\n", 4, "no pattern", "brackets", id="a pattern"
        ),
        pytest.param("grammar.txt", "[order]\nverb-lost\n", 2, "not known", "'verb-last'", id="an order"),
    ],
)
def test_a_broken_file_gives_file_line_and_remedy(
    folder: Path, name: str, text: str, line: int, said: str, remedy: str
) -> None:
    (folder / "eo" / name).write_text(text, "utf-8")
    with pytest.raises(ConfigError) as broken:
        read_all("eo")
    (mistake,) = broken.value.mistakes
    assert (Path(mistake.file).name, mistake.line) == (name, line)
    assert said in mistake.message
    assert remedy in mistake.remedy


def test_a_broken_list_gives_its_line(folder: Path) -> None:
    (folder / "languages.txt").write_text("[languages]\nen latin\n[scripts]\nlatin 0041-005a\n", "utf-8")
    tables.read_from(folder)
    with pytest.raises(ConfigError, match=r"languages\.txt:2: .*no language"):
        tables.listed()


@pytest.mark.parametrize("bad", [b"[past]\nvenis\n\xff\n", None])
def test_what_is_no_text_is_told(folder: Path, bad: bytes | None) -> None:
    path = folder / "eo" / "grammar.txt"
    if bad is None:
        (folder / "languages.txt").unlink()
        tables.read_from(folder)
        with pytest.raises(ConfigError, match="cannot be read"):
            tables.listed()
        return
    path.write_bytes(bad)
    with pytest.raises(ConfigError, match=r"grammar\.txt:3: is not UTF-8"):
        grammar_of("eo")
