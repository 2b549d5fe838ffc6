"""An analyst's folder: the small watchlists of `tests.support.analyst` as files, a configuration, a filled archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import feeds, items
from monitor.store.database import Database
from tests.support.analyst import SOURCES
from tests.support.stored import NOW, assessed, feed, poll

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path


def workplace(folder: Path, *, extra: Mapping[str, str] | None = None, ports: Iterable[int] = ()) -> Path:
    """Write it all; the path of its configuration. `ports`: of loopback servers that may be reached."""
    for name, text in {**SOURCES, **(extra or {})}.items():
        path = folder / "watchlists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = folder / "monitor.yaml"
    config.write_text(
        f"database: sqlite:///{folder}/monitor.db\nwatchlists: {folder}/watchlists\n"
        f"polling: {{allow_networks: [127.0.0.0/8], allow_ports: {sorted(ports)}}}\n",
        encoding="utf-8",
    )
    return config


def archive(folder: Path, *texts: str | Mapping[str, object], at: datetime = NOW) -> None:
    """Store items first seen at `at`: each a content or the fields of an item. Their ids go on from 1."""
    db = Database.open(f"sqlite:///{folder}/monitor.db")
    try:
        with db.transaction() as tx:
            if feeds.get(tx, "gazette") is None:
                feeds.add(tx, feed(), at)
            entries = []
            for number, text in enumerate(texts):
                fields = {"content": text} if isinstance(text, str) else dict(text)
                entries.append(
                    assessed(
                        f"guid:{at.isoformat()}-{number}",
                        **{"title": f"News {number}", "published_at": at, **fields},
                    )
                )
            items.record(tx, poll(*entries, at=at))
    finally:
        db.close()
