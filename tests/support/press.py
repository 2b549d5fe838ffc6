"""The sides and outlets that the product comes with, by short names, and others of an invented question."""

from __future__ import annotations

from monitor.model import Side
from monitor.watchlists.files import read_press, shipped_press

PRESS = shipped_press()
FREE, RU, EAST, WEST, UN, OTHER = map(
    Side, ("independent", "russia-state", "libya-east", "libya-west", "un", "other-state")
)

#: two capitals and an observer, none of which the engine has heard of
HORN = """
sides:
  - {id: press, role: independent, title: {en: independent press}, media: {en: independent media, ar: الصحافة المستقلة}}
  - {id: ankara, tags: [turkish-state], party: turkey, title: {en: Ankara, ar: أنقرة}, media: {en: Turkish state media, ar: الإعلام التركي}}
  - {id: mogadishu, tags: [federal], party: somalia, title: {en: Mogadishu, ar: مقديشو}, media: {en: Somali federal media, ar: الإعلام الصومالي}}
  - {id: hargeisa, tags: [northern], title: {en: Hargeisa}, media: {en: northern media}}
  - {id: observers, tags: [observer], weight: {alone: 2, seconded: 1}, title: {en: Observers}, media: {en: the Observer Mission, ar: بعثة المراقبين}}
  - {id: unplaced, role: unknown, title: {en: nobody knows}}
one_voice: [[ankara], [mogadishu], [hargeisa], [observers]]
adverse: [[mogadishu, hargeisa]]
"""
HORN_OUTLETS = """
houses: [{name: Horn House, outlets: [Horn TV, Horn Radio]}]
wires: [{name: SONNA, side: mogadishu, forms: [SONNA]}]
credits: {en: {before: [according to], footer: [Source]}}
"""
HORN_PRESS = read_press({"sides.yaml": HORN.encode(), "outlets.yaml": HORN_OUTLETS.encode()})
