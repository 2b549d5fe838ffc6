"""`monitor init --question`: a folder that works at once for two known states, and says what to fill in for others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from babel import Locale
from typer.testing import CliRunner, Result

from monitor.cli.main import application
from monitor.config import load
from monitor.documents import read
from monitor.errors import ConfigError
from monitor.watchlists import question
from monitor.watchlists.compile import load as compiled

if TYPE_CHECKING:
    from pathlib import Path


def monitor(*words: str | Path) -> Result:
    return CliRunner().invoke(application(), [str(word) for word in words])


def items(path: Path, *texts: tuple[str, str]) -> Path:
    """A file of items of a language and a text."""
    lines = (json.dumps({"id": str(n), "lang": lang, "title": text}) for n, (lang, text) in enumerate(texts))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words", [["china-serbia"], ["pacific", "--between", "Chine, Сербия"]], ids=["by name", "said"]
)
def test_a_question_of_two_states_works_at_once(tmp_path: Path, words: list[str]) -> None:
    """In six languages, with the offices and words that are shipped, and without a test that fails or a finding."""
    made = monitor("init", "--question", *words, tmp_path)
    assert made.exit_code == 0, made.output

    config = tmp_path / "monitor.yaml"
    for command in ("test", "lint"):
        done = monitor("watchlists", command, "--config", config)
        assert done.exit_code == 0, done.output
    told = items(
        tmp_path / "items.jsonl",
        ("en", "The Chinese foreign minister met his Serbian counterpart in Belgrade"),
        ("fr", "Le ministre chinois des Affaires étrangères a rencontré son homologue serbe à Belgrade"),
        ("it", "Il ministro degli Esteri cinese ha incontrato l'omologo serbo a Belgrado"),
        ("ar", "التقى وزير الخارجية الصيني نظيره الصربي في بلغراد"),
        ("ru", "Министр иностранных дел Китая встретился с сербским коллегой в Белграде"),
        ("tr", "Çin Dışişleri Bakanı Belgrad'da Sırp mevkidaşıyla görüştü"),
        ("en", "Belgrade signed a free trade agreement with China"),
        ("ru", "Белград подписал соглашение с Пекином"),
        ("en", "The Chinese foreign minister met his French counterpart in Paris and spoke about Serbia"),
        ("en", "In Belgrade France signed a free trade agreement with China"),
    )
    decided = [json.loads(line) for line in monitor("match", told, "--config", config).stdout.splitlines()]
    assert [bool(one["contacts"]) for one in decided] == [True] * 8 + [False] * 2


@pytest.mark.parametrize(
    ("words", "fires", "silent"),
    [
        (["rwanda-m23"], "Rwandan officers met leaders of M23 in Kigali", "Rwandan officers met the French in Kigali"),
        (["x", "--between", "NATO,Serbia"], "NATO signed an agreement with the Serbian army", "NATO warned Serbia"),
        (["m23", "--kind", "names"], "Residents saw fighters of M23", "Residents saw fighters"),
        (
            ["x", "--kind", "departure", "--between", "African Union,Congo"],
            "The African Union called on Rwandan troops to leave eastern Congo",
            "The African Union called on foreign forces to leave Libya",
        ),
    ],
    ids=["a group by name", "a body of the world", "names", "departure"],
)  # fmt: skip
def test_a_question_may_be_of_groups_names_and_demands(
    tmp_path: Path, words: list[str], fires: str, silent: str
) -> None:
    """Each is valid as it is, its tests pass, and it tells a sentence of its kind from another."""
    made = monitor("init", "--question", *words, tmp_path)
    assert made.exit_code == 0, made.output

    config = tmp_path / "monitor.yaml"
    done = monitor("watchlists", "test", "--config", config)
    assert done.exit_code == 0, done.output
    told = items(tmp_path / "items.jsonl", ("en", fires), ("en", silent))
    decided = [json.loads(line) for line in monitor("match", told, "--config", config).stdout.splitlines()]
    loud = [any(match["severity"] in ("medium", "high") for match in one["matches"]) for one in decided]
    assert loud == [True, False]


def test_a_question_of_others_is_to_be_filled_in(tmp_path: Path) -> None:
    """It is valid as it is, with two parties called First and Second and what is to be put in their place."""
    assert monitor("init", "--question", "guilds", tmp_path).exit_code == 0
    assert monitor("watchlists", "test", "--config", tmp_path / "monitor.yaml").exit_code == 0
    assert "in place of First" in (tmp_path / "watchlists/entities/parties.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--question", "Iran–Iraq"], "small letters"),
        (["--question", "x", "--between", "Iran"], "two parties"),
        (["--question", "x", "--between", "Iran,Irak"], None),
        (["--question", "x", "--between", "Iran,Иран"], "one party"),
        (["--question", "iran-iran"], "one party"),
        (["--question", "x", "--between", "Iran,حزب الله"], "Latin letters"),
        (["--question", "iran-313"], "Latin letters"),
        (["--question", "x", "--between", "Iran,Front\x07"], "two parties"),
        (["--question", "x", "--between", "Iran,Iran People"], "another meaning"),
        (["--question", "x", "--between", "Iran,Third Party"], "another meaning"),
        (["--question", "m23", "--kind", "names", "--between", "Iran,M23"], "leave out --between"),
        (["--between", "Iran,Iraq"], "needs --question"),
        (["--question", "iran-m23", "--kind", "departure"], "needs who asks"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value or ()),
)  # fmt: skip
def test_what_cannot_be_a_question_is_refused(tmp_path: Path, words: list[str], said: str | None) -> None:
    """Exit 2, and nothing is written; a name in any language is understood."""
    done = monitor("init", *words, tmp_path / "new")
    assert done.exit_code == (2 if said else 0)
    assert (tmp_path / "new").exists() == (said is None)
    if said:
        assert said in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("words", [["ethiopia-somaliland"], ["x", "--between", "Ethiopia, Somaliland"]])
def test_a_name_that_may_be_a_slip_is_a_group_with_a_question(tmp_path: Path, words: list[str]) -> None:
    """The same by the question's name and by `--between`."""
    made = monitor("init", "--question", *words, tmp_path)
    assert made.exit_code == 0, made.output
    assert "written down as a group, under this name only; did you mean 'Somalia'?" in made.output
    assert "id: somaliland, name: Somaliland, kind: body" in (
        tmp_path / "watchlists/entities/parties.yaml"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["contacts", "departure"])
@pytest.mark.parametrize(
    "name", ["Front: North", '"The" \\Front\\ #1 - {a}', "- Öz & <<second>>", "Null A: [b]"]
)
def test_a_name_may_hold_any_letters_and_signs(tmp_path: Path, name: str, kind: str) -> None:
    """It is one text of YAML wherever it stands, as it is given; the id is made of its letters."""
    made = monitor("init", "--question", "x", "--kind", kind, "--between", f"{name},Serbia", tmp_path)
    assert made.exit_code == 0, made.output
    checked = monitor("check", "--config", tmp_path / "monitor.yaml")
    assert "no mistakes" in checked.output
    parties, asked, tests = (
        read((tmp_path / "watchlists" / file).read_bytes(), file).data
        for file in ("entities/parties.yaml", "x.yaml", "x.test.yaml")
    )
    assert parties["entities"][0]["name"] == name
    assert asked["title"].startswith(name)
    assert name in tests["tests"][0]["match"]


def test_the_states_of_a_question_of_names_say_what_their_tags_are(tmp_path: Path) -> None:
    """By the first of them."""
    assert monitor("init", "--question", "guilds", "--kind", "names", tmp_path).exit_code == 0
    text = (tmp_path / "watchlists/entities/states.yaml").read_text(encoding="utf-8")
    first = read(text.encode(), "states.yaml").data["entities"][0]["id"]
    assert f"'#{first}' is the country" in text


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A file of the analyst's is not written over."""
    mine = tmp_path / "watchlists/entities/people.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("entities: []\n", encoding="utf-8")
    done = monitor("init", "--question", "iran-iraq", tmp_path)
    assert "stays as it is" in done.output
    assert mine.read_text(encoding="utf-8") == "entities: []\n"


def test_every_state_has_six_languages() -> None:
    """A name, a people and a capital in each."""
    path = load.bundled("seeds") / "question/states.yaml"
    states = question.states_of(read(path.read_bytes(), str(path)).data)
    for state in states.values():
        for columns in (state.names, state.people, state.capital):
            assert set(columns) == {"en", "fr", "it", "ar", "ru", "tr"}, state.id
            assert all(all(words) for words in columns.values()), state.id


def test_a_vocabulary_of_the_folder_takes_the_shipped_one_s_place(tmp_path: Path) -> None:
    """By its id, under any file name; the other shipped ones stay."""
    assert monitor("init", "--question", "iran-iraq", tmp_path).exit_code == 0
    own = tmp_path / "watchlists/vocabulary/mine.yaml"
    own.parent.mkdir()
    own.write_text(
        "vocabulary: sports-context\ntitle: Sport\nsenses: {sport: {en: [chess]}}\n", encoding="utf-8"
    )
    found = compiled(tmp_path / "watchlists").vocabularies
    assert found["sports-context"].senses["sport"] == {"en": ("chess",)}
    assert "official" in found


def test_a_shipped_vocabulary_is_there_for_a_rule_that_names_it(tmp_path: Path) -> None:
    """In a folder without contacts, too; a slip in its name says how it is written."""
    rule = "watchlist: leaving\ntitle: Leaving\nrules: [{id: a, title: A, query: '%withdrawal'}]\n"
    (tmp_path / "leaving.yaml").write_text(rule, encoding="utf-8")
    assert "withdrawal" in compiled(tmp_path).vocabularies
    (tmp_path / "leaving.yaml").write_text(rule.replace("drawal", "drawl"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"leaving.yaml:3:.*did you mean '%withdrawal'"):
        compiled(tmp_path)


#: where the news do not write what CLDR does
OTHERWISE = {
    "argentina": "fr", "central-african-republic": "ru", "congo-brazzaville": "ar ru tr", "dr-congo": "en fr it ar ru tr",
    "east-timor": "ar tr", "el-salvador": "fr", "guinea": "tr", "ivory-coast": "fr it ru tr", "malaysia": "it",
    "mali": "it ar tr", "marshall-islands": "ru", "mauritius": "fr", "micronesia": "ru", "myanmar": "fr it ar ru tr",
    "palestine": "en fr it ar ru tr", "papua-new-guinea": "ru", "seychelles": "ru", "solomon-islands": "ru",
    "south-africa": "ru", "togo": "ru", "united-states": "tr", "vatican": "fr it", "vietnam": "fr",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "it", "ar", "ru", "tr"])
def test_states_are_called_as_in_cldr(lang: str) -> None:
    """A slip in one of 400 names would go unseen: a state under another one's name, a letter too few."""
    codes = {name: code for code, name in Locale("en").territories.items() if len(code) == 2}
    codes |= {"Turkey": "TR", "Ivory Coast": "CI", "DR Congo": "CD", "Palestine": "PS", "Bosnia": "BA"}
    codes |= {"Congo-Brazzaville": "CG", "Burma": "MM", "Vatican": "VA"}
    codes |= {"São Tomé and Príncipe": "ST", "Trinidad and Tobago": "TT"}
    listed = read((load.bundled("seeds") / "question" / "states.yaml").read_bytes(), "states.yaml").data[
        "states"
    ]
    compared = 0
    for state, row in listed.items():
        names = [name.strip() for name in row["en"].split("|")[0].split(",")]
        code = next(codes[name] for name in names if name in codes)
        here = [name.strip() for name in row[lang].split("|")[0].split(",")]
        if lang not in OTHERWISE.get(state, "").split():
            assert Locale(lang).territories[code] in here, state
            compared += 1
    assert compared > 170
