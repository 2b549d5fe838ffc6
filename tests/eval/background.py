"""What fires on a folder of news, and was it right: `make background DIR=folder` (docs/how-to/improve-a-rule.md).

Every firing is printed with its reason until it has a verdict. Verdicts are kept beside the folder and used again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.contacts.extract import extractor, listener
from monitor.errors import ConfigError
from monitor.matching.matcher import Matcher
from monitor.model import Severity
from monitor.watchlists.compile import load
from monitor.watchlists.explain import as_polled
from monitor.watchlists.files import shipped_press
from tests.eval import folders, verdicts
from tests.eval.verdicts import OPEN, RIGHT, UNSURE, WRONG, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from monitor.model import Contact, Decision, Item, Match

#: names behind headlines, as a poll takes them off
OUTLETS = shipped_press().outlets
SHIPPED = Path(__file__).resolve().parents[2] / "watchlists"
ANSWERS = {word: said for said in verdicts.WORDS for word in (said, said[:1])}
#: seconds between two words of how far it is, where there is no bar
EVERY = 60.0
ASK = "r right, w wrong, u unsure (a note may follow), enter to leave it open, q to stop: "


@dataclass(slots=True)
class Tally:
    """What one run counted."""

    items: int = 0
    bad: int = 0
    seconds: float = 0.0
    #: endings of files that were not read
    passed: Counter[str] = field(default_factory=Counter)
    #: watchlist -> items it fired on; a text that stands there twice counts twice
    fired: Counter[str] = field(default_factory=Counter)
    #: watchlist, verdict -> texts
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: keys of what fired
    keys: set[str] = field(default_factory=set)
    #: somebody stopped it before the end
    stopped: bool = False


def run(
    reads: Iterable[folders.Read],
    decide: Callable[[Item], Decision],
    known: dict[str, Row],
    *,
    least: Severity = Severity.MEDIUM,
    told: Callable[[Row], None],
    complain: Callable[[str], None],
) -> Tally:
    """Decide every item. `told` hears each text that fired, once, with the verdict that `known` has of it."""
    tally, start = Tally(), time.perf_counter()
    try:
        for read in reads:
            if isinstance(read, folders.Found):
                _add(tally, read, decide, known, least, told)
            elif isinstance(read, folders.Bad):
                tally.bad += 1
                complain(f"{read.where}: {read.error}")
            else:
                tally.passed[read.path.suffix or "no ending"] += 1
    except KeyboardInterrupt:
        tally.stopped = True
    tally.seconds = time.perf_counter() - start
    return tally


def _add(
    tally: Tally,
    found: folders.Found,
    decide: Callable[[Item], Decision],
    known: dict[str, Row],
    least: Severity,
    told: Callable[[Row], None],
) -> None:
    decision = decide(as_polled(found.item, OUTLETS))
    tally.items += 1
    for watchlist, match in loudest(decision, least).items():
        key = verdicts.key(found.item, watchlist)
        tally.fired[watchlist] += 1
        if key not in tally.keys:
            tally.keys.add(key)
            row = known.get(key) or row_of(key, found, match, decision.contacts)
            tally.said[watchlist, row.verdict] += 1
            told(row)


def loudest(decision: Decision, least: Severity) -> dict[str, Match]:
    """For each watchlist its loudest match, where that is at least so loud."""
    found: dict[str, Match] = {}
    for match in sorted(decision.matches, key=lambda match: -match.severity.rank):
        if match.severity.rank >= least.rank:
            found.setdefault(match.watchlist, match)
    return found


def row_of(key: str, found: folders.Found, match: Match, contacts: Iterable[Contact]) -> Row:
    """A firing without a verdict."""
    met = [
        f"{contact.type} {contact.status}: "
        + " — ".join(", ".join(names) for names in contact.parties.values())
        for contact in contacts
        if contact.watchlist == match.watchlist
    ]
    return Row(
        key=key,
        watchlist=match.watchlist,
        rule=f"{match.rule} ({match.severity})",
        where=found.where,
        title=found.item.title,
        reason=match.reason,
        sentences=list(dict.fromkeys(e.sentence for e in match.evidence)),
        named=[*dict.fromkeys(f"{e.term}: {e.text}" for e in match.evidence), *met],
    )


# --- showing -----------------------------------------------------------------------------------------------


def shown(row: Row) -> str:
    """A firing for the reader."""
    said = f"\n  {row.verdict}: {row.note}" if row.verdict else ""
    quotes = "".join(f"\n  “{sentence}”" for sentence in row.sentences)
    named = "".join(f"\n    {name}" for name in row.named)
    head = f"{row.watchlist}/{row.rule}  {row.title or '(no title)'}"
    return f"{head}\n  {row.where}  {row.key}\n  {row.reason}{quotes}{named}{said}\n"


def table(tally: Tally, known: dict[str, Row], lists: Collection[str]) -> str:
    """The sums: a line for each watchlist. Precision is of the texts that have a verdict, without the unsure ones."""
    rate = tally.items / tally.seconds if tally.seconds else 0.0
    out = ["stopped before the end"] if tally.stopped else []
    out += [f"{tally.items:,} items, {rate:,.0f} a second; {tally.bad:,} bad lines skipped" + _passed(tally)]
    out.append(
        f"{'':28}{'fired':>8}{'of 1,000':>10}{'right':>7}{'wrong':>7}{'unsure':>8}{'open':>6}  precision"
    )
    for name in lists:
        right, wrong, unsure, left = (tally.said[name, word] for word in (RIGHT, WRONG, UNSURE, OPEN))
        share = 1000 * tally.fired[name] / tally.items if tally.items else 0.0
        precise = f"{right / (right + wrong):.3f}" if right + wrong else "-"
        out.append(
            f"{name:28}{tally.fired[name]:>8,}{share:>10.3f}{right:>7,}{wrong:>7,}{unsure:>8,}{left:>6,}  {precise:>9}"
        )
    return "\n".join([*out, *([] if tally.stopped else _silent(tally, known, lists))])


def elsewhere(tally: Tally, places: Collection[str]) -> str:
    """What to do when a run over judged texts alone did not find them all; "" when it did."""
    gone = len(places) - tally.items
    return (
        f"judged texts that are no longer where they were: {gone}; run without --judged" if gone > 0 else ""
    )


def _silent(tally: Tally, known: dict[str, Row], lists: Collection[str]) -> list[str]:
    """What was judged and did not fire this time: the rules have changed, or the text has left the folder."""
    rows = [row for row in known.values() if row.key not in tally.keys and row.watchlist in lists]
    right, wrong = ([row for row in rows if row.verdict == word] for word in (RIGHT, WRONG))
    said = [f"did not fire this time: {len(right)} judged right, {len(wrong)} judged wrong"]
    lost = [f"  lost: {row.watchlist}  {row.where}  {row.title}" for row in right]
    return said + lost if right or wrong else []


def _passed(tally: Tally) -> str:
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(tally.passed.items()))
    return f"; files of other kinds: {kinds}" if kinds else ""


@dataclass(frozen=True, slots=True)
class Screen:
    """How a run is seen: bytes that are done, text for standard output, and complaints."""

    advance: Callable[[int], None]
    say: Callable[[str], None]
    complain: Callable[[str], None]


@contextmanager
def screen(total: Callable[[], int]) -> Iterator[Screen]:
    """A bar where there is a terminal, and text above it; elsewhere text, and on standard error how far it is."""
    out, err = sys.stdout, sys.stderr
    console = Console(file=out if out.isatty() else err)
    if not console.is_terminal:
        complain = _printer(err, console)
        yield Screen(_now_and_then(total(), complain), _printer(out, console), complain)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task("matching", total=total())
        yield Screen(lambda step: bar.advance(task, step), _printer(out, console), _printer(err, console))


def _now_and_then(total: int, say: Callable[[str], None]) -> Callable[[int], None]:
    """Hears bytes that are done, and says every minute how many of all they are, and how long the rest takes."""
    start = said = time.monotonic()
    done = 0

    def advance(step: int) -> None:
        nonlocal done, said
        done += step
        now = time.monotonic()
        if step and done < total and now - said >= EVERY:
            said = now
            left = (now - start) * (total - done) / done
            say(f"{done / total:.0%} read, about {max(1, round(left / 60))} min left")

    return advance


def _printer(stream: TextIO, console: Console) -> Callable[[str], None]:
    if stream.isatty():
        return lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True)
    return lambda text: print(text, file=stream, flush=True)


# --- asking ------------------------------------------------------------------------------------------------


def review(path: Path, ask: Callable[[str], str]) -> None:
    """Ask for a verdict on each row that has none, and write each answer down at once."""
    rows = verdicts.load(path)
    left = [row for row in rows.values() if row.verdict == OPEN]
    for number, row in enumerate(left, 1):
        print(f"\n{number} of {len(left)}  {shown(row)}")
        answer = _answer(ask)
        if answer is None:
            return
        row.verdict, row.note = answer
        verdicts.save(path, rows.values())


def _answer(ask: Callable[[str], str]) -> tuple[str, str] | None:
    """The verdict and a note; None to stop. Asked again until it is one."""
    while True:
        try:
            word, _, note = ask(ASK).strip().partition(" ")
        except (EOFError, KeyboardInterrupt):
            return None
        if word.lower() == "q":
            return None
        if word.lower() in ANSWERS:
            return ANSWERS[word.lower()], note.strip()


# --- the command -------------------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make background", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "folder", type=Path, help="a folder of .jsonl, .json or .txt files (.gz too), or one file"
    )
    parser.add_argument(
        "--verdicts", type=Path, help="where verdicts are kept; default: FOLDER.verdicts.jsonl"
    )
    parser.add_argument(
        "--watchlists", type=Path, default=SHIPPED, help="other watchlists than the shipped ones"
    )
    parser.add_argument("--review", action="store_true", help="ask for a verdict on what has none")
    parser.add_argument("--judged", action="store_true", help="read only the items that have a verdict")
    parser.add_argument("--all", action="store_true", help="also print what has a verdict")
    parser.add_argument("--lines", action="store_true", help="text files have an item on each line")
    parser.add_argument("--severity", type=Severity, default=Severity.MEDIUM, help="what fires from here on")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Run, print, and ask when told to. 1 when there is no item; 2 for a file or folder that cannot be used."""
    args = arguments(argv)
    folder = args.folder.resolve()
    path = args.verdicts or folder.with_name(f"{folder.name}.verdicts.jsonl")
    try:
        lists, known = load(args.watchlists), verdicts.load(path)
        places = {row.where for row in known.values() if row.verdict != OPEN} if args.judged else None
        matcher = Matcher(lists, extract=extractor(lists), denier=listener(lists))
        tally = _run(args, folder, path, matcher.decide, known, places)
    except (OSError, ConfigError, verdicts.BrokenFile) as error:
        print(error, file=sys.stderr)
        return 2
    if not tally.items:
        empty = f"{path}: no verdict in it" if places == set() else f"{args.folder}: no item in it"
        print(empty, file=sys.stderr)
        return 1
    print(table(tally, known, lists.titles), f"verdicts: {path}", sep="\n")
    if gone := elsewhere(tally, places or ()):
        print(gone, file=sys.stderr)
    if args.review:
        review(path, ask)
    return 0


def _run(
    args: argparse.Namespace,
    folder: Path,
    path: Path,
    decide: Callable[[Item], Decision],
    known: dict[str, Row],
    places: Collection[str] | None,
) -> Tally:
    with screen(lambda: folders.size(folder)) as seen:

        def told(row: Row) -> None:
            if row.key not in known:
                verdicts.append(path, row)
            if args.all or row.verdict == OPEN:
                seen.say(shown(row))

        reads = folders.read(folder, by_line=args.lines, without=[path], only=places, advance=seen.advance)
        return run(reads, decide, known, least=args.severity, told=told, complain=seen.complain)


if __name__ == "__main__":
    sys.exit(main())
