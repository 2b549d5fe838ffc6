"""Pure. Whether a contact took place: the words of the analysts' vocabulary `status` and the verb forms
around it.

A word of denial counts only where it governs the contact: in the contact's own clause, or before it in the
sentence ("denied that he had met"), never in a clause about somebody ("met the minister who denied
corruption").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.model import ContactStatus

if TYPE_CHECKING:
    from monitor.contacts.model import Frame, Word
    from monitor.matching.mentions import Mention

_SENSES = {
    "denied": ContactStatus.DENIED,
    "neither": ContactStatus.DENIED,
    "cancelled": ContactStatus.CANCELLED,
    "postponed": ContactStatus.POSTPONED,
    "invited": ContactStatus.INVITED,
    "planned": ContactStatus.PLANNED,
    "hypothetical": ContactStatus.PLANNED,
    "ongoing": ContactStatus.ONGOING,
}
#: the sense of words by which something is only said to be so
HEARSAY = "hearsay"
#: a negated verb of excluding denies nothing
_EXCLUDING = re.compile(
    r"rul\w+ out|exclu|esclu|исключ|استبعد|يستبعد|dışı|only|seulement|solo|solamente|только|فقط"
)
#: the visitor came because of it: the visit is the news
_AT_INVITATION = re.compile(
    r"(?:\b(?:at|upon|on|accept\w+)\s(?:the|his|an|a|their)?\s?(?:[\w']+\s){0,2}|à\sl'|\bsu\s|\bпо\s(?:\w+\s)?|تلبيه\s?ل?|\bعلي\s)\Z"
)
_INVITED = re.compile(
    r"à\sl'invit|su\sinvito|по\sприглаш|(?:at|on)\s[^.]{0,20}invitation|(?:تلبيه\sل?)?ب?دعوه\sمن|بدعوه|تلبيه|davet\w*\s(?:üzerine|icabet\w*)|davetlisi"
)
#: letters in which a word of negation governs a word of contact: five or six words, a clause's verb and its
#: object
GOVERNS = 45
#: letters in which words belong together: three or four ("did not rule out", "at the invitation of")
NEAR = 30
#: letters of one word with its ending and an article
WORD = 12
#: letters before "that" that may say what is expected
EXPECTED = 20
#: letters between a noun of contact and the verb that says when
REACH = 70


def status_of(frame: Frame, cue: Word) -> ContactStatus:
    """The status of the contact that `cue` tells of."""
    labelled = _labelled(frame)
    if labelled is not None:
        return labelled
    span = frame.clause(cue.start)
    found = _said(frame, cue, span)
    for status in (ContactStatus.DENIED, ContactStatus.CANCELLED, ContactStatus.POSTPONED):
        if status in found:
            return status
    if _negated(frame, cue) or _neither(frame, span):
        return ContactStatus.DENIED
    if cue.sense == "invite" or frame.grammar.invites.search(frame.text, *span):
        return ContactStatus.INVITED
    if _ahead(frame, cue, span):
        return ContactStatus.PLANNED
    if frame.grammar.ongoing.search(frame.text, *span) or ContactStatus.ONGOING in found:
        return ContactStatus.ONGOING
    return ContactStatus.HAPPENED


def _neither(frame: Frame, span: tuple[int, int]) -> bool:
    """ "Marin met neither the mayor nor the minister"."""
    found = (frame.ahead_of(a.start, frame.grammar.neither) for a in frame.within(span, "core"))
    return len({word.start() for word in found if word}) > 1


def rumour_of(frame: Frame, cue: Word) -> Mention | None:
    """The word by which the clause of `cue` says that it is only said:
    "reportedly", "aurait rencontré", «якобы».
    """
    start, end = frame.clause(cue.start)
    said = (w for w in frame.statuses if w.sense == HEARSAY and start <= w.start < end)
    return next((word.mention for word in said), None)


def _labelled(frame: Frame) -> ContactStatus | None:
    """The status that a title says in brackets at its end: "Meeting:
    A – B (planned)", as our own exports do.
    """
    said = (ContactStatus.INVITED if w.sense == "invite" else _SENSES.get(w.sense) for w in frame.labels)
    return next((status for status in said if status is not None), None)


def is_circumstance(frame: Frame, cue: Word) -> bool:
    """ "At the invitation of": no news of its own beside a visit."""
    before, around = frame.text[max(0, cue.start - NEAR) : cue.start], frame.text[cue.start : cue.end + WORD]
    return bool(_AT_INVITATION.search(before) or _INVITED.match(around))


def _said(frame: Frame, cue: Word, span: tuple[int, int]) -> set[ContactStatus]:
    """What the status vocabulary says about the cue."""
    found: set[ContactStatus] = set()
    for word in frame.statuses:
        status = _SENSES.get(word.sense)
        if status is None or status is ContactStatus.PLANNED:
            continue
        if frame.grammar.negation.search(frame.text[max(0, word.start - NEAR) : word.start]):
            continue
        own = frame.clause(word.start)
        free = status is not ContactStatus.DENIED and not any(own[0] <= c.start < own[1] for c in frame.cues)
        governing = word.start < cue.start and not _relative_between(frame, word, cue)
        if own == span or free or governing or frame.sentence.field == "title":
            found.add(status)
    return found


def _relative_between(frame: Frame, word: Word, cue: Word) -> bool:
    """Whether another word of contact has its own clause between the two: the first one is what is denied."""
    return any(
        word.end <= other.start < cue.start and frame.clause(other.start) != frame.clause(cue.start)
        for other in frame.cues
    )


def _negated(frame: Frame, cue: Word) -> bool:
    before = frame.text[max(frame.clause(cue.start)[0], cue.start - GOVERNS) : cue.start]
    found = frame.grammar.negation.search(before)
    if found and not _EXCLUDING.search(found[0]):
        return True
    if frame.grammar.unheld.match(frame.text[cue.end : frame.clause(cue.start)[1]]):
        return True
    after = frame.text[cue.end : cue.end + GOVERNS]
    denied = frame.grammar.negation_after.match(after)
    return bool(denied and not _EXCLUDING.search(after[: denied.end() + WORD]))


def _ahead(frame: Frame, cue: Word, span: tuple[int, int]) -> bool:
    """Whether a verb that looks ahead governs the cue."""
    grammar, text = frame.grammar, frame.text[cue.start : cue.end]
    if grammar.future.fullmatch(text):
        return True
    over = bool(grammar.past.fullmatch(text))
    expected = frame.text[max(0, span[0] - EXPECTED) : span[0]]
    if grammar.future.search(expected):
        return True
    marks = [m.span() for m in grammar.future.finditer(frame.text, *span)]
    marks += [
        (w.start, w.end)
        for w in frame.statuses
        if _SENSES.get(w.sense) is ContactStatus.PLANNED and span[0] <= w.start < span[1]
    ]
    for start, end in marks:
        if start < cue.end and (end <= cue.start + (cue.end - cue.start)):
            if not over or cue.start - end < WORD:
                return True
        elif not over and start - cue.end < REACH:
            return True
    return False
