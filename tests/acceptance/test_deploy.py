"""What stands in `deploy/`, by the tools that will read it, and by what the monitor really says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from monitor.app import opened
from monitor.cli.main import COMMANDS
from monitor.cli.run import pass_once
from monitor.config import load
from monitor.desk import metrics
from monitor.desk.asked import Desk
from monitor.model import EventKind, WorkKind
from monitor.timing import TICKS
from tests.support.line import line

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "monitor-rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "monitor.json"
UNIT = DEPLOY / "systemd" / "monitor.service"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
NAME = re.compile(r"\bmonitor_[a-z_]+")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What /metrics says after a first pass."""
    with line(tmp_path_factory.mktemp("figures")) as (_, path), opened(load.load(path, {})) as app:
        pass_once(app, digest=True, everything=True)
        return metrics.exposition(Desk(app=app, claim=lambda _: (None, 0)), app.clock())[0].decode()  # type: ignore[arg-type, return-value]


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression of the rules and of the dashboard, by its name."""
    for rule in yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]:
        yield rule["alert"], rule["expr"]
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


@pytest.mark.parametrize(("named", "expression"), tuple(expressions()))
def test_rules_and_dashboard_ask_for_figures_that_there_are(
    figures: str, named: str, expression: str
) -> None:
    """With labels and values that the monitor writes."""
    there = set(re.findall(r"^# TYPE (\S+)", figures, re.MULTILINE))
    asked = set(NAME.findall(expression))
    assert asked or expression.startswith("up{"), named
    assert asked - there == set()
    known = {
        "work": set(WorkKind), "kind": set(EventKind), "tick": set(TICKS), "job": {"monitor"},
        "state": set(re.findall(r'monitor_feeds{state="(\w+)"}', figures)), "stage": set(metrics._STAGES),
        "quantile": {str(q) for q in metrics._QUANTILES},
    }  # fmt: skip
    for label, value in re.findall(r'(\w+)(?:=~|!=|=)"([^"]*)"', expression):
        assert set(value.split("|")) <= known[label], named


def test_every_figure_is_shown_or_told(figures: str) -> None:
    """A figure that nobody looks at is not worth its query."""
    there = set(re.findall(r"^# TYPE (\S+)", figures, re.MULTILINE))
    asked = {name for _, expression in expressions() for name in NAME.findall(expression)}
    assert there == asked


def test_the_rules_do_what_they_promise() -> None:
    """By Prometheus' own tool: what is well is quiet, what is not is told with its remedy."""
    promtool = which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    tests = [promtool, "test", "rules", "monitor-rules-test.yaml"]
    done = subprocess.run(tests, cwd=RULES.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_a_test_and_a_remedy() -> None:
    """Also where there is no promtool to run them."""
    told = yaml.safe_load((RULES.parent / "monitor-rules-test.yaml").read_text("utf-8"))["tests"]
    fired = {case["alertname"] for test in told for case in test["alert_rule_test"] if case.get("exp_alerts")}
    rules = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]
    assert {rule["alert"] for rule in rules} == fired
    assert all(rule["annotations"]["remedy"] for rule in rules)
    for words in re.findall(r"`monitor ([a-z-]+)", RULES.read_text("utf-8")):
        assert words in COMMANDS or words in ("feeds", "deliveries"), words


def test_the_panels_lie_beside_each_other() -> None:
    """None over another, each with a title and an id of its own."""
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in panels):
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Its program stands elsewhere here."""
    if which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "monitor.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/monitor/bin/monitor", sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    if "Failed to" in done.stderr and "manager" in done.stderr:
        pytest.skip(f"systemd-analyze cannot work here: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_leaves_time_to_finish_and_does_not_repeat_a_mistake() -> None:
    """SIGTERM is answered within 20 s; exit status 2 is a mistake that no restart mends."""
    said = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE))
    assert int(said["TimeoutStopSec"]) > 20
    assert said["RestartPreventExitStatus"] == "2"
    assert said["ProtectSystem"] == "strict"
    assert said["StateDirectory"] in said["Environment"]


def containers(path: Path) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """The deployments of a manifest, each with its pod and each container."""
    found = []
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        if document["kind"] == "Deployment":
            pod = document["spec"]["template"]["spec"]
            found += [(document, pod, one) for one in (*pod.get("initContainers", ()), *pod["containers"])]
    return found


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda p: p.stem)
def test_a_manifest_fits_together(path: Path) -> None:
    """Selectors find the pods, mounts their volumes, probes their ports; nothing runs as root or writes to its image."""
    documents = list(yaml.safe_load_all(path.read_text("utf-8")))
    service = next(d for d in documents if d["kind"] == "Service")
    claims = {d["metadata"]["name"] for d in documents if d["kind"] == "PersistentVolumeClaim"}
    served = 0
    for deployment, pod, container in containers(path):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        served += service["spec"]["selector"].items() <= labels.items()
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys()
        assert {
            v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v
        } <= claims
        assert pod["securityContext"]["runAsUser"] == 65532
        assert pod["terminationGracePeriodSeconds"] > 20
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        ports = {port["name"] for port in container.get("ports", ())}
        probes = [
            container[n]["httpGet"]["port"] for n in ("startupProbe", "livenessProbe") if n in container
        ]
        assert set(probes) <= ports
    assert served


def test_one_monitor_writes_to_sqlite_and_one_scheduler_to_postgresql() -> None:
    """Never two at once, not during an update either; workers are as many as one likes."""
    roles = {}
    for path in MANIFESTS:
        for deployment, _, container in containers(path):
            if container["name"] == "monitor":
                roles[(path.stem, *container.get("args", ["run"]))] = deployment["spec"]
    assert set(roles) == {
        ("sqlite", "run"),
        ("postgresql", "run", "--role", "scheduler"),
        ("postgresql", "worker"),
    }
    for role, spec in roles.items():
        assert role[-1] == "worker" or (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_the_bill_of_materials_names_everything_that_is_locked(tmp_path: Path) -> None:
    """As `make sbom` writes it; the tool checks its own document against the schema."""
    target = tmp_path / "sbom.json"
    tool = Path(sys.executable).with_name("cyclonedx-py")
    words = [
        tool,
        "requirements",
        ROOT / "requirements.lock",
        "--pyproject",
        ROOT / "pyproject.toml",
        "-o",
        target,
    ]
    subprocess.run(words, check=True, capture_output=True)
    told = json.loads(target.read_text("utf-8"))
    locked = re.findall(
        r"^([\w.-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    assert {(one["name"], one["version"]) for one in told["components"]} == set(locked)
    assert told["metadata"]["component"]["name"] == "foreign-influence-monitor"
