"""The page of contacts: the register as a table, when they took place, who meets whom, one in full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from monitor import logs
from monitor.contacts.register import Filter, chosen, ledger
from monitor.desk import filters
from monitor.desk.access import Refused
from monitor.desk.asked import Answer, document
from monitor.desk.charts import columns, matrix
from monitor.errors import StoreError
from monitor.exports import atom, csv_table, plain
from monitor.languages.locale import ENGLISH
from monitor.model import ContactStatus, ContactType
from monitor.model.words import days_of
from monitor.store import archive
from monitor.store import desk as figures
from monitor.stories.corroboration import corroborate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.contacts.parties import EntityIndex
    from monitor.desk.asked import Asked, Desk
    from monitor.model import LedgerContact

log = logs.get("desk")

#: rows of the table; the filters make them fewer, exports have all
SHOWN = 100
_TOOK_PLACE = (ContactStatus.HAPPENED, ContactStatus.ONGOING)
_FORMATS: dict[str, tuple[Callable[[Sequence[LedgerContact], Any], str], str]] = {
    "csv": (lambda found, _now: "\ufeff" + csv_table.write(found), "text/csv; charset=utf-8"),
    "atom": (lambda found, now: atom.write(found, now=now), "application/atom+xml; charset=utf-8"),
}


def page(desk: Desk, asked: Asked) -> Answer:
    """Contacts that pass, the latest first."""
    known = filters.choices(desk)
    values = _given(asked, known)
    made = register(desk)
    found = _chosen(desk, made, values)
    parties = list(dict.fromkeys(party for contact in found for party in contact.parties))
    said = {
        "known": known,
        "values": dict.fromkeys(
            ("watchlist", "party", "who", "side", "kind", "status", "since", "until", "all"), ""
        )
        | values,
        "filtered": bool(values),
        "current": made.current,
        "kinds": [kind.value for kind in ContactType],
        "statuses": {status.value: plain.STATUS_WORDS[status] for status in ContactStatus},
        "rows": [row(contact) for contact in reversed(found[-SHOWN:])],
        "count": len(found),
        "columns": columns([(c.day, _band(c.status)) for c in found]),
        "matrix": _matrix(found) if len(parties) == 2 else None,
        "exports": {kind: filters.address(f"/contacts.{kind}", values) for kind in _FORMATS},
    }
    return Answer(template="contacts.html", values=said)


def one(desk: Desk, asked: Asked) -> Answer:
    """One contact in full: its permanent address."""
    found = next((c for c in register(desk).all if c.id == asked.parts["id"]), None)
    if found is None:
        raise Refused(404, "No contact is called so.")
    sides = desk.app.parts.watchlists.press.sides
    sources = [
        {
            "source": source,
            "side": sides.title(source.side, ENGLISH),
            "sentences": list(plain.sentences(source)),
            "status": plain.STATUS_WORDS[source.status],
        }
        for source in found.sources
    ]
    said = {"c": row(found), "contact": found, "title": plain.title(found), "sources": sources}
    return Answer(template="contact.html", values=said)


def export(desk: Desk, asked: Asked) -> Answer:
    """What passes, as a document."""
    write, kind = _FORMATS[asked.path.rpartition(".")[2]]
    found = _chosen(desk, register(desk), _given(asked, filters.choices(desk)))
    return document(write(found, asked.now).encode("utf-8", "replace"), kind, asked.path.rpartition("/")[2])


def row(of: LedgerContact) -> dict[str, Any]:
    """A contact as a table has it."""
    return {
        "id": of.id,
        "date": of.date or "",
        "told": plain.first_told(of),
        "kind": of.type.value,
        "status": of.status.value,
        "status_word": plain.status(of),
        "background": of.background,
        "parties": [{"title": of.title(p), "names": [n.name for n in who]} for p, who in of.parties.items()],
        "place": of.place or "",
        "sides": {side: len(sources) for side, sources in of.by_side.items()},
        "grade": plain.grade(of.corroboration) if of.corroboration else "",
        "stories": list(dict.fromkeys(s.story_id for s in of.sources if s.story_id)),
    }


def _given(asked: Asked, known: filters.Choices) -> dict[str, str]:
    values = {
        "watchlist": asked.wanted("watchlist", known.watchlists),
        "party": asked.wanted("party", known.parties),
        "side": asked.wanted("side", known.sides),
        "who": asked.get("who"),
        "kind": asked.wanted("kind", [kind.value for kind in ContactType]),
        "status": asked.wanted("status", [status.value for status in ContactStatus]),
        "since": asked.get("since") if days_of(asked.get("since")) else "",
        "until": asked.get("until") if days_of(asked.get("until")) else "",
        "all": asked.wanted("all", ["1"]),
    }
    return {name: value for name, value in values.items() if value}


def _chosen(desk: Desk, of: Contacts, values: dict[str, str]) -> list[LedgerContact]:
    since, until = days_of(values.get("since")), days_of(values.get("until"))
    wanted = Filter(
        watchlists=frozenset(filter(None, [values.get("watchlist")])),
        parties=frozenset(filter(None, [values.get("party")])),
        persons=tuple(filter(None, [values.get("who")])),
        sides=frozenset(filter(None, [values.get("side")])),
        kinds=frozenset(ContactType(k) for k in [values.get("kind")] if k),
        statuses=frozenset(ContactStatus(s) for s in [values.get("status")] if s),
        since=since[0] if since else None,
        until=until[1] if until else None,
        background="all" in values,
    )
    return chosen(of.all, wanted, _known(desk))


def _band(status: ContactStatus) -> str:
    if status in _TOOK_PLACE:
        return "took place"
    return "denied" if status in (ContactStatus.DENIED, ContactStatus.CANCELLED) else "planned"


def _matrix(found: Sequence[LedgerContact]) -> dict[str, Any]:
    """Who meets whom: contacts that took place, by the names of either party."""
    told = [c for c in found if c.status in _TOOK_PLACE]
    pairs = [tuple([n.name for n in who] for who in c.parties.values()) for c in told]
    both = [(a, b) for names in pairs if len(names) == 2 for a in names[0] for b in names[1]]
    titles = [found[0].title(party) for party in found[0].parties]
    return {**matrix(both), "titles": titles}


# The register is made of every item that reports a contact: ids and histories must not depend on a filter.
# That takes a third of a millisecond a report, so it is made aside: a page waits a little, and has the last
# one where it takes longer.

#: seconds that a page waits for a register; seconds after which it is asked for again
PATIENCE, AGAIN = 1.5, 5


class Register:
    """The last register, and the one that is being made."""

    def __init__(self) -> None:
        self._news = Condition()
        self._of: tuple[str, str] | None = None
        self._making = False
        self._contacts: tuple[LedgerContact, ...] = ()

    def of(self, wanted: tuple[str, str], make: Callable[[], tuple[LedgerContact, ...]]) -> Contacts | None:
        """The register, with whether it is the one that is `wanted`; None: there is none yet."""
        with self._news:
            if self._of != wanted and not self._making:
                self._making = True
                Thread(target=self._make, args=(wanted, make), name="register", daemon=True).start()
            self._news.wait_for(lambda: self._of == wanted or not self._making, PATIENCE)
            if self._of is None or self._of[0].partition(" ")[0] != wanted[0].partition(" ")[0]:
                return None
            return Contacts(self._contacts, current=self._of == wanted)

    def _make(self, wanted: tuple[str, str], make: Callable[[], tuple[LedgerContact, ...]]) -> None:
        made = None
        try:
            made = make()
        except StoreError as error:
            log.warning("register_not_made", reason=str(error))
        finally:
            with self._news:
                self._making = False
                if made is not None:
                    self._of, self._contacts = wanted, made
                self._news.notify_all()


@dataclass(frozen=True, slots=True)
class Contacts:
    """Every contact of the archive."""

    all: tuple[LedgerContact, ...]
    #: False: there is news that is not in it yet
    current: bool


_REGISTER = Register()


def register(desk: Desk) -> Contacts:
    """Every contact of the archive, made anew only when there are others, or other watchlists.

    Raises Refused: it is being made for the first time, and takes long.
    """
    lists = desk.app.parts.watchlists
    with desk.app.db.snapshot() as tx:
        of = (f"{desk.app.db.name} {figures.contacts_version(tx)}", lists.revision)
    found = _REGISTER.of(of, partial(_made, desk))
    if found is None:
        raise Refused(503, f"The register of contacts is being made: load the page again in {AGAIN} seconds.")
    return found


def _made(desk: Desk) -> tuple[LedgerContact, ...]:
    lists, known = desk.app.parts.watchlists, _known(desk)
    with desk.app.db.snapshot() as tx:
        told = archive.reporting_contacts(tx)
        judge = partial(corroborate, press=lists.press, people=known.people)
        return ledger(told, known.role, people=known.people, titles=known.titles, corroborate=judge)


def _known(desk: Desk) -> EntityIndex:
    return filters.index(desk.app.parts.watchlists)


PAGES = (
    ("/contacts", "GET", page),
    ("/contacts.csv", "GET", export),
    ("/contacts.atom", "GET", export),
    ("/contacts/{id}", "GET", one),
)
