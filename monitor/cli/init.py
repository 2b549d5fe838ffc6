"""`monitor init`: a commented configuration beside copies of the watchlists and templates,
for people to edit.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import MISCONFIGURED, say, stop
from monitor.cli.question import Kind, question_files, write_question
from monitor.config import load, places
from monitor.errors import ConfigError, Mistake
from monitor.feeds import seeds
from monitor.watchlists.upgrade import upgrade_templates, upgrade_variables, upgrade_watchlists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.watchlists.editing import Upgrade

#: what is copied, and what it is for
_COPIES = {
    "watchlists": "what is looked for; `monitor watchlists test` tries it",
    "templates": "how messages look; `monitor preview digest` shows it",
}
#: files in which the program's environment may stand
_SETS_VARIABLES = (".env", "*.env", "compose*.y*ml", "docker-compose*.y*ml")


Question = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A new question instead, by its name: both parties' with a hyphen."),
]
Between = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME", help="The question's two parties, where its name does not say them."),
]
AsksFor = Annotated[
    Kind,
    typer.Option(
        help="Contacts of two parties, names of a group, or departure: who asks foreign forces to leave."
    ),
]


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when it is not there.")] = Path(
        "config"
    ),
    upgrade: Annotated[
        bool,
        typer.Option("--upgrade", help="Rewrite what an earlier version read to the form of now."),
    ] = False,
    question: Question = None,
    between: Between = None,
    kind: AsksFor = Kind.CONTACTS,
) -> None:
    """Write monitor.yaml with copies of watchlists, templates and feeds to edit. Overwrites nothing.

    With --question: the files of a question of your own, with the states in six languages.

    With --upgrade: rewrite the watchlists, tests and templates that are there, keeping comments; of each
    changed file a copy stays beside it (.bak). Exit 2 when something cannot be rewritten; nothing is then.
    """
    if upgrade:
        _upgrade(folder)
        return
    if between is not None and question is None:
        raise typer.BadParameter("--between needs --question")
    asked = question_files(question, between, kind) if question is not None else None
    target = folder / "monitor.yaml"
    if target.exists():
        stop(f"{target} exists already; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(_settings(folder), encoding="utf-8")
    shutil.copy(load.bundled("seeds") / "feeds.yaml", folder / "feeds.yaml")
    say(f"{target}  the configuration, every key explained")
    say(f"{folder / 'feeds.yaml'}  the sources")
    _copy(folder, asked)
    named = "" if target in places.PLACES else f" --config {target}"
    say(f"\nnext: monitor check{named}, then monitor run{named}")


def _copy(folder: Path, asked: dict[str, str] | None) -> None:
    """The shipped watchlists and templates; of a question its own watchlists."""
    for name, purpose in _COPIES.items():
        if asked is not None and name == "watchlists":
            write_question(folder / name, asked)
            continue
        if not (folder / name).exists():
            shutil.copytree(load.bundled(name), folder / name)
        say(f"{folder / name}/  {purpose}")


def _settings(folder: Path) -> str:
    """The example with the folder's own watchlists, templates, feeds and data."""
    text = load.bundled("monitor.example.yaml").read_text(encoding="utf-8")
    for name in (*_COPIES, "feeds: seeds/feeds.yaml"):
        key, _, value = name.partition(": ")
        text = text.replace(f"# {key}: {value or key}\n", f"{key}: {'feeds.yaml' if value else key}\n")
    data = _data_from(folder)
    text = text.replace("\ndata: data\n", f"\ndata: {data}\n")
    return text.replace("# database: sqlite:///data/", f"# database: sqlite:///{data}/")


def _data_from(folder: Path) -> str:
    """The data folder as a file in `folder` names it:
    the one that is used without a file, where that is near.
    """
    if folder.is_absolute() or ".." in folder.parts:
        return "data"
    return Path(*[".."] * len(folder.parts), "data").as_posix()


def _upgrade(folder: Path) -> None:
    if not folder.is_dir():
        stop(f"{folder}: there is no such folder", MISCONFIGURED)
    lists, templates = _own(folder)
    shipped = _read(load.bundled("watchlists"), ("*.yaml",))
    jobs: list[tuple[Path, tuple[str, ...], Callable[[Mapping[str, bytes], str], Upgrade]]] = [
        (folder, _SETS_VARIABLES, lambda sources, root: upgrade_variables(sources, root=root)),
    ]
    if lists is not None:
        given = ("*.yaml", "*.yml", "entities/*.yaml")
        jobs.append((lists, given, lambda sources, root: upgrade_watchlists(sources, shipped, root=root)))
    if templates is not None:
        given = ("*/*.html", "*/*.txt", "*/*.json")
        jobs.append((templates, given, lambda sources, root: upgrade_templates(sources, root=root)))
    done: list[tuple[Path, Upgrade]] = []
    mistakes: list[Mistake] = []
    for root, patterns, rewrite in jobs:
        try:
            done.append((root, rewrite(_read(root, patterns), root.as_posix())))
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(tuple(mistakes))
    for root, made in done:
        _write(root, made)
    count = sum(len(made.changes) for _, made in done)
    say(f"{count} places rewritten; next: monitor check" if count else "nothing to rewrite")


def _own(folder: Path) -> tuple[Path | None, Path | None]:
    """The watchlists and templates in `folder`, as its monitor.yaml names them, or by their usual names."""
    lists, templates = folder / "watchlists", folder / "templates"
    found = [lists if lists.is_dir() else folder, templates if templates.is_dir() else None]
    if (folder / places.FILE).is_file():
        settings = load.only_files(folder, {})
        found = [settings.watchlists, settings.templates]
    for number, path in enumerate(found):
        if path is not None and folder.resolve() not in (path.resolve(), *path.resolve().parents):
            if not path.is_relative_to(load.bundled("watchlists")):
                say(f"note: {path} lies outside {folder}: give it to --upgrade, too")
            found[number] = None
    return found[0], found[1]


def _read(root: Path, patterns: Iterable[str]) -> dict[str, bytes]:
    paths = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths)}


def _write(root: Path, made: Upgrade) -> None:
    """Each file with a copy of what it was, then what was changed in it."""
    for name, data in made.files.items():
        path = (root / name).resolve()
        try:
            if path.exists():
                shutil.copy2(path, _free(path.with_name(f"{path.name}.bak")))
            seeds.put(path, data)
        except (OSError, seeds.Unwritable) as error:
            stop(f"{root / name}: {error}", MISCONFIGURED)
    for change in made.changes:
        say(str(change))


def _free(path: Path) -> Path:
    """`path`, or the first `path.2`, `path.3` … that is not there: an older copy is never lost."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}.{number}")
    return found
