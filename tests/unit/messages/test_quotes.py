"""Quotations keep the hit, whatever surrounds it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.messages.story import MAX_QUOTE, quote
from monitor.model import Evidence, Item


def quoted(text: str, sentence: str, *hits: str) -> list[tuple[str, bool]]:
    item = Item(key="k", feed_id="f", title="t", content=text, lang="en")
    found = [
        Evidence(
            field="content", start=(at := text.index(h)), end=at + len(h), text=h, term=h, sentence=sentence
        )
        for h in hits
    ]
    return [(part["text"], part["hit"]) for part in quote(item, found)["parts"]]


def test_every_hit_of_the_sentence_is_marked() -> None:
    """In the order of the text."""
    text = "Before. Haftar met Lavrov in Moscow. After."
    assert quoted(text, "Haftar met Lavrov in Moscow.", "Lavrov", "Haftar") == [
        ("Haftar", True),
        (" met ", False),
        ("Lavrov", True),
        (" in Moscow.", False),
    ]


def test_overlapping_hits_are_marked_once() -> None:
    """`Wagner` inside `Wagner Group`."""
    text = "The Wagner Group left."
    assert quoted(text, text, "Wagner", "Wagner Group") == [
        ("The ", False),
        ("Wagner Group", True),
        (" left.", False),
    ]


def test_the_offsets_tell_which_of_two_is_meant() -> None:
    """The second Wagner, not the first."""
    text = "Wagner the composer, and Wagner the company."
    item = Item(key="k", feed_id="f", title="t", content=text)
    hit = Evidence(field="content", start=25, end=31, text="Wagner", term="w", sentence=text)
    assert [p["text"] for p in quote(item, [hit])["parts"]] == [
        "Wagner the composer, and ",
        "Wagner",
        " the company.",
    ]


def test_a_hit_that_cannot_be_found_leaves_the_sentence_whole() -> None:
    """A revision may have moved the text."""
    item = Item(key="k", feed_id="f", title="t", content="other")
    hit = Evidence(field="content", start=900, end=903, text="xyz", term="x", sentence="A plain sentence.")
    assert quote(item, [hit])["parts"] == [{"text": "A plain sentence.", "hit": False}]


def test_direction_controls_and_line_breaks_do_not_get_through() -> None:
    """They are taken out without moving the mark."""
    text = "One\nof \u202ethe Wagner\tmen."
    assert quoted(text, text, "Wagner") == [("One of the ", False), ("Wagner", True), (" men.", False)]


words = st.lists(st.sampled_from(["كلمة", "word", "слово", "👩\u200d🚀", "x" * 300]), max_size=120).map(
    " ".join
)


@given(words, words)
def test_long_sentences_are_trimmed_around_the_hit(before: str, after: str) -> None:
    """The hit is there, whole and marked; the length is bounded; what is cut is marked by an ellipsis."""
    text = f"{before} Wagner {after}"
    parts = quoted(text, text, "Wagner")
    assert ("Wagner", True) in parts
    shown = "".join(t for t, _ in parts)
    assert len(shown) <= MAX_QUOTE + 80
    assert shown.startswith("…") or text.split()[0] == shown.split()[0]
    assert shown.endswith("…") or text.split()[-1] == shown.split()[-1]
