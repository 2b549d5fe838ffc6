"""Pure. What `monitor.yaml` may say, as pydantic models; unknown keys are mistakes. `monitor.config.load`
reads the files.

A message after " | " in a ValueError is the remedy shown to the operator.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, create_model, model_validator

from monitor.config.routes import InhibitConfig, RouteConfig, ThrottleConfig, TimeIntervalConfig
from monitor.delivery.channels import KINDS, settings_of
from monitor.fields import (
    NAME,
    WEEK,
    ClockTime,
    Days,
    Duration,
    LocalMark,
    LocalPath,
    LocalPaths,
    Names,
    Network,
    Strict,
    Zone,
    worded,
)
from monitor.languages.locale import ENGLISH, languages
from monitor.model import Severity

#: an address of a database
DATABASE = r"^(sqlite:///|postgresql\+psycopg://)\S+$"
_WEB = worded(r"^https?://\S+$", "an address that begins with https:// or http://")
_DATABASE = worded(DATABASE, "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME, with the driver's name")
_CONTACT = worded(r"^[^\x00-\x1f()<>]+$", "a contact on one line without ( ) < >, like ops@example.org")
_LISTEN = worded(
    r"^(([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}|none)$", "a host and a port, like 127.0.0.1:8080, or none"
)
_HOST = worded(r"^[A-Za-z0-9.-]+$", "the name of a host, like desk.example.org")


def _language(value: str) -> str:
    *others, last = languages()
    if value != last and value not in others:
        raise ValueError(f"{value!r} is no language of messages | {', '.join(others)} or {last}")
    return value


#: of messages: one that has a folder of words (`monitor.languages.locale`)
Language = Annotated[str, AfterValidator(_language)]


class Receiver(Strict):
    """One place that messages go to: a name and exactly one kind."""

    name: str = Field(pattern=NAME)
    #: who is told when nothing reaches this receiver; None: the top route's receiver, or else another one
    fallback: str | None = None
    #: None: it takes every message
    throttle: ThrottleConfig | None = None
    #: the local time of its readers, for digests; None: each series' own
    timezone: Zone | None = None
    #: of its alerts, notices and digests; None: English, and for digests each series' own
    own_language: Language | None = Field(default=None, alias="language")

    @property
    def kind(self) -> str:
        """The channel: `email`, `slack` …"""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def language(self) -> str:
        """In which alerts and notices are written."""
        return self.own_language or ENGLISH

    @property
    def settings(self) -> Strict:
        """What its channel needs to know."""
        settings: Strict = getattr(self, self.kind)
        return settings

    @model_validator(mode="after")
    def _one_kind(self) -> Receiver:
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            said = " and ".join(kinds) or "nothing"
            raise ValueError(
                f"a receiver has exactly one kind, this one has {said} | one of {', '.join(KINDS)}"
            )
        return self


if TYPE_CHECKING:
    ReceiverConfig = Receiver
else:
    # a key for each channel; a channel brings its own model
    _CHANNELS = {kind: (settings_of(kind) | None, None) for kind in KINDS}
    ReceiverConfig = create_model("ReceiverConfig", __base__=Receiver, __doc__=Receiver.__doc__, **_CHANNELS)


def receiver(name: str, kind: str, settings: Strict) -> ReceiverConfig:
    """A receiver of a channel, as if it had been configured."""
    return ReceiverConfig.model_validate({"name": name, kind: settings})


DAY = timedelta(days=1)
#: briefs come no oftener
MIN_EVERY = timedelta(minutes=15)


class DigestConfig(Strict):
    """A series of digests: once a day, or briefs all through it."""

    series: str = Field(default="daily", pattern=NAME)
    at: ClockTime = time(7, 0)
    #: briefs: at `at` and every such while before and after it; None: once a day
    every: Duration | None = None
    #: the first and the last local time of briefs; None: day and night
    between: tuple[ClockTime, ClockTime] | None = None
    timezone: Zone = ZoneInfo("UTC")
    days: Days = WEEK
    receivers: Names = Field(min_length=1)
    min_severity: Severity = Severity.LOW
    #: what is done where nothing matched; briefs skip unless told otherwise
    empty: Literal["send", "skip", "only-when-unhealthy"] = "send"
    #: of the words around the news, unless a receiver has its own
    language: Language = ENGLISH

    @property
    def times(self) -> tuple[time, ...]:
        """The local times of a day at which it is due: one, or of briefs all, earliest first."""
        if self.every is None:
            return (self.at,)
        midnight = datetime.min
        first = (datetime.combine(midnight, self.at) - midnight) % self.every
        low, high = self.between or (time.min, time.max)
        made = ((midnight + first + n * self.every).time() for n in range(DAY // self.every))
        return tuple(at for at in made if low <= at <= high)

    @model_validator(mode="before")
    @classmethod
    def _briefs_skip(cls, said: object) -> object:
        quiet = isinstance(said, dict) and said.get("every") is not None and "empty" not in said
        return {**said, "empty": "skip"} if quiet else said  # type: ignore[dict-item]

    @model_validator(mode="after")
    def _times(self) -> DigestConfig:
        if self.every is None and self.between is not None:
            raise ValueError("between is for briefs only | every: 1h")
        if self.every is not None and (self.every < MIN_EVERY or DAY % self.every or self.every == DAY):
            raise ValueError(
                "every does not divide a day into equal parts of 15m or more | 30m, 1h, 2h, 3h, 4h, "
                "6h, 8h or 12h"
            )
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError('between ends before it begins | ["07:00", "20:00"]')
        if not self.times:
            raise ValueError("no brief falls between these times | an `at` between them")
        return self


class PollingConfig(Strict):
    """How often and how hard we ask."""

    #: for a feed whose rhythm is not known yet
    interval: Duration = timedelta(minutes=15)
    #: no feed is asked more often, except where its own `interval` or `min_interval` says so
    min_interval: Duration = timedelta(minutes=5)
    #: every feed is asked at least so often, except where its publisher asks for more or it fails
    max_interval: Duration = timedelta(hours=1)
    concurrency: int = Field(default=16, ge=1, le=200)
    #: seconds between two requests to one host
    host_gap: Duration = timedelta(seconds=2)
    #: networks that are not public but may be fetched or posted to all the same
    allow_networks: tuple[Network, ...] = ()
    #: ports besides 80 and 443
    allow_ports: tuple[int, ...] = ()
    #: a feed that is due and not polled for this long is told; None: as `delivery.tell_after` says
    tell_after: Duration | None = None
    #: certificates trusted besides the public ones, for feeds, Slack and webhooks; mail has `smtp.ca_file`
    ca_file: LocalPath | None = None
    #: an equal body or a 304 costs nothing; a new entry's article may be fetched where the feed says fulltext
    fulltext: bool = True

    @model_validator(mode="after")
    def _bounds(self) -> PollingConfig:
        # one that is set alone may pass the other's default
        both = {"min_interval", "max_interval"} <= self.model_fields_set
        if both and self.min_interval > self.max_interval:
            raise ValueError(
                "min_interval is longer than max_interval | the first is the least time between two "
                "polls, the second the most"
            )
        return self


class CatchUpConfig(Strict):
    """When a receiver that comes back gets one summary instead of a storm."""

    more_than: int = Field(default=20, ge=1)
    older_than: Duration = timedelta(hours=1)


class DeliveryConfig(Strict):
    """How long messages are owed, and what follows when a receiver takes none."""

    #: an alert that could not be handed over by then goes to the dead letters
    expire_alerts: Duration = timedelta(hours=48)
    #: messages refused in a row after which the receiver is suspended
    suspend_after: int = Field(default=5, ge=2)
    #: what is due (a message, an alert, a digest) and not done for this long is told; of a receiver that
    #: nothing reaches another one is
    tell_after: Duration = timedelta(hours=1)
    catch_up: CatchUpConfig = CatchUpConfig()


class RetentionConfig(Strict):
    """How long things are kept."""

    unmatched: Duration = timedelta(days=60)
    matched: Duration = timedelta(days=1095)
    journal: Duration = timedelta(days=90)


class HeartbeatConfig(Strict):
    """A dead-man switch elsewhere, pinged only on completed work."""

    url: SecretStr | None = None
    url_file: LocalPath | None = None

    @property
    def needed_secret(self) -> str:
        """What cannot be left out."""
        return "url"


#: where the desk is served unless something else is said: nobody on another machine reaches it
LISTEN = "127.0.0.1:8780"
#: characters that a token has at least
TOKEN_LENGTH = 16


class DeskConfig(Strict):
    """Who may use the desk beyond this machine."""

    #: what visitors send as a password or a bearer token; without it the desk is served on loopback alone
    token: SecretStr | None = None
    token_file: LocalPath | None = None
    #: proxies whose word is taken for who is asking and how (X-Forwarded-For, X-Forwarded-Proto)
    proxies: tuple[Network, ...] = ()
    #: names under which the desk is asked for, besides those of `public_url` and of this machine
    hosts: tuple[Annotated[str, Field(pattern=_HOST)], ...] = ()


class Config(Strict):
    """The whole of monitor.yaml."""

    #: the one folder that is written to
    data: LocalPath = "data"
    #: None: `monitor.db` in the data folder
    database: Annotated[str, Field(pattern=_DATABASE), LocalMark(url=True)] | None = None
    #: who runs this: stands in the User-Agent, so that a publisher can write instead of blocking
    contact: str | None = Field(default=None, pattern=_CONTACT, max_length=200)
    #: what readers of alerts can reach, for links to the desk; None: no links
    public_url: str | None = Field(default=None, pattern=_WEB)
    #: where the desk is served: host:port, beyond this machine behind a proxy that speaks TLS; none: nowhere
    listen: str = Field(default=LISTEN, pattern=_LISTEN)
    desk: DeskConfig = DeskConfig()
    feeds: LocalPaths = ()
    watchlists: LocalPath | None = None
    templates: LocalPath | None = None
    receivers: tuple[ReceiverConfig, ...] = ()
    route: RouteConfig | None = None
    time_intervals: tuple[TimeIntervalConfig, ...] = ()
    inhibit: tuple[InhibitConfig, ...] = ()
    digests: tuple[DigestConfig, ...] | None = None
    polling: PollingConfig = PollingConfig()
    delivery: DeliveryConfig = DeliveryConfig()
    retention: RetentionConfig = RetentionConfig()
    heartbeat: HeartbeatConfig | None = None


#: the receiver that is there when nothing is configured
DEFAULT_RECEIVER = "folder"
