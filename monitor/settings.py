"""Read `monitor.yaml`, the environment and the secret files into one `Settings`; all mistakes are reported at once.

Order, strongest first: command line, environment, secret files, `monitor.yaml`, defaults. Of a secret and its `_FILE`
twin only one may be set. Nothing configured is a working configuration: SQLite, the starter feeds, a folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, SecretStr

from monitor import documents
from monitor.config import (
    DEFAULT_RECEIVER,
    AppriseConfig,
    Config,
    DigestConfig,
    FileConfig,
    HeartbeatConfig,
    ReceiverConfig,
    SlackConfig,
    WebhookConfig,
)
from monitor.errors import ConfigError, Mistake
from monitor.names import names_wrong
from monitor.routes import RouteConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=BaseModel)

PREFIX = "MONITOR_"
PLACES = (Path("monitor.yaml"), Path("/etc/monitor/monitor.yaml"))

#: environment variable (without the prefix) -> where its value goes
_VARIABLES: dict[str, documents.Path] = {
    "DATA": ("data",),
    "DATABASE": ("database",),
    "CONTACT": ("contact",),
    "PUBLIC_URL": ("public_url",),
    "LISTEN": ("listen",),
    "FEEDS": ("feeds",),
    "WATCHLISTS": ("watchlists",),
    "TEMPLATES": ("templates",),
    "HEARTBEAT_URL": ("heartbeat", "url"),
    "HEARTBEAT_URL_FILE": ("heartbeat", "url_file"),
    "SLACK_WEBHOOK_URL": ("slack", "webhook_url"),
    "SLACK_WEBHOOK_URL_FILE": ("slack", "webhook_url_file"),
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_BOT_TOKEN_FILE": ("slack", "bot_token_file"),
    "SLACK_CHANNEL": ("slack", "channel"),
    "WEBHOOK_URL": ("webhook", "url"),
    "WEBHOOK_URL_FILE": ("webhook", "url_file"),
    "WEBHOOK_SECRET": ("webhook", "secret"),
    "WEBHOOK_SECRET_FILE": ("webhook", "secret_file"),
    "EMAIL_TO": ("email", "to"),
    "EMAIL_FROM": ("email", "from"),
    "SMTP_HOST": ("email", "smtp", "host"),
    "SMTP_PORT": ("email", "smtp", "port"),
    "SMTP_SECURITY": ("email", "smtp", "security"),
    "SMTP_USERNAME": ("email", "smtp", "username"),
    "SMTP_PASSWORD": ("email", "smtp", "password"),
    "SMTP_PASSWORD_FILE": ("email", "smtp", "password_file"),
    "CA_FILE": ("polling", "ca_file"),
    "SMTP_CA_FILE": ("email", "smtp", "ca_file"),
}
#: variables that are read elsewhere, so that they are not reported as unknown
_ELSEWHERE = {"CONFIG", "LOG_FORMAT", "LOG_LEVEL", "CI", "ARROW"}
#: secrets of which one twin must be set
_REQUIRED: tuple[tuple[type[BaseModel], str], ...] = (
    (SlackConfig, "webhook_url"),
    (WebhookConfig, "url"),
    (AppriseConfig, "urls"),
    (HeartbeatConfig, "url"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The effective configuration: defaults filled in, secrets read, paths resolved."""

    config: Config
    #: the file that was read; None when there was none
    path: Path | None
    #: key -> "monitor.yaml", "environment" or "default", for `status` and the start-up lines
    feeds: tuple[Path, ...]
    watchlists: Path
    #: the operator's templates; None: the bundled ones alone
    templates: Path | None
    database: str

    @property
    def data(self) -> Path:
        """The one folder that is written to."""
        return Path(self.config.data)

    @property
    def added(self) -> Path:
        """The feeds file that `feeds add` writes where the configuration names none; may not be there."""
        return self.data / "added.yaml"

    @property
    def route(self) -> RouteConfig:
        """The route tree; never empty after loading."""
        assert self.config.route is not None
        return self.config.route

    @property
    def digests(self) -> tuple[DigestConfig, ...]:
        """The digest series; never None after loading."""
        return self.config.digests or ()

    def receiver(self, name: str) -> ReceiverConfig | None:
        """The receiver called `name`."""
        return next((r for r in self.config.receivers if r.name == name), None)


def bundled(name: str) -> Path:
    """The file or folder shipped under `name` (watchlists, templates, seeds ...).

    From an installed wheel it is inside the package; from a checkout or an editable install it is beside it, so
    that edits show at once.
    """
    package = Path(__file__).resolve().parent
    beside = package.parent / name
    return beside if beside.exists() else package / "bundled" / name


def find(explicit: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The configuration file to read: the one named, or the first that exists of the usual places.

    Raises ConfigError when a file that was named is not there.
    """
    named = explicit or (Path(environ["MONITOR_CONFIG"]) if environ.get("MONITOR_CONFIG") else None)
    if named is None:
        return next((place for place in PLACES if place.is_file()), None)
    if not named.is_file():
        raise _whole(str(named), "no such file", "`monitor init` writes one to start from")
    return named


def load(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The effective settings. Raises ConfigError with every mistake of file, environment and secret files."""
    path = find(explicit, environ)
    document = _document(path, environ)
    config = documents.validate(Config, document)
    mistakes: list[Mistake] = list(names_wrong(config, document))
    config = _with_secrets(config, document, (), mistakes)
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return _settled(_with_defaults(config), path, document)


def _document(path: Path | None, environ: Mapping[str, str]) -> documents.Document:
    """The file with the environment laid over it."""
    document = (
        documents.read(_bytes(path), str(path)) if path else documents.Document("monitor.yaml", {}, {}, {})
    )
    if document.data is None:
        document = replace(document, data={})
    if not isinstance(document.data, dict):
        raise _whole(document.file, "must be keys and values", "`monitor init` writes one to start from")
    origins: dict[documents.Path, str] = {}
    unknown: list[Mistake] = []
    extra: dict[str, Any] = {}
    for variable, value in sorted(environ.items()):
        name = variable.removeprefix(PREFIX)
        # MONITOR_SECRET_… stand in feeds' addresses
        if not variable.startswith(PREFIX) or name in _ELSEWHERE or name.startswith("SECRET_") or not value:
            continue
        place = _VARIABLES.get(name)
        if place is None:
            known = (PREFIX + v for v in _VARIABLES)
            message = f"unknown variable {variable}"
            unknown.append(
                Mistake(
                    file="environment",
                    line=None,
                    column=None,
                    message=message,
                    remedy=documents.suggestion(variable, known),
                )
            )
            continue
        receiver = place[0] in ("slack", "email", "webhook")
        _put(extra if receiver else document.data, place, _env_value(place, value))
        if not receiver:
            origins[place] = f"environment variable {variable}"
    if unknown:
        raise ConfigError(tuple(unknown))
    if extra:
        receivers = document.data.setdefault("receivers", [])
        for kind, body in extra.items():
            origins["receivers", len(receivers)] = "environment"
            receivers.append({"name": kind, kind: body})
    return replace(document, origins=origins)


def _env_value(place: documents.Path, value: str) -> Any:
    if place[-1] == "to":
        return [address.strip() for address in value.split(",") if address.strip()]
    return int(value) if place[-1] == "port" and value.isdigit() else value


def _put(data: dict[str, Any], place: documents.Path, value: Any) -> None:
    *parents, last = place
    for key in parents:
        data = data.setdefault(str(key), {})
    data[str(last)] = value


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _whole(str(path), f"cannot be read: {error.strerror}") from None


def _whole(file: str, message: str, remedy: str = "") -> ConfigError:
    return ConfigError((Mistake(file=file, line=None, column=None, message=message, remedy=remedy),))


def _with_secrets(
    model: Model, document: documents.Document, path: documents.Path, mistakes: list[Mistake]
) -> Model:
    """`model` with every `X_file` read into its `X`."""
    changes: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            changes[name] = _with_secrets(value, document, (*path, name), mistakes)
        elif isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value):
            changes[name] = tuple(
                _with_secrets(v, document, (*path, name, n), mistakes) for n, v in enumerate(value)
            )
        elif f"{name}_file" in type(model).model_fields:
            changes[name] = _secret(model, name, document, path, mistakes)
    return model.model_copy(update=changes)


def _secret(
    model: BaseModel, name: str, document: documents.Document, path: documents.Path, mistakes: list[Mistake]
) -> SecretStr | None:
    value: SecretStr | None = getattr(model, name)
    file: str | None = getattr(model, f"{name}_file")
    if value is not None and file is not None:
        mistakes.append(
            document.mistake((*path, f"{name}_file"), f"{name} and {name}_file are both set", "keep one")
        )
    elif file is not None:
        try:
            value = SecretStr(Path(file).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            mistakes.append(document.mistake((*path, f"{name}_file"), f"{file} cannot be read: {reason}"))
    elif value is None and _required(model, name):
        mistakes.append(document.mistake(path, f"{name} is missing", f"set {name} or {name}_file"))
    return value


def _required(model: BaseModel, name: str) -> bool:
    if isinstance(model, SlackConfig) and model.bot:
        return False
    return any(isinstance(model, kind) and name == field for kind, field in _REQUIRED)


def _with_defaults(config: Config) -> Config:
    """Receivers, route and digests as they are meant where nothing was said."""
    receivers = config.receivers or (ReceiverConfig(name=DEFAULT_RECEIVER, file=FileConfig()),)
    receivers = tuple(
        r.model_copy(update={"file": FileConfig(path=str(Path(config.data) / "out"))})
        if r.file is not None and r.file.path is None
        else r
        for r in receivers
    )
    at_once = next((r.name for r in receivers if r.email is None), receivers[0].name)
    mailed = tuple(r.name for r in receivers if r.email is not None) or (at_once,)
    route = config.route or RouteConfig(receiver=at_once)
    digests = (DigestConfig(receivers=mailed),) if config.digests is None else config.digests
    return config.model_copy(update={"receivers": receivers, "route": route, "digests": digests})


def _settled(config: Config, path: Path | None, document: documents.Document) -> Settings:
    """Paths resolved; what is named and missing is a mistake."""
    mistakes: list[Mistake] = []

    def resolved(key: documents.Path, name: str) -> Path:
        for base in (path.parent if path else Path(), Path()):
            if (base / name).exists():
                return base / name
        if name.split("/")[0] in ("seeds", "watchlists", "templates") and bundled(name).exists():
            return bundled(name)
        mistakes.append(document.mistake(key, f"{name}: no such file or folder"))
        return Path(name)

    settings = Settings(
        config=config,
        path=path,
        feeds=tuple(resolved(("feeds",), name) for name in config.feeds) or (bundled("seeds/feeds.yaml"),),
        watchlists=resolved(("watchlists",), config.watchlists)
        if config.watchlists
        else bundled("watchlists"),
        templates=resolved(("templates",), config.templates) if config.templates else None,
        database=config.database or f"sqlite:///{Path(config.data) / 'monitor.db'}",
    )
    if mistakes:
        raise ConfigError(tuple(mistakes))
    if settings.added.is_file() and settings.added not in settings.feeds:
        return replace(settings, feeds=(*settings.feeds, settings.added))
    return settings
