"""What every API function object can do, and the few ways in which their XML is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from lxml import etree

from intacct.gateway.text import xml_text

Element = etree._Element


class Function(Protocol):
    """One API function: it writes its own XML, and says what it is called."""

    @property
    def name(self) -> str:
        """The element's name, as the gateway echoes it in ``result/function``."""

    @property
    def label(self) -> str:
        """A few words for the request log, "query CUSTOMER"."""

    @property
    def answers_key(self) -> bool:
        """Whether its success is only believable with the key of what was made."""

    def to_xml(self) -> Element:
        """The element that goes inside ``<function>``, in the schema's order."""


def child(parent: Element, name: str, text: str = "") -> Element:
    """Append an element with text, without the characters that XML cannot carry."""
    element = etree.SubElement(parent, name)
    carried = xml_text(text)
    if carried:
        element.text = carried
    return element


def optional(parent: Element, name: str, text: str) -> None:
    """The same, but nothing at all for an empty text: an empty element would mean "make it empty"."""
    if xml_text(text):
        child(parent, name, text)


def check_names(what: str, *names: str) -> None:
    """ValueError unless each is a name that can be sent as it is: printable, no blanks around it, not empty.

    Values may be any text, and lose what XML cannot carry; a name that lost something would be another one.
    """
    for name in names:
        if not name or name != name.strip() or not name.isprintable() or name != xml_text(name):
            raise ValueError(f"{name!r} is not the name of {what}.")


def date_parts(parent: Element, name: str, day: date) -> None:
    """A legacy date: year, month and day as elements of 4, 2 and 2 digits."""
    element = etree.SubElement(parent, name)
    child(element, "year", f"{day.year:04d}")
    child(element, "month", f"{day.month:02d}")
    child(element, "day", f"{day.day:02d}")


def decimal_text(value: Decimal) -> str:
    """Plain digits with a point; TypeError or ValueError for what is no exact, finite number."""
    if not isinstance(value, Decimal):
        raise TypeError(f"Amounts and quantities are Decimal, not {type(value).__name__}.")
    if not value.is_finite():
        raise ValueError("Amounts and quantities must be finite numbers.")
    return f"{value:f}"


def contact(parent: Element, name: str, contact_name: str) -> None:
    """``billto`` or ``shipto``: a contact by its name; nothing for an empty one."""
    if xml_text(contact_name):
        child(etree.SubElement(parent, name), "contactname", contact_name)


def longer_than_allowed(
    document: object,
    lengths: Mapping[str, int],
    lines: Sequence[object],
    line_lengths: Mapping[str, int],
) -> tuple[str, ...]:
    """Sentences about the attributes of a document and its lines that are too long for the gateway."""
    found = _too_long(document, lengths)
    for number, line in enumerate(lines, start=1):
        found += [f"Line {number}: {sentence}" for sentence in _too_long(line, line_lengths)]
    return tuple(found)


def _too_long(holder: object, lengths: Mapping[str, int]) -> list[str]:
    return [
        f"{name.replace('_', ' ').capitalize()} is longer than the {most} characters that Intacct takes."
        for name, most in lengths.items()
        if len(getattr(holder, name)) > most
    ]
