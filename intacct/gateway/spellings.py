"""The ways in which one text can be spelt, so that a secret is recognised in any of them.

Linear in the length of the text: each reading is one pass, and there are few of them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html.entities import html5
from typing import NamedTuple

from intacct.gateway.text import xml_text

MOST_READINGS = 5
"""Deeper than a text is ever escaped by accident; escaped ampersands count once, however many there are."""

_SPELT = re.compile(
    r"""
    (?P<ampersand> &(?:amp;|\#0*38;|\#x0*26;)+ )          # escaped any number of times
    | (?P<number> &\#0*[0-9]{1,7};? | &\#x0*[0-9a-f]{1,6};? )
    | (?P<name> &[a-z][a-z0-9]{1,31}; )
    | (?P<percent> %(?:25)+ )                              # as in addresses and forms
    | (?P<octets> %[0-7][0-9a-f] | (?:%[89a-f][0-9a-f])+ )
    | (?P<units> \\u d[89ab][0-9a-f]{2} \\u d[c-f][0-9a-f]{2} | \\u[0-9a-f]{4} | \\x[0-9a-f]{2} )
    | (?P<sign> \\["'/\\] )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
# How a document may be written, by width: the same here and for the XML parser, which knows many more.
_ACCEPTED = {
    1: ("UTF-8", "US-ASCII", "ISO-8859-1", "WINDOWS-1252"),
    2: ("UTF-16", "UTF-16LE", "UTF-16BE"),
}
_NAME = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
_LONGEST_DECLARATION = 1000
_EBCDIC = b"\x4c\x6f\xa7\x94"
# A few, by name: others of Python's codecs are no encodings of text, or slow ones.
_ONE_BYTE = re.compile(r"(iso[-_]?8859[-_]?\d{1,2}|latin[-_]?1|windows-125\d|cp125\d)", re.IGNORECASE)
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


class Reading(NamedTuple):
    """A text as somebody may read it, and where each of its characters begins and ends in the original."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]

    def origin(self, begin: int, end: int) -> tuple[int, int]:
        """Where characters ``begin`` up to ``end`` (at least one) stand in the original."""
        return self.begins[begin], self.ends[end - 1]


def readings(text: str) -> Iterator[Reading]:
    """The text itself, and what it becomes each time that somebody resolves what is escaped in it."""
    reading = Reading(text, range(len(text)), range(1, len(text) + 1))
    yield reading
    for _ in range(MOST_READINGS):
        following = _resolved(reading)
        if following is None:
            return
        reading = following
        yield reading


def _resolved(reading: Reading) -> Reading | None:
    """One level of escaping less; None if there was none."""
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    place = 0
    for found in _SPELT.finditer(reading.text):
        begin, end = found.span()
        meant = _meant(found)
        parts += (reading.text[place:begin], meant)
        begins += reading.begins[place:begin]
        ends += reading.ends[place:begin]
        first, last = reading.origin(begin, end)
        begins += [first] * len(meant)
        ends += [last] * len(meant)
        place = end
    if not place:
        return None
    begins += reading.begins[place:]
    ends += reading.ends[place:]
    return Reading("".join((*parts, reading.text[place:])), begins, ends)


def _meant(spelt: re.Match[str]) -> str:
    return _MEANINGS[spelt.lastgroup or ""](spelt[0])


def _number(spelt: str) -> str:
    digits = spelt[2:].rstrip(";")
    is_hexadecimal = digits[0] in "xX"
    significant = digits.lstrip("xX0") or "0"  # Python refuses to read very long numbers
    code = int(significant, 16 if is_hexadecimal else 10)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _name(spelt: str) -> str:
    return html5.get(spelt[1:]) or html5.get(spelt[1:].lower()) or spelt


def _octets(spelt: str) -> str:
    octets = bytes.fromhex(spelt.replace("%", ""))
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _units(spelt: str) -> str:
    codes = [int(code, 16) for code in re.split(r"\\[uUxX]", spelt) if code]
    return b"".join(code.to_bytes(2, "big") for code in codes).decode("utf-16-be", "surrogatepass")


_MEANINGS: dict[str, Callable[[str], str]] = {
    "ampersand": lambda spelt: "&",
    "number": _number,
    "name": _name,
    "percent": lambda spelt: "%",
    "octets": _octets,
    "units": _units,
    "sign": lambda spelt: spelt[1],
}


def decoded(text: bytes, secrets: Sequence[str], mask: str) -> str:
    """The text of an answer or request: by its byte order mark, its zeros or its XML declaration, else UTF-8.

    Whatever cannot be read becomes U+FFFD. ``secrets`` that stand in a text of two bytes a character with
    one are replaced by ``mask`` at once: nothing of them could be recognised afterwards.
    """
    encoding = next((name for mark, name in _MARKS if text.startswith(mark)), "")
    if encoding:
        for secret in secrets:
            for octets in {secret.encode(errors="replace"), secret.encode("latin-1", "replace")}:
                text = text.replace(octets, mask.encode() + b"*" * (len(octets) % 2))
        return text.decode(encoding, errors="replace")
    declared = _DECLARED.match(text.lstrip(b"\xef\xbb\xbf \t\r\n")[:200])
    name = declared[1].decode() if declared else ""
    return text.decode(_known(name), errors="replace")


def is_readable(document: bytes) -> bool:
    """Whether the XML parser reads a document as ``decoded`` does: else a secret in it isn't recognised.

    Its first kilobyte tells. UTF-7, say, writes tags without brackets, and others hide letters of a name.
    """
    mark = next((name for mark, name in _MARKS if document.startswith(mark)), "")
    if mark == "utf-32" or document.startswith(_EBCDIC):
        return False
    text = document[:_LONGEST_DECLARATION].decode(mark or "latin-1", errors="replace")
    if "\0" in text:
        return False
    text = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    declaration, end, _ = text.partition("?>") if text.startswith("<?xml") else ("", "", "")
    if declaration and not end and len(document) > _LONGEST_DECLARATION:
        return False
    if "encoding" not in declaration:
        return True
    declared = _NAME.findall(declaration)
    is_clear = declaration.count("encoding") == len(declared) == 1
    return is_clear and declared[0].upper() in _ACCEPTED[2 if mark else 1]


def is_utf_8(document: bytes) -> bool:
    """Whether a readable document is written in UTF-8, by its declaration or for the lack of one."""
    if any(document.startswith(mark) for mark, _ in _MARKS):
        return False
    declared = _DECLARED.match(document.removeprefix(b"\xef\xbb\xbf").lstrip())
    return declared[1].upper() == b"UTF-8" if declared else b"encoding" not in document[:_LONGEST_DECLARATION]


def _known(name: str) -> str:
    if _ONE_BYTE.fullmatch(name):
        try:
            "".encode(name)
        except LookupError:
            return "utf-8"
        return name
    return "utf-8"


def spellings(secret: str) -> set[str]:
    """A secret as it may stand in a text whose escapes are resolved: cleaned, or read in a wrong encoding."""
    plain = {secret, xml_text(secret), " ".join(secret.split()), secret.replace(" ", "+")}
    misread: tuple[Callable[[str], str], ...] = (
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.encode().decode("cp1252", "replace"),
        lambda text: text.encode("latin-1").decode("utf-8", "replace"),
        lambda text: text.encode("cp1252").decode("utf-8", "replace"),
        lambda text: text.encode("utf-16-le").decode("utf-8", "replace").rstrip("\0"),
        lambda text: text.encode("utf-16-be").decode("utf-8", "replace").lstrip("\0"),
    )
    found = set(plain)
    for text in plain:
        for read in misread:
            try:
                found.add(read(text))
            except UnicodeError:
                continue  # it can't be written in that encoding
    return found
