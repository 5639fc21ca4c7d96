"""Keys made from names: one to search by, one that tells whether two names are the same."""

import re
import unicodedata

KEY_LENGTH = 220
# Suffixes that say what kind of company it is, not which (I-8).
COMPANY_SUFFIXES = frozenset(
    "ag bv co company corp corporation gmbh inc incorporated limited llc llp lp ltd pc plc pllc sa".split()
)
_NOT_WORD = re.compile(r"[\W_]+")
# The same for ASCII, several times faster.
_ASCII_NOT_WORD = {number: " " for number in range(128) if not chr(number).isalnum()}


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
    """`search_key` and `name_key` of a name, for imports of very many."""
    searched = search_key(text)
    if "'" in text or "." in text or "’" in text:  # which a name's key leaves out within words
        return searched, name_key(text)
    return searched, _key_of_words(searched)


def _key_of_words(searched: str) -> str:
    words = searched.split()
    while len(words) > 1 and words[-1] in COMPANY_SUFFIXES:
        words.pop()
    return "".join(words)
