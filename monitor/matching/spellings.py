"""Pure. How an entity may be written:
every listed and generated form, folded, for a search across languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.folding import fold_all, folded
from monitor.matching.building import Builder
from monitor.matching.mentions import ENTITY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.matching.mentions import EntitySpec


def spellings(spec: EntitySpec) -> tuple[str, ...]:
    """The folded forms, a space where a word begins or ends; names that count only on a condition are left
    out.

    A form that holds another one is left out, too: where it stands, so does the other.
    """
    builder = Builder()
    builder.entity(spec)
    builder.finish()
    forms = [
        form
        for form, claims in builder.patterns.items()
        if any(claim.kind == ENTITY and not claim.weak for claim in claims)
    ]
    fewest: list[str] = []
    for form in sorted(forms, key=len):
        if not any(shorter in form for shorter in fewest):
            fewest.append(form)
    return tuple(fewest)


def called(entities: Iterable[EntitySpec], said: str) -> tuple[EntitySpec, ...]:
    """The entities that go by `said`, in any language and spelling;
    where none does, those whose name has it as a word.
    """
    wanted = folded(said)
    known = tuple(entities)
    listed = [e for e in known if wanted and wanted in fold_all(_names(e))]
    return tuple(listed or [e for e in known if wanted and f" {wanted} " in f" {folded(e.name)} "])


def _names(of: EntitySpec) -> list[str]:
    lists = (of.aliases, of.exact, of.exact_case, of.weak)
    return [of.name, *(word for listed in lists for words in listed.values() for word in words)]
