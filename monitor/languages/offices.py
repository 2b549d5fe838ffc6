"""Pure. Offices and bodies of a state in English, so that "ливийский министр обороны" is the Libyan defence minister.

The words themselves are the analysts' (vocabulary `official`); here they only get their English name.
"""

from __future__ import annotations

import re

#: vocabularies the contact extractor knows by name; without them it reads less
VOCABULARY = "%official"
STATUS = "%status"

_FIELDS = {
    "foreign": r"foreign|étrangères|esteri|иностранных|мид\w*|خارجي|dışişleri",
    "defence": r"defen[cs]e|défense|difesa|обороны|минобороны|دفاع|savunma",
    "interior": r"interior|intérieur|interno|interni|внутренних|мвд|داخلي|içişleri",
    "economy": r"economy|economic|économie|economia|экономи\w+|اقتصاد|ekonomi",
    "trade": r"trade|industry|commerce|commercio|торговл\w+|промышленност\w+|تجار|صناع|ticaret|sanayi",
    "energy": r"energy|énergie|energia|энерг\w+|طاق|enerji",
    "oil": r"oil|pétrole|petrolio|нефт\w+|نفط|petrol",
    "transport": r"transport\w*|trasport\w+|транспорт\w*|مواصلات|نقل|ulaştırma",
    "health": r"health|santé|salute|здравоохранен\w+|صح|sağlık",
    "education": r"education|éducation|enseignement|istruzione|образован\w+|تعليم|eğitim",
    "justice": r"justice|giustizia|юстиции|عدل|adalet",
    "finance": r"financ\w+|finanz\w+|финанс\w+|مالي|maliye",
    "agriculture": r"agricultur\w+|agricoltura|сельского|زراع|tarım",
    "culture": r"culture|cultura|культур\w+|ثقاف|kültür",
}
_HEADS = {
    "president": r"president\w*|président\w*|президент\w*|الرييس|للرييس|cumhurbaşkan\w*|devlet başkan\w*",
    "deputy prime minister": r"deputy prime|vice-premier|vicepremier|вице-премьер\w*|نايب رييس (?:ال)?(?:وزراء|حكوم)|başbakan yardımcısı",
    "prime minister": r"prime|premier|pm|chef du gouvernement|capo del governo|премьер\w*|رييس (?:ال)?(?:وزراء|حكوم)|başbakan",
    "chief of staff": r"chief of (?:general )?staff|chef d'état-major|capo di stato maggiore|генштаб\w*|رييس (?:ال)?اركان|genelkurmay başkan",
    "ambassador": r"ambass\w+|ambasciator\w+|посол|посл\w+|سفير|büyükelçi(?!lik|liğ)",
    "embassy": r"embassy|ambassade|ambasciata|посольств\w+|سفار|büyükelçili[kğ]",
    "consulate": r"consulate|consulat|consolato|консульств\w+|قنصلي|konsoloslu[kğ]",
    "envoy": r"envoy|émissaire|envoyé|inviato|emissario|посланник\w*|спецпредстав\w+|مبعوث|temsilci",
    "consul": r"consul|console|консул\w*|قنصل|konsolos",
    "delegation": r"delegation|délégation|delegazion\w+|делегаци\w+|وفد|heyet",
    "central bank": r"central bank|banque centrale|banca centrale|центробанк\w*|цб|مصرف|merkez bankası",
    "government": r"government|gouvernement|governo|esecutivo|правительств\w+|حكوم|hükümet",
    "parliament": r"parliament|parlement|parlamento|парламент\w*|برلمان|مجلس النواب|parlamento|meclis",
    "navy": r"navy|fleet|warships?|frigate|marine|flotte|marina|flotta|nav[ie]|флот\w*|вмф|кораб\w+|بحري|اسطول|سف[ين]\w*|donanma|filo|gemi",
    "military academies": r"military academ\w+|académies? militaires?|accademi\w+ militar\w+|военн\w+ академи\w+|اكاديمي|askeri akademi\w*",
    "military": r"forces|military|army|armed forces|armée|militaires?|esercito|militari|арми\w+|военн\w+|جيش|قوات|ordu|silahlı",
    "municipality": r"municip\w+|мэри\w+|муниципалитет\w*|بلدي|belediye",
    "speaker": r"speaker|спикер\w*|meclis başkan",
    "company": r"compan\w+|compagnie|compagnia|société|società|азиенд\w+|компани\w+|нефтекомпани\w+|شرك|şirket",
    "officers": r"officers?|officiers?|ufficiali?|офицер\w*|ضباط|ضابط|subay",
    "lawmakers": r"lawmakers?|deput\w+|députés?|parlamentari|депутат\w*|نواب|milletvekil\w+",
    "general": r"generals?|général|generale|генерал\w*|فريق|لواء|generali?",
    "commander": r"commander|commandant|comandante|командующ\w+|قائد|komutan",
}
_PERSONS = frozenset(
    ("minister", "staff", "ambassador", "envoy", "consul", "speaker", "general", "commander")
)
_MINISTER = r"minist(?:er|ers|re|res|ro|ra|ri|re)|министр\w*|замминистра|وزير\w*|وزراء|bakan(?!lı)\w*"
_MINISTRY = (
    r"ministry|ministère|ministero|dicastero|министерств\w+|мид\w*|минобороны|минэнерго|وزاره|bakanlı\w+"
)
_DEPUTY = r"deputy|vice|vice-|viceministro|заместител\w+|замминистра|نايب|وكيل|yardımcısı"


def _compiled(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"(?<!\w)(?:و|ال|وال|لل|بال|ل|ب)?(?:{words})") for name, words in table.items()}


_FIELD_WORDS, _HEAD_WORDS = _compiled(_FIELDS), _compiled(_HEADS)
_KINDS = _compiled({"minister": _MINISTER, "ministry": _MINISTRY, "deputy": _DEPUTY})


def name(demonym: str, text: str, sense: str) -> str:
    """The English name of an office in plain `text`: ("Libyan", "ливийский министр обороны", "person")."""
    return f"{demonym} {_office(text, sense)}".strip()


def title(text: str) -> str:
    """The office that a person of plain `text` holds, in English; empty when it names a body or many people."""
    said = _office(text, "person")
    return said if said.split()[-1] in _PERSONS else ""


def _office(text: str, sense: str) -> str:
    topic = next((word for word, words in _FIELD_WORDS.items() if words.search(text)), "")
    if sense == "body" and _KINDS["ministry"].search(text):
        return f"{topic} ministry".strip()
    for head, words in _HEAD_WORDS.items():
        if words.search(text):
            return head
    if _KINDS["minister"].search(text) or (topic and sense == "person"):
        deputy = "deputy " if _KINDS["deputy"].search(text) else ""
        return f"{deputy}{topic} minister".replace("  ", " ").strip()
    return "official" if sense == "person" else "delegation"
