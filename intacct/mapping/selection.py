"""Which items and employees come in (spec S-5): asked of Intacct itself, so that totals agree (I-5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from intacct.gateway import Filter, Version, all_of, one_of


@dataclass(frozen=True)
class Choice:
    """Only records whose field is one of these values; ``words`` say it to people: "of the type Kit"."""

    field: str
    legacy_field: str
    values: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Selection:
    """All choices hold at once; without any, everything comes in."""

    choices: tuple[Choice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.choices)

    @property
    def fields(self) -> tuple[str, ...]:
        """The 3.0 names of the fields that are looked at."""
        return tuple(choice.field for choice in self.choices)

    @property
    def words(self) -> str:
        """Such as "of the type Kit or Inventory, of the location EBU"."""
        return ", ".join(choice.words for choice in self.choices)

    def condition(self, version: Version) -> Filter | None:
        """The filter of the list in this version; None for all."""
        conditions = [
            one_of(choice.field if version is Version.V3_0 else choice.legacy_field, choice.values)
            for choice in self.choices
        ]
        return all_of(*conditions) if conditions else None


EVERYTHING = Selection()


def choice_of(field: str, noun: str, chosen: Collection[str], also: Collection[str] = ()) -> Selection:
    """Records whose field is one of those chosen, or of those that come ``also``, since they lie below."""
    if not chosen:
        return EVERYTHING
    values = tuple(dict.fromkeys([*chosen, *also]))
    below = f" and what lies below {'it' if len(chosen) == 1 else 'them'}" if set(also) - set(chosen) else ""
    words = f"of the {noun} {' or '.join(chosen)}{below}"
    return Selection((Choice(field, field.lower(), values, words),))


def both(*selections: Selection) -> Selection:
    """What all of them take."""
    return Selection(tuple(choice for selection in selections for choice in selection.choices))


def below(chosen: Collection[str], parents: Mapping[str, str]) -> list[str]:
    """What lies below the chosen ones, however deep; ``parents`` name the one above each code."""
    taken = set(chosen)

    def lies_below(code: str) -> bool:
        seen: set[str] = set()
        while code and code not in seen:
            if code in taken:
                return True
            seen.add(code)  # a circle must not be walked for ever
            code = parents.get(code, "")
        return False

    return [code for code in parents if code not in taken and lies_below(code)]
