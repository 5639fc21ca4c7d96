"""3.0: which fields an object has."""

from dataclasses import dataclass
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child, optional


@dataclass(frozen=True)
class Lookup:
    """Ask for the definition of an object: its fields and its relationships to others.

    ValueError for what is no name.
    """

    name: ClassVar[str] = "lookup"
    answers_key: ClassVar[bool] = False

    object: str
    docparid: str = ""

    def __post_init__(self) -> None:
        check_names("an object", self.object)

    @property
    def label(self) -> str:
        return f"lookup {self.object}"

    def to_xml(self) -> Element:
        lookup = etree.Element("lookup")
        child(lookup, "object", self.object)
        optional(lookup, "docparid", self.docparid)
        return lookup
