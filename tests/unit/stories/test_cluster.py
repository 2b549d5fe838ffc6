"""An item joins the story of its copies and of its event; ids are stable; merges name the older story."""

from monitor.stories.cluster import Member, keys, new_id, place
from monitor.stories.fingerprint import hashed
from tests.unit.stories.samples import PARAGRAPHS, contact, facts, item, signed

TEXT = "\n\n".join(PARAGRAPHS)
HAFTAR = facts(haftar=3, putin=3, moscow=2, s_contact=2)


def test_items_of_one_event_share_a_key_whatever_they_share() -> None:
    """Keys are stored: one that is made otherwise tomorrow finds none of today's stories."""
    meet = contact("Vladimir Putin", "Khalifa Haftar")
    title = "Council debates mandate before midnight deadline"
    same = signed(item("1", title), meet, named=facts(haftar=3, moscow=2))
    stored = {
        "a fact": "f p:haftar",
        "two facts": "f l:moscow p:haftar",
        "a meeting": "m Vladimir Putin Khalifa Haftar",
        "a headline": " ".join(["h", "en", *map(str, same.title)]),
    }

    assert [why for why, key in stored.items() if hashed(key) not in keys(same)] == []


def test_a_name_that_no_list_knows_is_a_key_by_its_sound() -> None:
    """So a general whom nobody entered is found in two scripts."""
    one = signed(item("1", "", content="Later Zubkovsky spoke."))
    other = signed(item("2", "", content="Позже Зубковский выступил."), lang="ru")

    (heard,) = [key for key in one.facts if key[0] == "~"]
    assert hashed(f"f {heard}") in set(keys(one)) & set(keys(other))


def test_nothing_alike_begins_a_story() -> None:
    """Without candidates an item has no story yet."""
    assert place(signed(item("1", "One")), ()).story is None


def test_a_copy_names_what_it_repeats() -> None:
    """The same text under another headline joins its story as a copy."""
    first = Member(7, "s-1", signed(item("1", "A headline", content=TEXT)))

    placed = place(signed(item("2", "Quite another one", feed="b", content=TEXT)), [first])

    assert (placed.story, placed.copy_of) == ("s-1", 7)


def test_a_telling_in_other_words_is_no_copy() -> None:
    """The same facts in another language join the story as a voice of their own."""
    first = Member(7, "s-1", signed(item("1", "One", content=TEXT), named=HAFTAR))

    placed = place(signed(item("2", "Zwei", feed="b", hours=3), lang="ru", named=HAFTAR), [first])

    assert (placed.story, placed.copy_of) == ("s-1", None)


def test_one_friend_among_many_strangers_is_not_enough() -> None:
    """A story whose other members tell something else does not take an item that resembles one of them."""
    strangers = [
        Member(n, "s-1", signed(item(str(n), hours=n), named=facts(haftar=1, rome=3, meloni=3, gas=3)))
        for n in range(4)
    ]
    friend = Member(9, "s-1", signed(item("9"), named=HAFTAR))

    assert place(signed(item("x"), lang="ru", named=HAFTAR), [*strangers, friend]).story is None


def test_an_item_that_tells_two_stories_links_them() -> None:
    """It joins the one it is closest to; a likeness merges nothing for good."""
    older = Member(1, "s-old", signed(item("1", hours=0), named=HAFTAR))
    younger = Member(2, "s-new", signed(item("2", hours=4), named=HAFTAR))
    bridge = signed(item("3", hours=5), lang="ru", named=HAFTAR)

    for order in ([older, younger], [younger, older]):
        placed = place(bridge, order)
        assert (placed.story, placed.merges) == ("s-new", ())
        assert [link.story for link in placed.related] == ["s-old"]


def test_an_item_with_the_text_of_two_stories_makes_them_one_under_the_older_id() -> None:
    """The survivor is the story whose first report is older, whatever order the candidates come in."""
    older = Member(1, "s-old", signed(item("1", feed="b", content="\n\n".join(PARAGRAPHS[:3]))))
    younger = Member(2, "s-new", signed(item("2", feed="c", hours=4, content="\n\n".join(PARAGRAPHS[2:6]))))
    whole = signed(item("3", hours=5, content=TEXT))

    for order in ([older, younger], [younger, older]):
        placed = place(whole, order)
        assert (placed.story, placed.merges) == ("s-old", ("s-new",))


def test_a_briefing_is_linked_and_bridges_nothing() -> None:
    """Whatever it names."""
    visit = Member(1, "s-visit", signed(item("1", "Putin receives Haftar"), named=HAFTAR))
    briefing = signed(item("2", "Evening briefing", feed="b", hours=2), named=HAFTAR)

    placed = place(briefing, [visit])

    assert placed.story is None
    assert [link.story for link in placed.related] == ["s-visit"]


def test_keys_and_ids_are_stable() -> None:
    """The same item gives the same keys and id in every process, and keys fit a signed 64-bit column."""
    one = item("guid:7", "Five words are enough here", canonical_url="https://example.org/7")

    assert new_id(one) == new_id(one) == "s-" + new_id(one)[2:]
    assert new_id(one) != new_id(item("guid:8", one.title))
    found = keys(signed(one, named=HAFTAR))
    assert found == keys(signed(one, named=HAFTAR))
    assert all(0 <= key < 2**63 for key in found)


def test_related_items_share_a_key() -> None:
    """Candidates are found by a shared key: copies, tellings, one headline."""
    base = signed(item("1", "Envoy lands in capital for talks", content=TEXT), named=HAFTAR)
    half = "\n\n".join(reversed(PARAGRAPHS[:4]))

    copy = signed(item("2", "Other words", feed="b", content=half))
    telling = signed(item("3", "Drei"), lang="tr", named=HAFTAR)
    headline = signed(item("4", "Envoy lands in capital for talks", content="Another text altogether here."))

    for other in (copy, telling, headline):
        assert set(keys(base)) & set(keys(other))
