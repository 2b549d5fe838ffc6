"""Pure. What the rules would have fired on, item by item, in bounded memory; and what an edit of them
changes.

An item counts once for a rule and once for a watchlist. With other watchlists to compare with, each item is
decided twice, and a watchlist that fires on one side only, or at another severity, is a change with its
reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from monitor.model import Severity
from monitor.watchlists import explain
from monitor.watchlists.near_miss import bare

if TYPE_CHECKING:
    from datetime import date

    from monitor.matching.matcher import Matcher
    from monitor.model import Decision, Item, Match
    from monitor.watchlists.explain import RuleExplanation

#: fires now and did not; did and does not; fires at a higher or at a lower severity
Kind = Literal["new", "gone", "louder", "quieter"]
KINDS: tuple[Kind, ...] = ("new", "gone", "louder", "quieter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A watchlist or rule on an item."""

    #: the item as its source names it: its number in the archive, its id in a file
    item: str
    title: str
    day: date | None
    watchlist: str
    rules: tuple[str, ...]
    severity: Severity
    #: why it fires; of a change that is gone, why it no longer does
    reason: str
    #: the first sentence with evidence
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an edit does to one item; the severities are None where the watchlist does not fire."""

    kind: Kind
    hit: Hit
    before: Severity | None
    after: Severity | None


@dataclass(slots=True)
class Count:
    """How often a rule or a watchlist fired."""

    hits: int = 0
    #: at a severity that alerts
    alerts: int = 0
    #: under the watchlists compared with
    before: int = 0
    #: None: items without a date
    days: Counter[date | None] = field(default_factory=Counter)
    #: the last hits
    samples: deque[Hit] = field(default_factory=deque)


class Backtest:
    """Takes items one after the other and keeps counts,
    the last samples and the first changes of each kind.
    """

    def __init__(
        self, now: Matcher, before: Matcher | None = None, *, samples: int = 3, changes: int = 50
    ) -> None:
        """`samples`: kept of each rule; `changes`: kept of each watchlist and kind, all are counted."""
        self._now, self._before = now, before
        self._keep = changes
        rules = [(rule.watchlist, rule.id) for rule in now.watchlists.rules]
        if before is not None:
            rules = list(dict.fromkeys([*rules, *((r.watchlist, r.id) for r in before.watchlists.rules)]))
        self.items = 0
        self.days: Counter[date | None] = Counter()
        self.rules = {key: Count(samples=deque(maxlen=samples)) for key in rules}
        self.watchlists = {name: Count(samples=deque(maxlen=0)) for name, _ in rules}
        self.changed: Counter[tuple[str, Kind]] = Counter()
        self.changes: defaultdict[tuple[str, Kind], list[Change]] = defaultdict(list)

    @property
    def compares(self) -> bool:
        """Whether there are other watchlists to compare with."""
        return self._before is not None

    def add(self, name: str, item: Item) -> None:
        """Decide one item, under both sets of watchlists where there are two."""
        day = item.published_at.date() if item.published_at else None
        self.items += 1
        self.days[day] += 1
        found = _by_watchlist(self._now.decide(item))
        for watchlist, matches in found.items():
            _count(self.watchlists[watchlist], matches, day)
            for match in matches:
                count = self.rules[watchlist, match.rule]
                _count(count, [match], day)
                if count.samples.maxlen:
                    count.samples.append(_hit(name, item, [match]))
        if self._before is not None:
            past = _by_watchlist(self._before.decide(item))
            for watchlist, matches in past.items():
                self.watchlists[watchlist].before += 1
                for match in matches:
                    self.rules[watchlist, match.rule].before += 1
            self._compare(name, item, found, past)

    def _compare(
        self, name: str, item: Item, found: dict[str, list[Match]], past: dict[str, list[Match]]
    ) -> None:
        said: dict[tuple[str, str], RuleExplanation] | None = None
        for watchlist in sorted(found.keys() | past.keys()):
            before, after = _loudest(past.get(watchlist, [])), _loudest(found.get(watchlist, []))
            kind = _kind(before, after)
            if kind is None:
                continue
            self.changed[watchlist, kind] += 1
            if len(self.changes[watchlist, kind]) >= self._keep:
                continue
            hit = _hit(name, item, found.get(watchlist) or past[watchlist])
            if kind == "gone":
                if said is None:
                    said = {(r.watchlist, r.rule): r for r in explain.explain(self._now, item).rules}
                hit = _gone(hit, said)
            change = Change(kind=kind, hit=hit, before=before, after=after)
            self.changes[watchlist, kind].append(change)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data; days as ISO dates, "" for items without one."""
        return {
            "items": self.items,
            "days": _days(self.days),
            "watchlists": [{"watchlist": name, **self._counted(c)} for name, c in self.watchlists.items()],
            "rules": [
                {
                    "watchlist": name,
                    "rule": rule,
                    **self._counted(c),
                    "samples": [_plain(hit) for hit in c.samples],
                }
                for (name, rule), c in self.rules.items()
            ],
            "changes": [
                {
                    "watchlist": name,
                    "kind": kind,
                    "count": number,
                    "items": [
                        {**_plain(c.hit), "before": _word(c.before), "after": _word(c.after)}
                        for c in self.changes[name, kind]
                    ],
                }
                for (name, kind), number in sorted(self.changed.items())
            ],
        }

    def _counted(self, count: Count) -> dict[str, Any]:
        before = {"before": count.before} if self.compares else {}
        return {"hits": count.hits, "alerts": count.alerts, **before, "days": _days(count.days)}


def _by_watchlist(decision: Decision) -> dict[str, list[Match]]:
    found: dict[str, list[Match]] = {}
    for match in decision.matches:
        found.setdefault(match.watchlist, []).append(match)
    return found


def _count(count: Count, matches: list[Match], day: date | None) -> None:
    count.hits += 1
    count.alerts += any(m.severity.rank >= Severity.MEDIUM.rank for m in matches)
    count.days[day] += 1


def _loudest(matches: list[Match]) -> Severity | None:
    return max((m.severity for m in matches), key=lambda s: s.rank, default=None)


def _kind(before: Severity | None, after: Severity | None) -> Kind | None:
    if before == after:
        return None
    if before is None:
        return "new"
    if after is None:
        return "gone"
    return "louder" if after.rank > before.rank else "quieter"


def _hit(name: str, item: Item, matches: list[Match]) -> Hit:
    first = max(matches, key=lambda m: m.severity.rank)
    return Hit(
        item=name,
        title=item.title,
        day=item.published_at.date() if item.published_at else None,
        watchlist=first.watchlist,
        rules=tuple(m.rule for m in matches),
        severity=first.severity,
        reason=first.reason,
        sentence=first.evidence[0].sentence if first.evidence else "",
    )


def _gone(hit: Hit, said: dict[tuple[str, str], RuleExplanation]) -> Hit:
    """`hit` with what the rules that fired say now."""
    reasons = []
    for rule in hit.rules:
        now = said.get((hit.watchlist, rule))
        reasons.append(f"{rule}: {now.detail if now else 'there is no such rule any more'}")
    return replace(hit, reason="; ".join(reasons))


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        "item": hit.item,
        "title": hit.title,
        "day": hit.day.isoformat() if hit.day else "",
        "rules": list(hit.rules),
        "severity": hit.severity.value,
        "reason": bare(hit.reason),
        "sentence": hit.sentence,
    }


def _days(days: Counter[date | None]) -> dict[str, int]:
    return {
        day.isoformat() if day else "": n for day, n in sorted(days.items(), key=lambda d: str(d[0] or ""))
    }


def _word(severity: Severity | None) -> str | None:
    return severity.value if severity else None
