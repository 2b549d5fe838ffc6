"""`serve`: the desk, beside a monitor that runs or by itself; `run` serves it too."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

from monitor import daemon, logs
from monitor.app import App, opened
from monitor.cli.common import ConfigOption, heard, loaded, say
from monitor.cli.false_alarms import keep_test, kept
from monitor.desk import server
from monitor.desk.asked import Desk
from monitor.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.jobs.feedback import Claim
    from monitor.model.delivery import Suppression

log = logs.get("desk")

#: the thread that makes what the first views need
WARMING = "desk-warming"


def serve(config: ConfigOption = None) -> None:
    """Serve the desk alone until SIGTERM or Ctrl-C, beside `monitor run` or on an archive that rests."""
    with daemon.Signals() as signals:
        found = loaded(config)
        if found.listen is None:
            raise ConfigError(
                (_mistake(found.path, "listen: none serves nothing", "name a host and a port"),)
            )
        with opened(found, exclusive=False) as app, serving(app, needed=True) as address:
            say(f"the desk is at {address}\nCtrl-C stops it")
            while signals.wait() is signal.SIGHUP:
                daemon.read_again(partial(app.reload, alone=False))


@contextmanager
def serving(app: App, *, needed: bool = False) -> Iterator[str | None]:
    """Serve the desk while the block runs; its address, None where it is not served.

    Raises ConfigError: the port is taken, and the configuration names it or the desk is `needed`.
    """
    found = app.parts.settings
    if found.listen is None:
        yield None
        return
    proxies = tuple(map(str, found.config.desk.proxies))
    desk = Desk(app=app, claim=partial(_claimed, app))
    ended = Event()
    warming: list[Thread] = []
    with ExitStack() as stack:
        # the database is closed next: nothing may still read it
        stack.callback(_wait_for, warming, ended)
        try:
            service = server.served(
                partial(_application, desk, warming, ended), found.listen, proxies=proxies
            )
            host, port = stack.enter_context(service)
        except OSError as error:
            if needed or "listen" in found.config.model_fields_set:
                # Python's own words go on with the address, which is named already
                why = (error.strerror or str(error)).partition(" (while ")[0]
                said = f"listen: {found.config.listen} cannot be served: {why}"
                raise ConfigError((_mistake(found.path, said, "choose a free port"),)) from None
            log.warning("desk_not_served", listen=found.config.listen, reason=str(error))
            yield None
            return
        yield f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _application(desk: Desk, warming: list[Thread], ended: Event) -> object:
    """Loaded at the first visit: an idle monitor needs none of it."""
    from monitor.desk.web import application, warm

    thread = Thread(target=warm, args=(desk, ended), name=WARMING, daemon=True)
    warming.append(thread)
    thread.start()
    return application(desk)


def _wait_for(warming: list[Thread], ended: Event) -> None:
    """Until no thread makes a page for later any more: at most the one in hand is finished."""
    ended.set()
    for thread in warming:
        thread.join()


def _claimed(app: App, claim: Claim) -> tuple[Suppression, int]:
    made, item, count = kept(app.db, claim, app.clock(), app.parts.watchlists.press.outlets)
    with heard(lambda text: log.warning("false_alarm_test", detail=text)):
        keep_test(app.parts.settings, made, item.item, quiet=True)
    return made, count


def _mistake(path: object, message: str, remedy: str) -> Mistake:
    return Mistake(file=str(path or "environment"), line=None, column=None, message=message, remedy=remedy)
