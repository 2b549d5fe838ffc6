"""What must hold after a campaign, judged from outside: what was published against what arrived, and the database.

Every rule gives the sentences of what broke it; none is well.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import text

from monitor.model import Coverage
from tests.crash.workplace import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, RowMapping

    from tests.crash.campaign import Outcome
    from tests.crash.receivers import Arrival

MAILBOXES = ("slack", "bot", "webhook", *(f"email:{reader}" for reader in READERS))
#: mailbox -> receiver
RECEIVER = {"slack": "desk", "bot": "bot", "webhook": "siem"} | {
    f"email:{reader}": "analysts" for reader in READERS
}


@dataclass(frozen=True, slots=True)
class Repeat:
    """A message that came again: the life in which it came before, which ended before the note of it was written."""

    receiver: str
    life: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that the report and the test say."""

    broken: list[str]
    repeats: list[Repeat]
    most_copies: int
    alerts: int
    digests: int
    items: int
    messages: int


class _Rows:
    """The rows of a query, by name."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def __call__(self, query: str) -> list[RowMapping]:
        return list(self._tx.execute(text(query)).mappings())


def judge(outcome: Outcome) -> Verdict:
    """Apply every rule."""
    copies = _copies(outcome.ledger.arrivals)
    repeats = [
        Repeat(RECEIVER[mailbox], before.life)
        for (mailbox, _), came in copies.items()
        for before in came[:-1]
    ]
    with outcome.workplace.db.snapshot() as tx:
        db = _Rows(tx)
        broken = [
            *_restless(outcome),
            *outcome.workplace.db.check(),
            *_unleased(db),
            *_archived(outcome, db),
            *_alerted(outcome, db),
            *_delivered(outcome, db, copies),
            *_digested(outcome, db),
            *_repeated(outcome, copies, repeats),
        ]
        digests = len(db("SELECT id FROM digests"))
    return Verdict(
        broken=broken,
        repeats=repeats,
        most_copies=max((len(came) for came in copies.values()), default=0),
        alerts=sum(item.matches for item in outcome.publisher.published),
        digests=digests,
        items=len(outcome.publisher.published),
        messages=len(outcome.ledger.arrivals),
    )


def _copies(arrivals: list[Arrival]) -> dict[tuple[str, str], list[Arrival]]:
    """What each mailbox took, by the message's identity: its id, or at Slack its bytes."""
    found: dict[tuple[str, str], list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        found[arrival.mailbox, arrival.id or arrival.body.decode("utf-8", "replace")].append(arrival)
    return found


def _restless(outcome: Outcome) -> Iterator[str]:
    if outcome.restless:
        yield f"still owed at the end: {outcome.restless}"
    for number, life in enumerate(outcome.lives):
        disturbed = life.kill is not None and life.kill.failpoint in outcome.disturb
        if life.exit != (None if disturbed else 0 if life.kill is None else -9):
            yield f"life {number} ended by itself with {life.exit}"
    for name, status in outcome.bystanders:
        # who begins while the server is down is refused; who is sent away while it begins has nothing in hand
        if status not in ((0, -15, 2) if outcome.disturb else (0, -15)):
            yield f"a {name} that nobody killed ended with {status}"
    for pid in outcome.orphans:
        yield f"a child of daemon {pid} outlived it"
    refused = () if outcome.disturb else ("tick_refused",)
    for line in outcome.workplace.log.read_text(encoding="utf-8", errors="replace").splitlines():
        if any(
            word in line for word in ("Traceback", "tick_failed", "send_failed", "feed_set_aside", *refused)
        ):
            yield f"the log: {line}"


def _unleased(db: _Rows) -> Iterator[str]:
    for row in db("SELECT id, lease_token FROM deliveries WHERE state = 'leased' OR lease_token != ''"):
        yield f"delivery {row['id']} is still leased"


def _archived(outcome: Outcome, db: _Rows) -> Iterator[str]:
    """Each published item is there once, in the one state that it deserves."""
    stored = defaultdict(list)
    for row in db("SELECT guid, coverage, story_id FROM items"):
        stored[row["guid"]].append(row)
    for item in outcome.publisher.published:
        rows = stored.pop(item.guid, [])
        wanted = Coverage.MATCHED if item.matches else Coverage.NO_MATCH
        if [row["coverage"] for row in rows] != [wanted]:
            yield f"item {item.guid} is stored as {[row['coverage'] for row in rows]}, not once as {wanted}"
    for guid in stored:
        yield f"item {guid} was never published"
    told = Counter(row["story_id"] for row in db("SELECT story_id FROM items WHERE coverage = 'matched'"))
    for story, items in told.items():
        if items > 1:
            yield f"the campaign is no good: {items} items share story {story}"


def _alerted(outcome: Outcome, db: _Rows) -> Iterator[str]:
    """Each matching item was told at every mailbox and in the folder; no other was."""
    alerts = {row["id"] for row in db("SELECT id FROM deliveries WHERE kind = 'alert'")}
    told: dict[str, list[bytes]] = defaultdict(list)
    for arrival in outcome.ledger.arrivals:
        if arrival.id in alerts or (arrival.mailbox == "slack" and not _is_digest(arrival)):
            told[arrival.mailbox].append(arrival.body)
    files = outcome.workplace.out.glob("*.txt")
    told["folder"] = [path.read_bytes() for path in files if "-digest-" not in path.name]
    for mailbox in (*MAILBOXES, "folder"):
        everything = b"\n".join(told[mailbox])
        for item in outcome.publisher.published:
            if (item.mark.encode() in everything) != item.matches:
                yield f"{item.mark} is {'not told' if item.matches else 'told'} at {mailbox}"


def _is_digest(arrival: Arrival) -> bool:
    """At Slack a digest has a header, an alert has none."""
    return any(block["type"] == "header" for block in json.loads(arrival.body)["blocks"])


def _delivered(outcome: Outcome, db: _Rows, copies: dict[tuple[str, str], list[Arrival]]) -> Iterator[str]:
    """What the outbox says was delivered came, and nothing else came."""
    owner = {receiver: mailbox for mailbox, receiver in RECEIVER.items() if receiver != "analysts"}
    promised = set()
    for row in db("SELECT id, receiver, recipient, state, kind, last_error FROM deliveries"):
        if row["state"] != "delivered":
            yield f"delivery {row['id']} to {row['receiver']} is {row['state']}: {row['last_error']}"
        if row["receiver"] in ("siem", "bot", "analysts"):
            mailbox = owner.get(row["receiver"]) or f"email:{row['recipient']}"
            promised.add((mailbox, row["id"]))
    came = {key for key in copies if key[0] != "slack"}
    yield from (f"{id_} never came to {mailbox}" for mailbox, id_ in promised - came)
    yield from (f"{id_} came to {mailbox}, and nobody had promised it" for mailbox, id_ in came - promised)
    if left := list(outcome.workplace.out.glob(".*")):
        yield f"half written files are left: {left[0].name}"


def _digested(outcome: Outcome, db: _Rows) -> Iterator[str]:
    """One digest for each series, date and receiver; no item in two digests of a series, none between them left out."""
    rows = db(
        "SELECT series, local_date, receiver, recipient, since, until, since_seq, until_seq FROM digests"
    )
    for key, count in Counter(
        (r["series"], r["local_date"], r["receiver"], r["recipient"]) for r in rows
    ).items():
        if count != 1:
            yield f"{count} digests {key}"
    readers = defaultdict(list)
    for row in sorted(rows, key=lambda r: r["until"]):
        readers[row["series"], row["receiver"], row["recipient"]].append(row)
    for reader, own in readers.items():
        for before, after in pairwise(own):
            if (before["until"], before["until_seq"]) != (after["since"], after["since_seq"]):
                yield f"the windows of {reader} do not meet: {dict(before)} {dict(after)}"
    yield from _told_in_digests(outcome, db, {key[:2]: own[-1]["until_seq"] for key, own in readers.items()})


def _told_in_digests(outcome: Outcome, db: _Rows, last: dict[tuple[str, str], int]) -> Iterator[str]:
    """Read at the webhook, whose digests are whole."""
    bodies = {a.id: json.loads(a.body) for a in outcome.ledger.arrivals if a.mailbox == "webhook"}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    seen: Counter[tuple[str, str]] = Counter()
    for body in bodies.values():
        if body["type"] != "monitor.digest.v2":
            continue
        data = body["data"]
        seen[data["series"], data["date"]] += 1
        for story in (*data["stories"], *data["related"]):
            counted[data["series"]][story["title"].split()[0]] += 1
        if data["not_listed"]:
            yield f"the campaign is no good: a digest of {data['series']} is not whole"
    yield from (f"{count} digests {key} with ids of their own" for key, count in seen.items() if count > 1)
    matched = {
        row["title"].split()[0]: row["seq"]
        for row in db(
            "SELECT title, min(m.id) AS seq FROM items i JOIN matches m ON m.item_id = i.id GROUP BY i.id"
        )
    }
    for series, told in counted.items():
        for mark, seq in matched.items():
            wanted = 1 if seq <= last[series, "siem"] else 0
            if told[mark] != wanted:
                yield f"{mark} is in {told[mark]} digests of {series}, not {wanted}"


def _repeated(
    outcome: Outcome, copies: dict[tuple[str, str], list[Arrival]], repeats: list[Repeat]
) -> Iterator[str]:
    """A kill costs each receiver one repeat at most, of equal bytes, and nothing repeats without one."""
    for (mailbox, id_), came in copies.items():
        lives = [arrival.life for arrival in came]
        if len(set(lives)) != len(lives):
            yield f"{id_[:80]} came twice in one life to {mailbox}"
        if len({arrival.body for arrival in came}) > 1:
            yield f"{id_[:80]} came with different words to {mailbox}"
    for repeat, count in Counter(repeats).items():
        if repeat.receiver == "bot":
            yield "the bot said something again, though it can look what it said"
        if count > 1:
            yield f"the end of life {repeat.life} cost {repeat.receiver} {count} repeats"
