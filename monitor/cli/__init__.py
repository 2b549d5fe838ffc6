"""The command line: verbs over `monitor.app`; prints, exit codes, nothing else. Start at `main`."""

from monitor.cli.main import main

__all__ = ["main"]
