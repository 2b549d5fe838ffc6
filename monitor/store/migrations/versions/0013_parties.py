"""Contacts belong to a watchlist, and who is named of either party stands in rows. Frozen.

Until here there was one pair of parties, with a column each: `former_parties.json` says which, and whose they
become.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

revision = "0013"
down_revision = "0012"

FORMER = json.loads((Path(__file__).parents[1] / "former_parties.json").read_bytes())
#: rows in memory at a time
PORTION = 1000


def upgrade() -> None:
    made = op.create_table(
        "contact_parties",
        sa.Column("contact_id", _SERIAL, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("general", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_contact_parties_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "position", name="pk_contact_parties"),
    )
    op.add_column("contacts", sa.Column("watchlist", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.execute(_OWNERS)
    rows = _rows()
    while portion := list(islice(rows, PORTION)):
        op.get_bind().execute(sa.insert(made), portion)
    for column in FORMER["columns"]:
        op.drop_column("contacts", column)


_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CONTACTS = sa.table(
    "contacts", sa.column("id"), sa.column("item_id"), sa.column("revision"), sa.column("watchlist"),
    *(sa.column(name, sa.JSON()) for name in FORMER["columns"]),
)  # fmt: skip
_MATCHES = sa.table("matches", sa.column("item_id"), sa.column("revision"), sa.column("watchlist"))
_OF_ITEM = (
    sa.select(sa.func.min(_MATCHES.c.watchlist))
    .where(_MATCHES.c.item_id == _CONTACTS.c.item_id, _MATCHES.c.revision == _CONTACTS.c.revision)
    .having(sa.func.count(sa.case((_MATCHES.c.watchlist == FORMER["watchlist"], 1))) == 0)
    .scalar_subquery()
)
#: a list of the operator's own may have found it: where the shipped one did not match the item
_OWNERS = sa.update(_CONTACTS).values(watchlist=sa.func.coalesce(_OF_ITEM, FORMER["watchlist"]))


def _rows() -> Iterator[dict[str, Any]]:
    """Rows of the new table, out of the columns that are given up."""
    last = 0
    while found := _page(last):
        for row in found:
            yield from _named(row)
        last = found[-1]["id"]


def _page(last: int) -> list[Any]:
    page = sa.select(_CONTACTS).where(_CONTACTS.c.id > last).order_by(_CONTACTS.c.id).limit(PORTION)
    return list(op.get_bind().execute(page).mappings())


def _named(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    named = [(party, name) for column, party in FORMER["columns"].items() for name in row[column]]
    for position, (party, name) in enumerate(named):
        yield {
            "contact_id": row["id"],
            "position": position,
            "party": party,
            "name": name,
            "general": name in FORMER["general"],
        }
