"""Copies of one report share a story; look-alikes do not."""

from monitor.model import Item
from monitor.stories.cluster import Clusterer, keys, new_id


def item(key: str, title: str, **more: str) -> Item:
    return Item(key=key, feed_id=more.pop("feed_id", "a"), title=title, **more)  # type: ignore[arg-type]


def test_the_same_address_in_two_feeds_is_one_story() -> None:
    """A canonical URL decides, whatever the titles say."""
    stories = Clusterer()

    first = stories.assign(item("1", "One", canonical_url="https://example.org/a"))
    second = stories.assign(item("2", "Two", feed_id="b", canonical_url="https://example.org/a"))

    assert first == second


def test_the_same_headline_in_other_typography_is_one_story() -> None:
    """Case, accents, quotes and spacing do not tell two events apart."""
    stories = Clusterer()

    first = stories.assign(item("1", "Haftar reçu à Moscou par le président"))
    second = stories.assign(item("2", "HAFTAR RECU À MOSCOU  par le «président»", feed_id="b"))

    assert first == second


def test_short_headlines_never_join() -> None:
    """A formula such as "Live updates" stands over many events."""
    stories = Clusterer()

    assert stories.assign(item("1", "Live updates")) != stories.assign(item("2", "Live updates"))


def test_an_item_joins_by_its_text_when_the_headline_was_changed() -> None:
    """Syndicated text under another headline is still one story."""
    text = "The envoy told the council that no fighter had left yet. " * 6
    stories = Clusterer()

    assert stories.assign(item("1", "A headline", content=text)) == stories.assign(
        item("2", "Quite another one", content=text)
    )


def test_keys_and_ids_are_stable() -> None:
    """The same item gives the same keys and id in every process."""
    one = item("guid:7", "Five words are enough here", canonical_url="https://example.org/7")

    assert keys(one) == keys(one)
    assert new_id(one) == new_id(one)
    assert new_id(one) != new_id(item("guid:8", one.title))
