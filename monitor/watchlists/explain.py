"""Pure. Why a rule fired, why not, and what nearly fired: per rule, with the sentence, as data.

The commands show it (`monitor.cli.explain`); near misses are found in `monitor.watchlists.near_miss`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from monitor.contacts.extract import account_of
from monitor.contacts.parties import THIRD, Cast
from monitor.contacts.reasons import Refusal
from monitor.feeds import headline
from monitor.languages import detect
from monitor.matching.evaluate import smallest
from monitor.matching.matcher import as_match, as_suppressed
from monitor.watchlists.near_miss import bare, because, isolated, near_miss

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.contacts.extract import Refused
    from monitor.contacts.model import Actor, Part
    from monitor.matching.matcher import Matcher, Reading, Verdict
    from monitor.matching.mentions import Mention, Scan
    from monitor.matching.rules import Watchlists
    from monitor.model import Contact, Item
    from monitor.model.press import Outlets

#: what the declared rules of a watchlist are called together, by the key that declares them
DECLARED = "contacts"
MAX_SENTENCES = 3
#: characters of a sentence shown on each side of the found words; a text without full stops is one sentence
MAX_AROUND = 300
#: clauses told of in which a contact was not read
MAX_CLAUSES = 3
_PARTS: Mapping[Part, str] = {
    "core": "takes part",
    "indirect": "stands beside it",
    "speaker": "only speaks",
    "topic": "is only spoken of",
    "place": "is only the place",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A sentence of the item and where the found words stand in it (half-open offsets into `text`)."""

    field: str
    text: str
    words: tuple[tuple[int, int], ...]
    #: whether something was left out before and after
    cut: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """One rule. `kind`: fired, related, unless, no-contact, silenced, near, nothing."""

    watchlist: str
    rule: str
    title: str
    kind: str
    severity: str
    #: in plain words: the match's reason, what held it back, or what is there and what is not
    detail: str
    query: str
    sentences: tuple[Quoted, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All rules, the loudest kinds first."""

    title: str
    lang: str
    rules: tuple[RuleExplanation, ...]


ORDER = ("fired", "related", "unless", "no-contact", "silenced", "near", "nothing")


def explain(matcher: Matcher, item: Item) -> Explanation:
    """What every rule says about `item`; of the near misses the nearest first."""
    watchlists = matcher.watchlists
    reading = matcher.read(item)
    verdicts = _each_once([matcher.judge(rule, reading) for rule in watchlists.rules])
    ranked = [_rule(verdict, reading, watchlists) for verdict in verdicts]
    ranked.sort(key=lambda pair: (ORDER.index(pair[0].kind), pair[1]))
    return Explanation(title=item.title, lang=reading.scan.lang, rules=tuple(rule for rule, _ in ranked))


def as_polled(item: Item, outlets: Outlets) -> Item:
    """`item` as a poll makes it: without an outlet's name behind its title, in the language that is detected
    where it says none, and with those of parts that are in another.
    """
    head = headline.parted(item.title, outlets, (item.outlet,))
    item = replace(item, title=head.title, outlet=item.outlet or head.outlet)
    said = item.lang if item.lang != "und" else None
    lang, langs = detect.parts(item.title, item.summary, item.content, said, sure=said is not None)
    return replace(item, lang=lang, langs=langs)


def _each_once(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Without the declared rules of a watchlist that say what another of them says: all share one query."""
    said: set[tuple[str, str]] = set()
    for verdict in sorted(verdicts, key=lambda v: v.kind == "nothing"):
        declared = verdict.rule.declared and verdict.kind not in {"fired", "related"}
        if declared and any(watchlist == verdict.rule.watchlist for watchlist, _ in said):
            continue
        if verdict.rule.declared:
            said.add((verdict.rule.watchlist, verdict.kind))
        yield verdict


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain data, without marks for the terminal."""
    data = asdict(explanation)
    for rule in data["rules"]:
        rule["detail"] = bare(rule["detail"])
    return data


def _rule(
    verdict: Verdict, reading: Reading, watchlists: Watchlists
) -> tuple[RuleExplanation, tuple[int, int, int]]:
    """The explanation of one rule and its rank among its kind."""
    kind, rule, scan = str(verdict.kind), verdict.rule, reading.scan
    mentions = [m for span in smallest(verdict.spans)[:MAX_SENTENCES] for m in span.mentions]
    severity, rank = rule.severity.value, (0, 0, 0)
    if kind in {"fired", "related"}:
        match = as_match(verdict, scan, watchlists.entities)
        detail, severity = match.reason, match.severity.value
    elif kind == "unless":
        detail = f"it would fire, but its unless holds: {isolated(verdict.detail)}"
    elif kind == "no-contact":
        told = _refusals(verdict, scan, watchlists)
        detail = f"it would fire, but no contact between the two sides is told{': ' if told else ''}{told}"
    elif kind == "silenced":
        said = (f"“{isolated(s.text)}” does not count: {because(s.by)}" for s in as_suppressed(verdict, scan))
        detail = "; ".join(dict.fromkeys(said))
    else:
        miss = near_miss(rule, reading)
        kind, rank, detail = ("near" if miss.near else "nothing"), miss.rank, str(miss)
        mentions = list(miss.mentions) if miss.near else []
        if not (miss.lacking or miss.apart):
            detail = "its words are there, but " + (
                "no country it is about can be told" if rule.scope else "not together"
            )
            kind = "near"
    whole = rule.declared and kind not in {"fired", "related"}
    explained = RuleExplanation(
        watchlist=rule.watchlist,
        rule=DECLARED if whole else rule.id,
        title=watchlists.titles[rule.watchlist] if whole else rule.title,
        kind=kind,
        severity=severity,
        detail=detail,
        query=" ".join(rule.source.split()),
        sentences=_quoted(mentions, scan),
        contacts=verdict.contacts,
    )
    return explained, rank


def _quoted(mentions: Iterable[Mention], scan: Scan) -> tuple[Quoted, ...]:
    """The first sentences that hold `mentions`, each cut to what stands around them."""
    by_sentence: dict[int, set[tuple[int, int]]] = {}
    for mention in mentions:
        by_sentence.setdefault(mention.sentence, set()).add((mention.start, mention.end))
    quoted = []
    for index in sorted(by_sentence)[:MAX_SENTENCES]:
        sentence, words = scan.sentences[index], by_sentence[index]
        start = max(sentence.start, min(a for a, _ in words) - MAX_AROUND)
        end = min(
            sentence.end, min(a for a, _ in words) + 2 * MAX_AROUND, max(b for _, b in words) + MAX_AROUND
        )
        text = scan.fields[sentence.field][start:end]
        placed = sorted(((a - start, b - start) for a, b in words if b <= end), key=lambda w: (w[0], -w[1]))
        quoted.append(
            Quoted(
                field=sentence.field,
                text=text,
                words=tuple(placed),
                cut=(start > sentence.start, end < sentence.end),
            )
        )
    return tuple(quoted)


# --- why no contact was read, where both parties and a word of contact stand ------------------------------


def _refusals(verdict: Verdict, scan: Scan, watchlists: Watchlists) -> str:
    """For each clause with a word of contact the step that said no, and who was seen there;
    "" where there is none.
    """
    parties = watchlists.parties.get(verdict.rule.watchlist)
    if parties is None:
        return ""
    titles = {party.id: party.titles["en"] for party in parties}
    refused = account_of(scan, Cast.of(watchlists.entities, parties, watchlists.press.sides)).refused
    # what names more of those who count says more
    told = sorted(refused, key=lambda no: -len({a.side for a in no.frame.actors}))[:MAX_CLAUSES]
    return "; ".join(_refusal(no, titles) for no in told)


def _refusal(no: Refused, titles: Mapping[str, str]) -> str:
    words = dict.fromkeys(isolated(no.frame.text[cue.start : cue.end]) for cue in no.cues)
    people = dict.fromkeys(_seen_as(a, titles) for a in no.frame.actors if a.kind != "demonym")
    seen_there = f" ({', '.join(people)})" if people else ""
    return f"at {', '.join(f'“{word}”' for word in words)}: {'; '.join(_step(no, titles))}{seen_there}"


def _step(no: Refused, titles: Mapping[str, str]) -> Iterator[str]:
    """The step in words; where a side is missing, each missing one with what it is there instead."""
    if no.step is not Refusal.ONE_SIDE:
        yield no.step.value
        return
    for party, title in titles.items():
        parts = [a.part for a in no.frame.actors if a.side == party]
        if "core" not in parts:
            yield f"the {title} {_PARTS[parts[0]] if parts else 'is not named in the sentence'}"


def _seen_as(actor: Actor, titles: Mapping[str, str]) -> str:
    side = "a third party" if actor.side == THIRD else titles[actor.side]
    return f"{actor.name} ({side}) {_PARTS[actor.part]}"
