"""The two dialects of the gateway that this client speaks (spec G-1)."""

from enum import StrEnum


class Version(StrEnum):
    """The value is what ``<dtdversion>`` carries."""

    V2_1 = "2.1"
    V3_0 = "3.0"

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Take ``v2.1``, ``2.1``, ``v3.0`` or ``3.0`` (spec S-1); ValueError, a sentence, for all else."""
        spelled = text.strip().lower().removeprefix("v")
        try:
            return cls(spelled)
        except ValueError:
            raise ValueError("DTD Version must be v2.1 or v3.0.") from None
