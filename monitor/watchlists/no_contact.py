"""Pure. Why no contact was read where both parties and a word of contact stand:
the step that said no, and who was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.contacts.extract import account_of
from monitor.contacts.parties import THIRD, Cast
from monitor.contacts.reasons import Refusal
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.contacts.clauses import Actor, Part
    from monitor.contacts.extract import Refused
    from monitor.matching.matcher import Verdict
    from monitor.matching.mentions import Scan
    from monitor.matching.rules import Watchlists

#: clauses told of
MOST = 3
PARTS: Mapping[Part, str] = {
    "core": "takes part",
    "indirect": "stands beside it",
    "speaker": "only speaks",
    "topic": "is only spoken of",
    "place": "is only the place",
}


def seen(verdict: Verdict, scan: Scan, watchlists: Watchlists) -> str:
    """For each clause with a word of contact the step that said no, and who was seen there;
    "" where there is none.
    """
    parties = watchlists.parties.get(verdict.rule.watchlist)
    if parties is None:
        return ""
    titles = {party.id: party.titles["en"] for party in parties}
    refused = account_of(scan, Cast.of(watchlists.entities, parties, watchlists.press.sides)).refused
    # what names more of those who count says more
    told = sorted(refused, key=lambda no: -len({a.side for a in no.frame.actors}))[:MOST]
    return "; ".join(_told(no, titles) for no in told)


def _told(no: Refused, titles: Mapping[str, str]) -> str:
    words = dict.fromkeys(isolated(no.frame.text[cue.start : cue.end]) for cue in no.cues)
    people = dict.fromkeys(_part(a, titles) for a in no.frame.actors if a.kind != "demonym")
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
            yield f"the {title} {PARTS[parts[0]] if parts else 'is not named in the sentence'}"


def _part(actor: Actor, titles: Mapping[str, str]) -> str:
    side = "a third party" if actor.side == THIRD else titles[actor.side]
    return f"{actor.name} ({side}) {PARTS[actor.part]}"
