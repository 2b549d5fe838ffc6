"""Pure. What is allowed but probably not meant: words that cannot hit, hit too much, or are missing in a
language.

`load` refuses what is wrong; these are findings for a person to judge.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

from monitor.contacts.clauses import LEANING, SAYING
from monitor.contacts.parties import CONTACT, THIRD_PARTY
from monitor.contacts.reasons import REASONS
from monitor.folding import fold
from monitor.languages import tables
from monitor.languages.grammar import OFFICIAL, STATUS, Syntax
from monitor.languages.word_forms import forms_of_script, inflected
from monitor.matching.mentions import TRADES
from monitor.matching.rules import And, Not, Or, Term, Within, children, terms
from monitor.watchlists.findings import Finding
from monitor.watchlists.question import READ_WITH
from monitor.watchlists.shared_names import shared_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.matching.mentions import EntitySpec, VocabularySpec
    from monitor.matching.rules import Node, Rule, Watchlists
    from monitor.watchlists.selftest import WithTests

#: a prefix shorter than this hits unrelated words
SHORTEST_PREFIX = 4
#: scripts that a name needs to be seen in every language
SCRIPTS = {"LATIN": "en, fr, it, tr", "CYRILLIC": "ru", "ARABIC": "ar"}
MIXABLE = {"LATIN", "CYRILLIC", "GREEK"}


def lint(watchlists: WithTests, sources: Mapping[str, bytes] | None = None) -> tuple[Finding, ...]:
    """Every finding, in the order of the files; `sources`: their texts, to tell the line of a single name."""
    # what was made of others stands in no file
    declared = {name: e for name, e in watchlists.entities.items() if f"@{name}" in watchlists.places}
    watchlists = replace(watchlists, entities=declared)
    findings = chain(
        _dead(watchlists),
        _dead_words(watchlists),
        _dead_rules(watchlists),
        _broad(watchlists),
        _shadowed(watchlists),
        _covered(watchlists),
        _mixed(watchlists),
        _coverage(watchlists),
        _duplicate_names(watchlists),
        _duplicate_rules(watchlists),
        _untested(watchlists),
        shared_names(watchlists, sources or {}),
    )
    return tuple(sorted(findings, key=lambda f: (f.file, f.line or 0)))


def _finding(watchlists: Watchlists, key: str, kind: str, message: str, remedy: str = "") -> Finding:
    file, line = watchlists.places.get(key, ("", None))
    return Finding(kind=kind, file=file, line=line, message=message, remedy=remedy)


#: so near to a tag that is asked for that it is a slip
_SLIP = 0.8

# --- dead ------------------------------------------------------------------------------------------------


def _dead(watchlists: Watchlists) -> Iterator[Finding]:
    """Entities and vocabularies that no rule and no condition can ever ask for."""
    used = _used(watchlists)
    for entity in watchlists.entities.values():
        names = {f"@{entity.id}", *(f"#{t}" for t in _tags(entity))}
        if names.isdisjoint(used):
            message = f"@{entity.id} is used by no rule"
            asked = [name for name in used if name[0] == "#"]
            near = [said for tag in _tags(entity) for said in get_close_matches(f"#{tag}", asked, 1, _SLIP)]
            slip = f"did you mean the tag {near[0]}? Else " if near else ""
            remedy = f"{slip}use it or one of its tags, or remove it"
            # a name may stand there only to take precedence over a shorter one inside it
            if not _covers(entity, watchlists.entities, used):
                yield _finding(watchlists, f"@{entity.id}", "dead", message, remedy)
    for vocabulary in watchlists.vocabularies.values():
        whole = f"%{vocabulary.id}"
        senses = [sense for sense in vocabulary.senses if f"{whole}.{sense}" in used]
        unused = [] if whole in used else [sense for sense in vocabulary.senses if sense not in senses]
        if unused and not senses:
            yield _finding(watchlists, whole, "dead", f"{whole} is used by no rule", "remove it")
        for sense in unused if senses else ():
            message = f"{whole}.{sense} is used by no rule, only other senses are"
            yield _finding(watchlists, whole, "dead", message, "use it or remove it")


def _used(watchlists: Watchlists) -> set[str]:
    found = {t.key for rule in watchlists.rules for node in _nodes(rule) for t in terms(node)}
    # every state is listed: one of neither party is a stranger, and one may be named in a condition some day
    found |= {f"@{e.id}" for e in watchlists.entities.values() if e.kind in ("country", "demonym")}
    if any(rule.contact for rule in watchlists.rules):
        found |= {f"%{name}" for name in READ_WITH}
        found |= {CONTACT, LEANING, SAYING, OFFICIAL, STATUS, f"#{THIRD_PARTY}"}
        found.update(chain.from_iterable(reason.unless for reason in REASONS))
    found.add(TRADES)
    for rule in watchlists.rules:
        if rule.scope:
            found |= {f"@{rule.scope.country}", f"#{rule.scope.country}", rule.scope.others}
    for entity in watchlists.entities.values():
        for nearby in (entity.confirm, *entity.confirm_or, entity.except_near):
            found.update(nearby.named if nearby else ())
    return found


def _nodes(rule: Rule) -> Iterator[Node]:
    for node in (rule.query, rule.unless):
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


def _dead_words(watchlists: Watchlists) -> Iterator[Finding]:
    """Names, words and phrases without a letter or digit, and roles that end before they begin."""
    for key, word in _all_words(watchlists):
        if not any(map(str.isalnum, fold(word).text)):
            message = f"{key}: {word!r} has no letter and can never be found"
            yield _finding(watchlists, key, "dead", message, "write a word, or remove it")
    for entity in watchlists.entities.values():
        for role in entity.roles:
            if role.since and role.until and role.since > role.until:
                message = f"@{entity.id}: {role.title!r} ends ({role.until}) before it begins ({role.since})"
                yield _finding(
                    watchlists, f"@{entity.id}", "dead", message, "its tags never hold: correct the dates"
                )


def _dead_rules(watchlists: Watchlists) -> Iterator[Finding]:
    """Rules that exclude what they ask for."""
    for rule in watchlists.rules:
        needed = {key for clause in rule.clauses if len(clause) == 1 for key in clause}
        by = sorted(needed & _enough(rule.unless)) if rule.unless else []
        if by:
            message = f"rule {rule.id!r} needs {by[0]}, and {by[0]} is in its unless: it never fires"
            yield _finding(watchlists, _key(rule), "dead", message, "remove one of the two")
        for name in _contradictions(rule.query):
            message = f"rule {rule.id!r} asks for {name} and NOT {name} in one place: it never fires"
            yield _finding(watchlists, _key(rule), "dead", message, "remove one of the two")


def _enough(node: Node) -> set[str]:
    """The keys of which each alone makes `node` hold."""
    if isinstance(node, Term):
        return {node.key}
    return set().union(*map(_enough, node.parts)) if isinstance(node, Or) else set()


def _contradictions(node: Node) -> Iterator[str]:
    """Terms that stand beside their own exclusion."""
    if isinstance(node, And | Within):
        asked = {part.key for part in node.parts if isinstance(part, Term)}
        for part in node.parts:
            if isinstance(part, Not):
                yield from sorted(asked & _enough(part.part))
    for part in children(node):
        yield from _contradictions(part)


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


def _covered(watchlists: Watchlists) -> Iterator[Finding]:
    """Words of a list that a prefix of the same list finds anyway."""
    for vocabulary in watchlists.vocabularies.values():
        for sense, words in vocabulary.senses.items():
            for language, listed in words.items():
                for word, prefix in _under_prefixes(listed, language if vocabulary.forms else ""):
                    message = f"%{vocabulary.id}.{sense} ({language}): {word!r} is found by {prefix!r} anyway"
                    yield _finding(watchlists, f"%{vocabulary.id}", "covered", message, "remove it")


def _under_prefixes(listed: Iterable[str], language: str) -> Iterator[tuple[str, str]]:
    """Each word whose forms all begin with a prefix of as many words, with that prefix; a phrase reaches
    further.

    `language`: whose forms plain words take, "" where they take none.
    """
    prefixes = sorted((w for w in listed if w.endswith("*")), key=len)
    beginnings = [(p, _folded(p.rstrip("*")).rstrip()) for p in prefixes]
    for word in listed:
        plain, folded = not word.endswith("*"), _folded(word.rstrip("*")).rstrip()
        for prefix, beginning in beginnings:
            longer = folded.startswith(beginning) and folded.count(" ") == beginning.count(" ")
            if not longer or word == prefix or not (plain or folded != beginning):
                continue
            if not (plain and language) or _all_begin(beginning, word, language):
                yield word, prefix
                break


def _all_begin(beginning: str, word: str, language: str) -> bool:
    languages = forms_of_script(word) if language == "any" else (language,)
    return all(_folded(f).startswith(beginning) for lang in languages for f in inflected(word, lang, "word"))


def _mixed(watchlists: Watchlists) -> Iterator[Finding]:
    """Words of letters from two scripts that look alike: the folding hides it, the author should know."""
    queries = ((_key(rule), rule.source) for rule in watchlists.rules)
    for key, word in chain(_all_words(watchlists), queries):
        for part in word.split():
            scripts = {s for s in map(_script, part) if s in MIXABLE}
            if len(scripts) > 1:
                odd = min(scripts, key=lambda s: sum(_script(c) == s for c in part))
                letters = ", ".join(sorted({c for c in part if _script(c) == odd}))
                message = (
                    f"{key}: {part!r} mixes {' and '.join(sorted(s.title() for s in scripts))} "
                    f"letters ({letters})"
                )
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
            lacking = [language for language in tables.having(Syntax) if not words.get(language)]
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


def _untested(watchlists: WithTests) -> Iterator[Finding]:
    """Watchlists without a test of each kind beside them."""
    for watchlist in watchlists.lists:
        kinds = {case.test.kind for case in watchlists.cases if case.watchlist == watchlist.id}
        missing = [kind for kind in ("match", "no_match") if kind not in kinds]
        if missing:
            message = f"{watchlist.id} has no {' and no '.join(missing)} test"
            remedy = "`monitor explain … --save-test` writes one"
            yield Finding(kind="untested", file=watchlist.file, line=None, message=message, remedy=remedy)


# --- helpers ---------------------------------------------------------------------------------------------


def _names_by_language(entity: EntitySpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for listed in (entity.aliases, entity.exact, entity.exact_case):
        yield from listed.items()


def _all_names(entity: EntitySpec) -> tuple[str, ...]:
    weak = chain(*entity.weak.values(), *entity.weak_case.values())
    return (*chain.from_iterable(names for _, names in _names_by_language(entity)), *weak)


def _all_words(watchlists: Watchlists) -> Iterator[tuple[str, str]]:
    for entity in watchlists.entities.values():
        yield from ((f"@{entity.id}", name) for name in _all_names(entity))
    for vocabulary in watchlists.vocabularies.values():
        yield from ((f"%{vocabulary.id}", word) for word in _vocabulary_words(vocabulary))
    for rule in watchlists.rules:
        literals = {t.key for node in _nodes(rule) for t in terms(node) if t.key[0] not in "@#%"}
        yield from ((_key(rule), literal.strip('"')) for literal in sorted(literals))


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
