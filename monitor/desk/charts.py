"""Pure. Where the lines and boxes of small pictures go; templates draw them as SVG."""

from __future__ import annotations

from collections import Counter
from datetime import date
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


#: bars of a chart at most; with more, a bar stands for a quarter or a year
MOST_COLUMNS = 36


def columns(told: Sequence[tuple[date, str]], *, wide: int = 720, high: int = 120) -> dict[str, Any] | None:
    """Stacked columns of days and their bands: one a month, a quarter or a year. None where there is none."""
    if not told:
        return None
    days = [day for day, _ in told]
    months = next((n for n in (1, 3, 12) if _between(min(days), max(days), n) <= MOST_COLUMNS), 12)
    first = _floor(min(days), months)
    count = _between(min(days), max(days), months)
    stacks: list[dict[str, int]] = [{} for _ in range(count)]
    for day, band in told:
        stack = stacks[_between(first, day, months) - 1]
        stack[band] = stack.get(band, 0) + 1
    top, step = max(sum(stack.values()) for stack in stacks), (wide - 30) / max(count, 12)
    boxes, labels = [], []
    for n, stack in enumerate(stacks):
        y, x = float(high), 30 + n * step
        start = _later(first, n * months)
        for band in ("took place", "planned", "denied"):
            tall = (high - 12) * stack.get(band, 0) / top
            y -= tall
            if tall:
                boxes.append(
                    {"band": band, "count": stack[band], "start": start, "x": round(x, 1), "y": round(y, 1),
                     "width": round(step * 0.8, 1), "height": round(tall, 1)}
                )  # fmt: skip
        if n == 0 or start.month == 1:
            labels.append(
                {"x": round(x, 1), "text": str(start.year) if n or start.month == 1 else f"{start:%b %Y}"}
            )
    word = {1: "month", 3: "quarter", 12: "year"}[months]
    return {
        "wide": wide,
        "high": high + 16,
        "base": high,
        "top": top,
        "boxes": boxes,
        "labels": labels,
        "word": word,
    }


def _floor(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _later(day: date, months: int) -> date:
    count = day.month - 1 + months
    return date(day.year + count // 12, count % 12 + 1, 1)


def _between(first: date, last: date, months: int) -> int:
    """How many spans of so many months it takes from the one of `first` to that of `last`, both included."""
    a, b = _floor(first, months), _floor(last, months)
    return ((b.year - a.year) * 12 + b.month - a.month) // months + 1


#: names of each side of a matrix
MOST_NAMES = 12


def matrix(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """How often each met each, for the names that occur most: rows, columns and cells with their counts."""
    rows = [name for name, _ in Counter(a for a, _ in pairs).most_common(MOST_NAMES)]
    across = [name for name, _ in Counter(b for _, b in pairs).most_common(MOST_NAMES)]
    counts = Counter(pair for pair in pairs if pair[0] in rows and pair[1] in across)
    top = max(counts.values(), default=1)
    cells = [
        {
            "row": rows.index(a),
            "column": across.index(b),
            "count": n,
            "radius": round(3 + 7 * (n / top) ** 0.5, 1),
        }
        for (a, b), n in sorted(counts.items())
    ]
    return {"rows": rows, "across": across, "cells": cells}
