"""Rules, entities and word lists, edited in the browser: tried on the archive first, then written as the
analyst would have written them.

A form carries what the file was when it was opened. Where somebody else has changed it since, that change is
shown, and whoever comes second decides.
"""

from __future__ import annotations

import difflib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import monitor
from monitor import logs
from monitor.desk import filters
from monitor.desk.access import Refused
from monitor.desk.asked import Answer, see
from monitor.errors import ConfigError
from monitor.feeds import seeds
from monitor.jobs import edits
from monitor.watchlists import editing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.desk.asked import Asked, Desk
    from monitor.errors import Mistake
    from monitor.watchlists.editing import Entry

log = logs.get("desk")

#: entries that are listed; bytes up to which a file is edited whole
SHOWN, MAX_WHOLE = 80, 40_000
#: files whose opened state is remembered, and trials that are
MAX_OPENED, MAX_TRIALS = 24, 6
#: what is written here is gone with the next version
PROGRAM = Path(monitor.__file__).resolve().parent
#: lines of a form, at least and at most
ROWS = (6, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An entry of a file as somebody opened it."""

    file: str
    #: "": the whole file
    name: str
    #: what the file was
    seen: str


@dataclass(frozen=True, slots=True)
class _Tried:
    trial: edits.Trial
    place: _Place
    #: what was typed
    text: str


_OPENED: OrderedDict[str, bytes] = OrderedDict()
_TRIALS: OrderedDict[str, _Tried] = OrderedDict()
_LOCK = Lock()


def page(desk: Desk, asked: Asked) -> Answer:
    """The entries to choose from, or the form of one."""
    if asked.get("file"):
        data, entry = _found(desk, asked)
        if entry is None:
            raise Refused(
                404, "There is no such entry, or it shares a line with others: edit the whole file."
            )
        place = _Place(file=asked.get("file"), name=entry.id, seen=edits.seen(data))
        return _form(place, entry, data, entry.text, saved=bool(asked.get("saved")))
    find = asked.get("find")
    listed = sorted(_listed(desk, find)) if find else sorted(rules(desk))
    files = sorted(_files(desk))
    values = {"find": find, "rows": listed[:SHOWN], "more": max(0, len(listed) - SHOWN), "files": files}
    return Answer(template="entries.html", values=values)


def attempt(desk: Desk, asked: Asked) -> Answer:
    """Try an edit. Raises Refused: nothing was changed."""
    data, entry = _found(desk, asked)
    text, place = (
        asked.text("text"),
        _Place(file=asked.get("file"), name=asked.get("entry"), seen=asked.get("seen")),
    )
    if entry is None or edits.seen(data) != place.seen:
        return _conflict(place, entry, data, text)
    after = editing.with_entry(data, entry, text)
    if after == data:
        raise Refused(400, "Nothing was changed.")
    edit = edits.Edit(folder=_folder(desk), file=place.file, before=data, after=after)
    try:
        edits.check(edit)
    except ConfigError as error:
        wrong = [_said(mistake, edit, entry, text) for mistake in _own(error.mistakes, edit)]
        return _form(place, entry, data, text, status=422, wrong=wrong)
    trial = edits.Trial(edit, desk.app.parts.settings, asked.now)
    return see(f"/workbench/edits/{_keep(_Tried(trial, place, text))}")


def trial(_desk: Desk, asked: Asked) -> Answer:
    """How far a trial is and what it found; a part of the page where that is open."""
    tried = _tried(asked)
    told, edit = tried.trial.told, tried.trial.edit
    entry = editing.entry(edit.before, tried.place.name)
    assert entry is not None
    wrong = [_said(mistake, edit, entry, tried.text) for mistake in told.mistakes]
    values = {
        "key": asked.parts["key"], "told": told, "patch": edit.patch, "days": edits.PERIOD.days,
        "wrong": wrong,
    }  # fmt: skip
    if asked.partial:
        return Answer(template="trial.html", values=values)
    if told.state == "wrong":
        return _form(tried.place, entry, edit.before, tried.text, status=422, wrong=wrong)
    return _form(tried.place, entry, edit.before, tried.text, trial=values)


def save(desk: Desk, asked: Asked) -> Answer:
    """Write what was tried; the monitor reads it at once. Raises Refused: it cannot be read."""
    tried = _tried(asked)
    edit, place = tried.trial.edit, tried.place
    if tried.trial.told.state == "wrong":
        raise Refused(409, "It cannot be read.")
    try:
        edits.write(edit, PROGRAM)
    except edits.Changed:
        data = edit.path.read_bytes()
        return _conflict(place, editing.entry(data, place.name), data, tried.text)
    except seeds.Unwritable as why:
        return patch(edit, str(why))
    log.info("watchlist_saved", file=edit.file, entry=place.name, by=asked.visitor)
    return read_again(desk, _address(place, saved="1"))


def patch(edit: edits.Edit, why: str) -> Answer:
    """The change to be made by hand, where it cannot be written."""
    values = {"file": str(edit.path), "why": why, "patch": edit.patch}
    return Answer(template="patch.html", values=values, status=409)


def read_again(desk: Desk, place: str) -> Answer:
    """After something was written. Raises Refused: another file is wrong meanwhile."""
    try:
        desk.app.reload()
    except ConfigError as error:
        raise Refused(409, f"It is written, but not read: {error.mistakes[0]}.") from None
    return see(place)


def _form(place: _Place, entry: Entry, data: bytes, text: str, *, status: int = 200, **more: Any) -> Answer:
    if not entry.id and len(data) > MAX_WHOLE:
        raise Refused(413, "This file is too long for a form: edit one of its entries.")
    with _LOCK:
        _OPENED[place.seen] = data
        while len(_OPENED) > MAX_OPENED:
            _OPENED.popitem(last=False)
    values = {
        "file": place.file, "entry": entry, "seen": place.seen, "text": text, "wrong": (), "saved": False,
        "trial": None, "theirs": None, "rows": min(max(text.count("\n") + 2, ROWS[0]), ROWS[1]),
    }  # fmt: skip
    return Answer(template="edit.html", values={**values, **more}, status=status)


def _conflict(place: _Place, entry: Entry | None, data: bytes, text: str) -> Answer:
    """Somebody else was quicker: what they changed, and what was typed here, to be put over it or not."""
    if entry is None:
        return Answer(template="entry_gone.html", values={"file": place.file, "text": text}, status=409)
    with _LOCK:
        opened = _OPENED.get(place.seen)
    old = editing.entry(opened, place.name) if opened is not None else None
    lines = difflib.unified_diff(
        (old.text if old else text).split("\n"), entry.text.split("\n"), n=2, lineterm=""
    )
    theirs = {"diff": "\n".join([*lines][2:]), "known": old is not None, "text": entry.text}
    now = _Place(file=place.file, name=place.name, seen=edits.seen(data))
    return _form(now, entry, data, text, status=409, theirs=theirs)


def _own(mistakes: Sequence[Mistake], edit: edits.Edit) -> Sequence[Mistake]:
    """Those of the edited file, where it has any: what others miss by them follows from it."""
    return [m for m in mistakes if m.file == _path(edit)] or mistakes


def _path(edit: edits.Edit) -> str:
    return f"{edit.folder.as_posix()}/{edit.file}"


def _said(mistake: Mistake, edit: edits.Edit, entry: Entry, text: str) -> str:
    """A mistake by its line in the form, where it stands there."""
    line = (mistake.line or 0) - entry.line + 1
    if mistake.file != _path(edit) or not 1 <= line <= text.count("\n") + 1:
        return str(mistake)
    remedy = f" ({mistake.remedy})" if mistake.remedy else ""
    return f"line {line}: {mistake.message}{remedy}"


# --- what there is to edit


def _folder(desk: Desk) -> Path:
    return desk.app.parts.settings.watchlists


def _files(desk: Desk) -> list[str]:
    """What is in the folder, by relative path."""
    folder = _folder(desk)
    found = (*folder.glob("*.yaml"), *folder.glob("*/*.yaml"), *folder.glob("*.yml"))
    return [path.relative_to(folder).as_posix() for path in found]


def _found(desk: Desk, asked: Asked) -> tuple[bytes, Entry | None]:
    """A file of the folder as it stands, and the entry that is asked for. Raises Refused: no such file."""
    file = asked.get("file")
    if file not in _files(desk):
        raise Refused(404, "There is no such file among the watchlists.")
    data = (_folder(desk) / file).read_bytes()
    return data, editing.entry(data, asked.get("entry"))


def rules(desk: Desk) -> Iterator[tuple[str, str, str, str]]:
    """Kind, name, title and address of every rule that stands in a file."""
    for watchlist in desk.app.parts.watchlists.lists:
        for rule in watchlist.rules:
            if not rule.declared:
                yield "rule", rule.key, rule.title, _at(desk, rule.file, rule.id)


def _listed(desk: Desk, find: str) -> Iterator[tuple[str, str, str, str]]:
    """The same of all that is called `find`, in any spelling."""
    lists, low = desk.app.parts.watchlists, find.lower()
    yield from (row for row in rules(desk) if low in f"{row[1]} {row[2]}".lower())
    entities = [e for e in lists.entities.values() if low in f"{e.id} {e.name}".lower()]
    for entity in {e.id: e for e in (*entities, *filters.called(lists, find))}.values():
        yield "entity", entity.id, entity.name, _at(desk, lists.places[f"@{entity.id}"][0], entity.id)
    for words in lists.vocabularies.values():
        for sense, languages in words.senses.items():
            named = f"{words.id}.{sense}"
            if low in f"{named} {words.title}".lower():
                file = lists.places[f"%{words.id}"][0]
                for language in languages:
                    key = f"{sense}.{language}"
                    yield "words", f"{words.id}.{key}", words.title, _at(desk, file, key)


def _at(desk: Desk, file: str, entry: str) -> str:
    relative = file.removeprefix(f"{_folder(desk).as_posix()}/")
    return _address(_Place(file=relative, name=entry, seen=""))


def _address(place: _Place, **more: str) -> str:
    return f"/workbench/edit?{urlencode({'file': place.file, 'entry': place.name, **more})}"


# --- trials


def _keep(tried: _Tried) -> str:
    key = token_urlsafe(16)
    with _LOCK:
        _TRIALS[key] = tried
        while len(_TRIALS) > MAX_TRIALS:
            _TRIALS.popitem(last=False)[1].trial.end()
    return key


def _tried(asked: Asked) -> _Tried:
    with _LOCK:
        found = _TRIALS.get(asked.parts["key"])
    if found is None:
        raise Refused(410, "That was tried too long ago: open the entry again.")
    return found


PAGES = (
    ("/workbench/edit", "GET", page),
    ("/workbench/edit", "POST", attempt),
    ("/workbench/edits/{key}", "GET", trial),
    ("/workbench/edits/{key}", "POST", save),
)
