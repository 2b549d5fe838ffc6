"""Environment variables laid over what `monitor.yaml` says. A receiver that has all it needs there is made from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.errors import Mistake, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor import documents

PREFIX = "MONITOR_"

#: environment variable (without the prefix) -> where its value goes
VARIABLES: dict[str, documents.Path] = {
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
ELSEWHERE = {"CONFIG", "LOG_FORMAT", "LOG_LEVEL", "CI", "FAILPOINT"}
_RECEIVERS = ("slack", "email", "webhook")


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
        elif place[0] in _RECEIVERS:
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
