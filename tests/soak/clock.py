"""`monitor` with a clock that can be set while it runs: `python -m tests.soak.clock FILE run …`.

FILE holds by how many seconds the clock is ahead of the true one; nothing, or no file: it is right.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

#: seconds between two looks at the file
LOOK = 0.2


def main() -> None:
    """Be the program."""
    file = Path(sys.argv.pop(1))
    threading.Thread(target=_obey, args=(file,), daemon=True).start()
    from monitor.cli.main import main as cli

    cli()


def _obey(file: Path) -> None:
    # the steady clock, which nobody sets, tells the true time
    ahead, true = 0.0, time.time() - time.monotonic()
    setting: time_machine.travel | None = None
    while True:
        wanted = float(file.read_text("utf-8")) if file.exists() else 0.0
        if wanted != ahead:
            if setting is not None:
                setting.stop()
            at = datetime.fromtimestamp(true + time.monotonic(), UTC) + timedelta(seconds=wanted)
            setting = time_machine.travel(at, tick=True)
            setting.start()
            ahead = wanted
        time.sleep(LOOK)


if __name__ == "__main__":
    main()
