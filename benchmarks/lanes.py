"""Does a slow receiver hold up the others? Seconds from due to received, beside a relay of 8 s a mail and
webhooks that hang.

    python -m benchmarks.lanes [--seconds 90] [--hung 20] [--queue 200] [--slow 8]

Everything is real and on loopback: the outbox in a database, the lanes as the daemon runs them, an SMTP
server, HTTP servers. An alert to Slack and one to a webhook fall due every second; the relay has its queue
from the beginning, and so has each endpoint that takes what it gets and never answers.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor import logs
from tests.support.postoffice import Office, late, office
from tests.support.slackhook import Hook, Reply
from tests.support.smtp import Smtp


def main() -> None:
    """Print the table, and what it cost."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.lanes")
    options.add_argument("--seconds", type=int, default=90, help="how long alerts fall due (at most 110)")
    options.add_argument("--hung", type=int, default=20, help="webhooks that never answer")
    options.add_argument("--queue", type=int, default=200, help="mails that the relay is owed at the start")
    options.add_argument("--slow", type=float, default=8.0, help="seconds that the relay takes for each")
    given = options.parse_args()
    logs.configure({"MONITOR_LOG_LEVEL": "critical"})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        smtp = stack.enter_context(Smtp(slow=given.slow))
        hook, siem, hole = (stack.enter_context(h) for h in (Hook(), Hook(), Hook(Reply(stall=True))))
        names = [f"hung-{n:02}" for n in range(given.hung)]
        relay = {"host": "127.0.0.1", "port": smtp.port, "security": "none"}
        receivers = [
            {"name": "slack", "slack": {"webhook_url": hook.url}},
            {"name": "siem", "webhook": {"url": siem.url}},
            {"name": "mail", "email": {"to": ["a@example.test"], "from": "m@example.test", "smtp": relay}},
            *({"name": name, "webhook": {"url": hole.url}} for name in names),
        ]
        desk = stack.enter_context(office(folder, receivers, (hook.port, siem.port, hole.port)))
        desk.promise("mail", "email", given.queue)
        for name in names:
            desk.promise(name, "webhook", 10)
        most = _fall_due(desk, min(110, given.seconds))
        table = Table("receiver", "received", "median s", "95 % s", "longest s")
        for name, server in (("slack", hook), ("siem", siem)):
            _row(table, name, late((r.json()["text"], r.at) for r in server.requests))
        _row(table, "mail", late((m.parsed["Subject"], m.at) for m in smtp.mails))
        Console().print(table)
        cpu = resource.getrusage(resource.RUSAGE_SELF)
        print(
            f"lanes at once: {most} at most; {len(hole.requests)} messages went to the {given.hung} that hang"
        )
        print(f"CPU, servers included: {cpu.ru_utime + cpu.ru_stime:.1f} s")


def _fall_due(desk: Office, seconds: int) -> int:
    """An alert to each of the two every second; the most lanes that were seen at once."""
    most = 0
    for _ in range(seconds):
        desk.promise("slack", "slack")
        desk.promise("siem", "webhook")
        most = max(most, sum(thread.name == "lane" for thread in threading.enumerate()))
        time.sleep(1)
    return most


def _row(table: Table, name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds) or [float("nan")]
    at95 = ordered[int(0.95 * (len(ordered) - 1))]
    table.add_row(
        name, str(len(seconds)), f"{statistics.median(ordered):.3f}", f"{at95:.3f}", f"{ordered[-1]:.3f}"
    )


if __name__ == "__main__":
    main()
