"""Pure. A body collected chunk by chunk and decompressed within a bound, whatever the sender claims.

Libraries that decompress for us bound the chunks, not the size: one small chunk can become gigabytes.
"""

from __future__ import annotations

import zlib


class TooLarge(Exception):
    """The body passed its bound."""


class Damaged(Exception):
    """The gzip stream is not one, in its middle."""


class Body:
    """Collects a body chunk by chunk, decompressing gzip within `limit` bytes (and never reading more than
    `limit`).

    gzip is told by its magic, not by the header: plain text labelled gzip stays as it came, and a .gz file
    without label is opened. All members are read (RFC 1952 section 2.2); what follows the last one is
    padding.
    """

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self._limit = limit
        self._taken = 0
        #: bytes that wait for the next chunk to be told apart
        self._head = b""
        #: the open member
        self._gzip: zlib._Decompress | None = None
        self._plain = False
        #: a member was read to its end
        self._ended = False

    def add(self, chunk: bytes) -> None:
        """Take one chunk; raises TooLarge or Damaged."""
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise TooLarge
        if self._plain:
            self._put(chunk)
        elif self._gzip is not None or self._ended:
            self._inflate(chunk)
        else:
            self._begin(chunk)

    def finish(self) -> bool:
        """No more chunks: whether the body is complete, or its last gzip member has no end."""
        if self._gzip is None and not self._ended:
            self._put(self._head)
            self._head = b""
        return self._gzip is None

    def _begin(self, chunk: bytes) -> None:
        self._head += chunk
        if len(self._head) < 2:
            return
        head, self._head = self._head, b""
        if head[:2] == b"\x1f\x8b":
            self._gzip = zlib.decompressobj(31)
            self._inflate(head)
        else:
            self._plain = True
            self._put(head)

    def _inflate(self, chunk: bytes) -> None:
        chunk, self._head = self._head + chunk, b""
        while chunk:
            if self._gzip is None:
                if chunk == b"\x1f":
                    self._head = chunk
                    return
                if chunk[:2] != b"\x1f\x8b":
                    return  # padding after the last member
                self._gzip, self._ended = zlib.decompressobj(31), False
            try:
                self._put(self._gzip.decompress(chunk, 65_536))
            except zlib.error as error:
                raise Damaged(str(error)) from error
            chunk = self._gzip.unconsumed_tail
            if self._gzip.eof:
                chunk, self._gzip, self._ended = self._gzip.unused_data, None, True

    def _put(self, data: bytes) -> None:
        if len(self.data) + len(data) > self._limit:
            raise TooLarge
        self.data += data
