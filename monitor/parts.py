"""Files to parts: the settings, feeds, watchlists, templates and receivers of a monitor,
read and compiled together.
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from monitor import __version__, documents
from monitor.config import load
from monitor.delivery import channels
from monitor.documents import together
from monitor.errors import ConfigError, Mistake
from monitor.feeds.seeds import load_feeds
from monitor.languages.detect import give_memory_back
from monitor.model.matchers import Known, known
from monitor.watchlists.compile import load as load_watchlists
from monitor.watchlists.compile import uncollected
from monitor.watchlists.kept import KeptFile, program, revision

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from monitor.config.load import Settings
    from monitor.config.model import ReceiverConfig
    from monitor.delivery.channel import Notifier
    from monitor.matching.matcher import Matcher
    from monitor.messages.templates import Templates
    from monitor.model import Feed
    from monitor.net.client import NetPolicy
    from monitor.stories.judgement import StoryJudge
    from monitor.watchlists.compile import Watchlists
    from monitor.watchlists.selftest import WithTests

T = TypeVar("T")

#: new items of a large poll
MANY = 1_000
#: of <malloc.h>
_M_ARENA_MAX = -8


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that is made from files, made anew on reload; what only some commands need, when asked."""

    settings: Settings
    feeds: tuple[Feed, ...]
    watchlists: WithTests
    #: where they had to be rendered to see whether they are right
    checked: Templates | None

    @cached_property
    def templates(self) -> Templates:
        """How messages look. Raises ConfigError, where they have changed since."""
        from monitor.messages import templates

        return self.checked or templates.load(load.bundled("templates"), self.settings.templates)

    @cached_property
    def matcher(self) -> Matcher:
        """What decides items."""
        from monitor.contacts.extract import extractor, listener
        from monitor.matching.matcher import Matcher

        lists = self.watchlists
        return Matcher(lists, extract=extractor(lists), denier=listener(lists))

    @cached_property
    def net(self) -> NetPolicy:
        """How this monitor may use the network."""
        return policy(self.settings)

    @cached_property
    def notifiers(self) -> Mapping[str, Notifier]:
        """What takes the messages of each receiver."""
        receivers = self.settings.config.receivers
        return {r.name: channels.notifier_for(r, self.net) for r in receivers}

    @cached_property
    def judge(self) -> StoryJudge:
        """What judging needs to know: who is a person, who tells the news, what parties are called."""
        return judge_of(self.watchlists)

    def prepare(self) -> None:
        """Make now, for a process that is to run for long, what otherwise waits until somebody asks."""
        self.watchlists.lexicon.prepare()
        _ = self.templates, self.matcher, self.judge

    @property
    def receivers(self) -> Mapping[str, ReceiverConfig]:
        """By name."""
        return {r.name: r for r in self.settings.config.receivers}

    @property
    def titles(self) -> Mapping[str, str]:
        """Watchlist id to title."""
        return {w.id: w.title for w in self.watchlists.lists}


def share_one_heap() -> None:
    """Let the threads to come share one heap of the GNU C library, which has one for each of them: most
    hold Python's lock when they ask for memory, and what one of them freed serves the others.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def freeze(parts: Parts) -> None:
    """Finish what loading puts off, and exempt it from garbage collection, an earlier load's rest collected.

    A full collection walks 200,000 objects of the watchlists, 125 ms each time.
    """
    parts.prepare()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_memory_back()  # 42 MB


def give_back_after(new: int) -> None:
    """Where a poll brought that many new items, return to the system what they needed for a while: 4 MB."""
    if new >= MANY:
        give_memory_back()


@uncollected()
def build(found: Settings) -> Parts:
    """Read and compile all files that `found` names.

    Raises ConfigError with the mistakes of every one of them.
    """
    wrong: list[ConfigError] = []

    def tried(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ConfigError as error:
            wrong.append(error)
            return None

    lists = tried(lambda: load_watchlists(found.watchlists, cache=found.pattern_cache))
    sides = lists.press.sides.ids if lists is not None else None
    sources = tried(lambda: read_feeds(found, sides))
    templates = tried(lambda: _checked_templates(found))
    tried(lambda: _receivers_work(found))
    if found.config.polling.ca_file:
        tried(lambda: policy(found))
    if lists is not None:
        polled = None if sources is None else [feed.id for feed in sources]
        known = known_of(lists, polled)
        tried(lambda: load.check_conditions(found, known))
    together(wrong)
    # each that is None left a mistake
    assert lists is not None
    assert sources is not None
    return Parts(settings=found, feeds=sources, watchlists=lists, checked=templates)


def _checked_templates(found: Settings) -> Templates | None:
    """The templates, rendered with samples; None where this program found the very same ones right before.

    Raises ConfigError with every mistake.
    """
    bundled = load.bundled("templates")
    folders = [folder for folder in (bundled, found.templates) if folder is not None]
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    libraries = " ".join(version(name) for name in ("jinja2", "babel", "css-inline"))
    kept = KeptFile(found.data / "templates.cache", f"{program()} {libraries}")
    try:
        now = revision({str(path): path.read_bytes() for path in files})
    except OSError:
        now = ""  # the check says which, and why
    if now and now == kept.read():
        return None
    from monitor.demo.messages import contexts
    from monitor.messages.templates import check

    checked = check(bundled, found.templates, contexts())
    kept.write(now)
    return checked


def judge_of(lists: Watchlists) -> StoryJudge:
    """Who judges stories of these watchlists."""
    from monitor.contacts.parties import local_names, persons
    from monitor.languages.locale import languages
    from monitor.stories.judgement import StoryJudge

    people = persons(lists.entities.values())
    headings = {w.id: w.titles for w in lists.lists}
    names = local_names(lists.entities.values(), [lang for lang in languages() if lang != "en"])
    entities = {entity.id: entity.name for entity in lists.entities.values()}
    return StoryJudge(people, lists.press, lists.party_titles, headings, names, entities)


def read_feeds(found: Settings, sides: Collection[str] | None = None) -> tuple[Feed, ...]:
    """The feeds of all feed files. Raises ConfigError, also for an id that two files share.

    `sides`: those that may be named; None: any.
    """
    feeds_by_id: dict[str, Feed] = {}
    wrong: list[ConfigError] = []
    for path in found.feeds:
        try:
            for feed in load_feeds(_text(path), str(path), sides):
                if feed.id in feeds_by_id:
                    wrong.append(_mistake(str(path), f"feed {feed.id!r} is in another feeds file too"))
                feeds_by_id[feed.id] = feed
        except ConfigError as error:
            wrong.append(error)
    together(wrong)
    return tuple(feeds_by_id.values())


def policy(found: Settings) -> NetPolicy:
    """How this monitor may use the network. Raises ConfigError: `polling.ca_file` is no certificate file."""
    from monitor.net.client import NetPolicy, authorities, user_agent

    polling = found.config.polling
    return NetPolicy(
        user_agent=user_agent(__version__, found.config.contact),
        allow_networks=polling.allow_networks,
        allow_ports=polling.allow_ports,
        authorities=authorities(Path(polling.ca_file)) if polling.ca_file else "",
    )


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _mistake(str(path), f"cannot be read: {error.strerror}") from None


def _mistake(file: str, message: str) -> ConfigError:
    return ConfigError((Mistake(file=file, line=None, column=None, message=message),))


def _receivers_work(found: Settings) -> None:
    document = documents.read(_text(found.path), str(found.path)) if found.path is not None else None
    together(
        _at_receiver(document, n, f"receiver {r.name!r}: {message}")
        for n, r in enumerate(found.config.receivers)
        for message in channels.mistakes(r)
    )


def _at_receiver(document: documents.Document | None, number: int, message: str) -> ConfigError:
    """In its place; where the environment says what receivers there are, in none."""
    if document is None:
        return _mistake("environment", message)
    return ConfigError((document.mistake(("receivers", number), message, ""),))


def known_of(lists: Watchlists, feeds: Iterable[str] | None = None) -> Known:
    """Of `lists`, and of `feeds` where all of them are known."""
    return known(
        (w.id for w in lists.lists), (rule.key for rule in lists.rules), lists.press.sides.ids, feeds
    )
