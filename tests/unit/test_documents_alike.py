"""Our reading through libyaml and ruamel's YAML 1.2 reading agree on every file that we ship."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from monitor import documents

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    path
    for folder in ("watchlists", "seeds", "templates", "tests/eval", ".")
    for pattern in ("**/*.yaml", "**/*.yml")
    for path in (ROOT / folder).glob(pattern if folder != "." else pattern.removeprefix("**/"))
    # Compose's own tags are nobody else's YAML
    if not path.name.startswith("compose")
)


def graph(node: Node | None, path: documents.Path, places: dict[documents.Path, documents.Place]) -> Any:
    """Plain data of ruamel's nodes, every scalar as text, with the place of each."""
    if node is None:
        return None
    if node.value != "":
        places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, MappingNode):
        return {k.value: graph(v, (*path, k.value), places) for k, v in node.value}
    if isinstance(node, SequenceNode):
        return [graph(child, (*path, n), places) for n, child in enumerate(node.value)]
    return node.value


def spelled(data: Any, source: Any, *, kept: tuple[type, ...]) -> Any:
    """`data` with what is of no type in `kept` as `source` spells it."""
    if isinstance(data, dict):
        return {key: spelled(value, source[key], kept=kept) for key, value in data.items()}
    if isinstance(data, list):
        return [spelled(value, source[n], kept=kept) for n, value in enumerate(data)]
    return data if isinstance(data, kept) else source


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_shipped_file_reads_as_ruamel_reads_it(path: Path) -> None:
    """Same keys, values, types and places; dates are text to us, and an empty value has no place to agree on."""
    text = path.read_text(encoding="utf-8")
    ours, places = documents.read(text, path.name), {}
    theirs = graph(YAML(typ="safe", pure=True).compose(text), (), places)

    typed = YAML(typ="safe", pure=True).load(text)

    assert spelled(ours.data, theirs, kept=(str,)) == theirs
    assert ours.data == spelled(typed, theirs, kept=(str, int, float, type(None)))
    assert {path: ours.places[path] for path in places} == places


def test_there_is_something_to_compare() -> None:
    """The folders above are the right ones."""
    assert len(SHIPPED) > 20
