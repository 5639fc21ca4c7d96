"""The one place that knows what must not be seen (spec S-2, P-4; the vendor's own mask list and oauth)."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

MASK = "********"

# By how a name ends, so that "CONTACT.TAXID", "ns:password" and "userPassword" are met too.
SECRET_NAMES = (
    "password", "sessionid", "oauth", "ssn", "taxid",
    "accountnumber", "achaccountnumber", "wireaccountnumber", "cardnum",
)  # fmt: skip

_NAME = rf"[\w:.-]*(?:{'|'.join(SECRET_NAMES)})"
_OPENS = r"(?:<|&(?:amp;)*lt;|&(?:amp;)*#60;|&(?:amp;)*#x3c;)"
_CLOSES = r"(?:>|&(?:amp;)*gt;|&(?:amp;)*#62;|&(?:amp;)*#x3e;)"

# To the closing tag of that name or, where an answer was cut, to the end of the text.
_ELEMENT = re.compile(
    rf"({_OPENS}\s*({_NAME})\b(?:(?!{_CLOSES}).)*?(?<!/){_CLOSES})(.*?)({_OPENS}\s*/\s*\2\b|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNMENT = re.compile(
    rf"""(\b{_NAME}["']?\s*[=:]\s*)("[^"]*"|'[^']*'|&quot;.*?&quot;|[^\s,;<>"'&]+)""",
    re.IGNORECASE | re.DOTALL,
)

SHORTEST_SECRET = 3
"""A shorter one would blank out half of every text and hides nothing."""


def redact(text: bytes | str, secrets: Iterable[str] = ()) -> str:
    """Mask secrets by their element or attribute names and, where given, by their values.

    Tolerates attributes, line breaks, any case, escaped XML and texts cut in the middle. Bytes are read as
    UTF-8 (UTF-16 where a byte order mark says so), whatever cannot be read becomes U+FFFD.
    """
    shown = _decoded(text) if isinstance(text, bytes) else text
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            for spelled in {secret, escape(secret), escape(escape(secret))}:
                shown = shown.replace(spelled, MASK)
    shown = _ELEMENT.sub(rf"\g<1>{MASK}\g<4>", shown)
    return _ASSIGNMENT.sub(rf"\g<1>{MASK}", shown)


def _decoded(text: bytes) -> str:
    encoding = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return text.decode(encoding, errors="replace")
