"""Text on its way into XML, and the gateway's error texts on their way to people."""

import html
import re
from urllib.parse import unquote

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# One sort of names only, so that "1 < 2 and 3 > 2" keeps its words.
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_SUPPORT = re.compile(r"\[\s*(?:Support|Request) ID:([^\[\]]*)\]", re.IGNORECASE)
# No character has such a number, and Python refuses to read one of thousands of digits.
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{20,};?")


def xml_text(value: str) -> str:
    """Drop what XML 1.0 cannot carry: control characters, lone surrogates, U+FFFE and U+FFFF."""
    return _NOT_XML.sub("", value)


def people_text(*parts: str) -> tuple[str, str]:
    """Join description, description2 and correction into (words, support id).

    Entities are resolved (they come doubly escaped at times), tags and the support id cut off, repetitions
    and white space reduced.
    """
    support_id = ""
    words: list[str] = []
    for part in parts:
        plain = _unescaped(_unescaped(part))
        found = _SUPPORT.search(plain)
        if found:
            support_id = support_id or unquote(found.group(1).strip())
            plain = _SUPPORT.sub(" ", plain)
        plain = " ".join(_TAG.sub(" ", plain).split())
        if plain and plain not in words:
            words.append(plain)
    return " ".join(words), support_id


def _unescaped(text: str) -> str:
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))
