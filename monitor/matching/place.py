"""Pure. Where a character of a YAML value stands in its file, for errors inside a query."""

from __future__ import annotations


def inside_scalar(
    source: str, place: tuple[int, int] | tuple[None, None], value: str, offset: int
) -> tuple[int | None, int | None]:
    """Line and column (1-based) of `value[offset]`, for a value that starts at `place` in `source`.

    Walks both texts together, so it holds for plain, quoted and block scalars; white space folds freely. Where the
    two cannot be followed (escapes in double quotes), the last place that could.
    """
    line, column = place
    if line is None or column is None:
        return place
    starts = _line_starts(source)
    at = _content_start(source, starts[line - 1] + column - 1)
    for position, character in enumerate(value):
        if not character.isspace():
            while (
                at < len(source) and source[at] != character and (source[at].isspace() or source[at] in "\\'")
            ):
                at += 1
        if position >= offset and not character.isspace():
            break
        if not character.isspace():
            if at >= len(source) or source[at] != character:
                return place
            at += 1
    row = sum(start <= at for start in starts) - 1
    return row + 1, at - starts[row] + 1


def _content_start(source: str, at: int) -> int:
    """Past an opening quote, or past the line of a block scalar's `|` or `>`."""
    if source[at : at + 1] in {"'", '"'}:
        return at + 1
    if source[at : at + 1] in {"|", ">"}:
        return source.find("\n", at) + 1
    return at


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for number, character in enumerate(source):
        if character == "\n":
            starts.append(number + 1)
    return starts
