"""What a campaign found, as the Markdown table that docs/explanation/crash-campaign.md holds."""

from __future__ import annotations

import os
import platform
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.crash.campaign import Outcome
    from tests.crash.verdict import Verdict


def text(outcome: Outcome, verdict: Verdict, *, seed: int) -> str:
    """Totals, then a row for each failpoint."""
    kills = [life for life in outcome.lives if life.kill is not None]
    per_receiver = Counter(repeat.receiver for repeat in verdict.repeats)
    lost = sum(" not told at " in line or "never came" in line for line in verdict.broken)
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {_database(outcome)}, {outcome.seconds:,.0f} s.",
        "",
        "| | |",
        "|---|---:|",
        f"| kills (SIGKILL) | {len(kills)} |",
        f"| items published | {verdict.items} |",
        f"| of them matching, each an alert to 5 receivers | {verdict.alerts} |",
        f"| digests (series, date, receiver) | {verdict.digests} |",
        f"| messages taken over HTTP and SMTP | {verdict.messages} |",
        f"| lost | {lost} |",
        f"| repeats at the worst receiver (at most one a kill) | {max(per_receiver.values(), default=0)} |",
        f"| repeats at all receivers | {len(verdict.repeats)} |",
        f"| most copies of one message | {verdict.most_copies} |",
        f"| rules broken, says the verdict | {len(verdict.broken)} |",
        "",
        "| killed at | kills | reached | repeats: slack, bot, webhook, e-mail |",
        "|---|---:|---:|---:|",
        *_rows(outcome, verdict),
    ]
    return "\n".join((*lines, *(f"- broken: {line}" for line in verdict.broken)))


def _database(outcome: Outcome) -> str:
    name = "SQLite" if outcome.workplace.url.startswith("sqlite") else "PostgreSQL"
    return f"{name}, a scheduler and two workers" if outcome.workers else name


def _rows(outcome: Outcome, verdict: Verdict) -> list[str]:
    names = list(dict.fromkeys(life.kill.name for life in outcome.lives if life.kill is not None))
    rows = []
    for name in sorted(names, key=lambda n: (n.startswith("random"), n)):
        lives = {
            n for n, life in enumerate(outcome.lives) if life.kill is not None and life.kill.name == name
        }
        reached = sum(outcome.lives[n].reached for n in lives)
        here = Counter(repeat.receiver for repeat in verdict.repeats if repeat.life in lives)
        counts = ", ".join(str(here[receiver]) for receiver in ("desk", "bot", "siem", "analysts"))
        rows.append(f"| {name} | {len(lives)} | {reached} | {counts} |")
    return rows
