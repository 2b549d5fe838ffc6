"""Scores the matcher on labelled items: `make eval`. Precision, recall and F1 by watchlist and language, contacts, stories.

Two streams of one topic come first (tests/eval/dense.py): how many events get an alert of their own.

Three sets lie beside this file: `dev-*.jsonl`, which rules may be tuned on; `held-*.jsonl`, of the same distribution, and
`fresh-*.jsonl`, written by somebody who had read no rule (README.md), whose items nobody who writes rules reads. Misses of
the two, and of `dev-fresh`, are named only with ERRORS=1. Exit status 1 under the floors.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import documents
from monitor.contacts.extract import extractor, listener
from monitor.feeds import clean
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.stories.cluster import Window
from monitor.watchlists.compile import load
from tests.eval import dense
from tests.eval.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.model import Contact, Decision, Item

HERE = Path(__file__).resolve().parent
#: what rules are never tuned on: scores only
BLIND = ("held", "fresh")
SETS = ("dev", *BLIND)
#: what counts in `dev` and is not read either
UNREAD = (HERE / "dev-fresh.jsonl",)
#: streams of one topic, for stories only; `dense-held` is not tuned on
STREAMS = ("dense-dev", "dense-three", "dense-four", "dense-held")
ALL = "all"
#: what alerts
LOUD = ("medium", "high", "critical")


@dataclass(slots=True)
class Score:
    """All measures of one set."""

    items: int = 0
    matches: defaultdict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: by language: named people and bodies found, contacts whose status is right
    participants: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    statuses: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: over all pairs of items: in one story or not
    stories: Tally = field(default_factory=Tally)
    errors: list[str] = field(default_factory=list)


def read(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The labelled items of JSON Lines files. Raises ValueError for an id that is there twice."""
    found = [
        json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()
    ]
    twice = [name for name, times in Counter(label["id"] for label in found).items() if times > 1]
    if twice:
        raise ValueError(f"labelled twice: {', '.join(twice)}")
    return found


def score(labels: Iterable[Mapping[str, Any]], decide: Callable[[Item], Decision]) -> Score:
    """Decide every item, the earliest first, and count. Contacts are counted where the label has one."""
    total, window = Score(), Window()
    stories: list[tuple[str, str]] = []
    for label in sorted(labels, key=lambda label: str(label.get("published"))):
        line = items.read_item(json.dumps(label), total.items + 1, clean=clean.to_text)
        if isinstance(line, items.LineError):
            raise ValueError(f"{label.get('id')}: {line.error}")
        decision = decide(line.item)
        total.items += 1
        _count_matches(total, label, decision)
        if label.get("contact"):
            _count_contact(total, label, decision.contacts)
        story = window.assign(line.item, decision, datetime.now(UTC))
        stories.append((str(label.get("story", total.items)), story))
    for (true, told), (other_true, other_told) in combinations(stories, 2):
        same = window.now_called(told) == window.now_called(other_told)
        total.stories.count(told=same, true=true == other_true)
    return total


def _count_matches(total: Score, label: Mapping[str, Any], decision: Decision) -> None:
    loud = {m.watchlist for m in decision.matches if m.severity.value in LOUD}
    for watchlist, true in label["expect"].items():
        told = watchlist in loud
        for key in ((watchlist, label["lang"]), (watchlist, ALL), (ALL, label["lang"]), (ALL, ALL)):
            total.matches[key].count(told=told, true=true)
        if told != true:
            what = "missed" if true else "wrong"
            total.errors.append(
                f"{label['id']}: {watchlist} {what} ({label.get('hard') or 'not hard'}): {label['title']}"
            )


def _count_contact(total: Score, label: Mapping[str, Any], contacts: Iterable[Contact]) -> None:
    """A participant counts when either name holds the other; a status when any contact of the item has it."""
    wanted = label["contact"]
    names = [folded(name) for contact in contacts for name in contact.names]
    for name in participants(wanted):
        found = any(folded(name) in other or other in folded(name) for other in names if other)
        for lang in (label["lang"], ALL):
            total.participants[lang].count(told=found, true=True)
        if not found:
            total.errors.append(f"{label['id']}: participant {name} missed: {label['title']}")
    statuses = {contact.status.value for contact in contacts}
    for lang in (label["lang"], ALL):
        total.statuses[lang].count(told=wanted["status"] in statuses, true=True)
    if wanted["status"] not in statuses:
        told = ", ".join(sorted(statuses)) or "no contact"
        total.errors.append(f"{label['id']}: status {wanted['status']} but told {told}: {label['title']}")


def participants(contact: Mapping[str, Any]) -> list[str]:
    """Who is labelled on any side: `parties` by name, or the lists that stand in the contact itself."""
    sides = contact.get("parties") or contact
    return list(chain.from_iterable(side for side in sides.values() if isinstance(side, list)))


def folded(name: str) -> str:
    """Letters and digits only, so that hyphens and spaces do not part one name from another."""
    return "".join(c for c in name.casefold() if c.isalnum())


# --- showing ---------------------------------------------------------------------------------------------


def table(name: str, total: Score) -> str:
    """The measures as text: a block of three rows for each watchlist, a column for each language."""
    langs = [ALL, *sorted({lang for _, lang in total.matches} - {ALL})]
    lists = [*sorted({watchlist for watchlist, _ in total.matches} - {ALL}), ALL]
    out = [f"{name}: {total.items} items", f"{'':27}" + "".join(f"{lang:>7}" for lang in langs)]
    for watchlist in lists:
        tallies = [total.matches[watchlist, lang] for lang in langs]
        counts = f"   right {tallies[0].right}, wrong {tallies[0].wrong}, missed {tallies[0].missed}"
        out.append(_row(watchlist, "F1", (t.f1 for t in tallies)) + counts)
        out.append(_row("", "P", (t.precision for t in tallies)))
        out.append(_row("", "R", (t.recall for t in tallies)))
    for what, counted in (("participants found", total.participants), ("status right", total.statuses)):
        whole = counted[ALL]
        shares = _row(what, "", (counted[lang].recall for lang in langs))
        out.append(f"{shares}   {whole.right} of {whole.right + whole.missed}")
    pairs = total.stories
    out.append(f"{'stories, by pairs':24}F1 {pairs.f1:7.3f}   P {pairs.precision:.3f}, R {pairs.recall:.3f}")
    return "\n".join(out)


def _row(name: str, measure: str, values: Iterable[float]) -> str:
    return f"{name:24}{measure:3}" + "".join(f"{value:7.3f}" for value in values)


# --- floors ----------------------------------------------------------------------------------------------


def measures(total: Score) -> dict[str, float]:
    """The numbers that floors are set for; the worst of its kind where a kind has several."""
    lists = [t.f1 for (w, lang), t in total.matches.items() if lang == ALL and w != ALL]
    langs = [t.f1 for (w, lang), t in total.matches.items() if w == ALL and lang != ALL]
    return {
        "items": total.items,
        "micro": total.matches[ALL, ALL].f1,
        "watchlist": min(lists, default=0.0),
        "language": min(langs, default=0.0),
        "participants": total.participants[ALL].recall,
        "status": total.statuses[ALL].recall,
        "stories": total.stories.f1,
    }


def floors(name: str) -> dict[str, float]:
    """The floors of one set, from floor.yaml."""
    path = HERE / "floor.yaml"
    return dict(documents.read(path.read_bytes(), path.name).data[name])


def under(total: Score, least: Mapping[str, float]) -> list[str]:
    """What is under its floor, in words."""
    found = measures(total)
    return [
        f"{key} is {found[key]:.3f}, at least {floor} is asked"
        for key, floor in least.items()
        if found[key] < floor
    ]


# --- the command -----------------------------------------------------------------------------------------


def decider() -> Callable[[Item], Decision]:
    """The matcher as it ships, with the watchlists of this repository."""
    lists = load(HERE.parents[1] / "watchlists")
    matcher = Matcher(lists, extract=extractor(lists), denier=listener(lists))
    return lambda item: matcher.decide(item, facts_always=True)


def paths(name: str) -> list[Path]:
    """The files of one set."""
    return sorted(HERE.glob(f"{name}-*.jsonl"))


def main(names: list[str]) -> int:
    """Print the tables of the sets, or of JSON Lines files named on the command line. 1 when a set is under a floor."""
    decide, failed = decider(), False
    for name in [n for n in names if n in STREAMS] or (() if names else STREAMS):
        failed |= _streamed(name, decide)
    for name in [n for n in names if n not in STREAMS] or (() if names else SETS):
        ours = name in SETS
        total = score(read(paths(name) if ours else [Path(name)]), decide)
        print(table(Path(name).stem, total), end="\n\n")
        print("".join(f"  {error}\n" for error in _shown(name, total.errors)))
        for problem in under(total, floors(name)) if ours else ():
            print(f"{name}: {problem}", file=sys.stderr)
            failed = True
    return int(failed)


def _shown(name: str, errors: Iterable[str]) -> list[str]:
    """The misses that may be read: of sets for scores only, and of `dev-fresh` in `dev`, none without ERRORS=1."""
    if os.environ.get("ERRORS") == "1":
        return sorted(errors)
    if Path(name).name.startswith((*BLIND, *(path.name for path in UNREAD))):
        return []
    unread = {label["id"] for label in read(UNREAD)} if name in SETS else set()
    return sorted(error for error in errors if error.partition(": ")[0] not in unread)


def _streamed(name: str, decide: Callable[[Item], Decision]) -> bool:
    """Print what came of a dense stream; whether it is under a floor."""
    labels, least, failed = read([HERE / f"{name}.jsonl"]), floors(name), False
    for way, path in dense.WAYS.items():
        found = path(labels, decide)
        print(dense.table(f"{name}, {way}", found), end="\n\n")
        if name != "dense-held" or os.environ.get("ERRORS") == "1":
            print("".join(f"  {line}\n" for line in (*found.swallowed, *found.impure, *found.lines)))
        for key, value in dense.measures(found).items():
            if value < least[key]:
                print(f"{name}, {way}: {key} is {value:.3f}, at least {least[key]} is asked", file=sys.stderr)
                failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
