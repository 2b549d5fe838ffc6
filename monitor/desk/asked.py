"""What a page needs, what a visitor asks for, and what he is answered."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.desk.access import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.app import App
    from monitor.jobs.feedback import Claim
    from monitor.model.delivery import Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages need."""

    app: App
    #: keep a claim that matches are false: the suppression, and how many items it silenced. Raises StoreError
    claim: Callable[[Claim], tuple[Suppression, int]]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown: that of the first digest."""
        series = self.app.parts.settings.digests
        return series[0].timezone if series else ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, read and allowed."""

    now: datetime
    path: str
    #: parts of the path by name
    parts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    #: what was filled in; None: the page is only looked at
    form: Mapping[str, Sequence[str]] | None = None
    #: who asks; empty: nobody had to say
    visitor: str = ""
    #: the languages that the reader's browser prefers
    accepted: str = ""
    #: what the forms of the answer carry
    form_token: str = ""
    #: what was sent comes from a page of ours, and for the first time (asked of pages behind signed links)
    genuine: bool = True
    #: the request as it came, for who checks a signature over it
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""
    #: only a part of the page is wanted, to be put into one that is open
    partial: bool = False

    def get(self, name: str) -> str:
        """The first value of a field of the form, or else of the address, tidied; empty: there is none."""
        given = self.form if self.form is not None else self.query
        return " ".join(next(iter(given.get(name, ())), "").split())[:400]

    def field(self, name: str) -> str:
        """The first value of a field of the form as it is; empty: there is none."""
        return next(iter((self.form or {}).get(name, ())), "")

    def text(self, name: str) -> str:
        """The first value of a field of the form as it was typed, its lines ended by LF."""
        return self.field(name).replace("\r\n", "\n").replace("\r", "\n")

    def wanted(self, name: str, known: Mapping[str, Any] | Sequence[str], default: str = "") -> str:
        """A field that must be one of `known`; `default` where it is empty or something else."""
        value = self.get(name)
        return value if value in known else default

    @cached_property
    def author(self) -> str:
        """Who acts. Raises Refused: nobody said."""
        name = self.visitor or self.get("author")[:80]
        if not name:
            raise Refused(400, "Say who you are: others will see who did this.")
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back: a template with its values, or a document as it is."""

    template: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    document: bytes | None = None


def see(place: str) -> Answer:
    """After something was done: the page on which that shows (a reload does not do it again)."""
    return Answer(status=303, headers={"Location": place}, document=b"")


def document(body: bytes, kind: str, name: str = "") -> Answer:
    """A file; with a `name` it is saved, not shown."""
    saved = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    return Answer(document=body, headers={"Content-Type": kind, **saved})
