"""Who may ask for what: the names that the desk answers to, the token, and forms that only our pages send.

On loopback nobody is asked who he is; but a page elsewhere may not act through a visitor's browser, neither
by a form of its own nor by a name that it lets point here (DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.net.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.config.load import Settings

#: of the desk's own forms; a page that was opened before is to be loaded again
_FORM_LASTS = 24 * 3600
#: forms that are remembered as sent
_MOST_SPENT = 50_000
#: signs forms, for as long as this process remembers which were sent; those of another are to be loaded again
_KEY = secrets.token_bytes(32)
#: what a proxy adds; who comes through one is not on this machine
_PROXIED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "via")


class Refused(Exception):
    """A request that is not answered: its status, and why in plain words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The rules of one configuration."""

    #: names of hosts that the desk answers to, besides loopback
    hosts: frozenset[str]
    #: None: only visitors on this machine
    token: str | None

    @classmethod
    def of(cls, found: Settings) -> Access:
        """As `found` has it."""
        config = found.config
        public = urlsplit(config.public_url).hostname if config.public_url else None
        named = {*config.desk.hosts, *([public] if public else [])}
        if found.listen is not None and not is_loopback(found.listen[0]):
            named.add(found.listen[0])
        token = config.desk.token.get_secret_value() if config.desk.token else None
        return cls(hosts=frozenset(name.lower() for name in named), token=token)

    def check_host(self, headers: Mapping[str, str]) -> None:
        """Raises Refused: the request is for another host."""
        host = _host(headers)
        if host not in self.hosts and not is_loopback(host):
            raise Refused(421, "This desk answers to another name: set desk.hosts or public_url.")

    def visitor(self, headers: Mapping[str, str]) -> str:
        """The name under which somebody asks; empty where nobody was asked for one.

        Raises Refused: no token, or the wrong one.
        """
        name, given = _credentials(headers.get("authorization", ""))
        if self.token is not None:
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                raise Refused(401, "Log in with your name, and the desk's token as the password.")
            return name
        if not is_loopback(_host(headers)) or any(name in headers for name in _PROXIED):
            raise Refused(403, "Beyond its own machine the desk needs desk.token_file.")
        return ""

    def check_form(self, headers: Mapping[str, str], given: str, visitor: str, now: datetime) -> None:
        """Raises Refused: what was sent does not come from a page of ours, or was sent before."""
        if headers.get("authorization", "").lower().startswith("bearer "):
            return  # no browser sends that by itself
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "same-origin") or (origin is not None and not _same(origin, headers)):
            raise Refused(403, "This was sent from another site.")
        stamp, at = given.partition(".")[0], given.partition("-")[0]
        fresh = at.isdigit() and 0 <= now.timestamp() - int(at[:12]) <= _FORM_LASTS
        if not fresh or not hmac.compare_digest(given.encode(), self._signed(stamp, visitor).encode()):
            raise Refused(403, "This form is too old, or was not made here: load the page again.")
        if not SPENT.spend(given, now):
            raise Refused(403, "This was sent already: load the page again.")

    def form_token(self, visitor: str, now: datetime) -> str:
        """What a form of ours carries; it can be sent once."""
        return self._signed(f"{int(now.timestamp())}-{secrets.token_hex(6)}", visitor)

    def _signed(self, stamp: str, visitor: str) -> str:
        said = f"monitor form 1\n{stamp}\n{visitor}".encode()
        return f"{stamp}.{hmac.new(_KEY, said, hashlib.sha256).hexdigest()}"


class Spent:
    """What was sent and must not be sent again, for as long as it would be taken; kept by this process."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def spend(self, what: str, now: datetime) -> bool:
        """Whether this is the first time."""
        at = now.timestamp()
        with self._lock:
            first = what not in self._at
            self._at.setdefault(what, at)
            while self._at and (
                len(self._at) > _MOST_SPENT or next(iter(self._at.values())) < at - _FORM_LASTS
            ):
                self._at.popitem(last=False)
        return first

    def forgive(self, what: str) -> None:
        """It came to nothing, and may be sent again."""
        with self._lock:
            self._at.pop(what, None)


SPENT = Spent()


def _credentials(header: str) -> tuple[str, str]:
    """Name and secret of an Authorization header (RFC 7617, RFC 6750)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return "", value.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = b64decode(value, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return " ".join(name.split())[:80], secret


def _host(headers: Mapping[str, str]) -> str:
    """The name of the host that is asked for, without its port; empty where it is none."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
    except ValueError:
        return ""


def _same(origin: str, headers: Mapping[str, str]) -> bool:
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
