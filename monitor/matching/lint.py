"""Pure. What is allowed but probably not meant: words that cannot hit, hit too much, or are missing in a language.

`load` refuses what is wrong; these are findings for a person to judge.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from monitor.matching.text import fold
from monitor.matching.tree import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.matching.mentions import EntitySpec, VocabularySpec
    from monitor.matching.rules import Rule, Watchlists
    from monitor.matching.tree import Node

#: a prefix shorter than this hits unrelated words
SHORTEST_PREFIX = 4
LANGUAGES = ("en", "fr", "it", "ar", "ru", "tr")
#: scripts that a name needs to be seen in every language
SCRIPTS = {"LATIN": "en, fr, it, tr", "CYRILLIC": "ru", "ARABIC": "ar"}
MIXABLE = {"LATIN", "CYRILLIC", "GREEK"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark; `kind` is a stable word (dead, broad, shadowed, mixed-script, coverage, duplicate)."""

    kind: str
    file: str
    line: int | None
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


def lint(watchlists: Watchlists) -> tuple[Finding, ...]:
    """Every finding, in the order of the files."""
    findings = chain(
        _dead(watchlists),
        _broad(watchlists),
        _shadowed(watchlists),
        _mixed(watchlists),
        _coverage(watchlists),
        _duplicate_names(watchlists),
        _duplicate_rules(watchlists),
    )
    return tuple(sorted(findings, key=lambda f: (f.file, f.line or 0)))


def _finding(watchlists: Watchlists, key: str, kind: str, message: str, remedy: str = "") -> Finding:
    file, line = watchlists.places.get(key, ("", None))
    return Finding(kind=kind, file=file, line=line, message=message, remedy=remedy)


# --- dead ------------------------------------------------------------------------------------------------


def _dead(watchlists: Watchlists) -> Iterator[Finding]:
    """Entities and vocabularies that no rule and no condition can ever ask for."""
    used = _used(watchlists)
    for entity in watchlists.entities.values():
        names = {f"@{entity.id}", *(f"#{t}" for t in _tags(entity))}
        if names.isdisjoint(used):
            message = f"@{entity.id} is used by no rule"
            remedy = "use it or one of its tags, or remove it"
            # a name may stand there only to take precedence over a shorter one inside it
            if not _covers(entity, watchlists.entities, used):
                yield _finding(watchlists, f"@{entity.id}", "dead", message, remedy)
    for vocabulary in watchlists.vocabularies.values():
        if not any(u == f"%{vocabulary.id}" or u.startswith(f"%{vocabulary.id}.") for u in used):
            yield _finding(
                watchlists, f"%{vocabulary.id}", "dead", f"%{vocabulary.id} is used by no rule", "remove it"
            )


def _used(watchlists: Watchlists) -> set[str]:
    found = {t.key for rule in watchlists.rules for node in _nodes(rule) for t in terms(node)}
    for rule in watchlists.rules:
        if rule.scope:
            found |= {f"@{rule.scope.country}", f"#{rule.scope.country}", rule.scope.others}
    for entity in watchlists.entities.values():
        for nearby in (entity.confirm, entity.except_near):
            found.update(chain.from_iterable(nearby.terms.values()) if nearby else ())
    return found


def _nodes(rule: Rule) -> Iterator[Node]:
    contact = (rule.contact.russian, rule.contact.libyan, rule.contact.type) if rule.contact else ()
    for node in (rule.query, rule.unless, *contact):
        if node is not None:
            yield node


def _covers(entity: EntitySpec, entities: Mapping[str, EntitySpec], used: set[str]) -> bool:
    ours = [_folded(name) for name in _all_names(entity)]
    for other in entities.values():
        if other.id != entity.id and not {f"@{other.id}", *(f"#{t}" for t in _tags(other))}.isdisjoint(used):
            theirs = {_folded(name) for name in _all_names(other)}
            if any(t in o and t != o for o in ours for t in theirs):
                return True
    return False


# --- broad, shadowed, mixed script -----------------------------------------------------------------------


def _broad(watchlists: Watchlists) -> Iterator[Finding]:
    """Prefixes under four letters."""
    remedy = f"write at least {SHORTEST_PREFIX} letters before *, or list the words"
    for vocabulary in watchlists.vocabularies.values():
        for sense, words in vocabulary.senses.items():
            for word in chain.from_iterable(words.values()):
                if word.endswith("*") and _letters(word) < SHORTEST_PREFIX:
                    message = f"%{vocabulary.id}.{sense}: {word} hits many unrelated words"
                    yield _finding(watchlists, f"%{vocabulary.id}", "broad", message, remedy)
    for rule in watchlists.rules:
        for term in chain.from_iterable(map(terms, _nodes(rule))):
            if term.key.endswith("*") and _letters(term.key) < SHORTEST_PREFIX:
                message = f"{rule.id}: {term.key} hits many unrelated words"
                yield _finding(watchlists, _key(rule), "broad", message, remedy)


def _shadowed(watchlists: Watchlists) -> Iterator[Finding]:
    """Names that hold one of their own `except` phrases: every mention of them is silenced."""
    for entity in watchlists.entities.values():
        phrases = {_folded(p) for p in chain.from_iterable(entity.excepts.values())}
        for name in _all_names(entity):
            by = next((p for p in phrases if p in _folded(name)), None)
            if by is not None:
                message = f"@{entity.id}: {name!r} is always silenced by its own except phrase {by.strip()!r}"
                yield _finding(watchlists, f"@{entity.id}", "shadowed", message, "remove one of the two")


def _mixed(watchlists: Watchlists) -> Iterator[Finding]:
    """Words of letters from two scripts that look alike: the folding hides it, the author should know."""
    for key, word in _all_words(watchlists):
        for part in word.split():
            scripts = {s for s in map(_script, part) if s in MIXABLE}
            if len(scripts) > 1:
                odd = min(scripts, key=lambda s: sum(_script(c) == s for c in part))
                letters = ", ".join(sorted({c for c in part if _script(c) == odd}))
                message = f"{key}: {part!r} mixes {' and '.join(sorted(s.title() for s in scripts))} letters ({letters})"
                yield _finding(watchlists, key, "mixed-script", message, "type the word in one script")


# --- coverage and duplicates -----------------------------------------------------------------------------


def _coverage(watchlists: Watchlists) -> Iterator[Finding]:
    """Names missing in a script, senses missing in a language."""
    for entity in watchlists.entities.values():
        scripts = {_script(c) for name in _all_names(entity) for c in name}
        missing = [languages for script, languages in SCRIPTS.items() if script not in scripts]
        if missing:
            message = f"@{entity.id} has no name in {', '.join(missing)}"
            yield _finding(watchlists, f"@{entity.id}", "coverage", message, "add the name as written there")
    for vocabulary in watchlists.vocabularies.values():
        for sense, words in vocabulary.senses.items():
            lacking = [language for language in LANGUAGES if not words.get(language)]
            if lacking and not words.get("any"):
                message = f"%{vocabulary.id}.{sense} has no words in {', '.join(lacking)}"
                yield _finding(watchlists, f"%{vocabulary.id}", "coverage", message)


def _duplicate_names(watchlists: Watchlists) -> Iterator[Finding]:
    """One name for two entities in the same language: both are meant, which is rarely wanted."""
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entity in watchlists.entities.values():
        for language, names in _names_by_language(entity):
            for name in dict.fromkeys(map(_folded, names)):
                if entity.id not in owners[language, name]:
                    owners[language, name].append(entity.id)
    for (_, name), ids in owners.items():
        if len(ids) > 1:
            message = f"{name.strip()!r} is a name of {' and '.join(f'@{i}' for i in ids)}"
            yield _finding(watchlists, f"@{ids[-1]}", "duplicate", message, "keep it in one, or make it weak")


def _duplicate_rules(watchlists: Watchlists) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], str] = {}
    for rule in watchlists.rules:
        asked = (rule.watchlist, " ".join(rule.source.split()), repr((rule.unless, rule.scope, rule.contact)))
        if asked in seen:
            message = f"rule {rule.id!r} asks the same as {seen[asked]!r}"
            yield _finding(watchlists, _key(rule), "duplicate", message, "remove one")
        seen.setdefault(asked, rule.id)


# --- helpers ---------------------------------------------------------------------------------------------


def _names_by_language(entity: EntitySpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for listed in (entity.aliases, entity.exact, entity.exact_case):
        yield from listed.items()


def _all_names(entity: EntitySpec) -> tuple[str, ...]:
    weak = chain.from_iterable(entity.weak.values())
    return (*chain.from_iterable(names for _, names in _names_by_language(entity)), *weak)


def _all_words(watchlists: Watchlists) -> Iterator[tuple[str, str]]:
    for entity in watchlists.entities.values():
        yield from ((f"@{entity.id}", name) for name in _all_names(entity))
    for vocabulary in watchlists.vocabularies.values():
        yield from ((f"%{vocabulary.id}", word) for word in _vocabulary_words(vocabulary))


def _vocabulary_words(vocabulary: VocabularySpec) -> Iterable[str]:
    return (word for words in vocabulary.senses.values() for listed in words.values() for word in listed)


def _tags(entity: EntitySpec) -> set[str]:
    return {*entity.tags, *chain.from_iterable(role.tags for role in entity.roles)}


def _key(rule: Rule) -> str:
    return f"{rule.watchlist}/{rule.id}"


def _folded(text: str) -> str:
    return f" {fold(text).text.strip()} "


def _letters(word: str) -> int:
    """Letters of a prefix; one of several words is narrow enough by the words before it."""
    return len("".join(word.rstrip("*").split()))


def _script(character: str) -> str:
    return unicodedata.name(character, "").split(" ")[0] if character.isalpha() else ""
