"""The Dockerfile's steps, replayed without a container engine."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from monitor.config import load
from monitor.errors import StoreError
from monitor.store import archive
from monitor.store.database import Database
from tests.support.image import Image, built, steps
from tests.support.line import ENTITIES, WATCHLIST, until

ROOT = Path(__file__).resolve().parents[2]
#: one worker builds the image, which takes as long as the package index
pytestmark = [pytest.mark.xdist_group("image"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Built once for all tests here: a minute, most of it the libraries of the lock file."""
    return built(ROOT, tmp_path_factory.mktemp("image"))


@dataclass(frozen=True)
class Container:
    """An image with its mounts: /data, which its user may write, and /etc/monitor, which nobody may."""

    image: Image
    data: Path
    config: Path

    def command(self, *words: str) -> list[str]:
        """As compose runs it: the words behind the entry point."""
        env = {"MONITOR_CONFIG": "/etc/monitor/monitor.yaml"} if any(self.config.iterdir()) else {}
        mounts = {"/data": self.data, "/etc/monitor:ro": self.config}
        return self.image.command(*self.image.entrypoint, *words, mounts=mounts, env=env)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, or instead of it."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def container(image: Image, tmp_path: Path) -> Container:
    """Of this test, without a configuration."""
    made = Container(image, tmp_path / "data", tmp_path / "config")
    for folder in (made.data, made.config):
        folder.mkdir()
    user, _, group = image.user.partition(":")
    os.chown(made.data, int(user), int(group))
    return made


def test_the_image_keeps_its_promises(image: Image) -> None:
    """What compose and operators rely on: a user that is not root, and signals that reach the process."""
    told = {step.word: step.said for step in steps((ROOT / "Dockerfile").read_text("utf-8"))}

    assert image.user == "65532:65532"
    assert (image.entrypoint, image.told, image.probe) == (["monitor"], ["run"], ["monitor", "health"])
    assert (told["STOPSIGNAL"], told["VOLUME"]) == ("SIGTERM", "/data")
    assert image.path("/data").stat().st_uid == 65532


def test_nothing_that_built_it_is_in_the_image(image: Image) -> None:
    """No package tool, no second copy of the source, and every module compiled, since nobody may write there."""
    site = next(image.path("/opt/monitor/lib").glob("python3.*/site-packages"))
    names = {path.name.partition("-")[0] for path in site.iterdir()}

    assert not names & {"pip", "hatchling", "editables", "pytest"}
    assert not image.path("/src").exists()
    modules = {path.stem for path in (site / "monitor").glob("*.py")}
    assert modules == {path.name.partition(".")[0] for path in (site / "monitor" / "__pycache__").iterdir()}


def test_it_works_without_any_configuration(container: Container) -> None:
    """`check` finds the bundled files, `once` writes to /data only."""
    feeds = container.data / "feeds.yaml"
    feeds.write_text("feeds:\n  - {id: a, url: 'file:/no/such/feed.xml', title: A}\n")
    (container.data / "monitor.yaml").write_text("feeds: feeds.yaml\nlisten: none\n")

    checked = container.run("check")
    ran = container.run("once", "--digest", "--all", "--config", "/data/monitor.yaml")

    assert checked.returncode == 0, checked.stderr
    assert ran.returncode == 0, ran.stderr
    assert (container.data / "monitor.db").is_file()
    assert any((container.data / "out").glob("*.eml"))


LOAD = """
data: /data
listen: none
feeds: feeds.yaml
receivers: [{name: folder, file: {}}]
route: {receiver: folder}
digests: []
polling: {host_gap: 0s}
"""


@pytest.fixture
def loaded(container: Container) -> Container:
    """With ten thousand items to read."""
    lines = []
    for n in range(20):
        items = "".join(
            f"<item><title>Item {n} {k}</title><guid>{n}-{k}</guid><description>Wagner fighters were seen in Sirte, "
            f"report {n} {k}.</description></item>" for k in range(500)
        )  # fmt: skip
        (container.config / f"{n}.xml").write_text(
            f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>"
        )
        lines.append(f"  - {{id: f{n}, url: 'file:/etc/monitor/{n}.xml', title: F{n}, language: en}}\n")
    (container.config / "feeds.yaml").write_text("feeds:\n" + "".join(lines))
    (container.config / "monitor.yaml").write_text(LOAD)
    return container


def test_it_stops_well_under_load_and_writes_to_its_data_alone(loaded: Container) -> None:
    """SIGTERM while thousands of items are read: exit 0 within the grace period, the database whole, no file elsewhere."""
    before = set(loaded.config.rglob("*"))
    daemon = subprocess.Popen(
        loaded.command(*loaded.image.told), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    database = loaded.data / "monitor.db"

    def stored() -> int:
        if not database.exists():
            return 0
        try:
            with Database.reading(f"sqlite:///{database}") as tx:
                return archive.count(tx, archive.Filter())
        except StoreError:
            return 0

    try:
        assert until(lambda: stored() > 100, 90)
        probe = loaded.run(*loaded.image.probe[1:])
    finally:
        daemon.send_signal(signal.SIGTERM)
        said, _ = daemon.communicate(timeout=40)
    assert probe.returncode == 0, probe.stdout + probe.stderr
    assert daemon.returncode == 0, said
    assert "stopped" in said
    assert set(loaded.config.rglob("*")) == before
    assert {path.stat().st_uid for path in loaded.data.rglob("monitor.*")} == {65532}
    with Database.open(f"sqlite:///{database}", create=False) as db:
        assert db.check() == ()


def test_a_false_alarm_keeps_its_test_where_the_configuration_is_read_only(container: Container) -> None:
    """In the data folder, from where the tests of the watchlists take it, too."""
    config = container.config
    (config / "watchlists" / "entities").mkdir(parents=True)
    (config / "watchlists" / "entities" / "people.yaml").write_text(ENTITIES, "utf-8")
    (config / "watchlists" / "contacts.yaml").write_text(WATCHLIST, "utf-8")
    (config / "monitor.yaml").write_text(LOAD + "watchlists: watchlists\n", "utf-8")
    said = "<item><title>Putin received Khalifa Haftar</title><guid>1</guid></item>"
    (config / "one.xml").write_text(f"<rss version='2.0'><channel><title>F</title>{said}</channel></rss>")
    (config / "feeds.yaml").write_text(
        "feeds:\n  - {id: one, url: 'file:/etc/monitor/one.xml', title: One, language: en}\n"
    )

    assert container.run("once", "--all").returncode == 0
    story = json.loads(container.run("stories", "--json").stdout)["stories"][0]["id"]
    marked = container.run("ack", story, "--false-positive", "--author", "ann", "--reason", "a test")
    assert "/data/tests/contacts.test.yaml" in marked.stderr, marked.stderr
    tested = container.run("watchlists", "test")
    assert "/data/tests/contacts.test.yaml:4" in tested.stderr, tested.stderr
    assert tested.returncode == 1


# --- compose -------------------------------------------------------------------------------------------------


class _Compose(yaml.SafeLoader):
    """Knows compose's own tags."""


_Compose.add_constructor("!reset", lambda _loader, _node: [])
COMPOSE = yaml.load((ROOT / "compose.yaml").read_text("utf-8"), _Compose)  # a safe loader
#: what the image sets, and what is for tests
NOT_SET = {"MONITOR_CONFIG", "MONITOR_DATA", "MONITOR_FAILPOINT", "MONITOR_CI"}


def test_compose_hands_on_every_variable() -> None:
    """Whatever the reference names; what is not set changes nothing."""
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(MONITOR_\w+)`", page, re.MULTILINE)) - NOT_SET
    given = COMPOSE["services"]["monitor"]["environment"]
    assert documented == set(given)
    assert all(f"${{{name}:" in value for name, value in given.items())
    unset = load.load(None, dict.fromkeys(given, ""))
    assert unset.config == load.load(None, {}).config


def test_compose_mounts_the_secrets_that_it_names() -> None:
    """Each under the name that the variable tells; /dev/null where there is none."""
    given = COMPOSE["services"]["monitor"]["environment"]
    named = {
        match[2]: match[1]
        for name, value in given.items()
        if (match := re.fullmatch(r"\$\{(\w+):\+/run/secrets/([\w-]+)\}", value))
    }
    assert set(named.values()) == {name for name in given if name.endswith("_FILE") and "CA_FILE" not in name}
    assert set(named) == set(COMPOSE["services"]["monitor"]["secrets"]) == set(COMPOSE["secrets"])
    for name, variable in named.items():
        assert COMPOSE["secrets"][name] == {"file": f"${{{variable}:-/dev/null}}"}


def test_workers_do_not_take_the_port_of_the_desk() -> None:
    """They extend the monitor, which publishes it."""
    overlay = yaml.load((ROOT / "compose.postgres.yaml").read_text("utf-8"), _Compose)
    assert overlay["services"]["worker"]["ports"] == []
