"""Which kills, in which order: every named failpoint in turn, and between them random moments."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from monitor.failpoints import FAILPOINTS

CHANNELS = ("slack", "webhook", "email", "file")
#: failpoints that a server of ours stands at: the daemon dies while it waits for the rest of a body, or for an answer
OUTSIDE = ("half-fed", "taken-slack", "taken-bot", "taken-webhook", "taken-email")
#: they are passed in one start only, the first with the older database
MIGRATION = ("copied", "migrating", "migrated")
#: how often a failpoint may be passed before it kills; those not named are passed once in a life
MANY = {
    "fetched": 20,
    "parsed": 15,
    "poll-writing": 15,
    "poll-written": 15,
    "half-fed": 10,
    "alert-writing": 4,
    "alert-written": 4,
    "digest-writing": 2,
    "digest-written": 2,
    "claimed": 6,
    "settling": 6,
    "settled": 6,
}


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL: at the `times`-th passing of a failpoint, or `after` seconds of work."""

    failpoint: str = ""
    times: int = 1
    after: float = 0.0
    #: a random moment counts from the start of the process, not from its first request
    starting: bool = False

    @property
    def name(self) -> str:
        return self.failpoint or ("random, starting" if self.starting else "random, at work")


def failpoints() -> tuple[str, ...]:
    """Every failpoint, one for each channel where it has one."""
    named = [
        name.replace("CHANNEL", channel)
        for name in FAILPOINTS
        for channel in (CHANNELS if "CHANNEL" in name else ("",))
    ]
    return (*named, *OUTSIDE)


def plan(kills: int, seed: int) -> list[Kill]:
    """`kills` of them: half at failpoints (each at least once, whatever `kills` says), half at random moments."""
    random = Random(f"plan {seed}")
    repeatable = [name for name in failpoints() if name not in MIGRATION]
    at_failpoints = max(kills // 2, len(repeatable) + len(MIGRATION))
    rounds = (at_failpoints - len(MIGRATION)) // len(repeatable) + 1
    names = [name for _ in range(rounds) for name in random.sample(repeatable, len(repeatable))]
    chosen = [
        Kill(name, random.randint(1, MANY.get(name, 1))) for name in names[: at_failpoints - len(MIGRATION)]
    ]
    chosen += [_moment(random) for _ in range(kills - at_failpoints)]
    random.shuffle(chosen)
    return [Kill(name) for name in MIGRATION] + chosen


def _moment(random: Random) -> Kill:
    if random.random() < 0.2:
        return Kill(after=random.uniform(0, 2), starting=True)
    return Kill(after=random.uniform(0, 3))
