"""Draw docs/images/contacts.png: the labelled items of tests/eval through the real line, and the chart of its
ledger.

python scripts/contacts_picture.py [TARGET]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: what the labelled items are taken for: one outlet a language
OUTLETS = {
    "ar": ("Arabic sample", "libya-east"),
    "en": ("English sample", "independent"),
    "fr": ("French sample", "independent"),
    "it": ("Italian sample", "independent"),
    "ru": ("Russian sample", "russia-state"),
    "tr": ("Turkish sample", "other-state"),
}


def main() -> None:
    """Poll the files once, then draw."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "images" / "contacts.png").resolve()
    with tempfile.TemporaryDirectory() as folder:
        feeds = [
            f'  - {{id: sample-{lang}, url: "file:{ROOT}/tests/eval/dev-{lang}.jsonl", title: {title}, '
            f"language: {lang}, side: {side}, reliability: C}}"
            for lang, (title, side) in OUTLETS.items()
        ]
        Path(folder, "feeds.yaml").write_text("\n".join(["feeds:", *feeds, ""]), encoding="utf-8")
        Path(folder, "monitor.yaml").write_text(
            f"database: sqlite:///{folder}/monitor.db\nfeeds: feeds.yaml\n"
            f"receivers: [{{name: folder, file: {{path: {folder}/out}}}}]\n",
            encoding="utf-8",
        )
        env = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
        command = [sys.executable, "-m", "monitor"]
        for _ in range(2):
            # new feeds are first asked one a second
            subprocess.run(
                [*command, "once", "--config", f"{folder}/monitor.yaml"],
                check=True,
                env=env,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(len(OUTLETS) + 1)
        subprocess.run(
            [*command, "contacts", "--config", f"{folder}/monitor.yaml", "--chart", str(target)],
            check=True,
            env=env,
        )


if __name__ == "__main__":
    main()
