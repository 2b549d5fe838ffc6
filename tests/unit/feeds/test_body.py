"""A body within its bound, whatever the sender does."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest

from monitor.feeds.http import Body, Damaged, TooLarge

TEXT = "Делегация прибыла в Москву. ".encode() * 400


def collect(data: bytes, *, step: int = 65_536, limit: int = 10_000_000) -> tuple[bytes, bool]:
    body = Body(limit)
    for n in range(0, len(data), step):
        body.add(data[n : n + step])
    complete = body.finish()
    return bytes(body.data), complete


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000, 65_536])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(TEXT, TEXT, id="plain"),
        pytest.param(b"", b"", id="empty"),
        pytest.param(b"<", b"<", id="one-byte"),
        pytest.param(gzip.compress(TEXT), TEXT, id="gzip"),
        pytest.param(gzip.compress(b""), b"", id="gzip-of-nothing"),
        pytest.param(gzip.compress(TEXT) + gzip.compress(b"end"), TEXT + b"end", id="two-members"),
        pytest.param(gzip.compress(TEXT) + b"\0" * 10, TEXT, id="padding"),
        pytest.param(gzip.compress(TEXT) + b"\x1f", TEXT, id="half-a-magic"),
    ],
)
def test_the_same_bytes_come_out_however_they_are_cut(data: bytes, expected: bytes, step: int) -> None:
    assert collect(data, step=step) == (expected, True)


@pytest.mark.parametrize("missing", [1, 4, 8, 9, 20])
def test_a_gzip_body_without_its_end_is_not_complete(missing: int) -> None:
    assert collect(gzip.compress(TEXT)[:-missing])[1] is False


def test_a_second_member_without_its_end_is_not_complete() -> None:
    assert collect(gzip.compress(TEXT) + gzip.compress(TEXT)[:-9])[1] is False


def test_a_damaged_stream_is_told() -> None:
    data = bytearray(gzip.compress(os.urandom(5000)))
    data[-6] ^= 0xFF  # the checksum
    with pytest.raises(Damaged):
        collect(bytes(data))


def test_what_unpacks_to_more_stops_at_the_bound_and_not_at_its_end() -> None:
    """Little on the wire: what was held when it stopped stays within the bound."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = packer.compress(b"\0" * 1_200_000) + packer.flush()
    body = Body(1_000_000)
    with pytest.raises(TooLarge):
        body.add(chunk)
    assert len(body.data) <= 1_000_000


def test_empty_members_without_end_stop_at_the_bound_too() -> None:
    with pytest.raises(TooLarge):
        collect(gzip.compress(b"") * 1000, limit=10_000)


def test_plain_bytes_stop_at_the_bound() -> None:
    assert collect(b"x" * 1000, limit=1000) == (b"x" * 1000, True)
    with pytest.raises(TooLarge):
        collect(b"x" * 1001, limit=1000)
