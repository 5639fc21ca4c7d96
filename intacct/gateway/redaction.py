"""The one place that knows what must not be seen (spec S-2, P-4, G-4; the vendor's own mask list and oauth).

Everything here takes time in proportion to the text, whoever wrote it: each search goes on from where the
one before it ended, and none looks for what was already found missing.
"""

import re
from collections.abc import Iterable, Iterator

from intacct.gateway.spellings import decoded, readings, spellings

MASK = "********"

# By how a name ends, so that "CONTACT.TAXID", "ns:password" and "userPassword" are met too.
SECRET_NAMES = (
    "password", "sessionid", "oauth", "ssn", "taxid",
    "accountnumber", "achaccountnumber", "wireaccountnumber", "cardnum",
)  # fmt: skip
SHORTEST_SECRET = 3
"""A shorter one would blank out half of every text and hides nothing."""

_SECRET = re.compile(rf"(?:{'|'.join(SECRET_NAMES)})\b", re.IGNORECASE)
_OPENS = re.compile(r"<\s*([\w:.-]+)")
_CLOSES = re.compile(r"<\s*/\s*([\w:.-]+)")
# An element that names a field, and those beside it that hold the field's value: conditions, custom fields.
_NAMING = frozenset(("field", "customfieldname"))
_VALUES = frozenset(("value", "customfieldvalue"))
_NAMED = re.compile(r"\s*(?:<!\[CDATA\[)?([^<\]]*)")
# name=…, "name": …, and the conditions of a text query, which quote what they compare with.
_ASSIGNS = re.compile(
    rf"{_SECRET.pattern}[\"']?\s*(?:(?P<any>[=:]{{1,3}}>?)|(?P<list>(?:not\s+)?in\s*\()|!=|<>|[<>]=?|(?:not\s+)?like\b)\s*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""[bur]{0,2}(?:"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?)""", re.IGNORECASE | re.DOTALL)
_BARE = re.compile(r"""[^\s,;<>"'&]+""")
_COMMA = re.compile(r"\s*,\s*")

Span = tuple[int, int]


def redact(text: bytes | str, secrets: Iterable[str] = (), *, most: int | None = None) -> str:
    """Mask secrets by the names of their elements, attributes and fields and, where given, by their values.

    Tolerates attributes, line breaks, any case, texts cut in the middle, and whatever is escaped as in XML,
    HTML, addresses or JSON. Bytes are read in their own encoding, whatever cannot be read becomes U+FFFD.
    ``most``: only the first so many characters, or bytes, are told; what follows them helps to recognise a
    secret that is cut there.
    """
    values = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    shown = decoded(text, values, MASK) if isinstance(text, bytes) else text
    told = len(shown)
    if most is not None:
        told = min(told, len(decoded(text[:most], values, MASK)) if isinstance(text, bytes) else most)
    wanted = {spelt for secret in values for spelt in spellings(secret) if len(spelt) >= SHORTEST_SECRET}
    hidden: list[Span] = []
    for reading in readings(shown):
        for find in (_elements, _assignments):
            hidden += [reading.origin(*span) for span in find(reading.text)]
        for spelt in wanted:
            hidden += [reading.origin(*span) for span in _occurrences(reading.text, spelt)]
    return _masked(shown, hidden, told)[:most]


def _masked(text: str, hidden: list[Span], told: int) -> str:
    parts: list[str] = []
    place = 0
    for begin, end in sorted(hidden):
        if begin >= told:
            break
        if begin >= place:
            parts += (text[place:begin], MASK)
        place = max(place, end)
    return "".join((*parts, text[place:told]))


def _occurrences(text: str, wanted: str) -> Iterator[Span]:
    begin = text.find(wanted)
    while begin >= 0:
        yield begin, begin + len(wanted)
        begin = text.find(wanted, begin + len(wanted))


def _elements(text: str) -> Iterator[Span]:
    """The contents of elements with a secret name, and of the values that belong to one.

    To the closing tag of that name or, where a text was cut, to its end.
    """
    field_is_secret = False
    opened = _OPENS.search(text)
    while opened:
        name = opened[1].rpartition(":")[2].lower()
        is_secret = bool(_SECRET.search(opened[1])) or (field_is_secret and name in _VALUES)
        place = opened.end()
        if is_secret or name in _NAMING:
            end_of_tag = text.find(">", place)
            if end_of_tag < 0:
                return
            place = end_of_tag + 1
            if not is_secret:
                field_is_secret = bool(_is_named_secret(text, place))
            elif not _is_empty(text, opened.end(), end_of_tag):
                end = _closing(text, place, opened[1].lower())
                if end > place:
                    yield place, end
                place = end
        opened = _OPENS.search(text, place)


def _is_named_secret(text: str, place: int) -> bool:
    named = _NAMED.match(text, place)
    return named is not None and _SECRET.search(named[1]) is not None


def _is_empty(text: str, begin: int, end_of_tag: int) -> bool:
    """Whether the tag ends with a slash that doesn't stand in an attribute."""
    if text[end_of_tag - 1] != "/":
        return False
    return not any(text.count(quote, begin, end_of_tag) % 2 for quote in "\"'")


def _closing(text: str, place: int, name: str) -> int:
    for closed in _CLOSES.finditer(text, place):
        if closed[1].lower() == name:
            return closed.start()
    return len(text)


def _assignments(text: str) -> Iterator[Span]:
    """The values that follow a secret name and a sign."""
    assigned = _ASSIGNS.search(text)
    while assigned:
        place = assigned.end()
        value = _QUOTED.match(text, place)
        if value is None and assigned["any"]:
            value = _BARE.match(text, place)
        while value is not None:
            yield value.span()
            place = value.end()
            comma = _COMMA.match(text, place) if assigned["list"] else None
            value = None if comma is None else _QUOTED.match(text, comma.end())
        assigned = _ASSIGNS.search(text, place)
