"""Pure. Apprise as a channel: plain text for each address, which is what every service can show."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from email import charset
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

from monitor.delivery.channel import RETRYABLE, Channel, said
from monitor.delivery.http import secrets_of
from monitor.model import Delivered, Outcome, Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apprise import Apprise, AppriseResult

    from monitor.delivery.apprise import AppriseConfig
    from monitor.delivery.channel import Outgoing, Rendering
    from monitor.model import Delivery


#: whole stories and single lines of a digest, in chats that split it
_DIGEST = (20, 60)


def compose(rendering: Rendering, config: AppriseConfig) -> tuple[Outgoing, ...]:
    """A message for each address."""
    payload = {
        "title": rendering.subject(),
        "body": rendering.text(rendering.shortened(*_DIGEST)),
        "type": "info" if rendering.name == "digest" else "warning",
    }
    return tuple(
        rendering.outgoing(rendering.id(label), payload, recipient=label) for label in config.targets
    )


# Everything else, through Apprise (the extra `apprise`): Telegram, Matrix, Discord, PagerDuty and a hundred
# more.
#
# Best effort beside the channels above: Apprise hides statuses and Retry-After, opens its own connections
# (the address policy does not hold there) and has no id that a repeat could carry. Each address is a delivery
# of its own. Source: appriseit.com, "Python API".

MISSING = "needs the extra `apprise`: pip install 'foreign-influence-monitor[apprise]'"
#: how its plugins put a status into words
_STATUS = re.compile(r"\berror=(\d{3})\b")

# what it logs is in the results; there it is redacted before anyone sees it
logging.getLogger("apprise").propagate = False
# below, it names whole addresses
for _name in ("apprise", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class AppriseNotifier:
    """Hands a message to one address of the receiver's list."""

    config: AppriseConfig

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt within `timeout`; `now` is not needed."""
        url = self.config.targets.get(delivery.message.recipient)
        if url is None:
            return Rejected(reason="the address is no longer configured")
        if find_spec("apprise") is None:
            return TryLater(reason=MISSING, pause_receiver=True)
        service = _service(url)
        if service is None:
            return Rejected(reason="not an address that Apprise knows")
        payload = delivery.message.payload
        result = service.notify(
            title=str(payload["title"]),
            body=str(payload["body"]),
            notify_type=str(payload["type"]),
            body_format="text",
            timeout=self.config.timeout.total_seconds(),
        )
        return _outcome(result, _secrets(url))


def mistakes(config: AppriseConfig) -> Iterator[str]:
    """What cannot work, for `check`: each as `key: what is wrong`."""
    if find_spec("apprise") is None:
        yield f"apprise: {MISSING}"
        return
    if not config.targets:
        yield "apprise.urls: no address in it; write one to a line"
    for label, url in config.targets.items():
        if _service(url) is None:
            yield f"apprise.urls: {label.rpartition('-')[0]}: not an address that Apprise knows"


def _service(url: str) -> Apprise | None:
    """The one service of `url`; long messages are split, unless the address says otherwise.

    None: unknown to Apprise.
    """
    apprise = _library()
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    made: Apprise = apprise.Apprise(asset=asset)
    plugin = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        return None
    if "overflow=" not in url:
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
    made.add(plugin)
    return made


@cache
def _library() -> ModuleType:
    """Apprise with its plugins.

    One of them changes how the whole process encodes mail, which is undone here.
    """
    import apprise

    kept = dict(charset.CHARSETS)
    with _stand_in("imghdr", what=lambda *_: None):
        apprise.Apprise.instantiate("json://localhost")
    charset.CHARSETS.clear()
    charset.CHARSETS.update(kept)
    return apprise


@contextmanager
def _stand_in(name: str, **functions: object) -> Iterator[None]:
    """A module called `name` with `functions`, where none is loaded.

    Apprise imports imghdr for a library that it uses without it; Python 3.11 and 3.12 warn, 3.13 has none,
    and there Apprise itself makes one like this.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = ModuleType(name)
    vars(sys.modules[name]).update(functions)
    try:
        yield
    finally:
        del sys.modules[name]


def _outcome(result: AppriseResult, secrets: tuple[str, ...]) -> Outcome:
    """What Apprise found: a verdict where a plugin named a status, otherwise later."""
    from apprise import AppriseResultStatus

    if result.status == AppriseResultStatus.SUCCESS:
        return Delivered(detail="taken by Apprise")
    logs = [entry.message for service in result.results for entry in service.logs()]
    reason = said(logs[-1] if logs else "Apprise does not say why", secrets)
    if result.status == AppriseResultStatus.TIMEOUT:
        return TryLater(reason=reason, ambiguous=True)
    status = next((int(found[1]) for line in logs if (found := _STATUS.search(line))), 0)
    if 400 <= status < 500 and status not in RETRYABLE:
        return Rejected(reason=reason)
    return TryLater(reason=reason, pause_receiver=False)


def _secrets(url: str) -> tuple[str, ...]:
    """Every part of the address but its scheme may be one."""
    parts = re.split(r"[/?&=:@#]+", url.partition("://")[2])
    return (*secrets_of(url), *(part for part in parts if len(part) > 5))


CHANNEL = Channel(compose=compose, notifier=lambda config, _: AppriseNotifier(config), mistakes=mistakes)
