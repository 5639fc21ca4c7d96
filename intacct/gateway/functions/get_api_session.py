"""Open a session."""

from dataclasses import dataclass
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element


@dataclass(frozen=True)
class GetApiSession:
    """Ask for a session id and the endpoint of later requests; always alone in its request.

    The entity is not named here: with a login it belongs into ``login/locationid``.
    """

    name: ClassVar[str] = "getAPISession"
    label: ClassVar[str] = "getAPISession"
    answers_key: ClassVar[bool] = False

    def to_xml(self) -> Element:
        return etree.Element("getAPISession")
