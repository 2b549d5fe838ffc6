"""Pure. Where the lines and boxes of small pictures go; templates draw them as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: of a bar of sides and of a sparkline, in the units of their view boxes
WIDE, HIGH = 100, 20
BUCKETS = 24


def bars(parts: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """Parts side by side, as wide as they are many: name, count and the number of its colour in; out with
    `x` and `width`.
    """
    total = sum(count for _, count, _ in parts) or 1
    made, x = [], 0.0
    for name, count, colour in parts:
        width = WIDE * count / total
        made.append(
            {"name": name, "count": count, "colour": colour % 8, "x": round(x, 2), "width": round(width, 2)}
        )
        x += width
    return made


def sparkline(moments: Sequence[datetime]) -> str:
    """The points of a line that shows how many fell into each of 24 equal spans from the first to the last;
    empty where there are fewer than three.
    """
    if len(moments) < 3 or min(moments) == max(moments):
        return ""
    first, last = min(moments), max(moments)
    counts = [0] * BUCKETS
    for moment in moments:
        counts[min(BUCKETS - 1, int((moment - first) / (last - first) * BUCKETS))] += 1
    top = max(counts)
    step = WIDE / (BUCKETS - 1)
    return " ".join(f"{n * step:.1f},{HIGH - 1 - (HIGH - 2) * c / top:.1f}" for n, c in enumerate(counts))


def lanes(
    marks: Sequence[tuple[datetime, str]], names: Sequence[str], *, wide: int = 720, left: int = 130
) -> dict[str, Any]:
    """A timeline with a lane for each of `names`: moment and lane of each mark in; the places of lanes and
    marks, in the order given, the ticks of the axis, and the size out.
    """
    row, top = 22, 8
    moments = [at for at, _ in marks]
    first, last = min(moments), max(moments)
    span = (last - first).total_seconds() or 1.0
    height = top + row * len(names) + 18

    def x(at: datetime) -> float:
        return round(left + 8 + (wide - left - 16) * (at - first).total_seconds() / span, 1)

    return {
        "wide": wide,
        "high": height,
        "left": left,
        "lanes": [{"name": name, "y": top + row * n + row // 2} for n, name in enumerate(names)],
        "marks": [{"x": x(at), "y": top + row * names.index(lane) + row // 2} for at, lane in marks],
        "ticks": [{"x": x(at), "at": at} for at in dict.fromkeys((first, last))],
        "axis": height - 4,
    }
