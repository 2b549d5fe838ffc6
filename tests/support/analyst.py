"""A small set of watchlists for tests, and items to try them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.matching.evaluate import Span
from monitor.matching.matcher import Told
from monitor.model import Item
from monitor.watchlists.compile import Watchlists, compile_sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.matching.matcher import ContactExtractor
    from monitor.matching.mentions import Scan
    from monitor.model import Contact

ENTITIES = """
entities:
  - id: wagner-group
    name: Wagner Group
    kind: body
    tags: [wagner]
    aliases: {en: [Wagner Group], ru: [ЧВК Вагнер], ar: [مجموعة فاغنر]}
    except: {en: [Wagner Group GmbH]}
  - id: sergei-lavrov
    name: Sergei Lavrov
    kind: person
    tags: [russia-actor]
    aliases: {en: [Sergei Lavrov, Lavrov], ru: [Сергей Лавров, Лавров], ar: [لافروف]}
  - id: khalifa-haftar
    name: Khalifa Haftar
    kind: person
    tags: [libya-actor]
    aliases: {en: [Khalifa Haftar, Haftar], ru: [Хафтар], ar: [حفتر]}
  - id: security-council
    name: UN Security Council
    kind: body
    tags: [un]
    aliases: {en: [Security Council]}
  - id: libya
    name: Libya
    kind: country
    tags: [country]
    aliases: {en: [Libya], ru: [Ливия], ar: [ليبيا]}
  - id: mali
    name: Mali
    kind: country
    tags: [country, other-country]
    aliases: {en: [Mali], ru: [Мали], ar: [مالي]}
"""
CONTACT = """
vocabulary: contact
title: Contact
senses:
  meeting: {en: [met, "talk*"], ru: [встретился], ar: [التقى]}
  denied: {en: [denied], ru: [опроверг], ar: [نفى]}
"""
WAGNER = """
watchlist: wagner
title: Wagner
severity: high
falsepositives: a German maker of fire doors
rules:
  - {id: named, title: The group is named, query: "@wagner-group"}
"""
CONTACTS = """
watchlist: contacts
title: Contacts
severity: high
rules:
  - id: meet
    title: Both sides meet
    query: '#russia-actor SENTENCE %contact.meeting SENTENCE #libya-actor'
    unless: '"spokesman joked"'
"""
#: the same, with parties: its rule and those of the declaration ask for a contact
DECLARED = {
    "contacts.yaml": CONTACTS.replace(
        "rules:",
        """contacts:
  between:
    russia: {title: {en: Russian side}, tag: '#russia-actor'}
    libya: {title: {en: Libyan side}, tag: '#libya-actor'}
rules:""",
    )
    + "    contact: true\n"
}
WITHDRAWAL = """
watchlist: withdrawal
title: Withdrawal
severity: medium
rules:
  - id: un-calls
    title: The UN calls for withdrawal
    query: '#un AND "foreign forces" NEAR/6 (withdraw* OR leave)'
    scope: {country: libya}
"""
SOURCES = {
    "entities/all.yaml": ENTITIES,
    "vocabulary/contact.yaml": CONTACT,
    "wagner.yaml": WAGNER,
    "contacts.yaml": CONTACTS,
    "withdrawal.yaml": WITHDRAWAL,
}


def compiled(extra: Mapping[str, str] | None = None) -> Watchlists:
    """The small set, with files of `extra` added or replaced."""
    return compile_sources({name: text.encode() for name, text in {**SOURCES, **(extra or {})}.items()})


def telling(*told: tuple[Contact, str]) -> ContactExtractor:
    """An extractor that finds these contacts in every item, each for its reason, in the item's first word."""

    def extract(scan: Scan, watchlist: str) -> tuple[Told, ...]:
        words = tuple(scan.mentions[:1])
        return tuple(Told(contact, reason, Span(0, 1, words)) for contact, reason in told)

    return extract


def item(content: str = "", *, title: str = "", **more: Any) -> Item:
    """An item that says `content`."""
    return Item(key="t", feed_id="t", title=title, content=content, **{"lang": "en", **more})
