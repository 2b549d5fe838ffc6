"""The Dockerfile's steps, replayed without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_the_wheel_runs_alone_from_a_read_only_place(tmp_path: Path) -> None:
    """Installed without its source, as the image has it: `check` finds the bundled files, `once` writes to /data only."""
    site, data = tmp_path / "site", tmp_path / "data"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    wheel = next(tmp_path.glob("*.whl"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {id: a, url: 'file:/no/such/feed.xml', title: A}\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    env |= {"PYTHONPATH": str(site), "MONITOR_DATA": str(data), "MONITOR_FEEDS": str(tmp_path / "feeds.yaml")}
    env |= {"PYTHONDONTWRITEBYTECODE": "1"}
    for path in (site, *site.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

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
