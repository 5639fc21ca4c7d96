"""What fields an object really has in a company, by ``lookup`` or ``inspect`` (3.0; spec S-5, S-6)."""

from dataclasses import dataclass

from intacct.gateway.errors import ProtocolFault
from intacct.gateway.functions.base import Element


@dataclass(frozen=True)
class FieldDefinition:
    """One field: its name in queries, its label for people, and its type in the gateway's word ("TEXT").

    ``custom`` None: the answer does not tell.
    """

    name: str
    label: str = ""
    data_type: str = ""
    required: bool = False
    read_only: bool = False
    custom: bool | None = None


@dataclass(frozen=True)
class Relationship:
    """A field (``related_by``) whose value is the id of a record of another object."""

    path: str
    object: str
    related_by: str
    label: str = ""


@dataclass(frozen=True)
class Definition:
    """An object as a company has it."""

    fields: tuple[FieldDefinition, ...] = ()
    relationships: tuple[Relationship, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of all fields."""
        return {field.name for field in self.fields}


def definition_in(data: Element | None) -> Definition:
    """The definition in an answer to ``lookup`` or ``inspect``; elements are told apart by either's names.

    ProtocolFault if it names no field: every object has some, and "there is no such field" is concluded from
    what is told (spec S-6).
    """
    told = () if data is None else data.iter("Field", "FIELD", "field")
    fields = tuple(field for element in told if (field := _field(element)).name)
    if data is None or not fields:
        raise ProtocolFault("Intacct's answer tells no field of the object.", level="protocol")
    related = (_relationship(element) for element in data.iter("Relationship", "RELATIONSHIP"))
    return Definition(fields, tuple(each for each in related if each.object))


def object_names_in(data: Element | None) -> dict[str, str]:
    """Name and label of every object that ``inspect *`` tells; ProtocolFault if it tells none."""
    types = () if data is None else data.iter("type", "Type")
    names = {name: (each.text or "").strip() or name for each in types if (name := each.get("typename"))}
    if not names:
        raise ProtocolFault("Intacct's answer tells no object.", level="protocol")
    return names


def _field(element: Element) -> FieldDefinition:
    told = {str(each.tag).lower(): (each.text or "").strip() for each in element}
    if not told:  # inspect without detail: nothing but the name
        return FieldDefinition((element.text or "").strip())
    return FieldDefinition(
        name=told.get("id") or told.get("name") or "",
        label=told.get("label") or told.get("displaylabel") or "",
        data_type=(told.get("datatype") or told.get("externaldataname") or "").upper(),
        required=_is_true(told.get("required") or told.get("isrequired")),
        read_only=_is_true(told.get("readonly") or told.get("isreadonly")),
        custom=_is_true(told["iscustom"]) if told.get("iscustom") else None,
    )


def _relationship(element: Element) -> Relationship:
    told = {str(each.tag).lower(): (each.text or "").strip() for each in element}
    return Relationship(
        path=told.get("objectpath", ""),
        object=told.get("objectname", ""),
        related_by=told.get("relatedby", ""),
        label=told.get("label", ""),
    )


def _is_true(text: str | None) -> bool:
    return (text or "").lower() in ("true", "1")
