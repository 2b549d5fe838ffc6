"""Pure. How likely each of a few languages is for a text, by the model of py3langid.

The library walks its automaton in Python, a step for each byte, and keeps it: 40 MB. Here the automaton is
turned into a table of what it knows: the last two to six bytes read, and the feature that they mean. All
places of a text are looked up in it at once. Features, weights and arithmetic are the library's.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.uint64]

#: the most bytes that a feature depends on, and the fewest
LONGEST, SHORTEST = 6, 2
#: a table of 2 ** BITS places has room for each row at one of two, by these multipliers
BITS = 18
_SPREAD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_BYTE = np.uint64(8)
#: states that are looked at together
_AT_ONCE = 4096
#: rounds in which each place of the table is found; the model of 0.4 takes 23
_ROUNDS = 200
#: means nothing; is not in the table
_NOTHING, _MISSING = -1, -2


class Guesser:
    """The model, as far as some languages go. Takes half a second to load."""

    def __init__(self, languages: Collection[str]) -> None:
        weights, chances, known, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
        ours = [number for number, lang in enumerate(known) if lang in languages]
        self._weights, self._chances = weights[:, ours], chances[ours]
        self._languages = [known[number] for number in ours]
        codes = _read_before(
            np.frombuffer(moves, dtype=f"u{moves.itemsize}").reshape(-1, 256),
            np.frombuffer(rows, dtype=f"u{rows.itemsize}"),
        )
        states = _placed(codes)
        self._codes = codes[states]
        self._features = np.asarray(features, dtype=np.int32)[states]

    def odds(self, text: str) -> dict[str, float]:
        """How likely each language is; together 1."""
        if text.isupper():
            text = text.lower()
        given = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
        found, counts = np.unique(self._found(given), return_counts=True)
        scores = np.zeros(len(self._languages), dtype=np.float32)
        if len(found):
            scores = np.log1p(counts.astype(np.float32)) @ self._weights[found] + self._chances
        # by the root of the length, as the library does: else a long text would always be sure
        scores *= 1.0 / math.sqrt(len(given) or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        return dict(zip(self._languages, scores.tolist(), strict=True))

    def _found(self, given: bytes) -> NDArray[np.int32]:
        """The feature behind each byte, of the longest row that ends there."""
        read = np.frombuffer(given, dtype=np.uint8).astype(np.uint64)
        ends = [read]
        for length in range(SHORTEST, min(len(read), LONGEST) + 1):
            ends.append(ends[-1][:-1] << _BYTE | read[length - 1 :])
        features = self._looked_up(np.concatenate(ends[1:])) if ends[1:] else ()
        found = np.full(len(read), _NOTHING, dtype=np.int32)
        at = 0
        for codes in ends[1:]:
            own = features[at : at + len(codes)]
            np.copyto(found[len(found) - len(codes) :], own, where=own != _MISSING)
            at += len(codes)
        known: NDArray[np.int32] = found[found != _NOTHING]
        return known

    def _looked_up(self, codes: Codes) -> NDArray[np.int32]:
        found = np.full(len(codes), _MISSING, dtype=np.int32)
        for places in _places(codes):
            there = self._codes.take(places) == codes
            found[there] = self._features.take(places[there])
        return found


def _places(codes: Codes) -> Sequence[NDArray[np.int64]]:
    """The two places in the table where each of `codes` may be."""
    return [((codes * spread) >> np.uint64(64 - BITS)).view(np.int64) for spread in _SPREAD]


def _read_before(moves: NDArray[np.uint32], rows: NDArray[np.uint32]) -> Codes:
    """For each state the shortest bytes that lead to it, as a number: the end of a text that it stands for.

    `moves`: in each row the next state by the next byte; `rows`: the row of each state.
    """
    codes = np.zeros(len(rows), dtype=np.uint64)
    seen = np.zeros(len(rows), dtype=bool)
    seen[0] = True
    front: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
    for _ in range(LONGEST + 2):  # the last round finds none left
        if not len(front):
            return codes
        found: list[NDArray[np.uint32]] = [moves[:0, 0]]
        for start in range(0, len(front), _AT_ONCE):
            states = front[start : start + _AT_ONCE]
            nexts = moves[rows[states]].ravel()
            fresh = np.flatnonzero(~seen[nexts])
            reached, first = np.unique(nexts[fresh], return_index=True)
            at = fresh[first]
            codes[reached] = codes[states[at >> 8]] << _BYTE | (at & 255).astype(np.uint64)
            seen[reached] = True
            found.append(reached)
        front = np.concatenate(found).astype(np.int64)
    raise _other_model(f"a feature depends on more than {LONGEST} bytes")


def _other_model(why: str) -> RuntimeError:
    return RuntimeError(f"py3langid has a model of another size than its version 0.4: {why}")


def _placed(codes: Codes) -> NDArray[np.int64]:
    """For each place of the table the one of `codes` that stands there, by its number; 0, which stands for
    no bytes, where it is free. Those that take another's place send it to its second one (cuckoo hashing).
    """
    places = np.stack(_places(codes))
    table = np.zeros(1 << BITS, dtype=np.int64)
    second = np.zeros(len(codes), dtype=np.int64)
    homeless = np.flatnonzero(codes)
    for _ in range(_ROUNDS):
        if not len(homeless):
            return table
        wanted = places[second[homeless], homeless]
        before = table[wanted]
        table[wanted] = homeless
        homeless = np.unique(np.concatenate((before[before > 0], homeless[table[wanted] != homeless])))
        second[homeless] ^= 1
    raise _other_model(f"{np.count_nonzero(codes)} states find no room in a table of 2 ** {BITS}")
