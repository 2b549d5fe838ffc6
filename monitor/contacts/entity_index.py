"""Pure. What the entity files know of a name:
whether it is a person, what office on what day, and who is meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.contacts.parties import Rank, rank_of
from monitor.folding import fold_all, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from monitor.contacts.register import Titles
    from monitor.matching.mentions import EntitySpec


@dataclass(frozen=True, slots=True)
class WhoIsWho:
    """Entities by their canonical English names."""

    people: frozenset[str]
    #: watchlist to the ids of its parties to their titles by language
    titles: Titles
    _entities: Mapping[str, EntitySpec] = field(repr=False)
    _aliases: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of(cls, entities: Iterable[EntitySpec], titles: Titles = MappingProxyType({})) -> WhoIsWho:
        """From the entities of the watchlists, and the titles of their parties."""
        by_name = {entity.name: entity for entity in entities}
        aliases: dict[str, set[str]] = {}
        pairs = [
            (n, said)
            for n, e in by_name.items()
            for said in (n, *(w for ws in e.aliases.values() for w in ws))
        ]
        for (name, _), said in zip(pairs, fold_all([said for _, said in pairs]), strict=True):
            aliases.setdefault(said, set()).add(name)
        people = (n for n, e in by_name.items() if e.kind == "person" and rank_of(e) is Rank.PERSON)
        meant = {said: frozenset(names) for said, names in aliases.items()}
        return cls(frozenset(people), titles, by_name, meant)

    def role(self, name: str, on: date | None) -> str:
        """The offices that `name` holds on a day, in the files' words;
        "" for none known, and without a day.
        """
        entity = self._entities.get(name)
        if entity is None or on is None:
            return ""
        held = [r for r in entity.roles if (r.since or on) <= on <= (r.until or on)]
        return ", ".join(role.title for role in held)

    def meant(self, said: str) -> frozenset[str]:
        """The canonical names that go by `said`, in any language; none for an unknown word."""
        return self._aliases.get(folded(said), frozenset())
