"""The Dockerfile's steps, replayed without a container engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from monitor.config import load
from monitor.errors import StoreError
from monitor.store import archive
from monitor.store.database import Database
from tests.support.line import ENTITIES, WATCHLIST, until
from tests.support.services import need

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_what_the_image_copies_is_there() -> None:
    """A renamed file must not be found out by the first build."""
    sources = [
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]

    assert sources
    assert [s for s in sources if not (ROOT / s).exists()] == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("USER 65532:65532", id="a numeric user, not root"),
        pytest.param('ENTRYPOINT ["monitor"]', id="exec form: signals reach the process"),
        pytest.param('CMD ["monitor", "health"]', id="the probe is our own command"),
        pytest.param("STOPSIGNAL SIGTERM", id="the signal that finishes work"),
        pytest.param("VOLUME /data", id="one folder is written to"),
    ],
)
def test_the_image_keeps_its_promises(line: str) -> None:
    """What compose and operators rely on."""
    assert line in DOCKERFILE


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed without its source, as the image has it; nobody may write there."""
    folder = tmp_path_factory.mktemp("image")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    made = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", str(next(folder.glob("*.whl"))), str(made)], check=True
    )
    for path in (made, *made.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return made


def environment(site: Path, data: Path) -> dict[str, str]:
    """As the image sets it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    return env | {"PYTHONPATH": str(site), "MONITOR_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_wheel_runs_alone_from_a_read_only_place(site: Path, tmp_path: Path) -> None:
    """`check` finds the bundled files, `once` writes to /data only."""
    data = tmp_path / "data"
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {id: a, url: 'file:/no/such/feed.xml', title: A}\n")
    env = environment(site, data) | {"MONITOR_FEEDS": str(tmp_path / "feeds.yaml")}

    def monitor(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "monitor", *words], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=100, check=False,
        )  # fmt: skip

    where = subprocess.run(
        [sys.executable, "-P", "-c", "import monitor.config.load as s; print(s.bundled('watchlists'))"],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    checked, ran = monitor("check"), monitor("once", "--digest", "--all")

    assert where.stdout.strip() == str(site / "monitor" / "bundled" / "watchlists")
    assert checked.returncode == 0, checked.stderr
    assert ran.returncode == 0, ran.stderr
    assert (data / "monitor.db").is_file()
    assert any((data / "out").glob("*.eml"))


LOAD = """
data: /data
listen: none
feeds: feeds.yaml
receivers: [{name: folder, file: {}}]
route: {receiver: folder}
digests: []
polling: {host_gap: 0s}
"""


def confined(config: Path, site: Path, data: Path, *words: str) -> list[str]:
    """`monitor` where its program and configuration are mounted read-only and no right of root is left to it."""
    steps = [f"mount --bind {place} {place} && mount -o remount,ro,bind {place}" for place in (config, site)]
    run = [
        "setpriv",
        "--no-new-privs",
        "--bounding-set=-all",
        "--inh-caps=-all",
        sys.executable,
        "-P",
        "-m",
        "monitor",
    ]
    return ["unshare", "-rm", "sh", "-c", " && ".join((*steps, shlex.join(["exec", *run, *words])))]


@pytest.fixture
def place(site: Path, tmp_path: Path) -> tuple[Path, Path, dict[str, str]]:
    """A configuration with ten thousand items to read, its data folder, and the environment of the image."""
    need("unshare", "setpriv")
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("user namespaces are not allowed here")
    config, data = tmp_path / "config", tmp_path / "data"
    for folder in (config, data):
        folder.mkdir()
    lines = []
    for n in range(20):
        items = "".join(
            f"<item><title>Item {n} {k}</title><guid>{n}-{k}</guid><description>Wagner fighters were seen in Sirte, "
            f"report {n} {k}.</description></item>" for k in range(500)
        )  # fmt: skip
        (tmp_path / f"{n}.xml").write_text(
            f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>"
        )
        lines.append(f"  - {{id: f{n}, url: 'file:{tmp_path}/{n}.xml', title: F{n}, language: en}}\n")
    (config / "feeds.yaml").write_text("feeds:\n" + "".join(lines))
    (config / "monitor.yaml").write_text(LOAD.replace("/data", str(data)))
    return config, data, environment(site, data) | {"MONITOR_CONFIG": str(config / "monitor.yaml")}


def test_it_stops_well_under_load_and_writes_to_its_data_alone(
    site: Path, place: tuple[Path, Path, dict[str, str]]
) -> None:
    """SIGTERM while thousands of items are read: exit 0 within the grace period, the database whole, no file elsewhere."""
    config, data, env = place
    before = set(config.rglob("*"))
    daemon = subprocess.Popen(
        confined(config, site, data, "run"), env=env, cwd=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )  # fmt: skip
    database = data / "monitor.db"

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
    finally:
        daemon.send_signal(signal.SIGTERM)
        said, _ = daemon.communicate(timeout=40)
    assert daemon.returncode == 0, said
    assert "stopped" in said
    assert set(config.rglob("*")) == before
    with Database.open(f"sqlite:///{database}", create=False) as db:
        assert db.check() == ()


def test_a_false_alarm_keeps_its_test_where_the_configuration_is_read_only(
    site: Path, place: tuple[Path, Path, dict[str, str]]
) -> None:
    """In the data folder, from where the tests of the watchlists take it, too."""
    config, data, env = place
    (config / "watchlists" / "entities").mkdir(parents=True)
    (config / "watchlists" / "entities" / "people.yaml").write_text(ENTITIES, "utf-8")
    (config / "watchlists" / "contacts.yaml").write_text(WATCHLIST, "utf-8")
    text = (config / "monitor.yaml").read_text("utf-8")
    (config / "monitor.yaml").write_text(text + "watchlists: watchlists\n", "utf-8")
    feed = config.parent / "one.xml"
    said = "<item><title>Putin received Khalifa Haftar</title><guid>1</guid></item>"
    feed.write_text(f"<rss version='2.0'><channel><title>F</title>{said}</channel></rss>")
    (config / "feeds.yaml").write_text(
        f"feeds:\n  - {{id: one, url: 'file:{feed}', title: One, language: en}}\n"
    )

    def monitor(*words: str) -> subprocess.CompletedProcess[str]:
        command = confined(config, site, data, *words)
        return subprocess.run(
            command, env=env, cwd=data, capture_output=True, text=True, timeout=100, check=False
        )

    assert monitor("once", "--all").returncode == 0
    story = json.loads(monitor("stories", "--json").stdout)["stories"][0]["id"]
    marked = monitor("ack", story, "--false-positive", "--author", "ann", "--reason", "a test")
    kept = data / "tests" / "contacts.test.yaml"
    assert str(kept) in marked.stderr, marked.stderr
    tested = monitor("watchlists", "test")
    assert f"{kept}:4" in tested.stderr, tested.stderr
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
