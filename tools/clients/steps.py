"""What one published client went through: a line per step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

SIZES = {"customers": 4600, "items": 40, "employees": 120}  # three pages of query, five of readByQuery


class Differs(Exception):
    """A client got something else than it should have; `str()` says what."""


@dataclass(frozen=True)
class Step:
    """One thing that a client did: what came of it, or what went wrong."""

    client: str
    title: str
    ok: bool
    told: str

    def __str__(self) -> str:
        return f"  {'ok  ' if self.ok else 'FAIL'}  {self.title}: {self.told}"


def same(found: object, expected: object) -> None:
    if found != expected:
        raise Differs(f"found {found!r}, expected {expected!r}")


def contains(text: object, words: str) -> None:
    if words not in str(text):
        raise Differs(f"{words!r} is not in {str(text)[:300]!r}")


def go_through(client: str, titled: Iterable[tuple[str, Callable[[], object]]]) -> Iterable[Step]:
    """Take the steps one by one; one that fails doesn't keep the others from being tried."""
    for title, act in titled:
        try:
            told = act()
        except Exception as problem:  # whatever a foreign client raises is a failed step
            yield Step(client, title, False, f"{type(problem).__name__}: {problem}"[:500])
        else:
            yield Step(client, title, True, str(told))
