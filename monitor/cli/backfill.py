"""`monitor backfill`: what a new or edited rule says of the past, alerted and told in the digest."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli.common import ConfigOption, JsonOption, loaded, moment, say, say_json
from monitor.documents import suggestion
from monitor.jobs.backfill import Backfill
from monitor.jobs.backfill import backfill as backfilled
from monitor.parts import build
from monitor.store.database import Database


def register(root: typer.Typer) -> None:
    """`backfill` at the root."""
    root.command("backfill")(backfill)


def backfill(
    rule: Annotated[str, typer.Option(help="The rule, as watchlist/rule.")],
    since: Annotated[str, typer.Option(help="From when on: 30d, 12h or a date.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Match what was seen before with a rule; a new or edited one starts at now otherwise. `backtest` only shows it."""
    now = datetime.now(UTC)
    begins = moment(since, now) or now
    parts = build(loaded(config))
    rules = {known.key: known.digest for known in parts.watchlists.rules}
    if rule not in rules:
        meant = suggestion(rule, rules)
        raise typer.BadParameter(f"there is no rule {rule!r}" + (f"; {meant}" if meant else ""))
    db = Database.open(parts.settings.database)
    try:
        work = Backfill(
            db=db, decide=parts.matcher.decide, rules=rules, route=parts.settings.route, judge=parts.judge
        )
        found = backfilled(work, rule, begins, now)
    finally:
        db.close()
    if as_json:
        say_json(asdict(found))
        return
    say(f"{found.read} items read, {found.matched} newly matched by {rule}, {found.waiting} alerts wait")
