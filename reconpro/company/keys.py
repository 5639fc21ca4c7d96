"""Keys made from names: one to search by, one that tells whether two names are the same."""

import re
import unicodedata
from collections.abc import Sequence

KEY_LENGTH = 220
# Suffixes that say what kind of company it is, not which (I-8).
COMPANY_SUFFIXES = frozenset(
    "ag bv co company corp corporation gmbh inc incorporated limited llc llp lp ltd pc plc pllc sa".split()
)
_NOT_WORD = re.compile(r"[\W_]+")
# The same for ASCII, several times faster.
_ASCII_NOT_WORD = {number: " " for number in range(128) if not chr(number).isalnum()}
_ASCII_NOT_WORD_IN_LINES = {number: " " for number in _ASCII_NOT_WORD if number != ord("\n")}


def search_key(text: str) -> str:
    """Lower case, without accents, words separated by one space: what a search is compared with."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII_NOT_WORD).split())[:KEY_LENGTH]
    decomposed = unicodedata.normalize("NFKD", text)
    folded = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return _NOT_WORD.sub(" ", folded).strip()[:KEY_LENGTH]


def name_key(text: str) -> str:
    """Equal for names that a person takes for the same.

    Case, accents, punctuation, spacing and company suffixes are ignored (I-8):
    "Acme Motors, Inc." and "ACME  MOTORS" have one key.
    """
    return _key_of_words(search_key(text.replace("'", "").replace("’", "").replace(".", "")))


def keys_of(text: str) -> tuple[str, str]:
    """`search_key` and `name_key` of a name."""
    return search_key(text), name_key(text)


def keys_of_all(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """`search_key` and `name_key` of each, for imports of very many: those of ASCII go through each step
    together, a line each."""
    if not texts:
        return [], []
    lines = "\n".join(texts)
    if lines.isascii() and lines.count("\n") == len(texts) - 1 and max(map(len, texts)) <= KEY_LENGTH:
        return _keys_of_ascii(lines)
    search_keys, name_keys = [""] * len(texts), [""] * len(texts)
    together = [i for i, text in enumerate(texts) if _is_a_line_of_ascii(text)]
    for i in set(range(len(texts))).difference(together):
        search_keys[i], name_keys[i] = keys_of(texts[i])
    if together:
        keys = zip(*_keys_of_ascii("\n".join([texts[i] for i in together])), strict=True)
        for i, (search, name) in zip(together, keys, strict=True):
            search_keys[i], name_keys[i] = search, name
    return search_keys, name_keys


def _is_a_line_of_ascii(text: str) -> bool:
    return text.isascii() and len(text) <= KEY_LENGTH and "\n" not in text


def _keys_of_ascii(lines: str) -> tuple[list[str], list[str]]:
    """`search_key` and `name_key` of each line."""
    searched = named = _searched_lines(lines)
    if "'" in lines or "." in lines:  # which a name's key leaves out within words
        named = _searched_lines(lines.replace("'", "").replace(".", ""))
    return searched.split("\n"), _keys_of_lines(named)


def _searched_lines(lines: str) -> str:
    """`search_key` of each line."""
    words = lines.lower().translate(_ASCII_NOT_WORD_IN_LINES)
    while "  " in words:
        words = words.replace("  ", " ")
    return words.replace(" \n", "\n").replace("\n ", "\n").strip(" ")


def _keys_of_lines(searched: str) -> list[str]:
    """`_key_of_words` of each line."""
    words = searched.split("\n")
    short = [_key_of_words(name) if name.rpartition(" ")[2] in COMPANY_SUFFIXES else name for name in words]
    return "\n".join(short).replace(" ", "").split("\n")


def _key_of_words(searched: str) -> str:
    words = searched.split()
    while len(words) > 1 and words[-1] in COMPANY_SUFFIXES:
        words.pop()
    return "".join(words)
