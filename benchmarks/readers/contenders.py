"""One reader of feeds in a process of its own: `python -m benchmarks.readers.contenders NAME FOLDER`.

It makes itself ready, says so with a line, and then goes one round for each line on its standard input: all
feeds of `FOLDER/addresses.txt` are asked. After each round it prints how many entries it knows and how many of
them matched (null where it does not match), as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    #: goes one round; entries known then, and matched ones
    Round = Callable[[], tuple[int | None, int | None]]


@contextlib.contextmanager
def floor(folder: Path) -> Iterator[Round]:
    """pycurl, one handle, and a hash of what came: what nobody can do without."""
    from hashlib import blake2b

    import pycurl

    handle = pycurl.Curl()
    known: dict[str, dict[str, str]] = {}
    hashes: dict[str, bytes] = {}

    def go() -> tuple[None, None]:
        for address in _addresses(folder):
            body, headers = io.BytesIO(), known.get(address, {})
            fresh: dict[str, str] = {}
            handle.setopt(pycurl.URL, address)
            handle.setopt(pycurl.WRITEFUNCTION, body.write)
            handle.setopt(pycurl.HEADERFUNCTION, lambda line, fresh=fresh: _validator(line, fresh))
            handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers.items()])
            handle.perform()
            if handle.getinfo(pycurl.RESPONSE_CODE) == 200:
                known[address] = fresh
                hashes[address] = blake2b(body.getvalue()).digest()
        return None, None

    yield go


def _validator(line: bytes, found: dict[str, str]) -> None:
    name, _, value = line.decode("latin-1").partition(":")
    if (
        sent := {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}.get(name.lower())
    ) is not None:
        found[sent] = value.strip()


@contextlib.contextmanager
def monitor(folder: Path) -> Iterator[Round]:
    """This program: the parts of its daemon, the whole line from the request to a message in a folder."""
    from monitor import logs
    from monitor.app import opened
    from monitor.config import load
    from monitor.jobs import preview

    known = matched = 0
    logs.configure()  # as the daemon does
    with opened(load.load(folder / "monitor.yaml"), lasting=False) as app:

        def go() -> tuple[int, int]:
            nonlocal known, matched
            preview.make_due(app.db, app.clock(), app.parts.feeds)
            total = app.poll()
            preview.hurry_groups(app.db, app.clock())
            app.alert()
            app.deliver()
            known, matched = known + total["new"], matched + total["matched"]
            return known, matched

        yield go


@contextlib.contextmanager
def reader(folder: Path) -> Iterator[Round]:
    """PyPI's `reader` as a library with its defaults, one worker."""
    from reader import make_reader

    with make_reader(str(folder / "reader.sqlite")) as found:
        for address in _addresses(folder):
            found.add_feed(address)

        def go() -> tuple[int, None]:
            found.update_feeds(scheduled=False)  # else it asks for nothing within the hour
            return found.get_entry_counts().total, None

        yield go


@contextlib.contextmanager
def rss2email(folder: Path) -> Iterator[Round]:
    """`r2e run --no-send`, as cron would start it; what it would mail is not made."""
    files = ("-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json"))
    r2e = (sys.executable, "-c", "from rss2email.main import run; run()", *files)
    home = {**os.environ, "HOME": str(folder)}

    def call(*arguments: str) -> None:
        subprocess.run((*r2e, *arguments), check=True, env=home, stdout=subprocess.DEVNULL)

    call("new", "a@example.org")
    feeds = "".join(f"\n[feed.f{n}]\nurl = {address}\n" for n, address in enumerate(_addresses(folder)))
    with (folder / "r2e.cfg").open("a", encoding="utf-8") as config:
        config.write(feeds)

    def go() -> tuple[int, None]:
        call("run", "--no-send")
        data = json.loads((folder / "r2e.json").read_text(encoding="utf-8"))
        return sum(len(feed["seen"]) for feed in data["feeds"]), None

    yield go


def _addresses(folder: Path) -> list[str]:
    return (folder / "addresses.txt").read_text(encoding="utf-8").split()


CONTENDERS = {one.__name__: one for one in (floor, monitor, reader, rss2email)}


def main(name: str, folder: str) -> None:
    """Go a round for each line that comes."""
    with CONTENDERS[name](Path(folder)) as go:
        print(json.dumps("ready"), flush=True)
        for _ in sys.stdin:
            print(json.dumps(go()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
