"""The query language of readByQuery: `NAME like 'A%' AND (RECORDNO > 5 OR TERMNAME IS NULL)`."""

import re

from .conditions import LEGACY_OPERATORS, BadCondition, Condition

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:\\.|[^'\\])*') |
        (?P<operator><=|>=|!=|<|>|=) |
        (?P<punctuation>[(),]) |
        (?P<word>[^\s'(),<>=!]+)
    )""",
    re.VERBOSE,
)
# The gateway keeps one letter for the status, and its own example filters by that.
STATUS_LETTERS = {"T": "active", "F": "inactive"}


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        text, place = text.strip(), 0
        while place < len(text):
            found = TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise BadCondition(f"Unreadable at '{text[place : place + 20]}'.")
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            place = found.end()
        self.place = 0

    def peek_word(self) -> str:
        if self.place >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.place]
        return text.upper() if kind in ("word", "punctuation") else ""

    def take(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise BadCondition("The query ends too early.")
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, *words: str) -> None:
        for word in words:
            _kind, text = self.take()
            if text.upper() != word:
                raise BadCondition(f"'{word}' expected, '{text}' found.")

    def either(self) -> Condition:
        operands = [self.both()]
        while self.peek_word() == "OR":
            self.take()
            operands.append(self.both())
        return operands[0] if len(operands) == 1 else ("or", *operands)

    def both(self) -> Condition:
        operands = [self.single()]
        while self.peek_word() == "AND":
            self.take()
            operands.append(self.single())
        return operands[0] if len(operands) == 1 else ("and", *operands)

    def single(self) -> Condition:
        if self.peek_word() == "NOT":
            self.take()
            return ("not", self.single())
        if self.peek_word() == "(":
            self.take()
            inner = self.either()
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        kind, field = self.take()
        if kind != "word":
            raise BadCondition(f"A field expected, {field} found.")
        kind, text = self.take()
        word = text.upper()
        if kind == "operator":
            return (LEGACY_OPERATORS[text], field, self.value(field))
        if word == "LIKE":
            return ("like", field, self.value(field))
        if word == "IN":
            return ("in", field, *self.values(field))
        if word == "NOT":
            if self.peek_word() == "LIKE":
                self.take()
                return ("notlike", field, self.value(field))
            self.expect("IN")
            return ("notin", field, *self.values(field))
        if word == "IS":
            if self.peek_word() == "NOT":
                self.expect("NOT", "NULL")
                return ("isnotnull", field)
            self.expect("NULL")
            return ("isnull", field)
        raise BadCondition(f"'{text}' is not an operator.")

    def value(self, field: str) -> str:
        kind, text = self.take()
        if kind == "string":
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
            return STATUS_LETTERS.get(text, f"?{text}") if field == "STATUS" else text
        if kind != "word":
            raise BadCondition(f"A value expected, '{text}' found.")
        return text

    def values(self, field: str) -> list[str]:
        self.expect("(")
        found = [self.value(field)]
        while self.peek_word() == ",":
            self.take()
            found.append(self.value(field))
        self.expect(")")
        return found


def parse(text: str) -> Condition | None:
    """The condition of a readByQuery text; None for an empty one (all records).

    Raises BadCondition, also for ORDER BY, which the language doesn't have.
    """
    if not text.strip():
        return None
    reader = _Reader(text)
    condition = reader.either()
    if reader.place != len(reader.tokens):
        raise BadCondition(f"'{reader.take()[1]}' is not expected there.")
    return condition
