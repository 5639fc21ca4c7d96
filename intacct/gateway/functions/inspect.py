"""3.0: which objects there are, and which fields one has."""

from dataclasses import dataclass
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child


@dataclass(frozen=True)
class Inspect:
    """Ask for the fields of an object, with labels and types where ``detail``; ``*``: for all objects.

    ValueError for what is no name.
    """

    name: ClassVar[str] = "inspect"
    answers_key: ClassVar[bool] = False

    object: str
    detail: bool = True

    def __post_init__(self) -> None:
        check_names("an object", self.object)

    @property
    def label(self) -> str:
        return f"inspect {self.object}"

    def to_xml(self) -> Element:
        inspect = etree.Element("inspect")
        if self.detail and self.object != "*":
            inspect.set("detail", "1")
        child(inspect, "object", self.object)
        return inspect
