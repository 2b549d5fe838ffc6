"""A stream of items becomes stories whose ids hold."""

from __future__ import annotations

from monitor.model import Decision
from monitor.stories import cluster
from monitor.stories.cluster import Window
from tests.unit.stories.samples import NOON, PARAGRAPHS, facts, item, signed

TEXT = " ".join(PARAGRAPHS)
VISIT = facts(haftar=3, putin=3, moscow=2)


def test_copies_and_tellings_get_the_id_of_the_first() -> None:
    """And an unrelated item gets its own."""
    held = Window()
    first = held.assign(item("1", "One", content=TEXT), Decision(lang="en", facts=VISIT), NOON)
    copy = held.assign(item("2", "Two", feed="b", content=TEXT), Decision(lang="en", facts=VISIT), NOON)
    telling = held.assign(item("3", "Три", feed="c"), Decision(lang="ru", facts=VISIT), NOON)
    other = held.assign(item("4", "Four", feed="d"), Decision(lang="ru", facts=facts(grain=3, egypt=3)), NOON)
    assert first == copy == telling
    assert other != first


def test_a_merge_renames_the_younger_story() -> None:
    """Whoever holds the younger id is led to the older one."""
    held = Window()
    old = held.put(signed(item("1", content=" ".join(PARAGRAPHS[:3]))), "old")
    # a story of its own, because little of it is shared; the bridge has both texts
    young = held.put(signed(item("2", hours=1, feed="b", content=" ".join(PARAGRAPHS[2:6]))), "young")
    bridge = held.put(signed(item("3", hours=2, feed="c", content=TEXT)), "bridge")
    assert (old, young) == ("old", "young")
    assert bridge == held.now_called("young") == held.now_called("old") == "old"


def test_a_key_that_everybody_shares_costs_nothing() -> None:
    """A thousand items on one country do not make every later one slow, nor one story."""
    held = Window()
    for n in range(cluster.COMMON + 50):
        held.put(signed(item(str(n), f"{n} {n}x", hours=n / 60), named=facts(libya=1)), str(n))
    assert len(held._candidates(signed(item("x"), named=facts(libya=1)))) == 0


def test_what_is_kept_when_the_rest_is_forgotten_is_still_found() -> None:
    """By its text, under the story that it was merged into; else a week's stories would begin anew every few months."""
    held = Window()
    for n in range(8):
        held.put(signed(item(str(n))), str(n))
    held.put(signed(item("a", hours=500, content=" ".join(PARAGRAPHS[:3]))), "old")
    held.put(signed(item("b", hours=501, feed="b", content=" ".join(PARAGRAPHS[2:6]))), "young")
    held.put(signed(item("c", hours=502, feed="c", content=" ".join(PARAGRAPHS))), "bridge")
    held._expire()

    assert len(held) == 3
    again = held.placed(signed(item("d", hours=503, feed="d", content=" ".join(PARAGRAPHS[2:6]))))
    assert (again.story, again.copy_of) == ("old", 1)
    assert held.placed(signed(item("e", hours=503, feed="e"))).story is None


def test_what_is_too_old_is_forgotten() -> None:
    """Memory follows the window, not the stream; ids go on as before."""
    held = Window()
    for n in range(3 * 4096 + 2):
        held.put(signed(item(str(n), hours=n)), str(n))
    assert len(held) < 2 * 4096
    late = held.put(signed(item("a", hours=n, content=TEXT)), "a")
    assert held.put(signed(item("b", hours=n + 1, content=TEXT, feed="b")), "b") == late
