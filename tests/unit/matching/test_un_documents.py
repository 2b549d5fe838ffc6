"""UN documents are recognised however a language writes them, and only listed ones are judged."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor import documents
from monitor.errors import ConfigError
from monitor.folding import fold
from monitor.matching.lexicon import Lexicon
from monitor.matching.un_documents import find, load, sense
from monitor.model import Item

TABLE = load(
    documents.read(Path("watchlists/un-documents.yaml").read_bytes(), "watchlists/un-documents.yaml")
)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        pytest.param("S/RES/2570 (2021)", ["S/RES/2570"], id="symbol"),
        pytest.param("UNSCR 2796 and resolution 2755", ["S/RES/2796", "S/RES/2755"], id="english"),
        pytest.param("resolutions 2570, 2571 (2021) and 2656", ["S/RES/2570", "S/RES/2571", "S/RES/2656"], id="list"),
        pytest.param("Security Council resolution\u00a02570(2021)", ["S/RES/2570"], id="no-break space"),
        pytest.param("la résolution n° 2656 (2022)", ["S/RES/2656"], id="french"),
        pytest.param("la risoluzione n. 2570 dell'Onu", ["S/RES/2570"], id="italian"),
        pytest.param("резолюцией СБ ООН № 2570", ["S/RES/2570"], id="russian"),
        pytest.param("القرار رقم ٢٥٧٠", ["S/RES/2570"], id="arabic digits"),
        pytest.param("بالقرارين 2570 و2571", ["S/RES/2570", "S/RES/2571"], id="arabic dual"),
        pytest.param("وقرار مجلس الأمن الدولي رقم 2571 (2021)", ["S/RES/2571"], id="arabic, of the council"),
        pytest.param("2570 ve 2571 sayılı BM kararları", ["S/RES/2570", "S/RES/2571"], id="turkish"),
        pytest.param("S/PRST/2021/6, S/PV.10029", ["S/PRST/2021/6", "S/PV.10029"], id="statement and record"),
        pytest.param("S/2021/229/Add.1; A/RES/ES-11/1", ["S/2021/229/Add.1", "A/RES/ES-11/1"], id="report, assembly"),
        pytest.param("CS/15967 et SC/16207", ["SC/15967", "SC/16207"], id="press releases have one name"),
        pytest.param("la résolution onusienne 2570 et la résolution du Conseil de sécurité de l'ONU 2656", ["S/RES/2570", "S/RES/2656"], id="french, whose it is"),
        pytest.param("la risoluzione Onu 2570 e la risoluzione del Consiglio di sicurezza n. 2571", ["S/RES/2570", "S/RES/2571"], id="italian, whose it is"),
        pytest.param("резолюция Совбеза № 2570 и резолюция ООН под номером 2571", ["S/RES/2570", "S/RES/2571"], id="russian, whose it is"),
        pytest.param("القرار رقم (2570)", ["S/RES/2570"], id="arabic, in brackets"),
        pytest.param("BMGK 2570 kararı ve 2016 kararı", ["S/RES/2570"], id="turkish, a number and a year"),
        pytest.param("UN res. 2570", ["S/RES/2570"], id="english, shortened"),
        pytest.param("resolution 12, resolution 1,970 and 2570 men", [], id="numbers that are none"),
        pytest.param("a screen resolution of 2570x1440", [], id="another resolution"),
        pytest.param("in 2021 (2021) 12345", [], id="years and counts"),
    ],
)  # fmt: skip
def test_documents_are_named_in_one_form(text: str, symbols: list[str]) -> None:
    assert [document.symbol for document in find(text)] == symbols
    assert find(text, fold(text).text) == find(text)


def test_a_document_lies_where_it_is_written() -> None:
    text = "Per (resolution 2570 (2021)), go."
    (document,) = find(text)
    assert text[document.start : document.end] == "resolution 2570 (2021)"
    assert (document.number, document.year) == (2570, 2021)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("S/RES/2570 (2021)", "libya-withdrawal", id="withdrawal"),
        pytest.param("resolution 2510", "libya-mercenaries", id="mercenaries only"),
        pytest.param("resolution 2016", "libya", id="no demand"),
        pytest.param("resolution 2773", "dr-congo-withdrawal", id="another country"),
        pytest.param("resolution 2570 (1999)", "unknown", id="a year that is not its own"),
        pytest.param("resolution 2998", "unknown", id="not listed"),
        pytest.param("S/PV.10029", "unknown", id="not a resolution"),
    ],
)
def test_what_a_document_asks(text: str, expected: str) -> None:
    assert sense(find(text)[0], TABLE) == expected


def test_documents_are_mentions_of_the_lexicon() -> None:
    lexicon = Lexicon.build((), (), (), resolutions=TABLE)
    item = Item(key="k", feed_id="f", title="Go", content="Under resolution 2570 (2021), leave.", lang="en")
    (mention,) = lexicon.scan(item).mentions
    assert (mention.term, mention.sense, mention.sentence) == ("%un-document", "libya-withdrawal", 1)
    assert item.content[mention.start : mention.end] == "resolution 2570 (2021)"
    assert mention.token_end - mention.token == 3


def test_a_number_listed_twice_is_a_mistake_with_its_line() -> None:
    line = "  - {number: 2570, year: 2021, country: libya, asks: no}\n"
    with pytest.raises(ConfigError) as caught:
        load(documents.read("resolutions:\n" + line + line, "u.yaml"))
    assert str(caught.value).startswith("u.yaml:3:")


@pytest.mark.parametrize(
    "piece", ["resolution ", "1", "S/2021/", "القرار رقم ", "2570 sayılı a b ", "2570, ", "قرار الأمن "]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    start = time.perf_counter()
    find(piece * (400_000 // len(piece)))
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "Resolution 2570/2021 demands", "Resolution 2570 (2021) demands", "Res. 2570 de 2021", "UNSCR 2570/21",
        "la résolution 2570/2021 exige", "la risoluzione 2570/2021 chiede", "risoluzione 2570 del 2021",
        "Резолюция 2570/2021 требует", "резолюции СБ ООН 2570 2021 года", "القرار 2570/2021 يطالب", "القرار ٢٥٧٠/٢٠٢١",
        "القرار رقم 2570 لعام 2021", "2570/2021 sayılı karar", "S/RES/2570/2021", "قرار مجلس الأمن 2021/2570",
    ],
)  # fmt: skip
def test_the_year_stands_behind_the_number_in_many_ways(text: str) -> None:
    assert [(d.symbol, d.year) for d in find(text)] == [("S/RES/2570", 2021)]


def test_a_list_of_numbers_with_years_is_several_documents() -> None:
    assert [d.number for d in find("resolutions 2570/2021 and 2571/2021")] == [2570, 2571]


@pytest.mark.parametrize("text", ["resolution 2570/2021/99", "resolution 25/78", "a 2570/2021 budget"])
def test_other_numbers_with_slashes_are_none(text: str) -> None:
    assert find(text) == ()
