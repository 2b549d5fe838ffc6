"""`monitor contacts` over a database, as its reader meets it."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING

import icalendar
import pytest
from typer.testing import CliRunner

from monitor.cli.main import application
from monitor.model import ContactStatus, ContactType, Side
from monitor.store import feeds, items
from monitor.store.database import Database
from tests.support.stored import DAY, HOUR, NOW, assessed, contact, feed, match

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HAFTAR, LAVROV = ("Khalifa Haftar",), ("Sergei Lavrov",)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A meeting that is planned, took place and is told in three languages; a call; an old visit, only mentioned."""
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "monitor.yaml"
    path.write_text(f"database: sqlite:///{folder}/monitor.db\n", encoding="utf-8")
    planned = contact(
        russian=LAVROV, libyan=HAFTAR, place="Moscow", date="2026-03-03", status=ContactStatus.PLANNED
    )
    met = contact(russian=LAVROV, libyan=HAFTAR, place="Moscow", date="2026-03-03")
    call = contact(russian=("Vladimir Putin",), libyan=("Aguila Saleh",), type=ContactType.CALL, date=None)
    old = contact(russian=LAVROV, libyan=HAFTAR, place="Sochi", date="2019-05", background=True)
    told = [
        ("ru", Side("russia-state"), planned, 0), ("ar", Side("libya-east"), met, 3), ("en", Side("independent"), met, 3.5),
        ("en", Side("independent"), call, 30), ("fr", Side("independent"), old, 30),
    ]  # fmt: skip
    db = Database.open(f"sqlite:///{folder}/monitor.db")
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0, within=HOUR)
        for n, (lang, side, said, day) in enumerate(told):
            at = NOW + day * DAY
            one = assessed(
                f"guid:{n}", matches=(match(),), contacts=(said,), lang=lang, outlet=f"Paper {n}", outlet_side=side,
                published_at=at, canonical_url=f"paper.example/{n}", url=f"https://paper.example/{n}",
            )  # fmt: skip
            items.write(tx, [one], at)
    db.close()
    return path


def run(config: Path, *words: str) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(application(), ["contacts", "--config", str(config), *words])


def listed(config: Path, *words: str) -> list[dict[str, object]]:
    """What it gives as JSON."""
    result = run(config, "--json", *words)
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)["contacts"]
    return found


def test_the_table_shows_each_contact_once(config: Path) -> None:
    """And how many are only mentioned."""
    result = run(config)

    assert result.exit_code == 0
    assert "2026-03-03" in result.output
    assert "meeting, took place" in result.output
    assert "russia-state 1, libya-east 1, independent 1" in result.output
    assert "2 contacts; 1 more only mentioned (--background)" in result.output


@pytest.mark.parametrize(
    ("words", "types"),
    [
        pytest.param([], ["meeting", "call"], id="all"),
        pytest.param(["--person", "Хафтар"], ["meeting"], id="a person in Russian"),
        pytest.param(["--person", "لافروف"], ["meeting"], id="a person in Arabic"),
        pytest.param(["--person", "putin", "--person", "saleh"], ["call"], id="two persons"),
        pytest.param(["--person", "Putin", "--person", "Haftar"], [], id="two persons who did not meet"),
        pytest.param(["--side", "libya-east"], ["meeting"], id="a side that tells it"),
        pytest.param(["--type", "call"], ["call"], id="a kind"),
        pytest.param(["--status", "planned"], [], id="a status that is over"),
        pytest.param(["--since", "2026-03-04"], ["call"], id="since a day"),
        pytest.param(["--until", "2026-03"], ["meeting", "call"], id="to the end of a month"),
        pytest.param(["--until", "2026-03-03"], ["meeting"], id="to a day"),
        pytest.param(["--background", "--until", "2019"], ["meeting"], id="in the year of what is mentioned"),
    ],
)
def test_contacts_are_filtered(config: Path, words: list[str], types: list[str]) -> None:
    """By who takes part, who tells it, what it is, how it stands, and when it was."""
    assert [c["type"] for c in listed(config, *words)] == types


def test_one_contact_in_full(config: Path) -> None:
    """With every source's own words; ids come from the register."""
    name = str(listed(config, "--type", "meeting")[0]["id"])
    result = run(config, name)

    assert result.exit_code == 0
    assert "Status: planned (2026-03-01), took place (2026-03-04)" in result.output
    assert "https://paper.example/2" in result.output
    assert result.output.count("Envoy from Moscow seen in Sirte") == 3


def test_files_are_written(config: Path, tmp_path: Path) -> None:
    """A spreadsheet's CSV with its mark, a calendar, a picture, a plain table."""
    for name, words in {
        "c.csv": ["--format", "csv", "-o"], "c.ics": ["--format", "ics", "-o"], "c.svg": ["--chart"], "c.txt": ["-o"],
    }.items():  # fmt: skip
        assert run(config, *words, str(tmp_path / name)).exit_code == 0

    text = (tmp_path / "c.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))) == 2
    assert len(icalendar.Calendar.from_ical((tmp_path / "c.ics").read_bytes()).events) == 2
    assert "<svg" in (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert "Sergei Lavrov" in (tmp_path / "c.txt").read_text(encoding="utf-8")


def test_a_misp_feed_is_brought_up_to_date_in_its_folder(config: Path, tmp_path: Path) -> None:
    """Events that are in it no more go, and nothing else does."""
    folder = tmp_path / "feed"
    assert run(config, "-f", "misp-feed", "-o", str(folder)).exit_code == 0
    (folder / "notes.json").write_text("{}")
    before = {path.name for path in folder.iterdir()}
    assert run(config, "-f", "misp-feed", "-o", str(folder), "--person", "Putin").exit_code == 0
    gone = before - {path.name for path in folder.iterdir()}

    assert len(before) == 2 + 2 + 1
    assert len(gone) == 1
    assert "notes.json" not in gone


@pytest.mark.parametrize("form", ["csv", "json", "ics", "stix", "misp", "atom"])
def test_documents_go_to_standard_output(config: Path, form: str) -> None:
    """Nothing else does; which configuration was read goes to standard error."""
    result = run(config, "--format", form)

    assert result.exit_code == 0
    assert "Khalifa Haftar" in result.stdout.replace("\r\n ", "")
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["configuration"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--since", "2026-13"], "is no date", id="no date"),
        pytest.param(["--chart", "picture.gif"], "must end in", id="no picture"),
        pytest.param(["--type", "dance"], "dance", id="no kind"),
        pytest.param(["-f", "csv", "-o", "/dev/null/x.csv"], "Not a directory", id="no folder"),
        pytest.param(["-f", "misp-feed", "-o", "/dev/null/x"], "Not a directory", id="no folder for a feed"),
        pytest.param(["-f", "misp-feed"], "--output", id="a feed in no folder"),
        pytest.param(["-f", "json", "--delimiter", "tab"], "--format csv", id="cells of no table"),
    ],
)
def test_mistakes_of_usage_are_told(config: Path, words: list[str], said: str) -> None:
    """With exit status 2."""
    result = run(config, *words)

    assert result.exit_code == 2
    assert said in result.output


def test_an_unknown_id_is_a_finding(config: Path) -> None:
    """Exit status 1."""
    result = run(config, "c-0000000000")

    assert result.exit_code == 1
    assert "c-0000000000" in result.output


@pytest.mark.parametrize(
    ("words", "module", "package", "extra"),
    [
        (["--format", "ics"], "monitor.exports.ics", "icalendar", "contacts"),
        (["--format", "stix"], "monitor.exports.stix", "stix2", "contacts"),
        (["--format", "misp"], "monitor.exports.misp", "pymisp", "contacts"),
        (["--chart", "c.svg"], "monitor.exports.chart", "matplotlib", "chart"),
    ],
)
def test_a_missing_library_names_its_extra(
    config: Path, words: list[str], module: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the daemon is installed."""
    for name in [n for n in sys.modules if n == module or n.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    result = run(config, *words)

    assert result.exit_code == 2
    assert package in result.stderr
    assert f"pip install 'foreign-influence-monitor[{extra}]'" in result.stderr
