"""Keys made from names: one to search by, one that tells whether two names are the same."""

import re
import unicodedata

KEY_LENGTH = 220
# Suffixes that say what kind of company it is, not which (I-8).
COMPANY_SUFFIXES = frozenset(
    "ag bv co company corp corporation gmbh inc incorporated limited llc llp lp ltd pc plc pllc sa".split()
)
_NOT_WORD = re.compile(r"[\W_]+")


def search_key(text: str) -> str:
    """Lower case, without accents, words separated by one space: what a search is compared with."""
    if text.isascii():
        folded = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text)
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return _NOT_WORD.sub(" ", folded).strip()[:KEY_LENGTH]


def name_key(text: str) -> str:
    """Equal for names that a person takes for the same.

    Case, accents, punctuation, spacing and company suffixes are ignored (I-8):
    "Acme Motors, Inc." and "ACME  MOTORS" have one key.
    """
    words = search_key(text.replace("'", "").replace("’", "").replace(".", "")).split()
    while len(words) > 1 and words[-1] in COMPANY_SUFFIXES:
        words.pop()
    return "".join(words)
