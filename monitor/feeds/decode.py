"""Pure. Bytes to text: we decide the encoding, because one stray byte must not turn a whole feed into
mojibake.

In this order: byte order mark, UTF-16 pattern, strict UTF-8 (it wins over any declaration), nearly UTF-8, the
declared label from the WHATWG list (https://encoding.spec.whatwg.org/#names-and-labels) or a code page of
old, a guess, replacement.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass

#: a document with fewer broken sequences than this share of its non-ASCII characters is UTF-8 with a flaw
NEARLY = 0.05
#: how many bytes without markup the guess looks at
GUESS_BYTES = 60_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS = {
    **{f"windows-125{n}": f"cp125{n}" for n in range(9)},
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
    **{f"x-cp125{n}": f"cp125{n}" for n in range(9)},
    **{f"windows_125{n}": f"cp125{n}" for n in range(9)},
    "ms-cyrl": "cp1251",
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"iso8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "latin2": "iso8859-2",
    "latin5": "cp1254",
    "arabic": "iso8859-6",
    "cyrillic": "iso8859-5",
    "greek": "iso8859-7",
    "hebrew": "iso8859-8",
    "koi8-r": "koi8-r",
    "koi8": "koi8-r",
    "cskoi8r": "koi8-r",
    "koi8-u": "koi8-u",
    "koi8-ru": "koi8-u",
    "ibm866": "cp866",
    "cp866": "cp866",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-jp": "euc-jp",
    "iso-2022-jp": "iso2022-jp",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}
#: code pages that no browser reads any more: read where a document declares one and all its bytes are in it
_CODE_PAGES = re.compile(r"(?:cs)?(?:cp|ibm|koi8|mac|pc)[\w-]*|\d{3,4}|hz|johab|ptcp154|kz1048|tcvn|viscii")
#: what servers say when they were never told: no evidence at all
_LATIN_1 = {
    "iso-8859-1",
    "iso8859-1",
    "latin1",
    "latin-1",
    "l1",
    "windows-1252",
    "cp1252",
    "x-cp1252",
    "ascii",
    "us-ascii",
}
#: guessed from where bytes past ASCII stand alone, as accents do among Latin letters
_WESTERN = ("windows-1252", "windows-1254", "windows-1250", "iso-8859-2", "iso-8859-15")
#: guessed from where they come in runs, as the letters of other scripts do
_OTHERS = (
    *("windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "cp866", "windows-1256", "iso-8859-6"),
    *("windows-1253", "windows-1255", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr"),
)

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,1000}\?>")
_XML_LABEL = re.compile(rb"<\?xml\b[^>]{0,500}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_HTTP_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_RUN = re.compile(rb"[\x80-\xff]+")
_MARKUP = re.compile(rb"<[^<>]{0,2000}>")

#: C1 controls, which are windows-1252 in the wrong place
#: (https://encoding.spec.whatwg.org/#index-windows-1252)
_C1 = re.compile("[\x80-\x9f]")
_C1_MEANT = {n: bytes([n]).decode("cp1252", "ignore") or None for n in range(0x80, 0xA0)}
#: controls, lone surrogates and noncharacters: what XML, mail and databases refuse
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
#: the noncharacters beyond emoji; apart, because the long class is twenty times slower to search
_FAR = re.compile("[\U0001fffe-\U0010ffff]")
_FAR_UNWANTED = re.compile(
    "[" + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)) + "]"
)
_PAIR = re.compile(r"&#(\d{5}|x[0-9a-f]{4});&#(\d{5}|x[0-9a-f]{4});", re.IGNORECASE)
#: references to bytes: UTF-8 that was taken for Latin-1 and written out
_BYTES = re.compile(r"(?:&#(?:1[3-9]\d|12[89]|2[0-4]\d|25[0-5]);){2,}")
_REFERENCE = re.compile(r"&#(x[0-9a-f]+|[0-9]+);?", re.IGNORECASE)


_AS_WINDOWS = "windows-1252-in-utf-8"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What stands for bytes that are not UTF-8:
    those of windows-1252's dashes and quotes, else a sign of loss.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(_C1_MEANT.get(byte) or "\ufffd" for byte in stray) if len(
        stray
    ) == 1 else "\ufffd", error.end


codecs.register_error(_AS_WINDOWS, _as_windows)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Clean text without XML declaration; `encoding` is a Python codec name."""

    text: str
    encoding: str
    #: what had to be guessed or repaired, in plain words
    remarks: tuple[str, ...] = ()


def to_text(body: bytes, content_type: str) -> Decoded:
    """Decode a feed document. `content_type` is the header as received, may be empty. Never raises."""
    text, encoding, remark = _decoded(body, content_type)
    scrubbed = scrub(text)
    remarks = [remark] if remark else []
    if len(scrubbed) != len(text):
        remarks.append(f"{len(text) - len(scrubbed)} control characters removed")
    return Decoded(_undeclared(scrubbed), encoding, tuple(remarks))


def flawless(body: bytes) -> str | None:
    """What `to_text` makes of a document in UTF-8 of which it has nothing to remark; None of any other."""
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return None
    scrubbed = scrub(text)
    return _undeclared(scrubbed) if len(scrubbed) == len(text) else None


def _undeclared(text: str) -> str:
    declaration = _DECLARATION.match(text)
    return mended_references(text[declaration.end() if declaration else 0 :].lstrip())


def scrub(text: str) -> str:
    """`text` without control characters, NUL, lone surrogates and noncharacters; tab and line ends stay.

    C1 controls become the characters that windows-1252 has in their places: dashes, quotes, the euro.
    """
    if is_plain(text):  # none of them is; most texts are through here
        return text
    if _C1.search(text):
        text = text.translate(_C1_MEANT)
    text = _UNWANTED.sub("", text)
    return _FAR_UNWANTED.sub("", text) if _FAR.search(text) else text


def is_plain(text: str) -> bool:
    """Whether nothing but its line ends and tabs is invisible: no control, no mark of direction."""
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def mended_references(text: str) -> str:
    """Numeric references made possible: pairs and bytes joined, C1 read as windows-1252, impossible ones
    dropped.

    `&#55357;&#56832;` is one smiling face, `&#195;&#169;` one é; `&#xD800;` and `&#x110000;` are nothing and
    would stop every XML parser.
    """
    if "&#" not in text:
        return text
    return _REFERENCE.sub(_mended, _PAIR.sub(_joined, _BYTES.sub(_as_utf8, text)))


def _decoded(body: bytes, content_type: str) -> tuple[str, str, str]:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace"), encoding, ""
    head = body[:64].lstrip(b" \t\r\n")
    if b"<\0" in head[:4] and not head.startswith(b"\0"):
        return body.decode("utf-16-le", "replace"), "utf-16-le", ""
    if head.startswith(b"\0<"):
        return body.decode("utf-16-be", "replace"), "utf-16-be", ""
    try:
        return body.decode("utf-8"), "utf-8", ""
    except UnicodeDecodeError:
        return _not_quite_utf8(body, content_type)


def _not_quite_utf8(body: bytes, content_type: str) -> tuple[str, str, str]:
    text, strays = body.decode("utf-8", "replace"), body.count(b"\xef\xbf\xbd")
    broken = text.count("\ufffd") - strays
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    text = body.decode("utf-8", _AS_WINDOWS)
    labels = _declared(body, content_type)
    # dashes and quotes of windows-1252 pasted into UTF-8: no other encoding has nothing but them
    pasted = text.count("\ufffd") == strays and (foreign > broken or "utf-8" in labels)
    if broken < NEARLY * foreign or pasted:
        return text, "utf-8", f"{broken} broken bytes in UTF-8 text replaced"
    for label in labels:
        if encoding := _LABELS.get(label):
            return _read(body, encoding), encoding, ""
        if text := _code_page(body, label):
            return text, label, ""
    if guess := _guessed(body):
        return _read(body, guess), guess, f"encoding not declared, guessed {guess}"
    return text, "utf-8", "encoding unknown, unreadable bytes replaced"


def _declared(body: bytes, content_type: str) -> list[str]:
    labels = [m.group(1).lower() for m in [_HTTP_LABEL.search(content_type)] if m]
    labels += [m.group(1).decode("ascii").lower() for m in [_XML_LABEL.search(body[:2000])] if m]
    return [label for label in labels if label not in _LATIN_1]


def _guessed(body: bytes) -> str | None:
    sample = b" ".join(_MARKUP.sub(b" ", body[: 4 * GUESS_BYTES]).split())[:GUESS_BYTES]
    if sample.isascii():  # what is not ASCII stands further down, or inside markup
        sample = bytes(b for b in body if b > 0x7F or b == 0x20)[:GUESS_BYTES]
    runs = _RUN.findall(sample)
    alone = sum(map(len, runs)) < 2 * len(runs)  # Cyrillic read into "perch\xe9" would be worse than no guess
    likely = _WESTERN if alone else _OTHERS
    import chardet

    found = chardet.detect(
        sample, include_encodings=likely, no_match_encoding=likely[0], empty_input_encoding=likely[0]
    )
    return _LABELS.get(str(found["encoding"]).lower())


def _read(body: bytes, encoding: str) -> str:
    """Decoded; where a code page leaves a byte undefined, a space keeps the words apart."""
    return body.decode(encoding, "replace").replace("\ufffd", " ")


def _number(reference: str) -> int:
    """The code point of a reference's digits; an absurd length is no code point."""
    digits = reference.lstrip("xX").lstrip("0") or "0"
    if len(digits) > 8:
        return 0x110000
    return int(digits, 16 if reference[0] in "xX" else 10)


def _code_page(body: bytes, label: str) -> str:
    """The text in a code page that Python knows by this name;
    empty where it does not, or where bytes are not in it.
    """
    if not _CODE_PAGES.fullmatch(label):
        return ""
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        return body.decode(label.removeprefix("cs"))
    return ""


def _as_utf8(match: re.Match[str]) -> str:
    """What the bytes say, where they are UTF-8 at all."""
    numbers = bytes(int(number) for number in re.findall(r"\d+", match.group()))
    try:
        return numbers.decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _joined(match: re.Match[str]) -> str:
    high, low = _number(match.group(1)), _number(match.group(2))
    if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match.group()


def _mended(match: re.Match[str]) -> str:
    number = _number(match.group(1))
    if 0x80 <= number <= 0x9F:
        return bytes([number]).decode("cp1252", "ignore")
    return match.group() if number <= 0x10FFFF and scrub(chr(number)) else ""
