"""Logging: one past-tense event per unit of work, with keys. For people on a terminal, logfmt or JSON
elsewhere.

`MONITOR_LOG_FORMAT` is console, logfmt or json; secrets never pass: URLs lose their credentials, secret paths
and queries here, whoever logs them.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from typing import TYPE_CHECKING, Any, cast

from monitor.net.redaction import redact

# where structlog finds rich it loads it for its tracebacks, which tell what every variable holds, secrets
# too; and that is 60 ms of each start
_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    sys.modules.pop("rich")
    if _rich is not None:
        sys.modules["rich"] = _rich

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\u202a-\u202e]")
#: what we put around names for messages: a log line is read by machines, and needs none
_ISOLATES = re.compile(r"[\u2066-\u2069]")


def _clean(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No secret, no forged line: values are redacted and lose their control characters."""
    for key, value in event.items():
        if isinstance(value, str):
            # a traceback has lines of its own
            said = redact(value)
            event[key] = said if key == "exception" else _CONTROL.sub("\ufffd", _ISOLATES.sub("", said))
    return event


def configure(environ: Mapping[str, str] = os.environ) -> None:
    """Set up logging for the process, to standard error."""
    style = environ.get("MONITOR_LOG_FORMAT") or ("console" if sys.stderr.isatty() else "logfmt")
    level = logging.getLevelNamesMapping().get(environ.get("MONITOR_LOG_LEVEL", "INFO").upper(), logging.INFO)
    render: Any = {
        "json": structlog.processors.JSONRenderer(ensure_ascii=False),
        "console": structlog.dev.ConsoleRenderer(
            pad_event_to=18, exception_formatter=structlog.dev.plain_traceback
        ),
    }.get(style) or structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.format_exc_info,
            _clean,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s", force=True)
    for noisy in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one part of the house."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(part=name))
