"""Which entity a location belongs to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """The company's entities, and for each location the one above it ("" above the topmost)."""

    entities: Collection[str]
    parents: Mapping[str, str]

    def entity_of(self, location: str) -> str:
        """The location if it is an entity, else the nearest entity above it, else "" (spec I-1)."""
        here = location.strip()
        seen: set[str] = set()
        while here and here not in seen:
            if here in self.entities:
                return here
            seen.add(here)  # a circle of locations must not be walked for ever
            here = self.parents.get(here, "").strip()
        return ""
