"""The request around the functions, in the order that both schemas demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from intacct.gateway.functions.base import Element, Function, child, optional
from intacct.gateway.settings import Credentials
from intacct.gateway.version import Version


@dataclass(frozen=True)
class Envelope:
    """One request: who asks, signed in how, and which functions with which control ids.

    Without ``session_id`` it signs in by login. ``unique``: the gateway refuses a function whose control id
    it has completed before. ``transaction``: all functions or none. Never shown: it holds both passwords.
    """

    credentials: Credentials = field(repr=False)
    version: Version
    control_id: str
    functions: Sequence[Function]
    control_ids: Sequence[str]
    session_id: str = field(default="", repr=False)
    unique: bool = False
    transaction: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values that this request carries."""
        return (*self.credentials.secrets, self.session_id)

    def to_bytes(self) -> bytes:
        """The XML document in UTF-8, without a DOCTYPE: the gateway takes the schema from the version."""
        request = etree.Element("request")
        self._write_control(request)
        operation = etree.SubElement(
            request, "operation", transaction="true" if self.transaction else "false"
        )
        self._write_authentication(etree.SubElement(operation, "authentication"))
        content = etree.SubElement(operation, "content")
        for function, control_id in zip(self.functions, self.control_ids, strict=True):
            holder = etree.SubElement(content, "function", controlid=control_id)
            holder.append(function.to_xml())
        document: bytes = etree.tostring(request, xml_declaration=True, encoding="UTF-8")
        return document

    def _write_control(self, request: Element) -> None:
        control = etree.SubElement(request, "control")
        child(control, "senderid", self.credentials.sender_id)
        child(control, "password", self.credentials.sender_password)
        child(control, "controlid", self.control_id)
        child(control, "uniqueid", "true" if self.unique else "false")
        child(control, "dtdversion", self.version.value)
        child(control, "includewhitespace", "false")

    def _write_authentication(self, authentication: Element) -> None:
        if self.session_id:
            child(authentication, "sessionid", self.session_id)
            return
        login = etree.SubElement(authentication, "login")
        child(login, "userid", self.credentials.user_id)
        child(login, "companyid", self.credentials.company_id)
        child(login, "password", self.credentials.user_password)
        optional(login, "locationid", self.credentials.entity_id)
