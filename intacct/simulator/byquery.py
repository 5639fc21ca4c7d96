"""The query language of readByQuery: `NAME like 'A%' AND (RECORDNO > 5 OR TERMNAME IS NULL)`.

As documented (section 3.3 of the reference) and nothing beyond it:

    either     = both { OR both }
    both       = single { AND single }
    single     = NOT single | ( either ) | FIELD comparison
    comparison = < <= > >= = value | [not] like string | [not] in ( value { , value } ) | IS [NOT] NULL
    value      = string in single quotes, \\' for a quote inside | number

Blanks stand around operators; there are no joins and no ORDER BY.
"""

import re

from .conditions import LEGACY_OPERATORS, BadCondition, Condition
from .values import decimal_of

TOKEN = re.compile(
    r"""(?P<blank>\s+) |
        (?P<string>'(?:\\.|[^'\\])*') |
        (?P<operator><=|>=|<|>|=) |
        (?P<punctuation>[(),]) |
        (?P<number>[+-]?[0-9.]+(?![A-Za-z_])) |
        (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    """,
    re.VERBOSE | re.DOTALL,
)
KEYWORDS = {"AND", "OR", "NOT", "LIKE", "IN", "IS", "NULL"}
DEEPEST = 50  # levels of parentheses and NOTs
# The gateway keeps one letter for the status, and its own example filters by that.
STATUS_LETTERS = {"T": "active", "F": "inactive"}


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) each, keywords in capitals; raises BadCondition."""
    found: list[tuple[str, str]] = []
    place, blank = 0, True
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise BadCondition(f"Unreadable at '{text[place : place + 20]}'.")
        kind, word, place = match.lastgroup, match.group(), match.end()
        if kind == "blank":
            blank = True
            continue
        if "operator" in (kind, found[-1][0] if found else "") and not blank:
            raise BadCondition(f"A blank is missing before '{word}'.")
        if kind == "word" and word.upper() in KEYWORDS:
            kind, word = "keyword", word.upper()
        found.append((kind, word))
        blank = False
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.place = 0
        self.depth = 0

    def comes(self, word: str) -> bool:
        """Take the next token if it is that keyword or punctuation."""
        if self.place < len(self.tokens):
            kind, text = self.tokens[self.place]
            if text == word and kind in ("keyword", "punctuation"):
                self.place += 1
                return True
        return False

    def take(self, *kinds: str) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise BadCondition("The query ends too early.")
        kind, text = self.tokens[self.place]
        if kind not in kinds:
            raise BadCondition(f"'{text}' is not expected there.")
        self.place += 1
        return kind, text

    def expect(self, word: str) -> None:
        if not self.comes(word):
            raise BadCondition(f"'{word}' is missing.")

    def either(self) -> Condition:
        operands = [self.both()]
        while self.comes("OR"):
            operands.append(self.both())
        return operands[0] if len(operands) == 1 else ("or", *operands)

    def both(self) -> Condition:
        operands = [self.single()]
        while self.comes("AND"):
            operands.append(self.single())
        return operands[0] if len(operands) == 1 else ("and", *operands)

    def single(self) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadCondition("The query is nested too deep.")
        try:
            if self.comes("NOT"):
                return ("not", self.single())
            if self.comes("("):
                inner = self.either()
                self.expect(")")
                return inner
            return self.comparison()
        finally:
            self.depth -= 1

    def comparison(self) -> Condition:
        _kind, field = self.take("word")
        if self.comes("IS"):
            wanted = "isnotnull" if self.comes("NOT") else "isnull"
            self.expect("NULL")
            return (wanted, field)
        negated = "not" if self.comes("NOT") else ""
        if self.comes("LIKE"):
            return (f"{negated}like", field, self.value(field, "string"))
        if self.comes("IN"):
            return (f"{negated}in", field, *self.values(field))
        if negated:
            raise BadCondition("After a field, not is followed by like or in.")
        _kind, operator = self.take("operator")
        return (LEGACY_OPERATORS[operator], field, self.value(field, "string", "number"))

    def value(self, field: str, *kinds: str) -> str:
        kind, text = self.take(*kinds)
        if kind == "number":
            if decimal_of(text) is None:
                raise BadCondition(f"'{text}' is not a number.")
            return text
        text = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        return STATUS_LETTERS.get(text, f"?{text}") if field == "STATUS" else text

    def values(self, field: str) -> list[str]:
        self.expect("(")
        found = [self.value(field, "string", "number")]
        while self.comes(","):
            found.append(self.value(field, "string", "number"))
        self.expect(")")
        return found


def parse(text: str) -> Condition | None:
    """The condition of a readByQuery text; None for an empty one (all records). Raises BadCondition."""
    if not text.strip():
        return None
    reader = _Reader(text)
    condition = reader.either()
    if reader.place != len(reader.tokens):
        raise BadCondition(f"'{reader.tokens[reader.place][1]}' is not expected there.")
    return condition
