"""Pure. How six languages say who does what with whom, as expressions over `plain` text.

The words are data, `grammar.txt` and `offices.txt` of each language: closed classes only. What grows (verbs
of contact, words of denial, offices) is in the analysts' vocabularies; of offices, English names are here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal
from unicodedata import combining

from pydantic import create_model

from monitor.languages import remembered, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: vocabularies the contact extractor knows by name; without them it reads less
OFFICIAL = "%official"
STATUS = "%status"

_LETTERS = {
    **dict(zip("أإآٱىیکةؤئё’ʼ‘`´؛", "ااااييكهويе''''';", strict=True)),
    **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
    **dict.fromkeys("\u0640\u0307\u200b\u200c\u200d\u200e\u200f\xad", ""),
    **dict.fromkeys("\xa0\u202f\n\t", " "),
}
_SAME = str.maketrans(_LETTERS)
#: letters that `plain` leaves out: vowel signs, accents of their own, tatweel, what is invisible
_CHANGING = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\xad]")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for a grammar's expressions, with the way there from the text as given."""

    text: str
    #: for each place in the given text its place in `text`; one more than the given text has letters
    places: Sequence[int]

    def at(self, offset: int) -> int:
        """Where the given text's `offset` is in `text`."""
        return self.places[min(max(offset, 0), len(self.places) - 1)]


def plain(text: str) -> Plain:
    """`text` in lower case, each Arabic letter in one form and without vowel signs. Linear."""
    lower = text.lower()
    if len(lower) == len(text) and not _CHANGING.search(lower):
        return Plain(lower.translate(_SAME), range(len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    length = 0
    for letter in text:
        places.append(length)
        said = letter.lower().translate(_SAME)
        if said and not (said >= "\u0300" and combining(said[0])):
            letters.append(said)
            length += len(said)
    return Plain("".join(letters), (*places, length))


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's closed classes, compiled. All but the anchored ones are for `search`."""

    #: a new clause begins here
    boundary: re.Pattern[str]
    #: anchored: what begins a clause of what somebody else did at the time ("while"); the same before a name,
    #: in headlines, with what begins one there alone ("as")
    meanwhile: re.Pattern[str]
    meanwhile_before: re.Pattern[str]
    #: anchored: what precedes or follows the place where somebody is
    at: re.Pattern[str]
    at_after: re.Pattern[str]
    #: anchored: what follows a place that somebody goes to or is in, where names have endings
    whither: re.Pattern[str]
    #: a word of contact that is said of the name behind it
    participle: re.Pattern[str]
    #: an event of many states; those named behind it were some of many; behind two countries: more took part
    gathering: re.Pattern[str]
    many: re.Pattern[str]
    others: re.Pattern[str]
    #: the same subject goes on; anchored: what begins a clause of what somebody says, thinks, says he did
    then: re.Pattern[str]
    that: re.Pattern[str]
    that_he: re.Pattern[str]
    #: anchored: what precedes a name that only serves to compare
    compared: re.Pattern[str]
    #: anchored: what precedes a partner
    with_whom: re.Pattern[str]
    #: what follows (precedes, with `about_before`) is what is spoken about
    about: re.Pattern[str]
    #: what stands before it is what is spoken about; anchored: matched against what follows a name
    about_before: re.Pattern[str]
    #: anchored: what follows a country that is only on the agenda
    agenda: re.Pattern[str]
    #: anchored: the matter that a nation's adjective names, which follows it, or precedes it
    matter: re.Pattern[str]
    matter_before: re.Pattern[str]
    #: a verb whose object is what is spoken about; anchored: the mark of an object on a name before the verb
    discusses: re.Pattern[str]
    object: re.Pattern[str]
    #: the subject and its partner may both stand before the verb
    verb_last: bool
    #: a sentence may leave out who is meant
    drops: bool
    #: anchored: what precedes a list whose members meet one another; what says that they do
    between: re.Pattern[str]
    mutual: re.Pattern[str]
    #: anchored: a clause about the name before it
    relative: re.Pattern[str]
    #: for `match`: of them, with whom somebody does something; a verb of talking behind it; a partner follows
    whom: re.Pattern[str]
    talks: re.Pattern[str]
    #: a partner follows; for `match`: to whom an interview was given
    partner: re.Pattern[str]
    heard_by: re.Pattern[str]
    #: the subject may follow its verb
    verb_first: bool
    #: after it stands a partner again
    together: re.Pattern[str]
    #: all that stands between the names of a list; anchored at both ends
    joined: re.Pattern[str]
    #: before or after it: who did both is the first name
    sequel: re.Pattern[str]
    #: a verb between two names: they stand in no list
    verbal: re.Pattern[str]
    #: the words of a list, with what joins partners; the words of a list alone
    listed: re.Pattern[str]
    joiner: re.Pattern[str]
    #: anchored: a clause about the place of what was told; what precedes a name that continues a list
    where: re.Pattern[str]
    continued: re.Pattern[str]
    #: anchored: what follows a name that only speaks; what precedes it; what precedes a source
    says: re.Pattern[str]
    says_before: re.Pattern[str]
    source: re.Pattern[str]
    #: a name that something is said to
    addressed: re.Pattern[str]
    #: anchored: the verb of speech that ends a sentence
    says_last: re.Pattern[str]
    #: a verb by which somebody only has a view of what another does; for `search`
    comments: re.Pattern[str]
    #: anchored: what follows who acts in a passive, where it follows
    agent: re.Pattern[str]
    bare: bool  # a clause may follow a verb of speech without any conjunction: "said Shoigu was there"
    comma_joins: bool  # in a headline a comma may stand for "and": "Bonn, Rome sign accord"
    #: anchored: what follows or precedes a name that stands for a person or body of its; an opponent's
    belongs: re.Pattern[str]
    belongs_before: re.Pattern[str]
    opposed: re.Pattern[str]
    #: anchored at both ends: between an office and its place, "a mayor from Derna"; a place and a body there;
    #: for `match`: what is between a country and words not its own, "of", "with"; an office that several hold
    origin: re.Pattern[str]
    leading: re.Pattern[str]
    based: re.Pattern[str]
    plural: re.Pattern[str]
    #: where names have no capitals: what begins a name and is a word, too; for `match`, what ends one
    name_begins: re.Pattern[str]
    name_ends: re.Pattern[str]
    #: anchored: what precedes a body as mere place, a country that is given something; a verb of giving
    inside: re.Pattern[str]
    given_to: re.Pattern[str]
    gives: re.Pattern[str]
    #: anchored: what precedes or follows a word of contact that did not take place
    negation: re.Pattern[str]
    without: re.Pattern[str]
    #: anchored: what precedes each name of those who did not; for `match`: "with nobody"; "was not held"
    neither: re.Pattern[str]
    nobody: re.Pattern[str]
    negation_after: re.Pattern[str]
    unheld: re.Pattern[str]
    #: anchored: what follows or precedes a nation's name that only says whose press reports, whose people or
    #: language it is; and what precedes a language
    press: re.Pattern[str]
    press_before: re.Pattern[str]
    people: re.Pattern[str]
    people_before: re.Pattern[str]
    tongue: re.Pattern[str]
    #: what says what a journey is for; a verb of inviting; for `match`: what one only asks to do; before it
    aim: re.Pattern[str]
    invites: re.Pattern[str]
    appeals: re.Pattern[str]
    appeals_before: re.Pattern[str]
    #: what looks ahead; is over; "in his view"; words for who was named before; more people; who led them
    future: re.Pattern[str]
    past: re.Pattern[str]
    opinion: re.Pattern[str]
    pronoun: re.Pattern[str]
    both: re.Pattern[str]
    also: re.Pattern[str]
    leads: re.Pattern[str]
    #: "during the talks"; before the story's own time, or only by its tense; anchored: "when"; going on now
    at_it: re.Pattern[str]
    earlier: re.Pattern[str]
    had: re.Pattern[str]
    when: re.Pattern[str]
    ongoing: re.Pattern[str]


#: up to four words of a title, none of which begins a clause
_TITLE = r"(?:(?!{boundary})[\w'.-]+\s+){{0,4}}"
#: the words of a slot and what stands around them; a slot that is not listed stands alone
_SHAPES = {
    "boundary": r"""[;:–—()]|(?<![\w.!?])["«“„](?=[^"»”“]{{25}})|\s-\s|,?\s?(?:{boundary}|{then})""",
    "meanwhile": r"\A,?\s?{meanwhile}",
    "meanwhile_before": r",?\s{meanwhile_before}\s+" + _TITLE + r"\Z",
    "at": r"{at}\s*\Z",
    "at_after": r"\A{at_after}",
    "whither": r"\A{whither}",
    "then": r",?\s?{then}",
    "that": r"\A[\s,]*{that}",
    "that_he": r"\A[\s,]*{that_he}",
    "compared": r"(?:\A|[,;:–—]\s?)\W*{compared}\s+" + _TITLE + r"\Z",
    "with_whom": r"{partner}\s+" + _TITLE + r"\Z",
    "about_before": r"\A['\w]*\W{{0,3}}(?:[\w']+\W+){{0,3}}?{about_before}",
    "agenda": r"\A['\w]*\W{{0,3}}(?:[\w']+\W+){{0,3}}?{agenda}",
    "matter": r"\A\s(?:\w+\s)??{matter}",
    "matter_before": r"{matter}\s\Z",
    "between": r"{between}\s*(?:[\w'.-]+\s){{0,3}}\Z",
    "relative": r"\A[\s,،]*{relative}",
    "whom": r"[\s,]*{whom}",
    "joined": r"\A['\w]{{0,5}}[\s,]*(?:(?:{joined}|,)[^.;:]{{0,70}}?|\s)\Z",
    "listed": r"{joined}|{together}|,\s",
    "joiner": r"{joined}",
    "when": r"\A[\s,،]*(?:{when}|{where})",
    "where": r"\A[\s,،]*{where}",
    "continued": r"\A[\s,،]*{joined}[^.;:]{{0,40}}\Z",
    "says": r"\A['\w]{{0,5}}(?:\s?,[^,;]{{0,80}},)?\s(?:[\w']+\s){{0,2}}?{says}",
    "says_before": r"{says_before}\s+" + _TITLE + r"\Z",
    "source": r"{source}\s+" + _TITLE + r"\Z",
    "says_last": r"{says}\W*\Z",
    "belongs": r"\A(?:'\w*\s(?:\w+\s){{0,2}}?|\w{{0,4}}\s){belongs}",
    "belongs_before": r"{belongs_before}\s*\Z",
    "opposed": r"{opposed}\s*\Z",
    "agent": r"\A\s*{agent}",
    "origin": r"\s*{origin}\s*\Z",
    "leading": r"(?:{together}|{origin})",
    "based": r"\A\s*{based}\s*\Z",
    "inside": r"{inside}\s*\Z",
    "given_to": r"{given_to}\s*\Z",
    "negation": r"{negation}\W+(?:[\w']+\W+){{0,2}}\Z",
    "without": r"{without}\s+(?:[\w']+\s+){{0,2}}\Z",
    "negation_after": r"\A\W*(?:[\w']+\W+){{0,3}}?{negation_after}",
    "press": r"\A['\w]{{0,5}}\s{press}",
    "press_before": r"{press}\s\Z",
    "people": r"\A['\w]{{0,5}}\s{people}",
    "people_before": r"{people}\s\Z",
    "tongue": r"{tongue}[\s-]\Z",
    "neither": r"{neither}\s+(?:(?!{neither})[\w'.-]+\s+){{0,4}}\Z",
    "nobody": r"\s{nobody}",
    "heard_by": r"\s{heard_by}",
    "appeals": r"[^.;:]{{0,60}}?{appeals}",
    "appeals_before": r"{appeals}\s\Z",
    "unheld": r"\A[^;:!?]{{0,90}}?(?<!\w){unheld}",
}
#: slots of endings, which are no whole words
_ENDINGS = {"object": r"\A(?:{})(?!\w)", "addressed": r"(?:{})\Z"}
#: how sentences are built, as the files say it
_ORDERS = {
    "drops": "drops-subject", "verb_last": "verb-last", "verb_first": "verb-first",
    "bare": "bare-speech", "comma_joins": "comma-joins",
}  # fmt: skip
#: made of the words of others
_MADE = frozenset(name for name, shape in _SHAPES.items() if f"{{{name}}}" not in shape)
_PATTERNS = [field.name for field in fields(Grammar) if field.name not in _ORDERS]
_SLOTS: dict[str, Any] = {name: (tables.Phrases, "") for name in _PATTERNS if name not in _MADE}
_Orders = Literal["drops-subject", "verb-last", "verb-first", "bare-speech", "comma-joins"]
Syntax: type[tables.Table] = create_model(  # the slots of a language, as its file fills them
    "Syntax", __base__=tables.Table, order=(tuple[_Orders, ...], ()), **_SLOTS
)
Syntax.FILE = "grammar.txt"


def grammar_of(lang: str) -> Grammar:
    """The grammar of a language; English for one that has none."""
    return _grammar(lang if lang in tables.having(Syntax) else tables.DEFAULT)


@remembered
def _grammar(lang: str) -> Grammar:
    words: Mapping[str, Any] = tables.read(Syntax, lang).model_dump()
    slots = {name: _words(words[name]) for name in _SLOTS}
    found: dict[str, Any] = {name: order in words["order"] for name, order in _ORDERS.items()}
    for name in _PATTERNS:
        pattern = _SHAPES.get(name, f"{{{name}}}").format_map(slots)
        if name in _ENDINGS:
            pattern = _ENDINGS[name].format(words[name]) if words[name] else r"(?!)"
        found[name] = tables.expression(pattern, Syntax, lang)
    return Grammar(**found)


def _words(alternatives: str) -> str:
    """One expression for whole words and phrases; nothing matches none."""
    spaced = alternatives.replace(" ", r"\s")
    return rf"(?<!\w)(?:{spaced})(?:(?<=')|(?!\w))" if alternatives else r"(?!)"


# --- offices ---------------------------------------------------------------------------------------------


#: people of whom nothing is said but whose they are
NAMELESS = "delegation"
#: offices that have deputies of their own name
_SECONDED = frozenset(
    {"prime minister", "chief of staff", "speaker", "commander", "mayor", "governor", "rector"}
)


def office_name(demonym: str, text: str, sense: str, town: str = "") -> str:
    """The English name of an office in plain `text`: ("French", "министр обороны", "person").

    `town`: whose it is where a town has such an office of its own: "mayor of Bonn", not "German mayor".
    """
    said = _office(text, sense)
    local = dict(tables.read(tables.Offices, tables.DEFAULT).local).get(said) if town else None
    return local.replace("TOWN", town) if local else f"{demonym} {said}".strip()


def office_title(text: str) -> str:
    """The office that a person of plain `text` holds, in English;
    empty when it names a body or many people.
    """
    said = _office(text, "person")
    persons = tables.read(tables.Offices, tables.DEFAULT).persons
    return said if said.split()[-1] in persons else ""


def is_office(text: str, lang: str) -> bool:
    """Whether `text` is an office or body of any state and says no more: "the minister of defence"."""
    offices, fields = _whole_offices(lang)
    said = offices.sub(" ", plain(text).text)
    if said == plain(text).text:
        return False
    little = tables.read(tables.Profile, lang).little_words
    rest = re.findall(r"\w+", fields.sub(" ", said))
    return all(word in little or (len(word) == 1 and word.isalpha()) for word in rest)


@remembered
def _whole_offices(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Whole words of a language for offices and bodies, and for what a minister is minister of."""
    offices = tables.read(tables.Offices, lang)
    before = f"(?:{offices.before})?" if offices.before else ""
    # Arabic roots are listed without their endings
    after = r"\w{0,3}" if offices.before else ""

    def whole(*named: tables.Named) -> re.Pattern[str]:
        words = "|".join(words for listed in named for _, words in listed)
        return re.compile(rf"(?<!\w){before}(?:{words}){after}(?!\w)")

    return whole(offices.heads, offices.kinds), whole(offices.fields)


def deputy_before(text: str) -> int:
    """How many letters at the end of `text` make whose office follows a deputy: "vice-", "заместитель "."""
    words = _office_words("kinds")["deputy"].pattern
    found = re.search(rf"{words}[\s-]{{0,2}}\Z", text)
    return len(found[0]) if found else 0


def _said_office(text: str, sense: str) -> str:
    topic = next(_named("fields", text), "")
    kinds = set(_named("kinds", text))
    if sense == "body" and "ministry" in kinds:
        ministry = "Foreign Ministry" if topic == "foreign" else f"Ministry of {topic.title()}"
        return ministry if topic else "ministry"
    deputy = "deputy " if "deputy" in kinds else ""
    head = next(_named("heads", text), None)
    if head is not None:
        second = deputy and sense == "person" and head in _SECONDED
        return f"{deputy}{head}" if second else head
    if "minister" in kinds or (topic and sense == "person"):
        return f"{deputy}{topic} minister".replace("  ", " ").strip()
    return "official" if sense == "person" else NAMELESS


#: an item names the same few offices again and again, and the words of all languages are many
_office = remembered(_said_office, most=4096)


def _named(section: str, text: str) -> Iterator[str]:
    return (name for name, words in _office_words(section).items() if words.search(text))


@remembered
def _office_words(section: str) -> Mapping[str, re.Pattern[str]]:
    """The words of all languages behind each English name, in the order of the first that has it."""
    found: dict[str, list[str]] = {}
    for lang in tables.having(tables.Offices):
        offices = tables.read(tables.Offices, lang)
        before = f"(?:{offices.before})?" if offices.before else ""
        for name, words in getattr(offices, section):
            tables.expression(words, tables.Offices, lang)
            found.setdefault(name, []).append(f"{before}(?:{words})")
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(words)})") for name, words in found.items()}
