"""When an article is asked for again, and what it makes of its item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.jobs.articles import complete, next_try
from monitor.model import FetchFailed, FetchFault, Fulltext
from monitor.store.articles import Wish
from tests.support.stored import HOUR, MINUTE, NOW, item

if TYPE_CHECKING:
    from datetime import timedelta


def wish(attempts: int = 0) -> Wish:
    return Wish(
        item_id=1,
        feed_id="gazette",
        url="https://gazette.example/1",
        about="A port is deepened",
        user_agent=None,
        wanted_at=NOW,
        attempts=attempts,
        flood_held=False,
    )


def failed(fault: FetchFault = FetchFault.TIMEOUT, after: timedelta | None = None) -> FetchFailed:
    return FetchFailed(fault=fault, detail="", retry_after=after)


def test_waits_grow_and_have_an_end() -> None:
    """Four tries in all."""
    waits = [next_try(wish(n), failed(), NOW) for n in range(4)]
    assert waits == [NOW + 2 * MINUTE, NOW + 10 * MINUTE, NOW + HOUR, None]


@pytest.mark.parametrize(
    "fault",
    [
        FetchFault.GONE,
        FetchFault.CLIENT_ERROR,
        FetchFault.REFUSED_ADDRESS,
        FetchFault.TOO_LARGE,
        FetchFault.TLS,
    ],
)
def test_what_will_be_the_same_is_not_tried_again(fault: FetchFault) -> None:
    assert next_try(wish(), failed(fault), NOW) is None


def test_the_server_s_wish_is_a_lower_bound_within_the_deadline() -> None:
    """Retry-After of a quarter of an hour, and of a day."""
    busy = FetchFault.RATE_LIMITED
    assert next_try(wish(), failed(busy, 15 * MINUTE), NOW) == NOW + 15 * MINUTE
    assert next_try(wish(), failed(busy, 24 * HOUR), NOW) is None


def test_no_try_begins_after_the_deadline() -> None:
    """What waited through an outage of ours is tried once."""
    assert next_try(wish(), failed(), NOW + 7 * HOUR) is None


def test_the_longer_text_stays() -> None:
    """A page that says less than the feed is read, and changes nothing."""
    given = item(content="A long story. " * 20, fulltext=Fulltext.WAITING)
    assert complete(given, "Short.", "en").content == given.content
    full = complete(given, "A longer story. " * 40, "en")
    assert (full.content, full.fulltext, full.lang) == ("A longer story. " * 40, Fulltext.READ, "en")
    assert full.content_hash == given.content_hash
