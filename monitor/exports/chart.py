"""Pure but for the file it writes. Contacts as a picture for a report: how many a month, and who meets whom.

Only canonical English names are drawn, so that no script needs a font of its own. The one doorway to
matplotlib; the same contacts give the same picture.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from monitor.exports import plain
from monitor.model import ContactStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from monitor.model import LedgerContact

FORMATS = ("svg", "png", "pdf")
#: of the numbers in the circles
_COUNTED = "A number counts contacts, planned ones too, denied ones and those called off not."
#: names of one party that are drawn; the rest is counted below
MOST_NAMES = 12
#: months that are drawn one by one; a longer time is drawn by quarters, then years
MOST_BARS = 40

_INK, _SOFT, _FAINT, _PAPER = "#1d2733", "#5d6b7a", "#dfe5eb", "#ffffff"
_BUBBLE = "#1f5f8b"
#: what stands from the axis upwards, and its colour: apart in brightness, for print and for the colour-blind
_BANDS = (
    ("took place", "#1f5f8b", frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})),
    ("planned", "#7fb2d1", frozenset({ContactStatus.PLANNED, ContactStatus.INVITED})),
    ("called off or postponed", "#c9ced4", frozenset({ContactStatus.POSTPONED, ContactStatus.CANCELLED})),
    ("denied", "#c2543d", frozenset({ContactStatus.DENIED})),
)
_STYLE: Any = {
    # a dollar sign in a name is no formula
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _SOFT,
    "axes.labelcolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "svg.hashsalt": "monitor",
    "svg.fonttype": "path",
}


def write(contacts: Sequence[LedgerContact], target: Path) -> None:
    """Draw into `target`, whose suffix is one of FORMATS. Background mentions are left out.

    Raises OSError.
    """
    told = [contact for contact in contacts if not contact.background]
    kind = target.suffix.lstrip(".").lower()
    with rc_context(_STYLE):
        figure = _figure(told)
        figure.savefig(target, format=kind, dpi=160, facecolor=_PAPER, metadata=_undated(kind))


def _undated(kind: str) -> dict[str, Any]:
    """Metadata without the day of drawing."""
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})


#: inches, from the edges and from one part to the next
_LEFT, _NAMES, _COLUMN = 0.35, 2.6, 0.62
_TITLE, _BARS, _HEADING, _FOOT = 1.45, 2.1, 2.4, 0.6


def _figure(told: Sequence[LedgerContact]) -> Figure:
    panels = [_panel(told, watchlist) for watchlist in sorted({contact.watchlist for contact in told})]
    panels = [panel for panel in panels if panel.pairs]
    width = max(9.0, *(_NAMES + panel.wide + _overhang(panel.across) for panel in panels), 0.0)
    height = _TITLE + _BARS + sum(_HEADING + panel.tall for panel in panels) + _FOOT
    figure = Figure(figsize=(width, height))

    def area(left: float, down: float, tall: float, right: float) -> Axes:
        return figure.add_axes(
            (left / width, 1 - (down + tall) / height, (width - left - right) / width, tall / height)
        )

    def text(down: float, said: str, **looks: Any) -> None:
        figure.text(_LEFT / width, 1 - down / height, said, **looks)

    word, starts = periods(contact.day for contact in told)
    text(0.45, plain.heading(told), size=15, weight="bold")
    text(0.72, _subtitle(told), color=_SOFT)
    text(1.22, f"Contacts a {word}", size=11, weight="bold")
    _timeline(area(0.75, _TITLE, _BARS, _LEFT), told, word, starts)
    down = _TITLE + _BARS
    for panel in panels:
        text(down + 0.75, panel.heading if len(panels) > 1 else "Who meets whom", size=11, weight="bold")
        _matrix(area(_NAMES, down + _HEADING, panel.tall, width - _NAMES - panel.wide), panel)
        text(down + 0.97, panel.caption, size=7.5, color=_SOFT)
        down += _HEADING + panel.tall
    if panels:
        text(height - 0.22, _COUNTED, size=7.5, color=_SOFT)
    return figure


def _overhang(names: Sequence[str]) -> float:
    """How far the slanting names reach over the right end of their columns."""
    ends = (0.07 * len(shortened(n)) - _COLUMN * (len(names) - i) for i, n in enumerate(names))
    return max(0.5, 0.5 + max(ends, default=0.0))


def _subtitle(told: Sequence[LedgerContact]) -> str:
    if not told:
        return "none reported"
    days = [contact.day for contact in told]
    outlets = {source.outlet for contact in told for source in contact.sources}
    period = (
        f"{min(days):%B %Y} – {max(days):%B %Y}"
        if len({d.replace(day=1) for d in days}) > 1
        else f"{days[0]:%B %Y}"
    )
    return f"{_count(len(told), 'contact')}, {period}, as told by {_count(len(outlets), 'outlet')}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


# --- how many a month ------------------------------------------------------------------------------------


def periods(days: Iterable[date]) -> tuple[str, list[date]]:
    """What a bar stands for (month, quarter or year) and the first day of each, empty ones included."""
    listed = sorted(days)
    if not listed:
        return "month", []
    months = _every(listed[0].replace(day=1), listed[-1], 1)
    if len(months) <= MOST_BARS:
        return "month", months
    quarters = _every(_floor(listed[0], 3), listed[-1], 3)
    if len(quarters) <= MOST_BARS:
        return "quarter", quarters
    return "year", _every(_floor(listed[0], 12), listed[-1], 12)


def _every(first: date, last: date, months: int) -> list[date]:
    found = [first]
    while True:
        count = found[-1].month - 1 + months
        following = date(found[-1].year + count // 12, count % 12 + 1, 1)
        if following > last:
            return found
        found.append(following)


def _floor(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _timeline(axes: Axes, told: Sequence[LedgerContact], word: str, starts: Sequence[date]) -> None:
    below = [0] * len(starts)
    for label, colour, statuses in _BANDS:
        counted = Counter(_floor(c.day, _MONTHS[word]) for c in told if c.status in statuses)
        heights = [counted[start] for start in starts]
        if any(heights):
            axes.bar(range(len(starts)), heights, bottom=below, width=0.72, color=colour, label=label)
        below = [a + b for a, b in zip(below, heights, strict=True)]
    _plain(axes)
    axes.set_xlim(-0.6, max(len(starts), 6) - 0.4)
    axes.set_ylim(0, max([*below, 1]) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks(range(len(starts)), [_tick(start, starts, word) for start in starts])
    if any(below):
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, frameon=False, fontsize=8, handlelength=1.0,
                    handleheight=1.0, columnspacing=1.4)  # fmt: skip


def _tick(start: date, starts: Sequence[date], word: str) -> str:
    """The month's initial letters, the year below each January and the first; fewer where bars are many."""
    if word == "year":
        return str(start.year)
    first = start == starts[0] or start.month == 1
    if word == "quarter":
        return f"{start.year}" if first else ""
    month = f"{start:%b}" if len(starts) <= 18 else f"{start:%b}"[0]
    return f"{month}\n{start.year}" if first else month


# --- who meets whom --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Panel:
    """Who of the two parties of a watchlist met whom."""

    #: titles of the party whose names stand down the side, and of the one whose stand across
    parties: tuple[str, ...]
    down: Sequence[str]
    across: Sequence[str]
    pairs: Counter[tuple[str, str]]
    #: names that are not drawn
    rest: int

    @property
    def tall(self) -> float:
        """In inches."""
        return max(1.0, 0.36 * len(self.down))

    @property
    def wide(self) -> float:
        """In inches."""
        return max(_COLUMN * len(self.across), 1.0)

    @property
    def heading(self) -> str:
        """The two parties."""
        return " – ".join(self.parties)

    @property
    def caption(self) -> str:
        """Which party stands where, and what is left out."""
        one, other = self.parties
        more = f" {_count(self.rest, 'more name')} not drawn." if self.rest > 0 else ""
        return f"{one} down, {other} across.{more}"


def _panel(told: Sequence[LedgerContact], watchlist: str) -> _Panel:
    """The names most in contact of each party, the busiest first, and how often each two of them were."""
    ours = [c for c in told if c.watchlist == watchlist]
    met = [c for c in ours if c.status not in {ContactStatus.DENIED, ContactStatus.CANCELLED}]
    sides = [tuple(contact.parties.values()) for contact in met]
    down, across = (_busiest(Counter(p.name for both in sides for p in both[n])) for n in (0, 1))
    counted = Counter((a.name, b.name) for one, other in sides for a in one for b in other)
    pairs = Counter({pair: n for pair, n in counted.items() if pair[0] in down and pair[1] in across})
    drawn = {name for pair in pairs for name in pair}
    everybody = {p.name for contact in ours for p in contact.participants}
    return _Panel(
        parties=tuple(map(ours[0].title, ours[0].parties)),
        down=[name for name in down if name in drawn],
        across=[name for name in across if name in drawn],
        pairs=pairs,
        rest=len(everybody - drawn),
    )


def _busiest(counted: Counter[str]) -> list[str]:
    return [name for name, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_NAMES]]


def _matrix(axes: Axes, panel: _Panel) -> None:
    _plain(axes)
    most = max(panel.pairs.values(), default=1)
    for (y, ours), (x, theirs) in product(enumerate(panel.down), enumerate(panel.across)):
        if count := panel.pairs[ours, theirs]:
            # the area tells how often
            axes.scatter(x, y, s=70 + 330 * (count / most), color=_BUBBLE, linewidths=0, zorder=3)
            axes.text(x, y, str(count), ha="center", va="center", size=7.5, color="white", zorder=4)
    axes.set_xlim(-0.5, max(len(panel.across), 1) - 0.5)
    axes.set_ylim(max(len(panel.down), 1) - 0.5, -0.5)
    axes.set_xticks(
        range(len(panel.across)), [shortened(name) for name in panel.across], rotation=35, ha="left"
    )
    axes.set_yticks(range(len(panel.down)), [shortened(name) for name in panel.down])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelcolor=_INK)
    axes.grid(color=_FAINT, linewidth=0.8)
    axes.spines["bottom"].set_visible(False)


def shortened(name: str, most: int = 30) -> str:
    """A name that fits beside its row."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _plain(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_SOFT)
    axes.set_axisbelow(True)
