"""`monitor export case` writes a story with its evidence;
`monitor verify` checks one, or the archive itself.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import search_options
from monitor.cli.common import FINDINGS, MISCONFIGURED, ConfigOption, complain, loaded, say, stop
from monitor.cli.input import progress
from monitor.exports import case as case_page
from monitor.exports.case import files
from monitor.exports.verify import verify as verified
from monitor.jobs.case import gathered
from monitor.store import evidence
from monitor.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.exports.verify import Verified

app = typer.Typer(help="Write parts of the archive for others.", no_args_is_help=True)


@app.callback()
def _export() -> None:
    """Write parts of the archive for others."""


@app.command("case")
def case(
    story_id: Annotated[str, typer.Argument(metavar="STORY", help="The id of a story: s-0123456789.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Must not exist; case-STORY otherwise.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """A folder with one story: a page to read and print, data, and the evidence that others can verify."""
    settings = loaded(config)
    known, judge = search_options.experts(settings)
    with Database.reading(settings.database) as tx, progress("gathering", None):
        story = search_options.story(tx, story_id)
        made = files(gathered(tx, story, known, judge))
    target = folder or Path(f"case-{story.id}")
    _write(target, made)
    kept = sum(name.startswith("entries/") for name in made)
    say(f"{target}: {len(story.items)} items, {kept} entries; check it with: monitor verify {target}")


def _write(target: Path, made: Mapping[str, bytes]) -> None:
    """The whole folder or nothing. Ends the command when it cannot be written."""
    if target.exists():
        stop(f"{target} exists already", MISCONFIGURED)
    draft: Path | None = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        draft.chmod(0o777 & ~_umask())
        for name, content in made.items():
            path = draft / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        draft.rename(target)
    except OSError as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        stop(f"{target}: {error.strerror}", MISCONFIGURED)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


#: a link, and its feed where `verify` wrote the line, of the archive or of a case
_LINK = re.compile(
    r"\b([0-9a-f]{64})\b(?:  (?:newest link of )?([\w.-]+)(?: when this was exported)?[ \t]*$)?", re.MULTILINE
)


def verify(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A case folder; otherwise the archive itself.")
    ] = None,
    since: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HEAD",
            help="A link that an earlier run printed, or a file with such a run's output: it must "
            "still be there.",
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Whether evidence is what it was: a case that was exported, or every chain of the archive.

    Exit 1 when not.
    """
    heads = [head for value in since or () for head in _heads(value)]
    if folder is None:
        _archive(config, heads)
        return
    read, odd = _read(folder)
    found = verified(read)
    missing = list(_missing(heads, found))
    for line in (*odd, *found.faults, *missing):
        complain(line)
    if odd or found.faults or missing:
        raise typer.Exit(FINDINGS)
    for feed_id, head in found.heads.items():
        say(f"{head}  newest link of {feed_id} when this was exported", style="dim")
    say(f"{folder}: {found.files} files, {found.entries} entries and {found.links} links are what they were")
    if not heads:
        say(case_page.UNPROVED)


def _missing(heads: Sequence[tuple[str, str]], found: Verified) -> Iterator[str]:
    """What is said of `heads` that a case lacks;
    those of feeds that it does not hold say nothing about it.
    """
    ours = [(head, feed) for head, feed in heads if not feed or feed in found.heads]
    if heads and not ours:
        yield f"no link to compare with: none is of {', '.join(found.heads)}"
    for head, feed in ours:
        if head not in found.chains:
            named = f" of {feed}" if feed else ""
            yield f"{head}{named} is no link of this case: it is from another time, or the case was made anew"


def _heads(value: str) -> list[tuple[str, str]]:
    """The links named by `--since`, each with its feed or "". Ends the command where there are none."""
    path = Path(value)
    text = path.read_text("utf-8", "replace") if not _LINK.fullmatch(value) and path.is_file() else value
    found = _LINK.findall(text)
    if not found:
        stop(
            f"--since {value}: neither 64 hexadecimal digits nor a file that holds them (keep what "
            "verify prints)",
            MISCONFIGURED,
        )
    return [(head, feed) for head, feed in found]


def _read(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The files of a case, and what is neither file nor folder.

    Ends the command when there is no such folder.
    """
    if not folder.is_dir():
        stop(f"{folder} is no folder", MISCONFIGURED)
    read: dict[str, bytes] = {}
    odd: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            odd.append(f"{name} is no regular file")
        elif path.is_file():
            read[name] = path.read_bytes()
    return read, odd


def _chains(tx: Any) -> Iterator[evidence.Chained]:
    chains = evidence.chained(tx)
    with progress("verifying", sum(chain.expected for chain in chains)) as advance:
        for chain in chains:
            yield chain
            advance(chain.expected)


def _archive(config: Path | None, heads: Sequence[tuple[str, str]]) -> None:
    wrong = expected = found = links = 0
    with Database.reading(loaded(config).database) as tx:
        for chain in _chains(tx):
            faults = list(evidence.faults(tx, chain.feed_id))
            if chain.found < chain.expected:
                missing = chain.expected - chain.found
                faults.append(
                    f"{chain.feed_id}: {missing:,} of {chain.expected:,} stored items have no evidence"
                )
            for line in faults:
                complain(line)
            if not faults:
                say(f"{evidence.head(tx, chain.feed_id)}  {chain.feed_id}", style="dim")
            wrong += len(faults)
            expected, found, links = expected + chain.expected, found + chain.found, links + chain.links
        for head, _ in heads:
            if evidence.holds(tx, head) is None:
                complain(f"{head} is in no chain: what was verified then was cut off or written anew")
                wrong += 1
    say(
        f"{found:,} of {expected:,} stored items have their evidence, in {links:,} links",
        style="dim" if wrong else None,
    )
    if wrong:
        raise typer.Exit(FINDINGS)
    say("every entry is what it was" + (f", and the {len(heads)} links of then are there" if heads else ""))
