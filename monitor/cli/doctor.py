"""`doctor`: what this machine and its network are like, line by line, each with its remedy.

Nothing is sent: a mail relay is asked up to the login, a Slack bot who it is, every other address up to TLS.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import ssl
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from monitor import parts
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, loaded, own, say, say_json
from monitor.cli.feed_add import known_feeds
from monitor.cli.input import progress
from monitor.delivery import channels
from monitor.errors import StoreError
from monitor.jobs.watch import MEGABYTE, enough_room
from monitor.model import Delivered
from monitor.net.certificates import refusal
from monitor.net.client import (
    CA_FILE,
    AddressRefused,
    NameUnresolved,
    check_name,
    checked,
    date_of,
    tls_context,
)
from monitor.net.redaction import redact
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.config.load import Settings
    from monitor.config.model import ReceiverConfig
    from monitor.net.client import NetPolicy

T = TypeVar("T")

#: seconds for one look at another machine
PATIENCE = 10.0
#: looks that go on side by side
AT_ONCE = 16
#: a certificate that ends sooner is told of
SOON = timedelta(days=14)
#: a clock that differs by more is wrong; an HTTP Date has whole seconds
SKEW = timedelta(seconds=30)
#: the store's index of words needs it
OLDEST_SQLITE = (3, 34)
#: what most reports of trouble ask for
LIBRARIES = ("sqlalchemy", "httpx", "feedparser", "apscheduler", "aiosmtplib", "jinja2", "certifi", "psycopg")
#: feeds that cannot be resolved are named up to here
NAMED = 10


@dataclass(frozen=True, slots=True)
class Line:
    """What one look found."""

    #: `ok`, `note` (nothing to be done), or `fails`
    state: str
    what: str
    detail: str
    remedy: str = ""


def doctor(
    online: Annotated[
        bool,
        typer.Option("--online", help="Also names, TLS, mail login, Slack and the clock; sends nothing."),
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """What this machine, and with --online its network, is like. Exit 1 when something fails."""
    found = loaded(config)
    lines = [*_libraries(), *_room(found), *_database(found)]
    if online:
        lines += _online(found, quiet=as_json)
    if as_json:
        say_json(
            {"ok": not any(line.state == "fails" for line in lines), "lines": [asdict(n) for n in lines]}
        )
    for line in lines if not as_json else ():
        remedy = f" ({line.remedy})" if line.remedy and line.state != "ok" else ""
        say(f"{line.state:5}  {line.what}: {own(line.detail)}{remedy}")
    if any(line.state == "fails" for line in lines):
        raise typer.Exit(FINDINGS)


# This machine.


def _libraries() -> Iterator[Line]:
    yield Line("ok", "python", f"{sys.version.split()[0]}, {ssl.OPENSSL_VERSION}")
    old = sqlite3.sqlite_version_info < OLDEST_SQLITE
    yield Line(
        "fails" if old else "ok",
        "sqlite",
        sqlite3.sqlite_version,
        "3.34 or newer is needed; use the container image, or a newer Python",
    )
    there = [(name, _version(name)) for name in LIBRARIES]
    yield Line("ok", "libraries", ", ".join(f"{name} {version}" for name, version in there if version))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _room(found: Settings) -> Iterator[Line]:
    folder = next(path for path in (found.data.absolute(), *found.data.absolute().parents) if path.exists())
    writable = os.access(folder, os.W_OK)
    yield Line(
        "ok" if writable else "fails",
        "data folder",
        str(folder) if writable else f"{folder} cannot be written",
        "let the user that runs the monitor write there, or set MONITOR_DATA",
    )
    disk = shutil.disk_usage(folder)
    yield Line(
        "ok" if enough_room(disk) else "fails",
        "disk",
        f"{disk.free // MEGABYTE:,} of {disk.total // MEGABYTE:,} MB free",
        "make room, or keep things for a shorter time (`retention`)",
    )


def _database(found: Settings) -> Iterator[Line]:
    try:
        with Database.open(found.database, create=False) as db:
            running = db.in_use()
    except StoreError as error:
        yield Line("note", "database", redact(str(error)))
        return
    at_work = (
        "nobody can tell whether a monitor runs"
        if running is None
        else f"{'a' if running else 'no'} monitor runs on it"
    )
    yield Line("ok", "database", f"{redact(found.database)}: {at_work}")


# Its network.


def _online(found: Settings, *, quiet: bool) -> list[Line]:
    net = parts.policy(found)
    feeds = [feed for feed in known_feeds(found) if feed.enabled]
    hosts = sorted({host for feed in feeds if (host := urlsplit(feed.url).hostname)})
    looks: list[Callable[[], Line | None]] = [partial(_tls, *place, net) for place in _places(found)]
    looks += [partial(_visited, receiver, net) for receiver in found.config.receivers]
    with (
        ThreadPoolExecutor(AT_ONCE) as pool,
        progress("looking", len(hosts) + len(looks), quiet=quiet) as done,
    ):
        named, looked = pool.map(_resolves, hosts), pool.map(_call, looks)
        there = [host for host, well in zip(hosts, _counted(named, done), strict=True) if well]
        lines = [line for line in _counted(looked, done) if line is not None]
    clock = asyncio.run(_clock([feed.url for feed in feeds if urlsplit(feed.url).hostname in there], net))
    return [*_names(hosts, there), *lines, clock]


def _counted(found: Iterable[T], done: Callable[[int], None]) -> Iterator[T]:
    for one in found:
        done(1)
        yield one


def _call(look: Callable[[], T]) -> T:
    return look()


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return False


def _names(hosts: Sequence[str], there: Sequence[str]) -> Iterator[Line]:
    """One line for all that are well; each of the others, or all of them together."""
    if there or not hosts:
        yield Line("ok", "dns", f"{len(there)} of {len(hosts)} hosts of feeds resolve")
    else:
        why = "no network, no resolver in /etc/resolv.conf, or a container without one"
        yield Line("fails", "dns", f"none of {len(hosts)} hosts of feeds resolves", why)
        return
    missing = [host for host in hosts if host not in there]
    for host in missing[:NAMED]:
        yield Line("fails", "dns", f"{host} does not resolve", "mistyped, or the site is gone")
    if len(missing) > NAMED:
        yield Line("fails", "dns", f"and {len(missing) - NAMED} more do not", "`monitor feeds status`")


def _places(found: Settings) -> list[tuple[str, int]]:
    """Hosts and ports to which messages and pings go over HTTPS, each once; paths are secrets."""
    urls = [str(url) for r in found.config.receivers for url in _urls(r)]
    beat = found.config.heartbeat
    urls += [beat.url.get_secret_value()] if beat is not None and beat.url is not None else []
    urls += [found.config.public_url] if found.config.public_url else []
    split = [urlsplit(url) for url in urls if url.startswith("https://")]
    return sorted({(url.hostname, url.port or 443) for url in split if url.hostname})


def _urls(receiver: ReceiverConfig) -> Iterator[str]:
    settings = receiver.settings
    for name in ("webhook_url", "url"):
        secret = getattr(settings, name, None)
        if secret is not None:
            yield secret.get_secret_value()
    if getattr(settings, "bot_token", None) is not None:
        yield str(getattr(settings, "api_url", ""))


def _tls(host: str, port: int, net: NetPolicy) -> Line:
    """Whether a connection is let out, answered, and shows a certificate that lasts."""
    what, key = f"tls {host}" + (f":{port}" if port != 443 else ""), CA_FILE
    try:
        check_name(host, port, net)
        found = [str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        address = checked(host, found, net)[0]
        with (
            socket.create_connection((address, port), PATIENCE) as plain,
            tls_context(net.authorities).wrap_socket(plain, server_hostname=host) as secure,
        ):
            return _until(what, secure.getpeercert())
    except AddressRefused as error:
        return Line(
            "fails", what, str(error), "polling.allow_networks and polling.allow_ports say what is allowed"
        )
    except (OSError, UnicodeError, NameUnresolved) as error:
        why = refusal(error, key) or str(error) or type(error).__name__
        return Line("fails", what, why, "is there a firewall or a proxy between?")


def _until(what: str, certificate: dict[str, Any] | None) -> Line:
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds((certificate or {})["notAfter"]), UTC)
    soon = end - datetime.now(UTC) < SOON
    remedy = "have it renewed, or tell whoever runs that server"
    return Line("note" if soon else "ok", what, f"certificate until {end:%Y-%m-%d}", remedy)


def _visited(receiver: ReceiverConfig, net: NetPolicy) -> Line | None:
    """What the receiver's server says without being sent anything; None where nobody can be asked."""
    visit = channels.channel_of(receiver.kind).visit
    outcome = visit(receiver.settings, net) if visit is not None else None
    if outcome is None:
        return None
    what = f"receiver {receiver.name}"
    if isinstance(outcome, Delivered):
        return Line("ok", what, outcome.detail)
    return Line("fails", what, outcome.reason, f"`monitor send-test {receiver.name}` after it is mended")


async def _clock(urls: Sequence[str], net: NetPolicy) -> Line:
    """This machine's clock beside the Date of the first server that answers."""
    for url in urls[:NAMED]:
        try:
            date = parsedate_to_datetime(await date_of(url, replace(net, total_timeout=PATIENCE)))
        except (OSError, ValueError):
            continue
        return _beside(date, urlsplit(url).hostname or url)
    return Line("note", "clock", "no server told the time", "see dns above; NTP keeps a clock right")


def _beside(date: datetime, host: str) -> Line:
    ahead = datetime.now(UTC) - date
    way = f"{abs(ahead.total_seconds()):.0f} s {'ahead of' if ahead > timedelta() else 'behind'} {host}"
    if abs(ahead) <= SKEW:
        return Line("ok", "clock", f"as {host} has it, within {SKEW.seconds} s")
    return Line("fails", "clock", way, "set it, and let NTP keep it: digests and certificates go by it")
