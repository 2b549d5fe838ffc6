"""The files of a new question, for `monitor init --question`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from monitor import documents
from monitor.cli.common import complain, say
from monitor.config import load
from monitor.contacts.parties import THIRD_PARTY
from monitor.watchlists import question
from monitor.watchlists.question import Party

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: what no file of YAML can hold
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_STATES = "states.yaml"
_WORLD = "world.yaml"
_THIRD_COUNTRY = "third-country"
#: what the files of states are for
_OTHERS = "Every other state is somebody else. A country that is of your question goes to parties.yaml."
_EACH = "Every state, for `confirm`: '#{state}' is the country, its people and its capital."
#: what no group's id can be: tags that mean something else, and what YAML does not read as text
_RESERVED = frozenset({THIRD_PARTY, _THIRD_COUNTRY, "country", "metonym", "null", "true", "false"})
#: so near to a known name that it may be a slip
_SLIP = 0.8
#: stands for a party that is to be filled in
_BLANK = {
    "first": "first",
    "second": "second",
    "First": "First",
    "Second": "Second",
    "first-people": "First",
    "second-people": "Second",
    "second-capital": "the second capital",
}


class Kind(StrEnum):
    """What a question asks."""

    CONTACTS = "contacts"
    NAMES = "names"
    DEPARTURE = "departure"


def question_files(name: str, between: str | None, kind: Kind) -> dict[str, str]:
    """The watchlist's files by their path: filled in for what is known, else to be filled in.

    Raises BadParameter for a name that is no id, and for parties that no question of this kind can have.
    """
    if not _ID.fullmatch(name):
        raise typer.BadParameter(f"{name!r}: small letters, digits and hyphens, like first-second")
    states = question.states_of(_seed(_STATES))
    if kind is Kind.NAMES:
        if between is not None:
            raise typer.BadParameter("--kind names is of one group, the question's name: leave out --between")
        return _names_files(name, states)
    world = _seed(_WORLD)
    bodies = question.bodies_of(world)
    known = {**states, **bodies}
    pair = question.parties_in(name, known) if between is None else _said(between, known)
    of_states = {f"{state}-{part}" for state in states for part in ("people", "capital")}
    _check_parties(pair or (), known, _RESERVED | of_states | {entity["id"] for entity in world["entities"]})
    if kind is Kind.DEPARTURE and (pair is None or not pair[1].people):
        raise typer.BadParameter("--kind departure needs who asks, and where: --between BODY,COUNTRY")
    for party in pair or ():
        if party.id not in known:
            complain(_note(party, known))
    parties = _template("parties.yaml" if pair else "parties-blank.yaml", _values_of(name, pair))
    for party in pair or ():
        parties += "" if party.id in bodies else "".join(question.entities_of(party))
    others = question.others_of(states, pair or (), _THIRD_COUNTRY)
    return {
        **_asked(kind, name, pair),
        "entities/parties.yaml": parties,
        "entities/world.yaml": _world(pair or (), kind),
        "entities/other-states.yaml": _states(_OTHERS, others),
    }


def _names_files(name: str, states: Mapping[str, Party]) -> dict[str, str]:
    values = {"name": name, "First": question.title(name)}
    return {
        f"{name}.yaml": _template("names.yaml", values),
        f"{name}.test.yaml": _template("tests-names.yaml", values),
        f"entities/{name}.yaml": _template("named.yaml", values),
        "entities/states.yaml": _states(_EACH.format(state=next(iter(states))), question.others_of(states)),
    }


def _asked(kind: Kind, name: str, pair: tuple[Party, Party] | None) -> dict[str, str]:
    """The question, its tests and who acts."""
    asks, tests = "watchlist.yaml", "tests.yaml"
    if kind is Kind.DEPARTURE:
        asks, tests = "departure.yaml", "tests-departure.yaml"
    elif pair is None:
        tests = "tests-blank.yaml"
    elif not all(party.people for party in pair):
        tests = "tests-groups.yaml"
    seeds = {f"{name}.yaml": asks, f"{name}.test.yaml": tests, "entities/people.yaml": "people.yaml"}
    if kind is Kind.DEPARTURE:
        seeds["vocabulary/troops.yaml"] = "troops.yaml"
    return {target: _template(seed, _values_of(name, pair)) for target, seed in seeds.items()}


def _world(pair: Iterable[Party], kind: Kind) -> str:
    """Leaders and bodies of the world; who is of a party has its tag. Where nobody meets, no others."""
    world = _template(_WORLD, {})
    for party in pair:
        world = world.replace(f"[{THIRD_PARTY}, {party.id}]", f"[{party.id}]")
        world = re.sub(rf"(id: {party.id}, .*?tags: )\[{THIRD_PARTY}\]", rf"\1[{party.id}]", world)
    if kind is Kind.CONTACTS:
        return world
    kept = [line for line in world.splitlines(keepends=True) if f"[{THIRD_PARTY}" not in line]
    return "".join(kept) if "- {id" in "".join(kept) else f"{''.join(kept).rstrip()} []\n"


def _states(purpose: str, rows: Iterable[str]) -> str:
    head = "# yaml-language-server: $schema=../schema/entities.schema.json\n"
    return f"{head}# {purpose}\nentities:\n{''.join(rows)}"


def _template(name: str, values: Mapping[str, str]) -> str:
    path = load.bundled("seeds") / "question" / name
    return question.filled(path.read_text(encoding="utf-8"), values)


def _seed(name: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = documents.read(_template(name, {}), name).data
    return data


def write_question(folder: Path, files: dict[str, str]) -> None:
    """Write what is not there yet, and say what is what."""
    for name, text in files.items():
        path = folder / name
        if path.exists():
            complain(f"{path} exists already, and stays as it is")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        purpose = next(
            line[2:] for line in text.splitlines() if line.startswith("# ") and "$schema" not in line
        )
        say(f"{path}  {purpose}")


def _said(between: str, known: Mapping[str, Party]) -> tuple[Party, Party]:
    """The two parties of `--between`: known ones, else groups under the names that are given."""
    said = [" ".join(word.split()) for word in between.split(",")]
    if len(said) != 2 or not all(said) or any(map(_CONTROL.search, said)):
        raise typer.BadParameter(f"--between {between!r}: two parties with a comma between, as NAME,NAME")
    one, other = (question.found(word, known) or Party.group(word) for word in said)
    return one, other


def _check_parties(pair: Sequence[Party], known: Mapping[str, Party], taken: Container[str]) -> None:
    """Raises BadParameter for a group that can have no id of its own, and for one party twice."""
    for party in pair:
        if not party.id:
            raise typer.BadParameter(
                f"{party.name!r}: its id is made of its name; give a name in Latin letters"
            )
        if known.get(party.id, party) is not party or (party.id not in known and party.id in taken):
            raise typer.BadParameter(
                f"{party.name!r}: its id {party.id!r} has another meaning; give another name"
            )
    if len({party.id for party in pair}) < len(pair):
        raise typer.BadParameter(f"{pair[0].name}: that is one party, not two")


def _note(group: Party, known: Mapping[str, Party]) -> str:
    """Says what becomes of a name that is not known, and which known one may be meant."""
    note = f"no known party is called {group.name!r}: written down as a group, under this name only"
    names = [name for party in known.values() for name in party.names["en"]]
    near = get_close_matches(group.name, names, n=1, cutoff=_SLIP)
    return f"{note}; did you mean {near[0]!r}? Then begin again in another folder" if near else note


def _values_of(name: str, pair: tuple[Party, Party] | None) -> dict[str, str]:
    return {"name": name, **(_values(*pair) if pair else _BLANK)}


def _values(one: Party, other: Party) -> dict[str, str]:
    return {
        "first": one.id,
        "second": other.id,
        "First": one.name,
        "Second": other.name,
        "first-people": one.nation,
        "second-people": other.nation,
        "first-actor": one.actor,
        "second-actor": other.actor,
        "second-capital": other.capital["en"][0] if other.capital else other.name,
    }
