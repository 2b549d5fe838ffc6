"""The lexicon says which names, words and phrases stand in an item, and which of them do not count."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.folding import BARRIER, fold, folded
from monitor.matching.building import Patterns
from monitor.matching.lexicon import Lexicon
from monitor.matching.mentions import ENTITY, Claim, EntitySpec, Mention, Nearby, Role, Scan, VocabularySpec
from monitor.model import Item

ENTITIES = (
    EntitySpec(
        id="khalifa-haftar",
        name="Khalifa Haftar",
        kind="person",
        tags=("libya",),
        roles=(Role(title="commander", since=date(2015, 3, 1), until=date(2030, 1, 31), tags=("lna",)),),
        aliases={"en": ("Khalifa Haftar", "Haftar"), "ru": ("Халифа Хафтар", "Хафтар"), "ar": ("حفتر",), "tr": ("Hafter",)},
    ),
    EntitySpec(id="saddam-haftar", name="Saddam Haftar", kind="person", aliases={"en": ("Saddam Haftar",)}),
    EntitySpec(
        id="wagner-group",
        name="Wagner Group",
        kind="body",
        tags=("wagner",),
        aliases={"en": ("Wagner Group",)},
        weak={"en": ("Wagner",), "ru": ("Вагнер",)},
        confirm=Nearby(any=("%fighting", "@mali", "prison recruit*"), within="sentence"),
        excepts={"en": ("Richard Wagner", "Wagner Moura"), "any": ("Bayreuth",)},
        except_near=Nearby(en=("opera",)),
    ),
    EntitySpec(
        id="menfi",
        name="Mohamed al-Menfi",
        kind="person",
        aliases={"en": ("Menfi",)},
        weak={"tr": ("Menfi",)},
        confirm=Nearby(any=("@khalifa-haftar",), within="neighbours"),
    ),
    EntitySpec(id="gnu", name="Government of National Unity", kind="body", exact_case={"en": ("GNU",), "it": ("Gnu",)}),
    EntitySpec(
        id="trc",
        name="Transit Corps",
        kind="body",
        exact_case={"any": ("TRC",)},
        weak={"fr": ("trc",)},
        confirm=Nearby(any=("@mali",), within="item"),
    ),
    EntitySpec(id="mali", name="Mali", kind="country", tags=("sahel",), aliases={"any": ("Mali",)}),
    EntitySpec(id="security-council", name="Security Council", kind="body", aliases={"en": ("Security Council",)}),
    EntitySpec(id="russian-council", name="Russian Council", kind="body", aliases={"en": ("Security Council of Russia",)}),
)  # fmt: skip
VOCABULARIES = (
    VocabularySpec(
        id="fighting",
        title="Fighting",
        senses={"people": {"en": ("mercenar*", "fighters"), "ru": ("наёмник*",), "fr": ("sale",)}, "plain": {"ru": ("боевик",)}},
        forms=True,
    ),
)  # fmt: skip
LEXICON = Lexicon.build(ENTITIES, VOCABULARIES, ['"foreign forces"', "troop*"])
LEXICON.prepare()
LEXICON.scan(Item(key="k", feed_id="f", title="Haftar"))  # word lists are read here, not in an example


def scan(content: str, *, lang: str = "en", **fields: Any) -> Scan:
    return LEXICON.scan(
        Item(key="k", feed_id="f", title=fields.pop("title", ""), content=content, lang=lang, **fields)
    )


def said(result: Scan) -> list[tuple[str, str, str | None]]:
    return [(m.term, result.fields[m.field][m.start : m.end], m.silenced_by) for m in result.mentions]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        pytest.param("en", "Haftar’s men", [("@khalifa-haftar", "Haftar", None)], id="english possessive"),
        pytest.param("ru", "с Халифой Хафтаром", [("@khalifa-haftar", "Халифой Хафтаром", None)], id="russian case"),
        pytest.param("ar", "التقى وحَفـْتَر", [("@khalifa-haftar", "وحَفـْتَر", None)], id="arabic prefix and vowel signs"),
        pytest.param("tr", "Hafter'in ve Haftere", [("@khalifa-haftar", "Hafter", None), ("@khalifa-haftar", "Haftere", None)], id="turkish"),
        pytest.param("ru", "Haftar и Hafter", [("@khalifa-haftar", "Haftar", None), ("@khalifa-haftar", "Hafter", None)], id="listed latin names hold in every language"),
        pytest.param("en", "Haftere", [], id="turkish forms hold in turkish only"),
        pytest.param("en", "preHaftar Haftarist", [], id="whole words only"),
        pytest.param("en", "GNU, gnu and Gnu", [("@gnu", "GNU", None)], id="case counts"),
        pytest.param("en", "the G.N.U. and g.n.u.", [("@gnu", "G.N.U", None)], id="acronym with stops"),
        pytest.param("tr", "Malide Mali'ye", [("@mali", "Malide", None), ("@mali", "Mali", None)], id="names for every language take the forms of each"),
        pytest.param("fr", "le TRC", [("@trc", "TRC", None)], id="capitals of every language beside a weak name"),
        pytest.param("fr", "le trc", [("@trc", "trc", "unconfirmed")], id="the weak name itself"),
        pytest.param("it", "GNU, gnu e Gnu", [("@gnu", "Gnu", None)], id="each language's own case"),
        pytest.param("en", "Menfi", [("@menfi", "Menfi", None)], id="strong in english"),
        pytest.param("tr", "menfi etki", [("@menfi", "menfi", "unconfirmed")], id="weak in turkish"),
        pytest.param("tr", "Hafter gitti. Menfi kaldı.", [("@khalifa-haftar", "Hafter", None), ("@menfi", "Menfi", None)], id="confirmed by the sentence before"),
        pytest.param("fr", "foreign\nforces, troopers", [('"foreign forces"', "foreign\nforces", None), ("troop*", "troopers", None)], id="a rule's own words"),
        pytest.param("en", "foreign. Forces", [], id="no phrase reaches over the end of a sentence"),
        pytest.param("en", "sale", [], id="a french word in an english text"),
        pytest.param("fr", "sale", [("%fighting", "sale", None)], id="a french word in a french text"),
        pytest.param("uk", "наёмниками", [("%fighting", "наёмниками", None)], id="a prefix in another language of its script"),
        pytest.param("ru", "боевиками", [("%fighting", "боевиками", None)], id="a form of a plain word"),
    ],
)  # fmt: skip
def test_what_stands_in_a_text(lang: str, text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert said(scan(text, lang=lang)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Wagner left.", "unconfirmed", id="nothing confirms"),
        pytest.param("Wagner mercenaries left.", None, id="a vocabulary confirms"),
        pytest.param("Wagner left Mali.", None, id="an entity confirms"),
        pytest.param("Wagner took prison recruits.", None, id="a phrase confirms"),
        pytest.param("Wagner left. Mercenaries stayed.", "unconfirmed", id="too far away"),
        pytest.param("Wagner left. The Wagner Group stayed.", None, id="a strong name elsewhere confirms"),
        pytest.param("Richard Wagner liked mercenaries.", "except:richard wagner", id="a phrase that covers"),
        pytest.param("Wagner Bayreuth fighters", "except:bayreuth", id="a phrase that touches"),
        pytest.param("Wagner mercenaries sang an opera.", "except-near", id="company that excludes"),
        pytest.param("The Wagner Group sang an opera.", "except-near", id="company excludes strong names"),
        pytest.param(
            "Wagner fighters saw an opera. The Wagner Group left.", None, id="unless named elsewhere"
        ),
    ],
)
def test_why_a_mention_does_not_count(text: str, reason: str | None) -> None:
    first = next(m for m in scan(text).mentions if m.term == "@wagner-group")
    assert first.silenced_by == reason


def test_a_longer_name_of_another_entity_wins() -> None:
    result = scan("Saddam Haftar told the Security Council of Russia")
    assert said(result) == [
        ("@saddam-haftar", "Saddam Haftar", None),
        ("@khalifa-haftar", "Haftar", "@saddam-haftar"),
        ("@russian-council", "Security Council of Russia", None),
        ("@security-council", "Security Council", "@russian-council"),
    ]


def test_a_rules_phrase_may_overlap_names() -> None:
    lexicon = Lexicon.build(ENTITIES, (), ['"saddam haftar met"'])
    result = lexicon.scan(Item(key="k", feed_id="f", title="Saddam Haftar met", lang="en"))
    assert [m.term for m in result.mentions if not m.silenced_by] == ['"saddam haftar met"', "@saddam-haftar"]


@pytest.mark.parametrize(
    ("published", "tags"),
    [
        pytest.param(datetime(2014, 1, 1, tzinfo=UTC), {"libya"}, id="before"),
        pytest.param(datetime(2030, 1, 31, 23, tzinfo=UTC), {"libya", "lna"}, id="the last day"),
        pytest.param(datetime(2030, 2, 1, tzinfo=UTC), {"libya"}, id="after"),
        pytest.param(None, {"libya", "lna"}, id="no date"),
    ],
)
def test_a_roles_tags_hold_while_it_is_held(published: datetime | None, tags: set[str]) -> None:
    assert scan("Haftar", published_at=published).mentions[0].tags == tags


def test_offsets_are_the_fields_own_and_distances_do_not_reach_across_fields() -> None:
    result = scan("One.\n\nHaftar met troops", title="Haftar", summary="Mali")
    places = [(m.field, m.start, m.sentence, m.paragraph) for m in result.mentions]
    assert places == [
        ("title", 0, 0, 0), ("summary", 0, 1, 1), ("content", 6, 3, 3), ("content", 17, 3, 3),
    ]  # fmt: skip
    tokens: list[Mention] = list(result.mentions)
    assert tokens[1].token - tokens[0].token_end >= 1000
    assert tokens[3].token - tokens[2].token == 2


WORDS = st.sampled_from(
    ["Haftar", "Wagner", "Wagner Group", "Richard", "opera", "mercenaries", "foreign", "forces", ".", "\n\n", "«", "'s", "’in", "ـ"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25), st.lists(WORDS, max_size=5), st.sampled_from(["en", "tr", "und"]))
def test_every_mention_is_a_slice_of_its_sentence(words: list[str], title: list[str], lang: str) -> None:
    result = scan(" ".join(words), title="".join(title), lang=lang)
    for mention in result.mentions:
        sentence = result.sentences[mention.sentence]
        assert (sentence.field, sentence.paragraph) == (mention.field, mention.paragraph)
        assert sentence.start <= mention.start < mention.end <= sentence.end
        assert folded(result.fields[mention.field][mention.start : mention.end])
    order = [(m.token, -m.token_end) for m in result.mentions]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "piece", ["Wagner Bayreuth ", "Wagner opera. ", "Saddam Haftar ", "Wagner ", "Wagner\n\nMali "]
)
def test_a_long_text_full_of_names_takes_linear_time(piece: str) -> None:
    start = time.process_time()
    scan(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 10


def test_nothing_in_gives_nothing_out() -> None:
    assert scan("").mentions == ()
    assert Lexicon.build((), (), ()).scan(Item(key="k", feed_id="f", title="Haftar")).mentions == ()


def test_cost_grows_with_the_text_not_with_the_list() -> None:
    """A list a hundred times as long must not make reading ten times as slow."""
    item = Item(key="k", feed_id="f", title="", content="Haftar met troops in the town. " * 60, lang="en")

    def cost(size: int) -> float:
        lexicon = Lexicon.build(ENTITIES, (), [f'"word{n} phrase{n % 97}"' for n in range(size)])
        lexicon.scan(item)
        return min(_timed(lexicon, item) for _ in range(15))

    assert cost(30_000) < 10 * cost(300)


def _timed(lexicon: Lexicon, item: Item) -> float:
    start = time.perf_counter()
    lexicon.scan(item)
    return time.perf_counter() - start


def test_forms_of_several_scripts_come_as_from_one_automaton() -> None:
    """By where they end, the longer first; a text of one script makes no automaton of another."""
    claim = (Claim(ENTITY, "@one"),)
    forms = [" вода ", " море ", " море aqua ", " aqua ", " aqua", " ماء ", " 7 море "]
    patterns = Patterns.of(dict.fromkeys(forms, claim))
    text = " aqua 7 море aqua ماء вода "

    found = [text[start:end] for _, start, end in patterns.find(text)]
    assert found == [
        " aqua",
        " aqua ",
        " 7 море ",
        " море ",
        " aqua",
        " море aqua ",
        " aqua ",
        " ماء ",
        " вода ",
    ]
    assert {patterns.meant(number) for number, _, _ in patterns.find(text)} == {claim}

    whole = Patterns.of(dict.fromkeys(forms, claim))
    whole.prepare()
    assert whole.find(text) == patterns.find(text)

    latin = Patterns.of(dict.fromkeys(forms, claim))
    assert len(latin.find(" aqua ")) == 2
    assert sorted(latin.forms) == [0x04, 0x06]  # still to be made


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        pytest.param("Häftar met #RapidForce.", True, id="any words"),
        pytest.param("on #saddamhaftar", False, id="a tag that was parted for a name"),
        pytest.param(f"one{BARRIER}two", False, id="the barrier itself"),
    ],
)
def test_the_words_as_compared_are_handed_on_where_an_archive_keeps_the_same(
    content: str, kept: bool
) -> None:
    heard = LEXICON.hear(Item(key="k", feed_id="f", title="Al-Menfi", content=content, lang="en"))
    text = fold(f" {BARRIER} ".join(("Al-Menfi", "", content))).text
    assert heard.folded == (text if kept else "")
