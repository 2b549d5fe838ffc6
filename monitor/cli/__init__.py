"""The command line: verbs over `monitor.app`; prints, exit codes, nothing else. Start at `main`."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

from monitor import __version__


def main() -> None:
    """Run the command line; what it needs is imported by the command."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return
    gc.disable()  # until all is imported, which is never garbage; `monitor.cli.main` has it on again
    import_module("monitor.cli.main").main()


__all__ = ["main"]
