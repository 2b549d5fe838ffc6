"""docs/reference/faults.md: each fault, what happens, and the test that proves it. `python -m tests.faults.table` writes it.

The rows of the channels are those that the tests run on; every other row names its test. A test compares the page
with this table, and asks pytest whether each named test is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.faults.rows import CHANNELS

PAGE = Path("docs/reference/faults.md")
CHANNEL_TEST = "tests/faults/test_channels.py::test_a_channel_fails"

INTRODUCTION = """# What may go wrong, and what happens then

`.venv/bin/python -m tests.faults.table` writes this page, and a test compares it with the tests. Every row is a test on real
loopback servers, real files and real processes.

| words | meaning |
|---|---|
| all messages to the receiver wait | nothing is sent to it until its next try; other receivers do not notice |
| this message is tried again | by the schedule of [delivery](../explanation/delivery.md#how-long-each-kind-is-tried) |
| corrected | the operator corrected the settings, and reloaded |

Every copy carries the same `Message-ID` or `webhook-id`. An incoming webhook of Slack has no such id: there a second copy
cannot be recognised. Crashes have a page of their own ([crash campaign](../explanation/crash-campaign.md)).
"""

TITLES = {"email": "Mail", "slack": "Slack", "webhook": "Webhooks"}


@dataclass(frozen=True, slots=True)
class Proven:
    """A fault, what happens, and where that is proven."""

    fault: str
    happens: str
    test: str


_C = "tests/contract/test_notifiers.py"
_F = "tests/faults"

#: more rows of the channels, which need a test of their own
ALSO: dict[str, tuple[Proven, ...]] = {
    "email": (
        Proven("550 for one of five recipients", "the other four have their mail once; the fifth is a dead letter until `monitor deliveries retry`", f"{_F}/test_channels.py::test_one_recipient_of_five_is_refused[550]"),
        Proven("450 for one of five recipients", "the other four have their mail once; the fifth is tried again alone", f"{_F}/test_channels.py::test_one_recipient_of_five_is_refused[450]"),
        Proven("another host's certificate", "not a byte of the mail leaves; all messages to the receiver wait", f"{_C}::test_mail_never_travels_without_the_tls_that_was_asked_for[another host's certificate]"),
        Proven("an address beyond ASCII, no SMTPUTF8", "refused for this recipient alone", f"{_C}::test_an_address_beyond_ascii_needs_smtputf8"),
    ),
    "slack": (
        Proven("a header or a body byte by byte, or without end", "given up at the deadline; an answer that never came may have been taken", f"{_C}::test_a_slow_endpoint_cannot_hold_us[a header byte by byte-slack]"),
    ),
    "webhook": (
        Proven("a repeat after 500", "same body and `webhook-id`, fresh signature", f"{_C}::test_a_repeat_carries_the_same_id_and_body_and_a_fresh_signature"),
        Proven("an address that is not public", "refused by the address policy; nothing leaves", f"{_C}::test_an_address_that_is_not_public_is_refused_without_permission[webhook]"),
    ),
}  # fmt: skip

OTHERS: dict[str, tuple[Proven, ...]] = {
    "The machine": (
        Proven("the disk of the database is full", "work stops and says so, reading goes on; with room again everything owed is delivered, without a restart", f"{_F}/test_place.py::test_a_full_disk_stops_work_and_loses_nothing"),
        Proven("the disk of a `file` receiver is full", "its messages wait for room", f"{_F}/test_place.py::test_a_folder_on_a_full_disk_waits"),
        Proven("the disk is read-only", "reported with the file's name and the remedy; what is owed stays", f"{_F}/test_place.py::test_a_read_only_disk_is_told_and_what_is_owed_stays"),
        Proven("the database belongs to another user", "reported with the file's name and the remedy", "tests/integration/test_store_database.py::test_a_read_only_file_is_told"),
        Proven("the database is damaged", "reported, with the advice to put back a backup", "tests/integration/test_store_database.py::test_a_damaged_file_is_told"),
        Proven("another process keeps the database locked", "the tick is refused after the busy timeout; the next one after the lock does its work", f"{_F}/test_place.py::test_a_lock_that_another_process_keeps_delays_only"),
        Proven("two daemons are started at once", "one works, the other names it and exits 2; everything arrives once", f"{_F}/test_place.py::test_of_two_daemons_started_at_once_one_works"),
        Proven("kill -9 inside a transaction", "whole transactions or nothing; the next process goes on at once", "tests/integration/test_store_database.py::test_kill_9_in_the_middle_of_a_transaction"),
        Proven("SIGTERM while a message is sent", "work in hand is finished first", "tests/integration/test_daemon.py::test_work_in_hand_is_finished_before_the_end"),
        Proven("a bug in a tick", "a traceback in the log; the other ticks and the next one run", "tests/integration/test_daemon.py::test_a_failing_tick_is_told_and_the_next_one_runs"),
    ),
    "Clocks and calendars": (
        Proven("the clock is set back by 15 hours", "noticed within half a minute; ticks go on, every wait is moved back with the clock", "tests/integration/test_daemon.py::test_a_clock_that_is_set_stops_nothing[-54000]"),
        Proven("the clock is set forward by two hours", "noticed within half a minute; what is due runs", "tests/integration/test_daemon.py::test_a_clock_that_is_set_stops_nothing[7200]"),
        Proven("the clock was set back while nothing ran", "noticed at the start by the last completed tick", f"{_F}/test_clocks.py::test_a_retry_does_not_wait_for_the_hour_that_the_clock_had_shown[while it is down]"),
        Proven("15 hours forward, then right again", "each item is in exactly one digest, no local date has two", f"{_F}/test_clocks.py::test_a_wrong_clock_repeats_no_item_and_loses_none[15 hours forward, then right again]"),
        Proven("five years forward, then right again", "the same; and the archive is not pruned", f"{_F}/test_clocks.py::test_a_wrong_clock_repeats_no_item_and_loses_none[five years forward, then right again]"),
        Proven("five years forward while an alert waits for a receiver that is down", "it expires; when both are right again, a summary lists it", f"{_F}/test_clocks.py::test_an_alert_that_a_wrong_clock_let_expire_is_told_all_the_same"),
        Proven("a digest of next week, written while the clock was ahead", "today's digest is neither repeated nor made again at each tick", f"{_F}/test_clocks.py::test_a_digest_that_went_out_is_not_made_again_at_each_tick"),
        Proven("installed while the clock was years ahead", "the first digest comes on its day", "tests/unit/alerts/test_digest_schedule.py::test_an_installation_while_the_clock_was_ahead_does_not_silence_the_series"),
        Proven("pruning while the clock is years ahead", "it reaches a day further than the last one, no more", "tests/unit/jobs/test_prune.py::test_a_clock_that_is_years_ahead_does_not_empty_the_archive"),
        *(
            Proven(day, "one digest for each local date, at its minute (a time that is left out: right after the gap; one that comes twice: the first)", f"{_F}/test_clocks.py::test_one_digest_on_each_local_date[{day}]")
            for day in (
                "Tripoli, 10 November 2012: an hour twice", "Tripoli, 29 March 2013: an hour left out",
                "Tripoli, 25 October 2013: the change that was called off", "Rome, spring", "Rome, autumn",
                "Cairo, spring: no midnight", "Cairo, autumn: the hour before midnight twice",
                "New York, spring", "New York, autumn", "leap day", "year end",
            )
        ),
        Proven("any zone, time of day, days and downtimes", "windows tile time: no gap, no overlap, no date twice", "tests/unit/alerts/test_digest_schedule.py::test_windows_tile_time"),
        Proven("any history of items, downtimes and wrong clocks", "every matched item is in exactly one digest of each series and reader", "tests/integration/test_told_once.py::test_every_item_is_in_exactly_one_digest_of_a_series"),
        Proven("any route tree, order of reports and repeats", "every alerting story reaches each of its receivers exactly once", "tests/integration/test_told_once.py::test_every_loud_story_is_told_to_each_of_its_receivers_once"),
    ),
    "Edits": (
        Proven("a receiver is removed while it is owed messages", "they are dead letters that say why; when it is back, `monitor deliveries retry` sends each once", f"{_F}/test_edits.py::test_a_receiver_is_removed_while_it_is_owed_messages"),
        Proven("a receiver is renamed or removed while a story waits for it", "the story goes to the receivers that the routes name now, once", f"{_F}/test_edits.py::test_a_receiver_is_renamed_while_a_story_waits_for_it"),
        Proven("a route names a receiver that is gone", "the reload is refused, the old configuration stays at work", f"{_F}/test_edits.py::test_a_route_to_a_receiver_that_is_gone_keeps_the_old_configuration"),
        Proven("an edit breaks a template", "the reload names file and line, the old template stays at work", f"{_F}/test_edits.py::test_a_template_that_an_edit_broke_keeps_the_old_one_at_work"),
        Proven("a template is broken at the start", "exit 2 with file and line; nothing was started", f"{_F}/test_edits.py::test_a_template_that_is_broken_at_the_start_is_told"),
        Proven("a mistake in the configuration at a reload", "every mistake in the log, the old configuration stays at work", "tests/acceptance/test_line.py::test_a_reload_with_a_mistake_keeps_the_running_configuration"),
    ),
}  # fmt: skip


def proofs() -> list[str]:
    """The node id of every test that the page names."""
    rows = [f"{CHANNEL_TEST}[{kind}: {row.fault}]" for kind, found in CHANNELS.items() for row in found]
    more = [p.test for group in (*ALSO.values(), *OTHERS.values()) for p in group]
    return rows + more


def page() -> str:
    """The whole of docs/reference/faults.md."""
    parts = [INTRODUCTION]
    for kind, found in CHANNELS.items():
        rows = [f"| {row.fault} | {row.first} | {row.end} |" for row in found]
        link = f"[test_a_channel_fails]({_link(CHANNEL_TEST)})"
        head = f"| fault | at first | in the end, once it is over ({link}) |\n|---|---|---|"
        parts.append("\n".join([f"## {TITLES[kind]}\n", head, *rows, "", *_table(ALSO[kind])]))
    for title, group in OTHERS.items():
        parts.append("\n".join([f"## {title}\n", *_table(group)]))
    return "\n".join(parts)


def _table(group: tuple[Proven, ...]) -> list[str]:
    rows = [f"| {p.fault} | {p.happens} | [{_name(p.test)}]({_link(p.test)}) |" for p in group]
    return ["| fault | what happens | test |", "|---|---|---|", *rows, ""]


def _name(test: str) -> str:
    return test.partition("::")[2].partition("[")[0]


def _link(test: str) -> str:
    return f"../../{test.partition('::')[0]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
