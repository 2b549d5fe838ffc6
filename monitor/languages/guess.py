"""Pure. How likely each of a few languages is for a text, by the model of py3langid.

The library walks its automaton in Python, a step for each byte, and keeps it: 40 MB. Here the automaton is
turned into a table of what it knows: the last two to six bytes read, and the feature that they mean. All
places of a text are looked up in it at once. Features, weights and arithmetic are the library's.
"""

from __future__ import annotations

import math
import unicodedata
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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


class KeptModel(Protocol):
    """Where the model is kept between starts, as plain data."""

    def read(self) -> Any:
        """What was kept; None: nothing is that may be used."""

    def ignored(self, reason: str) -> None:
        """Tell that what was read is of no use."""

    def write(self, value: Any) -> bool:
        """Keep it, if possible."""


def _nowhere() -> None:
    """It is not kept."""


_kept: Callable[[], KeptModel | None] = _nowhere


def keep_model(at: Callable[[], KeptModel]) -> None:
    """Let the model be kept there, once a text needs it."""
    global _kept
    _kept = at


def guesser(languages: Collection[str]) -> Guesser:
    """The model for these languages: half a second, a fiftieth where it is kept."""
    kept, wanted = _kept(), sorted(languages)
    made = _read(kept, wanted) if kept is not None else None
    if made is None:
        made = Guesser.of(wanted)
        if kept is not None:
            kept.write([wanted, made.told()])
    return made


def _read(kept: KeptModel, wanted: Sequence[str]) -> Guesser | None:
    """The model for these languages; None where it must be made."""
    found = kept.read()
    try:
        languages, told = found or ((), None)
        return Guesser.heard(told) if languages == wanted else None
    except (ValueError, TypeError, IndexError) as error:
        kept.ignored(str(error))
        return None


class Guesser:
    """The model, as far as some languages go."""

    def __init__(self, languages: Sequence[str], arrays: Sequence[NDArray[Any]]) -> None:
        """`languages` of the weights, in their order; `arrays`: as `of` makes them."""
        self._languages = list(languages)
        self._weights, self._chances, self._codes, self._features = arrays

    @classmethod
    def of(cls, languages: Collection[str]) -> Guesser:
        """From the library's file, which takes half a second."""
        from py3langid.langid import MODEL_DIR, MODEL_FILE
        from py3langid.modelio import load_model

        weights, chances, known, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
        ours = [number for number, lang in enumerate(known) if lang in languages]
        codes = _read_before(
            np.frombuffer(moves, dtype=f"u{moves.itemsize}").reshape(-1, 256),
            np.frombuffer(rows, dtype=f"u{rows.itemsize}"),
        )
        states = _placed(codes)
        of_states = np.asarray(features, dtype=np.int32)[states]
        arrays = (np.ascontiguousarray(weights[:, ours]), chances[ours], codes[states], of_states)
        return cls([known[number] for number in ours], arrays)

    def told(self) -> list[Any]:
        """Plain data that `heard` makes the same of."""
        arrays = (self._weights, self._chances, self._codes, self._features)
        told = [[one.dtype.str, one.shape, b64encode(one.tobytes()).decode()] for one in arrays]
        return [self._languages, *told]

    @classmethod
    def heard(cls, told: Any) -> Guesser:
        """From what `told` gave. Raises ValueError, TypeError: it is nothing of the kind."""
        languages, *rows = told
        arrays = [np.frombuffer(b64decode(data), dtype).reshape(shape) for dtype, shape, data in rows]
        weights, chances, codes, features = arrays
        shapes = weights.shape == (len(weights), len(languages)), chances.shape == (len(languages),)
        table = codes.shape == features.shape == (1 << BITS,)
        if not (all(shapes) and table and _MISSING < features.min() <= features.max() < len(weights)):
            raise ValueError("it holds no model")
        return cls(languages, arrays)

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
