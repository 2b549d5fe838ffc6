"""`monitor init`: a commented configuration beside copies of the watchlists and templates,
for people to edit.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import FINDINGS, complain, say
from monitor.config import load

#: what is copied, and what it is for
_COPIES = {
    "watchlists": "what is looked for; `monitor watchlists test` tries it",
    "templates": "how messages look; `monitor preview digest` shows it",
}


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when it is not there.")] = Path(
        "config"
    ),
) -> None:
    """Write monitor.yaml with copies of watchlists, templates and feeds to edit. Overwrites nothing."""
    target = folder / "monitor.yaml"
    if target.exists():
        complain(f"{target} exists already; nothing was written")
        raise typer.Exit(FINDINGS)
    folder.mkdir(parents=True, exist_ok=True)
    text = load.bundled("monitor.example.yaml").read_text(encoding="utf-8")
    for name in (*_COPIES, "feeds: seeds/feeds.yaml"):
        key, _, value = name.partition(": ")
        text = text.replace(f"# {key}: {value or key}\n", f"{key}: {'feeds.yaml' if value else key}\n")
    data = _data_from(folder)
    text = text.replace("\ndata: data\n", f"\ndata: {data}\n")
    text = text.replace("# database: sqlite:///data/", f"# database: sqlite:///{data}/")
    target.write_text(text, encoding="utf-8")
    shutil.copy(load.bundled("seeds") / "feeds.yaml", folder / "feeds.yaml")
    say(f"{target}  the configuration, every key explained")
    say(f"{folder / 'feeds.yaml'}  the sources")
    for name, purpose in _COPIES.items():
        if not (folder / name).exists():
            shutil.copytree(load.bundled(name), folder / name)
        say(f"{folder / name}/  {purpose}")
    named = "" if target in load.PLACES else f" --config {target}"
    say(f"\nnext: monitor check{named}, then monitor run{named}")


def _data_from(folder: Path) -> str:
    """The data folder as a file in `folder` names it:
    the one that is used without a file, where that is near.
    """
    if folder.is_absolute() or ".." in folder.parts:
        return "data"
    return Path(*[".."] * len(folder.parts), "data").as_posix()
