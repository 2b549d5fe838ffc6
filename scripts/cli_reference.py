"""Write docs/reference/cli.md: every command with its arguments and options, as `--help` has them.

python scripts/cli_reference.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.main import application

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"

INTRODUCTION = """# Commands

*`python scripts/cli_reference.py` writes this page. A test compares it with the program.*

Most commands read the configuration. They name the file in their first line on standard error, or in the field `config`
of `--json`. [Configuration](configuration.md#which-file-is-read) has the order in which files are looked for.

| option of most commands | meaning |
|---|---|
| `--config`, `-c` FILE | the configuration file, or its folder |
| `--json` | one JSON document instead of text |
| `--help` | what the command does |

| exit status | meaning |
|---|---|
| 0 | it worked, and there is nothing to report |
| 1 | findings: a failed test, a difference, a problem, a bad line |
| 2 | a mistake in the command or in a file |
| 3 | some messages could not be delivered |
| 70 | a bug in the program |

Logs go to standard error: for people on a terminal, otherwise as logfmt. `MONITOR_LOG_FORMAT=json` gives JSON.
"""

#: explained once, at the top
EVERYWHERE = {"--config", "--json", "--help"}


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it, in the order of `--help`."""
    group = group or typer.main.get_command(application())
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        if inner is None or command.invoke_without_command:
            yield (*path, name), command
        if inner is not None:
            yield from commands(command, (*path, name))


def options(command: Any) -> Iterator[Any]:
    """The options of a command that are its own."""
    return (p for p in command.params if p.param_type_name == "option" and not EVERYWHERE & set(p.opts))


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(_section(words, command) for words, command in commands())])


def _section(words: tuple[str, ...], command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(["monitor", *words, *(_usage(a) for a in arguments)])
    lines = [f"## {' '.join(['monitor', *words])}", "", *([f"`{usage}`", ""] if arguments else [])]
    lines += [" ".join((command.help or "").split()), ""]
    rows = [(_usage(a).strip("[]"), a) for a in arguments] + [(_spelling(o), o) for o in options(command)]
    if rows:
        lines += ["| | meaning | default |", "|---|---|---|"]
        lines += [f"| `{name}` | {_cell(p.help)} | {_default(p)} |" for name, p in rows] + [""]
    return "\n".join(lines)


def _usage(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _spelling(option: Any) -> str:
    return ", ".join([*option.opts, *option.secondary_opts])


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required:
        return "required"
    if callable(value) or value in (None, False, "", (), []):
        return "–"
    return f"`{getattr(value, 'value', value)}`"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
