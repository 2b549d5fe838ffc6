"""`monitor explain`: why an item fires, why not, what nearly fired; and keeping the answer as a test."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from errno import EACCES, EPERM, EROFS
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor import file_modes
from monitor.cli.common import (
    FINDINGS,
    MISCONFIGURED,
    ConfigOption,
    JsonOption,
    complain,
    console,
    loaded,
    say,
    say_json,
    stop,
)
from monitor.cli.input import MAX_TEXT, as_item, opened
from monitor.contacts.extract import extractor, listener
from monitor.documents import suggestion
from monitor.languages import detect
from monitor.matching.matcher import Matcher
from monitor.watchlists import explain, save_test, selftest
from monitor.watchlists.compile import load
from monitor.watchlists.explain import MAX_SENTENCES, Quoted
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.config.load import Settings
    from monitor.model import Contact, Item
    from monitor.watchlists.explain import Explanation, RuleExplanation
    from monitor.watchlists.selftest import WithTests


_WEB = re.compile(r"https?://", re.IGNORECASE)
_SAVED_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)\b", re.IGNORECASE)


What = Annotated[
    str,
    typer.Argument(
        metavar="FILE|URL|ITEM-ID",
        help="A text (first line: title), a saved page, an item as JSON, - for any of them on "
        "standard input, the address of an article, or the number of an item in the archive.",
    ),
]


def explain_item(
    what: What,
    everything: Annotated[
        bool, typer.Option("--all", help="Also rules that found nothing, and the queries.")
    ] = False,
    save_test: Annotated[
        str | None,
        typer.Option(
            "--save-test", metavar="WATCHLIST", help="Keep the item as a test beside this watchlist."
        ),
    ] = None,
    no_match: Annotated[
        bool, typer.Option("--no-match", help="With --save-test: the item must not alert.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="With --save-test: what the test is about.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Why an item fires, why not, and what nearly fired: per rule, with the sentence."""
    if save_test is None and (no_match or why):
        stop("--no-match and --why belong to --save-test", MISCONFIGURED)
    found = loaded(config)
    lists = load(found.watchlists, cache=found.pattern_cache, tests=found.own_tests)
    test_place = place(lists, save_test, found) if save_test else None
    item = explain.as_polled(_item(what, found), lists.press.outlets)
    said = explain.explain(Matcher(lists, extract=extractor(lists), denier=listener(lists)), item)
    if as_json:
        say_json(explain.as_json(said))
    else:
        console.print(explained(said, everything=everything, colours=console.is_terminal), end="")
    if test_place:
        save(test_place, item, no_match=no_match, why=why)


def _item(what: str, found: Settings) -> Item:
    if _WEB.match(what):
        from monitor.cli.articles import behind

        return behind(what, found)
    if re.fullmatch(r"\d+", what) and not Path(what).exists():
        from monitor.cli.articles import archived

        return archived(int(what), found)
    with opened(what) as source:
        body = source.read(MAX_TEXT)
    if _SAVED_PAGE.match(body):
        from monitor.cli.articles import saved

        page = saved(body)
        if page is not None:
            return page
    return as_item(body.decode("utf-8-sig", "replace"), what)


# An explanation for the terminal: rules by what became of them, found words marked in their sentences.

#: what became of a rule: the word for it, its colour
KINDS = {
    "fired": ("FIRED", "bold green"),
    "related": ("RELATED", "green"),
    "unless": ("HELD BACK", "yellow"),
    "no-contact": ("NO CONTACT", "yellow"),
    "silenced": ("SILENCED", "yellow"),
    "near": ("NEARLY", "cyan"),
    "nothing": ("NOTHING", "dim"),
}
MARKED = "bold reverse"
#: near misses shown of one watchlist
NEAREST = 3


def explained(explanation: Explanation, *, everything: bool = False, colours: bool = False) -> Text:
    """All rules that had something to say; with `everything` all rules, with their queries.

    Otherwise near misses of a watchlist that fired are left out, and all but the nearest of the others.
    Without `colours` the found words stand in [brackets].
    """
    out = Text(
        f"{isolated(explanation.title or '(no title)')} [{explanation.lang}]\n",
        style="bold" if colours else "",
    )
    shown = [r for r in explanation.rules if everything or r in _worth(explanation)]
    for rules in _alike(shown):
        _rule(out, rules, everything=everything, colours=colours)
    for line in _left_out(explanation, shown):
        out.append(f"\n{line}\n", style="dim" if colours else "")
    return out


def _worth(explanation: Explanation) -> list[RuleExplanation]:
    """Without the silent rules, the near misses of watchlists that fired,
    and all but the nearest of the others.
    """
    fired = {r.watchlist for r in explanation.rules if r.kind == "fired"}
    near: Counter[str] = Counter()
    worth = []
    for rule in explanation.rules:
        if rule.kind == "near":
            near[rule.watchlist] += 1
            if rule.watchlist in fired or near[rule.watchlist] > NEAREST:
                continue
        if rule.kind != "nothing":
            worth.append(rule)
    return worth


def _left_out(explanation: Explanation, shown: list[RuleExplanation]) -> Iterator[str]:
    hidden = [r for r in explanation.rules if r not in shown]
    near = sum(r.kind == "near" for r in hidden)
    silent = len(hidden) - near
    if near:
        yield f"{near} more near miss{'es' * (near != 1)}: --all shows all."
    if silent:
        yield f"{silent} more rule{'s' * (silent != 1)} found nothing."


def _alike(shown: list[RuleExplanation]) -> Iterator[list[RuleExplanation]]:
    """Rules of one watchlist without a contact for one reason stand together."""
    groups: dict[tuple[str, str, str], list[RuleExplanation]] = {}
    for rule in shown:
        own = rule.rule if rule.kind != "no-contact" else ""
        groups.setdefault((rule.watchlist, own, rule.detail), []).append(rule)
    yield from groups.values()


def _rule(out: Text, rules: list[RuleExplanation], *, everything: bool, colours: bool) -> None:
    rule, more = rules[0], "".join(f", {other.rule}" for other in rules[1:])
    word, colour = KINDS[rule.kind]
    out.append("\n")
    out.append(f"{word:10}", style=colour if colours else "")
    out.append(f"  {rule.watchlist}/{rule.rule}{more} ({rule.severity})  {isolated(rule.title)}\n")
    if everything:
        out.append(f"  query: {isolated(rule.query)}\n", style="dim" if colours else "")
    out.append(f"  {rule.detail or 'none of its words occur'}\n")
    for quoted in rule.sentences:
        _sentence(out, quoted, "  ", colours=colours)
    for contact in rule.contacts:
        out.append(f"  contact: {told(contact)}\n")
        for quoted in _told_in(contact):
            _sentence(out, quoted, "    ", colours=colours)


def _sentence(out: Text, quoted: Quoted, indent: str, *, colours: bool) -> None:
    out.append(f"{indent}{quoted.field}: ", style="dim" if colours else "")
    out.append_text(marked(quoted, colours=colours))
    out.append("\n")


def _told_in(contact: Contact) -> Iterator[Quoted]:
    """The sentences that a contact was read from, with its words."""
    sentences: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for word in contact.evidence:
        at = word.sentence.find(word.text)
        places = sentences.setdefault((word.field, word.sentence), set())
        if at >= 0:
            places.add((at, at + len(word.text)))
    for (field, sentence), places in list(sentences.items())[:MAX_SENTENCES]:
        words = sorted(places, key=lambda place: (place[0], -place[1]))
        yield Quoted(field=field, text=sentence, words=tuple(words))


def told(contact: Contact) -> str:
    """A contact in one line: kind and status, who with whom, where and when."""
    sides = " with ".join(", ".join(names) or "nobody named" for names in contact.parties.values())
    where = f", {contact.place}" if contact.place else ""
    when = f", {contact.date}" if contact.date else ""
    background = ", recalled from earlier" if contact.background else ""
    return f"{contact.type.value} ({contact.status.value}): {sides}{where}{when}{background}"


def marked(quoted: Quoted, *, colours: bool = False) -> Text:
    """The sentence on one line, isolated, with the found words in colour or in [brackets]."""
    before, after = ("… " if quoted.cut[0] else ""), (" …" if quoted.cut[1] else "")
    out, at = Text(isolated("")[0] + before), 0
    for start, end in quoted.words:
        if start >= at:
            out.append(_line(quoted.text[at:start]))
            word = _line(quoted.text[start:end])
            out.append(word if colours else f"[{word}]", style=MARKED if colours else "")
            at = end
    out.append(_line(quoted.text[at:]))
    out.append(after + isolated("")[-1])
    return out


def _line(text: str) -> str:
    """Line breaks as spaces, other white space as it is."""
    return " ".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


# `explain --save-test`: the explained item as a test beside the watchlist, and whether it holds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test goes."""

    lists: WithTests
    watchlist: str
    folder: Path
    file: Path
    #: for tests that cannot be written to `file`
    spare: Path


def place(lists: WithTests, name: str, found: Settings) -> Place:
    """The test file of a watchlist: the one that has its tests, else the one beside it.

    Ends the command for no such one.
    """
    known = {w.id: w for w in lists.lists}
    if name not in known:
        stop(
            "; ".join(filter(None, (f"there is no watchlist {name!r}", suggestion(name, known)))),
            MISCONFIGURED,
        )
    return Place(
        lists=lists,
        watchlist=name,
        folder=found.watchlists,
        file=save_test.file_of(lists, name),
        spare=found.own_tests.resolve() / f"{name}.test.yaml",
    )


def save(where: Place, item: Item, *, no_match: bool, why: str, quiet: bool = False) -> None:
    """Append the test, run it, and say both (`quiet`: only what is wrong).

    Exit 1: it is there already, or it does not hold (yet).
    """
    test = save_test.NewTest(item=save_test.of_item(item), no_match=no_match, why=" ".join(why.split()))
    if not (item.title or item.summary or item.content).strip():
        stop("there is no text to keep", MISCONFIGURED)
    twin = save_test.twin(where.lists.cases, where.watchlist, test.item)
    if twin is not None:
        stop(
            f"{twin.file}:{twin.line}: the same words are a {twin.test.kind} test already; nothing "
            "was written"
        )
    file = _append(where, test)
    lists = load(where.folder, tests=where.spare.parent)
    case = [c for c in lists.cases if Path(c.file) == file][-1]
    outcome = selftest.run(
        lists, [case], extract=extractor(lists), detect=lambda text: detect.detect(text, None)
    ).outcomes[0]
    if not quiet:
        say(f"saved as a {test.kind} test: {outcome}")
    if outcome.failed:
        raise typer.Exit(FINDINGS)


def _append(where: Place, test: save_test.NewTest) -> Path:
    """Write the test beside its watchlist, or into the data folder where that is read-only; where it is.

    Ends the command: it can be written nowhere.
    """
    try:
        _write(where.file, where.watchlist, test)
    except OSError as error:
        if error.errno not in (EROFS, EACCES, EPERM):
            stop(
                f"{where.file}: {error.strerror} (`monitor init` makes watchlists that are yours)",
                MISCONFIGURED,
            )
    else:
        return where.file
    try:
        file_modes.make_folder(where.spare.parent)
        _write(where.spare, where.watchlist, test)
    except OSError as error:
        stop(f"{where.spare}: {error.strerror}", MISCONFIGURED)
    complain(
        f"{where.file} cannot be written: the test is in {where.spare}, and `monitor watchlists test` runs it"
    )
    return where.spare


def _write(file: Path, watchlist: str, test: save_test.NewTest) -> None:
    old = file.read_bytes() if file.exists() else b""
    new = save_test.addition(old, str(file), watchlist, test)
    with file.open("ab") as out:
        out.write(new)
