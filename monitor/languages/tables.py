"""What is known of each language: a folder of word lists under `data/` for each, and a line in
`data/languages.txt`.

A list is text: words or phrases under `[section]` heads, `#` begins a remark. Each file is read when it is
first needed, validated and kept; a mistake in it is told with its file, line and remedy.
docs/how-to/add-a-language.md says what goes where.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, TypeVar, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from monitor.errors import ConfigError, Mistake, suggestion
from monitor.fields import plainly
from monitor.languages import Lines, forget, remembered, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

#: whose words serve for a language that has none of its own
DEFAULT = "en"

_OURS = Path(__file__).with_name("data")
_folder = _OURS
_BAR = re.compile(r" +\| +")
_ANY_ENDING = re.compile(r"(?<!\\[wWsSdD])(?<!\.)\*")
#: what stands in front of a line's words: a number, or a name with a colon
_FRONT = re.compile(r"\A(?:-?\d+ |[\w ]+: )")


def read_from(folder: Path | None) -> None:
    """Read the languages of another folder from now on; None: those that ship."""
    global _folder
    _folder = folder or _OURS
    forget()


# --- the format ------------------------------------------------------------------------------------------


def _flat(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


def _listed(lines: Sequence[str]) -> tuple[str, ...]:
    """Words and phrases between bars, taken as they are."""
    return tuple(said.strip() for line in lines for said in line.split("|") if said.strip())


def _alternatives(lines: Sequence[str]) -> str:
    r"""One regular expression for phrases between bars;
    `*` is any ending, but behind `\W` and such it repeats.
    """
    return "|".join(_ANY_ENDING.sub(r"\\w*", _BAR.sub("|", line)) for line in lines)


def _numbered(line: str) -> tuple[str, str]:
    """ "-1 yesterday"."""
    number, _, rest = line.partition(" ")
    if not re.fullmatch(r"-?\d+", number) or not rest.strip():
        raise ValueError(f"{line!r} has no number in front | write a number, a space, and the words")
    return number, _alternatives([rest.strip()])


def _named(line: str) -> tuple[str, str]:
    """ "prime minister: premier | pm"."""
    name, colon, rest = line.partition(":")
    if not colon or not rest.strip():
        raise ValueError(f"{line!r} names nothing | write a name, a colon, and the words between bars")
    return name.strip(), _alternatives([rest.strip()])


class Ending(NamedTuple):
    """What becomes of words with one ending."""

    ending: str
    #: letters that fall away
    drop: int
    #: what takes their place: forms, or for each case its forms
    forms: tuple[tuple[str, ...], ...]
    #: letters of the shortest word that it holds for
    least: int
    #: whether the word may follow the next shorter ending too
    more: bool


def _endings(line: str) -> list[Ending]:
    """ "[cg]o 1 i hi": one `Ending` for each ending that the first word stands for."""
    written, *rest = line.split()
    if not rest or not rest[0].isdigit():
        raise ValueError(f"{line!r} does not say how many letters fall away | write ending, number, forms")
    plain = written.lstrip("+-")
    forms = tuple(tuple("" if f == "-" else f for f in form.split("|")) for form in rest[1:])
    choices = [part[1:-1] if part[0] == "[" else (part,) for part in re.findall(r"\[[^\]]+\]|[^\[]+", plain)]
    endings = [""] if plain == "*" else ["".join(letters) for letters in product(*choices)]
    least = written.count("-")
    return [Ending(e, int(rest[0]), forms, least + len(e), written.startswith("+")) for e in endings]


def _chained(groups: Sequence[Sequence[Ending]]) -> tuple[Ending, ...]:
    return tuple(ending for group in groups for ending in group)


Words = Annotated[tuple[str, ...], BeforeValidator(_flat)]
Phrases = Annotated[str, BeforeValidator(_alternatives)]
Numbered = tuple[Annotated[tuple[int, str], BeforeValidator(_numbered)], ...]
Named = tuple[Annotated[tuple[str, str], BeforeValidator(_named)], ...]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
if TYPE_CHECKING:
    Endings = tuple[Ending, ...]
else:
    Endings = Annotated[
        tuple[Annotated[tuple[Ending, ...], BeforeValidator(_endings)], ...], AfterValidator(_chained)
    ]


# --- the files of a language -----------------------------------------------------------------------------


class Table(BaseModel):
    """One file of a language. A field is a section, whose name has spaces where the field has underscores."""

    #: built when the first such file is read: most commands read few
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    FILE: ClassVar[str]


class Profile(Table):
    """How a language is told from others of its script."""

    FILE = "profile.txt"
    #: words that give a short title away
    little_words: Words = ()
    #: letters that no neighbour has
    letters: Phrases = ""
    #: longer words that stand in texts on anything
    common_words: Words = ()


class Stops(Table):
    """Words before a full stop, in lower case."""

    FILE = "sentences.txt"
    #: never the end of a sentence
    leaning: Words = ()
    #: the end only where a capital follows
    either: Words = ()
    #: the end unless a number stands before it
    after_numbers: Words = ()
    #: these begin a sentence even after an acronym
    starting: Words = ()


class Dates(Table):
    """How a language names days; units, days and numbers by their number."""

    FILE = "dates.txt"
    months: Numbered = ()
    before_a_month: Phrases = ""
    day_endings: Phrases = "(?!)"
    of: Phrases = "(?!)"
    months_in_feeds: Numbered = ()
    weekdays: Numbered = ()
    days: Numbered = ()
    numbers: Numbered = ()
    counted: Phrases = ""
    counted_units: Numbered = ()
    last: Phrases = ""
    last_units: Numbered = ()
    next: Phrases = "(?!)"
    previous: Phrases = "(?!)"
    spans: Phrases = "(?!)"
    purpose: Phrases = "(?!)"
    over: Phrases = ""
    until: Phrases = "(?!)"


class Offices(Table):
    """Words for offices and bodies of a state, behind their English names."""

    FILE = "offices.txt"
    fields: Named = ()
    heads: Named = ()
    kinds: Named = ()
    persons: Words = ()
    #: offices that a town has of its own, and how they are called
    local: Named = ()
    before: Phrases = ""


class SharedNames(Table):
    """Names that many bear, so that alone they do not say who is meant."""

    FILE = "shared_names.txt"
    common_nouns: Listed = ()
    #: offices and bodies that more than one state has
    bodies: Listed = ()
    #: short forms that mean one thing in the news of every country
    known_abbreviations: Listed = ()


class Forms(Table):
    """How names and words inflect; what a language does not have is left out."""

    FILE = "forms.txt"
    #: of all names; of peoples' names and words; of one of the two
    names: Endings = ()
    plurals: Endings = ()
    demonyms: Endings = ()
    words: Endings = ()
    #: how a people's name begins a double one; every line that fits holds
    halves: Endings = ()
    #: declension: the paradigms, six cases each
    unchanged: Words = ()
    adjectives: Endings = ()
    nouns: Endings = ()
    neuter: Endings = ()
    plural_nouns: Endings = ()
    #: of countries and towns that are a plural
    plural_places: Endings = ()
    genders: Endings = ()
    #: particles in front
    article: Words = ()
    particles: Words = ()
    with_the_article: Words = ()
    taken_away: Words = ()
    #: suffixes in vowel harmony
    harmony: Words = ()
    voiceless: Words = ()
    after_a_consonant: Words = ()
    after_a_vowel: Words = ()
    after_a_possessive: Words = ()
    people: Words = ()
    many: Words = ()
    possessive: Words = ()


class Headlines(Table):
    """Phrases by which a folded title says how it stands to what happened, a regular expression each."""

    FILE = "stories.txt"
    running: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    small: Words = ()
    negates: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    gets: tuple[str, ...] = ()


T = TypeVar("T", bound=Table)


# --- reading ---------------------------------------------------------------------------------------------


class Language(NamedTuple):
    """A line of the list of languages."""

    code: str
    script: str
    #: how likely it is before its text was read, beside others of its script
    chance: float


def _language(line: str) -> list[str]:
    if len(line.split()) != 3:
        raise ValueError(f"{line!r} is no language | write code, script and likelihood: fr latin 4")
    return line.split()


class Listing(Table):
    """The list of languages, and the scripts by their letters."""

    FILE = "languages.txt"
    languages: tuple[Annotated[Language, BeforeValidator(_language)], ...]
    scripts: tuple[str, ...]
    scripts_of_one_language: tuple[str, ...] = ()


@remembered
def listed() -> Listing:
    """All languages and scripts. Raises ConfigError for a broken list."""
    return _validated(Listing, _folder / Listing.FILE)


@remembered
def having(table: type[Table]) -> tuple[str, ...]:
    """The languages that have a file of this kind, in the order of the list."""
    codes = (language.code for language in listed().languages)
    return tuple(code for code in codes if (_folder / code / table.FILE).is_file())


def read(table: type[T], lang: str) -> T:
    """A language's file; that of `DEFAULT` where it has none. Raises ConfigError for a broken file."""
    return cast("T", _read(table, lang if lang in having(table) else DEFAULT))


def everywhere(table: type[T]) -> tuple[T, ...]:
    """The files of this kind of all languages."""
    return tuple(read(table, lang) for lang in having(table))


@remembered
def _read(table: type[Table], lang: str) -> Table:
    return _validated(table, _folder / lang / table.FILE)


def shared(name: str) -> Mapping[str, Lines]:
    """The sections of a list that several languages share ("given_names.txt")."""
    return sections((_OURS / name).read_text("utf-8"))


def expression(pattern: str, table: type[Table], lang: str) -> re.Pattern[str]:
    """`pattern`, which holds words of a file, compiled. Raises ConfigError with the lines that are none."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(tuple(_broken(_folder / lang / table.FILE, error))) from None


def _broken(path: Path, error: re.error) -> Iterable[Mistake]:
    remedy = r"close its brackets; put \ before a sign that is meant as such"
    said = False
    for line in (line for lines in sections(path.read_text("utf-8")).values() for line in lines):
        try:
            re.compile(_alternatives([_FRONT.sub("", line[1])]))
        except re.error as own:
            said = True
            yield _mistake(path, line[0], f"{line[1]!r} is no pattern: {own.msg}", remedy)
    if not said:
        yield _mistake(path, None, f"these words make no pattern: {error.msg}", remedy)


def _validated(table: type[T], path: Path) -> T:
    try:
        found = sections(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError(
            (_mistake(path, None, f"cannot be read: {error.strerror}", "put it there"),)
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError((_mistake(path, line, "is not UTF-8", "save it as UTF-8"),)) from None
    data = {head.replace(" ", "_"): [text for _, text in lines] for head, lines in found.items()}
    try:
        return table.model_validate(data)
    except ValidationError as error:
        raise ConfigError(tuple(_told(table, path, found, e) for e in error.errors())) from None


def _told(table: type[Table], path: Path, found: Mapping[str, Lines], error: ErrorDetails) -> Mistake:
    head = str(error["loc"][0]).replace("_", " ")
    known = [name.replace("_", " ") for name in table.model_fields]
    lines = found.get(head, [])
    if error["type"] == "extra_forbidden":
        said = f"nothing is called [{head}]" if head else "words stand before the first [section]"
        return _mistake(path, lines[0][0] if lines else None, said, suggestion(head, known))
    at = error["loc"][1] if len(error["loc"]) > 1 else 0
    line = lines[at][0] if isinstance(at, int) and at < len(lines) else None
    message, remedy = plainly(error)
    return _mistake(path, line, f"[{head}]: {message}", remedy)


def _mistake(path: Path, line: int | None, message: str, remedy: str) -> Mistake:
    return Mistake(file=str(path), line=line, column=None, message=message, remedy=remedy)
