"""Read `monitor.yaml`, the environment and the secret files into one `Settings`; all mistakes are reported at
once.

Order, strongest first: command line, environment, `monitor.yaml`, defaults. Of a secret and its `_FILE` twin
only one may be set. Nothing configured is a working configuration: SQLite, the starter feeds, a folder.

Paths in a file are relative to its folder; those of the environment and the defaults to the working folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import documents
from monitor.config.model import DEFAULT_RECEIVER, Config, DigestConfig, receiver
from monitor.config.paths import Located, local_url
from monitor.config.places import FILE, find, whole_file
from monitor.config.references import conditions_wrong, defaults, names_wrong
from monitor.config.routes import RouteConfig
from monitor.delivery.channels import KINDS, variables_of
from monitor.delivery.file import FileConfig
from monitor.errors import ConfigError, Mistake, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config.model import ReceiverConfig
    from monitor.model.matchers import Known

#: what ships with the program, and may be named as if it stood in the folder
_SHIPPED = "seeds/feeds.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The effective configuration: defaults filled in, secrets read,
    paths as seen from the working folder.
    """

    config: Config
    #: the file that was read; None when there was none
    path: Path | None
    feeds: tuple[Path, ...]
    watchlists: Path
    #: the operator's templates; None: the bundled ones alone
    templates: Path | None
    database: str
    #: where each key stands, without what it says
    document: documents.Document = field(repr=False)
    #: what is taken, but may not be what was meant
    remarks: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        """The one folder that is written to."""
        return Path(self.config.data)

    @property
    def added(self) -> Path:
        """The feeds file that `feeds add` writes where the configuration names none; may not be there."""
        return self.data / "added.yaml"

    @property
    def own_feeds(self) -> Path:
        """The feeds file that a new feed goes into: the first that is not shipped, else `added`."""
        return next((path for path in self.feeds if not shipped(path)), self.added)

    @property
    def pattern_cache(self) -> Path:
        """Where the patterns of the watchlists are kept between starts; may not be there."""
        return self.data / "patterns.cache"

    @property
    def own_tests(self) -> Path:
        """Where tests of watchlists go whose folder cannot be written; may not be there."""
        return self.data / "tests"

    @property
    def kept_files(self) -> tuple[Path, ...]:
        """What one start leaves the next; any may be missing, and all may be deleted."""
        names = ("documents.cache", "templates.cache", "languages.cache")
        return (self.pattern_cache, *(self.data / name for name in names))

    @property
    def route(self) -> RouteConfig:
        """The route tree; never empty after loading."""
        assert self.config.route is not None
        return self.config.route

    @property
    def listen(self) -> tuple[str, int] | None:
        """The host and port at which the desk is served; None: it is not."""
        if self.config.listen == "none":
            return None
        host, _, port = self.config.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def digests(self) -> tuple[DigestConfig, ...]:
        """The digest series; never None after loading."""
        return self.config.digests or ()

    def receiver(self, name: str) -> ReceiverConfig | None:
        """The receiver called `name`."""
        return next((r for r in self.config.receivers if r.name == name), None)


def bundled(name: str) -> Path:
    """The file or folder shipped under `name` (watchlists, templates, seeds ...).

    From an installed wheel it is inside the package; from a checkout or an editable install it is beside it,
    so that edits show at once.
    """
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / name
    return beside if beside.exists() else package / "bundled" / name


def shipped(path: Path) -> bool:
    """Whether a feeds file is part of the program, where the next version replaces it."""
    return path.resolve().is_relative_to(bundled("seeds").resolve())


def load(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The effective settings. Raises ConfigError with every mistake of file, environment and secret files."""
    path = find(explicit, environ)
    document, mistakes = _document(path, environ)
    try:
        config = documents.validate(Config, document)
    except ConfigError as error:
        raise ConfigError(_sorted((*mistakes, *error.mistakes))) from None
    located = Located(document, path.parent if path else Path())
    said = config
    config = located.model(config)
    settings, missing = _settled(_with_defaults(config), path, document)
    mistakes = (*mistakes, *names_wrong(config, document), *located.mistakes, *missing)
    if mistakes:
        raise ConfigError(_sorted(mistakes))
    return replace(settings, remarks=_left_behind(said, settings))


def only_files(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings as far as they name other files, whatever else is wrong. Raises ConfigError."""
    path = find(explicit, environ)
    document, _ = _document(path, environ)
    files = {
        name: document.data[name] for name in ("feeds", "watchlists", "templates") if name in document.data
    }
    document = replace(document, data=files)
    located = Located(document, path.parent if path else Path())
    settings, missing = _settled(
        _with_defaults(located.model(documents.validate(Config, document))), path, document
    )
    if missing:
        raise ConfigError(missing)
    return settings


def check_conditions(found: Settings, known: Known) -> None:
    """Raise ConfigError for each matcher that, with what labels are `known` to be,
    fits nothing or everything.
    """
    wrong = tuple(conditions_wrong(found.config, found.document, known))
    if wrong:
        raise ConfigError(_sorted(wrong))


def _document(
    path: Path | None, environ: Mapping[str, str]
) -> tuple[documents.Document, tuple[Mistake, ...]]:
    """The file with the environment laid over it, and what is wrong with the latter."""
    document = documents.read(_bytes(path), str(path)) if path else documents.Document(FILE, {}, {}, {})
    if document.data is None:
        document = replace(document, data={})
    if not isinstance(document.data, dict):
        raise whole_file(document.file, "must be keys and values", "`monitor init` writes one to start from")
    return overlaid(document, environ)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise whole_file(str(path), f"cannot be read: {error.strerror}") from None


def _sorted(mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    return tuple(sorted(mistakes, key=lambda m: (m.file, m.line or 0, m.column or 0)))


def _with_defaults(config: Config) -> Config:
    """Receivers, route and digests as they are meant where nothing was said."""
    receivers = config.receivers or (receiver(DEFAULT_RECEIVER, "file", FileConfig()),)
    out = FileConfig(path=str(Path(config.data) / "out"))
    receivers = tuple(
        r.model_copy(update={"file": out}) if r.settings == FileConfig() else r for r in receivers
    )
    open_ = config.model_copy(update={"route": None, "digests": None})
    at_once, *mailed = defaults(open_) if config.receivers else (DEFAULT_RECEIVER, DEFAULT_RECEIVER)
    route = config.route or RouteConfig(receiver=at_once)
    digests = (DigestConfig(receivers=tuple(mailed)),) if config.digests is None else config.digests
    return config.model_copy(update={"receivers": receivers, "route": route, "digests": digests})


def _settled(
    config: Config, path: Path | None, document: documents.Document
) -> tuple[Settings, tuple[Mistake, ...]]:
    """The settings, and what is named in them and missing."""
    mistakes: list[Mistake] = []

    def there(key: documents.Path, name: str) -> Path:
        if Path(name).exists():
            return Path(name)
        if key[0] == "feeds" and Path(name).as_posix().endswith(_SHIPPED):
            return bundled(_SHIPPED)
        remedy = (
            f"a path is relative to the file that names it; without `{key[0]}` the packaged ones are used"
        )
        mistakes.append(document.mistake(key, f"{name}: no such file or folder", remedy))
        return Path(name)

    feeds = tuple(there(_numbered(document, "feeds", n), name) for n, name in enumerate(config.feeds))
    settings = Settings(
        config=config,
        path=path,
        feeds=feeds or (bundled(_SHIPPED),),
        watchlists=there(("watchlists",), config.watchlists) if config.watchlists else bundled("watchlists"),
        templates=there(("templates",), config.templates) if config.templates else None,
        database=config.database or f"sqlite:///{Path(config.data) / 'monitor.db'}",
        document=replace(document, data=None),
    )
    if settings.added.is_file() and settings.added not in settings.feeds:
        settings = replace(settings, feeds=(*settings.feeds, settings.added))
    return settings, tuple(mistakes)


def _numbered(document: documents.Document, key: str, n: int) -> documents.Path:
    """The place of one of several names; where only one is given, it may stand without a list."""
    return (key, n) if (key, n) in document.places else (key,)


def _left_behind(said: Config, settings: Settings) -> tuple[str, ...]:
    """A database that versions before this one used, when paths in a file went by the working folder."""
    before = said.database or f"sqlite:///{Path(said.data) / 'monitor.db'}"
    old, new = (
        Path(url.removeprefix("sqlite:///")) for url in (local_url(Path(), before), settings.database)
    )
    if settings.path is None or old == new or new.exists() or not old.is_file():
        return ()
    return (
        f"{new} is not there yet, but {old} is: paths in {settings.path} are relative to its folder; "
        f"to go on with that database write {os.path.relpath(old, settings.path.parent)}",
    )


# Environment variables laid over what `monitor.yaml` says. A receiver that has all it needs there is made
# from it.

PREFIX = "MONITOR_"

#: environment variable (without the prefix) -> where its value goes
VARIABLES: dict[str, documents.Path] = {
    "DATA": ("data",),
    "DATABASE": ("database",),
    "CONTACT": ("contact",),
    "PUBLIC_URL": ("public_url",),
    "LISTEN": ("listen",),
    "DESK_TOKEN": ("desk", "token"),
    "DESK_TOKEN_FILE": ("desk", "token_file"),
    "FEEDS": ("feeds",),
    "WATCHLISTS": ("watchlists",),
    "TEMPLATES": ("templates",),
    "HEARTBEAT_URL": ("heartbeat", "url"),
    "HEARTBEAT_URL_FILE": ("heartbeat", "url_file"),
    "CA_FILE": ("polling", "ca_file"),
    **{name: (kind, *path) for kind in KINDS for name, path in variables_of(kind).items()},
}
#: variables that are read elsewhere, so that they are not reported as unknown
ELSEWHERE = {"CONFIG", "LOG_FORMAT", "LOG_LEVEL", "CI", "FAILPOINT"}


def overlaid(
    document: documents.Document, environ: Mapping[str, str]
) -> tuple[documents.Document, tuple[Mistake, ...]]:
    """`document`, a mapping, with the environment over it, and the variables that are not known."""
    data: dict[str, Any] = dict(document.data)
    origins: dict[documents.Path, str] = {}
    made: dict[str, Any] = {}
    told: dict[documents.Path, str] = {}
    unknown: list[Mistake] = []
    for variable, value in sorted(environ.items()):
        name = variable.removeprefix(PREFIX)
        # MONITOR_SECRET_… stand in feeds' addresses
        if not variable.startswith(PREFIX) or name in ELSEWHERE or name.startswith("SECRET_") or not value:
            continue
        place = VARIABLES.get(name)
        if place is None:
            unknown.append(_unknown(variable))
        elif place[0] in KINDS:
            _put(made, place, _value(place, value))
            told[place] = f"environment variable {variable}"
        else:
            _put(data, place, _value(place, value))
            origins[place] = f"environment variable {variable}"
    receivers = [] if data.get("receivers") is None else data["receivers"]
    if made and isinstance(receivers, list):
        first = len(receivers)
        data["receivers"] = [*receivers, *({"name": kind, kind: body} for kind, body in made.items())]
        numbers = {kind: first + n for n, kind in enumerate(made)}
        origins |= {("receivers", number): "environment" for number in numbers.values()}
        origins |= {("receivers", numbers[str(place[0])], *place): source for place, source in told.items()}
    return replace(document, data=data, origins=origins), tuple(unknown)


def _unknown(variable: str) -> Mistake:
    remedy = suggestion(variable, (PREFIX + known for known in (*VARIABLES, *ELSEWHERE)))
    message = f"unknown variable {variable}"
    return Mistake(file="environment", line=None, column=None, message=message, remedy=remedy)


def _value(place: documents.Path, value: str) -> Any:
    if place[-1] == "to":
        return [address.strip() for address in value.split(",") if address.strip()]
    return int(value) if place[-1] == "port" and value.isdigit() else value


def _put(data: dict[str, Any], place: documents.Path, value: Any) -> None:
    """Set what stands at `place`, over whatever was there."""
    *parents, last = place
    for key in parents:
        there = data.get(str(key))
        inner: dict[str, Any] = dict(there) if isinstance(there, dict) else {}
        data[str(key)] = inner
        data = inner
    data[str(last)] = value
