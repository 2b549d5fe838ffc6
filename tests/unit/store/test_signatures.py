"""Items that share keys are found, the closest first, and no common key makes the search slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import signatures, tables_news
from monitor.store.sql import LISTED
from tests.support.stored import DAY, NOW, assessed, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

BIG = 2**63 - 1


def stored(tx: Connection, *keys: Sequence[int]) -> tuple[int, ...]:
    """An item for each of `keys`, all in one story."""
    ids = told(tx, "s-1", *(assessed(f"guid:{n}") for n in range(len(keys))))
    signatures.put(tx, [(i, NOW, {"number": i}, of_item) for i, of_item in zip(ids, keys, strict=True)])
    return ids


def found(tx: Connection, *keys: int, **options: int) -> list[int]:
    return sorted(signatures.sharing(tx, keys, NOW - DAY, **options))


def test_an_item_is_found_by_any_of_its_keys(tx: Connection) -> None:
    """With how many it shares, its story and what was kept of it."""
    first, second = stored(tx, [1, BIG], [2])
    assert signatures.sharing(tx, [BIG, 7, 1], NOW - DAY) == {first: 2}
    assert signatures.load(tx, [first]) == (signatures.Candidate(first, "s-1", None, {"number": first}),)
    assert found(tx, 1, 2) == [first, second]
    assert found(tx, 7) == []
    assert found(tx) == []


def test_half_a_letter_and_a_number_beyond_all_bounds_are_kept(tx: Connection) -> None:
    """As a broken feed has them; one of them no longer holds up all that is written with it."""
    odd = {"text": "\ud800 news", "number": 2**70}
    ids = told(tx, "s-1", *(assessed(f"guid:{n}") for n in range(LISTED)))
    signatures.put(tx, [(i, NOW, odd, [7]) for i in ids])
    assert signatures.load(tx, ids[:1]) == (signatures.Candidate(ids[0], "s-1", None, odd),)


def test_the_closest_are_taken_where_there_are_many(tx: Connection) -> None:
    """Of equally close ones the newest."""
    stored_ids = stored(tx, [1, 2, 3], [1], [1, 2], [1])
    assert found(tx, 1, 2, 3, limit=3) == [stored_ids[0], stored_ids[2], stored_ids[3]]


def test_a_key_that_too_many_share_tells_nothing(tx: Connection) -> None:
    """One more than `common` and it is passed over; the rarer ones still count."""
    ids = stored(tx, [1, 9], [1], [1])
    assert found(tx, 1, 9, common=3) == list(ids)
    assert found(tx, 1, 9, common=2) == [ids[0]]
    assert signatures.common_keys(tx, [1, 9, 7], NOW - DAY, 2) == {1}
    assert signatures.common_keys(tx, [1, 9], NOW - DAY, 3) == set()
    assert signatures.common_keys(tx, [1, 9], NOW + DAY, 0) == set()


def test_an_item_is_no_candidate_for_itself(tx: Connection) -> None:
    """Nor is one that was seen before the time that counts; what is in no story is not read."""
    first, second = stored(tx, [1], [1])
    assert found(tx, 1, other_than=first) == [second]
    assert signatures.sharing(tx, [1], NOW + DAY) == {}
    tx.execute(tables_news.items.update().where(tables_news.items.c.id == second).values(story_id=None))
    assert [c.item_id for c in signatures.load(tx, [first, second])] == [first]


def test_a_revision_is_found_by_its_new_keys_only(tx: Connection) -> None:
    """Its old ones are forgotten."""
    (item_id,) = stored(tx, [1, 2])
    signatures.put(tx, [(item_id, NOW, {"number": -1}, [2, 3, 3])], revised=[item_id])
    assert found(tx, 1) == []
    assert found(tx, 3) == [item_id]
    (candidate,) = signatures.load(tx, [item_id])
    assert candidate.data == {"number": -1}
    assert signatures.count(tx) == 1


def test_a_signature_goes_with_its_item(tx: Connection) -> None:
    """And its keys with it."""
    (item_id,) = stored(tx, [1])
    tx.execute(tables_news.items.delete().where(tables_news.items.c.id == item_id))
    assert signatures.count(tx) == 0
    assert tx.execute(tables_news.signature_keys.select()).all() == []
