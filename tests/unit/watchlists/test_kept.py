"""The file that spares the next start the making of patterns: what is read from it is what would be made."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from monitor import documents
from monitor.errors import ConfigError
from monitor.matching.building import Patterns
from monitor.matching.mentions import Claim
from monitor.model import Item
from monitor.watchlists import kept
from monitor.watchlists.compile import compile_sources
from monitor.watchlists.kept import KeptFile, PatternFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.watchlists.selftest import WithTests

ENTITIES = """
entities:
  - {id: nile-company, name: Nile Company, kind: body, tags: [trade],
     aliases: {en: [Nile Company], ru: [компания Нил], ar: [شركة النيل]}, weak: {en: [NC]}, confirm: {en: [dam*], within: item}}
  - {id: anna-kern, name: Anna Kern, kind: person, tags: [trade], aliases: {en: [Anna Kern], ru: [Анна Керн]}}
"""  # fmt: skip
WATCHLIST = """
watchlist: trade
title: Trade
rules:
  - {id: named, title: Named, severity: high, query: '#trade OR "river barge"'}
"""
SOURCES = {"entities/e.yaml": ENTITIES.encode(), "trade.yaml": WATCHLIST.encode()}
TEXTS = (
    "The NC built a dam.",
    "Встреча с Анной Керн",
    "شركة النيل",
    "a river barge sank",
    "NC",
    "a quiet day",
)


def _compiled(cache: Path | None, sources: dict[str, bytes] = SOURCES) -> WithTests:
    return compile_sources(sources, cache=cache)


def _seen(lists: WithTests) -> list[list[tuple[object, ...]]]:
    items = (Item(key="k", feed_id="f", title=text, lang="und") for text in TEXTS)
    return [[(m.term, m.start, m.end) for m in lists.lexicon.scan(item).mentions] for item in items]


def test_what_is_kept_finds_what_was_found_without_it(tmp_path: Path) -> None:
    """Names, forms, phrases of rules, weak names with their condition."""
    plain = _seen(_compiled(None))
    path = tmp_path / "patterns.cache"
    with capture_logs() as logs:
        made, kept = _seen(_compiled(path)), _seen(_compiled(path))

    assert plain == made == kept
    assert any(plain)
    assert path.stat().st_mode & 0o077 == 0
    assert logs == []


def test_the_kept_patterns_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start declines no name."""
    path = tmp_path / "patterns.cache"
    _seen(_compiled(path))
    monkeypatch.setattr("monitor.matching.building.inflected", None)

    assert any(_seen(_compiled(path)))


def test_patterns_that_are_not_kept_yet_are_made_in_a_child(tmp_path: Path) -> None:
    """So that the daemon does not hold for ever what the making took; where threads run, it makes them itself."""
    script = f"""
import sys, threading
from pathlib import Path
from monitor.matching import building
from monitor.watchlists.compile import compile_sources
declined, inflected = [], building.inflected
building.inflected = lambda *given: declined.append(given) or inflected(*given)
for name in ("alone", "beside"):
    if name == "beside":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    lists = compile_sources({SOURCES!r}, cache=Path({str(tmp_path)!r}) / name)
    print(len(lists.lexicon) > 5, bool(declined))
"""
    run = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["True", "False", "True", "True"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "beside", "documents.cache"]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[-20] ^= 1
    path.write_bytes(bytes(body))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _shared(path: Path) -> None:
    path.chmod(0o666)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize("spoil", [_cut, _flip, _empty, _shared, _linked])
def test_a_file_that_cannot_be_trusted_is_ignored_with_one_line_and_made_anew(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """Cut, changed, empty, open to others, a link."""
    path = tmp_path / "patterns.cache"
    plain = _seen(_compiled(path))
    spoil(path)
    with capture_logs() as logs:
        again = _seen(_compiled(path))
        after = _seen(_compiled(path))

    assert again == after == plain
    assert [line["event"] for line in logs] == ["kept_file_ignored"]
    assert not path.is_symlink()


@pytest.mark.parametrize(
    "other",
    [
        {**SOURCES, "entities/e.yaml": ENTITIES.replace("Nile Company,", "Nil Company,").encode()},
        {**SOURCES, "trade.yaml": WATCHLIST.replace("river barge", "river boat").encode()},
    ],
)
def test_changed_watchlists_make_other_patterns(tmp_path: Path, other: dict[str, bytes]) -> None:
    """An edit is never answered from before the edit."""
    path = tmp_path / "patterns.cache"
    _seen(_compiled(path))

    assert _seen(_compiled(path, other)) == _seen(_compiled(None, other))


def test_another_program_makes_other_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever changes word forms changes the stamp."""
    path = tmp_path / "patterns.cache"
    PatternFile(path, "r1").made(lambda: Patterns.of({" a ": (Claim("literal", '"a"'),)}))
    again = PatternFile(path, "r1").read()
    assert again is not None
    assert again.find(" a ") == [(0, 0, 3)]
    monkeypatch.setattr(kept, "program", lambda _makers: "another")

    assert PatternFile(path, "r1").read() is None


def test_a_folder_that_is_not_there_or_not_ours_to_write_is_left_alone(tmp_path: Path) -> None:
    """`check` makes no data folder; a read-only one costs a log line."""
    assert _seen(_compiled(tmp_path / "absent" / "patterns.cache")) == _seen(_compiled(None))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "patterns.cache").mkdir()
    with capture_logs() as logs:
        assert _seen(_compiled(tmp_path / "patterns.cache")) == _seen(_compiled(None))
    assert [line["event"] for line in logs] == ["kept_file_ignored", "kept_file_not_written"]


def test_a_pipe_in_its_place_is_ignored_not_waited_for(tmp_path: Path) -> None:
    """Nobody writes to it."""
    os.mkfifo(tmp_path / "kept", 0o600)
    assert KeptFile(tmp_path / "kept", "stamp").read() is None


def test_where_neither_writing_nor_removing_is_possible_nothing_is_kept(tmp_path: Path) -> None:
    """As on a disk that is mounted to be read; here both are refused since the name is too long."""
    assert not KeptFile(tmp_path / ("x" * 250), "stamp").write("value")


def test_a_file_that_has_not_changed_is_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit costs the reading of one file."""
    path = tmp_path / "patterns.cache"
    _compiled(path)
    read: list[str] = []
    parse = documents.read
    monkeypatch.setattr(documents, "read", lambda text, file: read.append(file) or parse(text, file))
    changed = {**SOURCES, "trade.yaml": WATCHLIST.replace("river barge", "river boat").encode()}

    assert _compiled(path, changed).places == _compiled(None, changed).places
    assert read == ["trade.yaml", "entities/e.yaml", "trade.yaml"]  # the last two without a kept file


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("trade.yaml", "#trade OR", "#trades OR", id="a rule names what is not there"),
        pytest.param("entities/e.yaml", "[trade]", "[tirade]", id="an unchanged rule names what is gone"),
        pytest.param("trade.yaml", "id: named", "id: named, severty: low", id="an unknown key"),
        pytest.param("entities/e.yaml", "id: anna-kern", "id: nile-company", id="twice the same id"),
        pytest.param("trade.yaml", "title: Trade", "title: Trade:", id="no YAML"),
    ],
)
def test_mistakes_stand_where_they_stood_without_a_kept_file(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    """File, line, column and remedy, in changed and in unchanged files."""
    path = tmp_path / "patterns.cache"
    _compiled(path)
    wrong = {**SOURCES, file: SOURCES[file].decode().replace(old, new).encode()}
    with pytest.raises(ConfigError) as fresh:
        _compiled(None, wrong)
    with pytest.raises(ConfigError) as kept_:
        _compiled(path, wrong)

    assert kept_.value.mistakes == fresh.value.mistakes
    assert all(mistake.line for mistake in fresh.value.mistakes)


def test_read_files_that_cannot_be_trusted_are_read_again(tmp_path: Path) -> None:
    """One log line, and the kept file is made anew."""
    path = tmp_path / "documents.cache"
    _compiled(tmp_path / "patterns.cache")
    whole = path.read_bytes()
    _cut(path)
    with capture_logs() as logs:
        again = _compiled(tmp_path / "patterns.cache")

    assert [line["event"] for line in logs] == ["kept_file_ignored"]
    assert again.places == _compiled(None).places
    assert path.read_bytes() == whole
