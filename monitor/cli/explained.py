"""An explanation for the terminal: rules by what became of them, found words marked in their sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from monitor.watchlists.explain import MAX_SENTENCES, Quoted
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Contact
    from monitor.watchlists.explain import Explanation, RuleExplanation

#: what became of a rule: the word for it, its colour
KINDS = {
    "fired": ("FIRED", "bold green"),
    "related": ("RELATED", "green"),
    "unless": ("HELD BACK", "yellow"),
    "no-contact": ("NO CONTACT", "yellow"),
    "silenced": ("SILENCED", "yellow"),
    "near": ("NEARLY", "cyan"),
    "nothing": ("NOTHING", "dim"),
}
MARKED = "bold reverse"
#: near misses shown of one watchlist
NEAREST = 3


def explained(explanation: Explanation, *, everything: bool = False, colours: bool = False) -> Text:
    """All rules that had something to say; with `everything` all rules, with their queries.

    Otherwise near misses of a watchlist that fired are left out, and all but the nearest of the others. Without `colours` the found words stand in [brackets].
    """
    out = Text(
        f"{isolated(explanation.title or '(no title)')} [{explanation.lang}]\n",
        style="bold" if colours else "",
    )
    shown = [r for r in explanation.rules if everything or r in _worth(explanation)]
    for rules in _alike(shown):
        _rule(out, rules, everything=everything, colours=colours)
    for line in _left_out(explanation, shown):
        out.append(f"\n{line}\n", style="dim" if colours else "")
    return out


def _worth(explanation: Explanation) -> list[RuleExplanation]:
    """Without the silent rules, the near misses of watchlists that fired, and all but the nearest of the others."""
    fired = {r.watchlist for r in explanation.rules if r.kind == "fired"}
    near: Counter[str] = Counter()
    worth = []
    for rule in explanation.rules:
        if rule.kind == "near":
            near[rule.watchlist] += 1
            if rule.watchlist in fired or near[rule.watchlist] > NEAREST:
                continue
        if rule.kind != "nothing":
            worth.append(rule)
    return worth


def _left_out(explanation: Explanation, shown: list[RuleExplanation]) -> Iterator[str]:
    hidden = [r for r in explanation.rules if r not in shown]
    near = sum(r.kind == "near" for r in hidden)
    silent = len(hidden) - near
    if near:
        yield f"{near} more near miss{'es' * (near != 1)}: --all shows all."
    if silent:
        yield f"{silent} more rule{'s' * (silent != 1)} found nothing."


def _alike(shown: list[RuleExplanation]) -> Iterator[list[RuleExplanation]]:
    """Rules of one watchlist without a contact for one reason stand together."""
    groups: dict[tuple[str, str, str], list[RuleExplanation]] = {}
    for rule in shown:
        own = rule.rule if rule.kind != "no-contact" else ""
        groups.setdefault((rule.watchlist, own, rule.detail), []).append(rule)
    yield from groups.values()


def _rule(out: Text, rules: list[RuleExplanation], *, everything: bool, colours: bool) -> None:
    rule, more = rules[0], "".join(f", {other.rule}" for other in rules[1:])
    word, colour = KINDS[rule.kind]
    out.append("\n")
    out.append(f"{word:10}", style=colour if colours else "")
    out.append(f"  {rule.watchlist}/{rule.rule}{more} ({rule.severity})  {isolated(rule.title)}\n")
    if everything:
        out.append(f"  query: {isolated(rule.query)}\n", style="dim" if colours else "")
    out.append(f"  {rule.detail or 'none of its words occur'}\n")
    for quoted in rule.sentences:
        _sentence(out, quoted, "  ", colours=colours)
    for contact in rule.contacts:
        out.append(f"  contact: {told(contact)}\n")
        for quoted in _told_in(contact):
            _sentence(out, quoted, "    ", colours=colours)


def _sentence(out: Text, quoted: Quoted, indent: str, *, colours: bool) -> None:
    out.append(f"{indent}{quoted.field}: ", style="dim" if colours else "")
    out.append_text(marked(quoted, colours=colours))
    out.append("\n")


def _told_in(contact: Contact) -> Iterator[Quoted]:
    """The sentences that a contact was read from, with its words."""
    sentences: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for word in contact.evidence:
        at = word.sentence.find(word.text)
        places = sentences.setdefault((word.field, word.sentence), set())
        if at >= 0:
            places.add((at, at + len(word.text)))
    for (field, sentence), places in list(sentences.items())[:MAX_SENTENCES]:
        words = sorted(places, key=lambda place: (place[0], -place[1]))
        yield Quoted(field=field, text=sentence, words=tuple(words))


def told(contact: Contact) -> str:
    """A contact in one line: kind and status, who with whom, where and when."""
    sides = " with ".join(", ".join(names) or "nobody named" for names in (contact.russian, contact.libyan))
    where = f", {contact.place}" if contact.place else ""
    when = f", {contact.date}" if contact.date else ""
    background = ", recalled from earlier" if contact.background else ""
    return f"{contact.type.value} ({contact.status.value}): {sides}{where}{when}{background}"


def marked(quoted: Quoted, *, colours: bool = False) -> Text:
    """The sentence on one line, isolated, with the found words in colour or in [brackets]."""
    before, after = ("… " if quoted.cut[0] else ""), (" …" if quoted.cut[1] else "")
    out, at = Text(isolated("")[0] + before), 0
    for start, end in quoted.words:
        if start >= at:
            out.append(_line(quoted.text[at:start]))
            word = _line(quoted.text[start:end])
            out.append(word if colours else f"[{word}]", style=MARKED if colours else "")
            at = end
    out.append(_line(quoted.text[at:]))
    out.append(after + isolated("")[-1])
    return out


def _line(text: str) -> str:
    """Line breaks as spaces, other white space as it is."""
    return " ".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
