"""Text that nobody wrote for reading: a decision every time, and work that grows no faster than the text."""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contacts import extract
from monitor.matching.lexicon import MAX_SPOKEN
from monitor.matching.matcher import MAX_EVIDENCE, MAX_SENTENCE, Matcher
from monitor.model import Decision, Item
from monitor.watchlists import compile
from tests.support.steps import lines_run

SHIPPED = Path(__file__).parents[3] / "watchlists"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The shipped rules with the contact extractor, as the daemon has them."""
    lists = compile.load(SHIPPED)
    return Matcher(lists, extract=extract.extractor(lists), denier=extract.listener(lists))


def item(content: str, *, title: str = "", lang: str = "en") -> Item:
    return Item(key="guid:1", feed_id="f", title=title, content=content, lang=lang)


def sound(decision: Decision, given: Item) -> bool:
    """Whether every quotation is the text's own, in place."""
    quoted = [e for m in decision.matches for e in m.evidence]
    silenced = decision.suppressed
    return all(getattr(given, q.field)[q.start : q.end] == q.text for q in (*quoted, *silenced))


ODD = [
    pytest.param("", id="empty"),
    pytest.param(" \t\n\u2028", id="white space"),
    pytest.param("\0Haftar\0met\0Lavrov\0", id="NUL"),
    pytest.param("\ud800Haftar met Lavrov\udfff in Moscow.", id="lone surrogates"),
    pytest.param("Haftar met Lavrov in Mos", id="cut short"),
    pytest.param("Haftar met Lavrov in M\u0301", id="cut inside a letter"),
    pytest.param("\u202eHaftar met \u202dLavrov\u202c in \u2067موسكو\u2069", id="mixed direction"),
    pytest.param("Хафтар met لافروف in Moskova'da görüştü", id="six languages in one sentence"),
    pytest.param("😀Haftar👩\u200d👩\u200d👧met🇱🇾Lavrov🇷🇺", id="emoji"),
    pytest.param("H\u200ba\u200bf\u200bt\u200ba\u200br met Lavrov", id="zero width"),
    pytest.param("Wаgnеr Grоup in Libya", id="letters of two scripts"),
    pytest.param("\U0010ffff\ue000\ufffe", id="private use and no characters"),
    pytest.param("{{ Haftar }} %s %(x)s ${y} <script>alert(1)</script> ' OR 1=1", id="code"),
    pytest.param('@khalifa-haftar #libya %contact "quoted" (a OR b)', id="the query language itself"),
]


@pytest.mark.parametrize("lang", ["en", "ar", "tr", "und", "", "xx-klingon"])
@pytest.mark.parametrize("text", ODD)
def test_odd_text_gets_a_decision_in_whatever_language_it_claims(
    matcher: Matcher, text: str, lang: str
) -> None:
    """In the title as in the content, and whatever it quotes stands in the text."""
    given_item = item(text, title=text, lang=lang)

    decision = matcher.decide(given_item)

    assert decision.lang == lang
    assert sound(decision, given_item)


@given(st.text(max_size=400), st.sampled_from(["en", "fr", "it", "ru", "ar", "tr", "und"]))
def test_any_text_gets_a_decision(matcher: Matcher, text: str, lang: str) -> None:
    """With names of ours strewn in, so that there is something to decide."""
    names = ["Haftar", "Лавров", "met", "التقى", "mercenaries", "Wagner", ". ", "S/RES/2570 (2021)"]
    chosen = random.Random(len(text))
    mixed = "".join(part + chosen.choice(names) for part in (text[:9], text[9:99], text[99:], "", "", ""))
    given_item = item(mixed, title=text, lang=lang)

    assert sound(matcher.decide(given_item), given_item)


def test_a_wrong_language_hides_no_name(matcher: Matcher) -> None:
    """A Russian text labelled Turkish."""
    decision = matcher.decide(item("Хафтар встретился с Лавровым в Москве.", lang="tr"))

    assert decision.matches


#: what a page of one kind of thing is made of
FLOODS = {
    "one word": "x",
    "one letter with marks": "a\u0301\u0323",
    "marks alone": "\u0301",
    "zero-width spaces": "\u200b",
    "direction marks": "\u202e\u202c",
    "a name": "Haftar ",
    "a name without spaces": "Haftar",
    "names": "Khalifa Haftar Saddam Haftar ",
    "one sentence without end": "Haftar met Lavrov in Moscow ",
    "sentences": "Haftar met Lavrov in Moscow. ",
    "paragraphs": "Haftar met Lavrov in Moscow.\n\n",
    "weak names": "Wagner ",
    "names and their guards": "Richard Wagner opera mercenaries ",
    "all three lists": "Wagner mercenaries withdraw Libya UN Security Council Haftar Russia meeting ",
    "documents": "resolution 2570 (2021), S/RES/2571 ",
    "numbers": "2570, ",
    "full stops": ". ",
    "dots": "...",
    "acronyms": "U.N. ",
    "apostrophes": "a's ",
    "quotation marks": '" ',
    "brackets": "(",
    "line ends": "\n",
    "two scripts in a word": "wаgner ",
    "emoji": "😀",
    "NUL": "\0",
    "half pairs": "\ud800",
    "Arabic": "التقى حفتر لافروف في موسكو ",
    "Russian": "Хафтар встретился с Лавровым в Москве ",
    "pronouns": "He met him. They said he had met them. ",
}


@pytest.mark.parametrize("unit", [pytest.param(unit, id=name) for name, unit in FLOODS.items()])
def test_work_grows_no_faster_than_the_text(matcher: Matcher, unit: str) -> None:
    """Steps of Python counted, not time: four times the text takes at most five times the steps."""
    few, many = (steps(matcher, item(unit * (size // len(unit)))) for size in (2_000, 8_000))

    assert many <= 5 * few + 2_000


@pytest.mark.parametrize("unit", [pytest.param(unit, id=name) for name, unit in FLOODS.items()])
def test_a_megabyte_of_anything_gets_a_decision_of_bounded_size(matcher: Matcher, unit: str) -> None:
    """The test's own time-out is the limit; what is shown does not grow with the page."""
    given_item = item(unit * (MEGABYTE // len(unit)), title="t")

    decision = matcher.decide(given_item)

    assert sound(decision, given_item)
    assert all(len(m.evidence) <= MAX_EVIDENCE for m in decision.matches)
    assert (
        max(Counter((s.watchlist, s.rule) for s in decision.suppressed).values(), default=0) <= MAX_EVIDENCE
    )
    shown = [e.sentence for m in decision.matches for e in m.evidence] + [
        s.sentence for s in decision.suppressed
    ]
    assert all(len(sentence) <= MAX_SENTENCE for sentence in shown)


def test_forms_past_the_bound_are_left_unread_and_the_title_is_read_first(matcher: Matcher) -> None:
    """Twenty thousand forms are ten times what the longest article has."""
    scan = matcher.watchlists.lexicon.scan(item("Haftar " * (MAX_SPOKEN + 5), title="Lavrov"))

    assert MAX_SPOKEN // 8 < len({mention.token for mention in scan.mentions}) <= MAX_SPOKEN
    assert scan.mentions[0].term == "@sergei-lavrov"


def steps(matcher: Matcher, given_item: Item) -> int:
    """Calls and lines that a decision takes."""
    return lines_run(lambda: matcher.decide(given_item))
