"""The gateway's published schemas: DTD for 2.1, XSD with our overlay for 3.0.

The folder is named by INTACCT_SCHEMAS (default: `../shared/intacct-schemas` beside the project). It is
not part of the project, so every caller must be able to go on without it.
"""

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = PROJECT.parent / "shared" / "intacct-schemas"
REQUEST_DTD = Path("v2.1") / "intacct_request.v2.1.dtd"
REQUEST_XSD = Path("v3.0") / "api.xsd"

XS = "http://www.w3.org/2001/XMLSchema"
VALUE_OPERATORS = [
    "equalto",
    "notequalto",
    "lessthan",
    "lessthanorequalto",
    "greaterthan",
    "greaterthanorequalto",
    "like",
    "notlike",
]
VALUE_COUNTS = dict.fromkeys(VALUE_OPERATORS, (1, "1")) | {
    "between": (2, "2"),
    "in": (1, "unbounded"),
    "notin": (1, "unbounded"),
    "isnull": (0, "0"),
    "isnotnull": (0, "0"),
}

# libxml2's validators keep their error log on the validator, so one thread at a time.
_turn = threading.Lock()


def folder() -> Path:
    """Where the official schemas are looked for; relative paths start at the project."""
    named = os.environ.get("INTACCT_SCHEMAS")
    return (PROJECT / named).resolve() if named else DEFAULT_FOLDER


def available() -> bool:
    """Whether both request schemas can be read."""
    return (folder() / REQUEST_DTD).is_file() and (folder() / REQUEST_XSD).is_file()


def overlay() -> str:
    """`query` and `lookup`, which the real gateway runs and the published XSD doesn't know.

    Children in any order, since three published clients use three orders.
    """
    operators = "".join(
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>'
        f'<xs:element name="field" type="xs:string"/>'
        + (f'<xs:element name="value" type="xs:string" minOccurs="{least}" maxOccurs="{most}"/>')
        * (most != "0")
        + "</xs:sequence></xs:complexType></xs:element>"
        for name, (least, most) in VALUE_COUNTS.items()
    )
    nested = "".join(
        f'<xs:element name="{name}"><xs:complexType>'
        '<xs:group ref="query_operator" minOccurs="2" maxOccurs="unbounded"/>'
        "</xs:complexType></xs:element>"
        for name in ("and", "or")
    )
    selected = "".join(
        f'<xs:element name="{name}" type="xs:string"/>'
        for name in ("field", "count", "sum", "avg", "min", "max")
    )
    return f"""<xs:schema xmlns:xs="{XS}">
  <xs:group name="query_operator"><xs:choice>{operators}{nested}</xs:choice></xs:group>
  <xs:element name="query"><xs:complexType><xs:all>
    <xs:element name="object" type="xs:string"/>
    <xs:element name="docparid" type="xs:string" minOccurs="0"/>
    <xs:element name="select"><xs:complexType>
      <xs:choice maxOccurs="unbounded">{selected}</xs:choice>
    </xs:complexType></xs:element>
    <xs:element name="filter" minOccurs="0"><xs:complexType>
      <xs:group ref="query_operator"/>
    </xs:complexType></xs:element>
    <xs:element name="orderby" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element name="order" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="field" type="xs:string"/>
        <xs:choice minOccurs="0">
          <xs:element name="ascending"/><xs:element name="descending"/>
        </xs:choice>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="options" minOccurs="0"><xs:complexType><xs:all>
      <xs:element name="caseinsensitive" type="xs:string" minOccurs="0"/>
      <xs:element name="showprivate" type="xs:string" minOccurs="0"/>
      <xs:element name="returnformat" type="xs:string" minOccurs="0"/>
    </xs:all></xs:complexType></xs:element>
    <xs:element name="pagesize" type="xs:string" minOccurs="0"/>
    <xs:element name="offset" type="xs:string" minOccurs="0"/>
  </xs:all></xs:complexType></xs:element>
  <xs:element name="lookup"><xs:complexType><xs:all>
    <xs:element name="object" type="xs:string"/>
    <xs:element name="docparid" type="xs:string" minOccurs="0"/>
  </xs:all></xs:complexType></xs:element>
</xs:schema>"""


@lru_cache(maxsize=2)
def _validator(version: str, where: Path) -> etree.DTD | etree.XMLSchema:
    if version == "2.1":
        # A path, never a file object: the DTD includes six files of the same folder.
        return etree.DTD(str(where / REQUEST_DTD))
    schema = etree.parse(str(where / REQUEST_XSD))
    root = schema.getroot()
    (choices,) = root.iterfind(f"{{{XS}}}element[@name='function']/*/{{{XS}}}choice")
    for element in etree.fromstring(overlay()):
        root.append(element)
    for name in ("query", "lookup"):
        etree.SubElement(choices, f"{{{XS}}}element", {"ref": name})
    return etree.XMLSchema(schema)


def schema_errors(root: etree._Element, version: str) -> list[tuple[int, int, str]]:
    """What the schema of `version` ("2.1" or "3.0") says: (libxml2's number, line, sentence) each."""
    validator = _validator(version, folder())
    with _turn:
        if validator.validate(root):
            return []
        entries: Any = validator.error_log  # the stubs don't know that it can be gone through
        return [(entry.type, entry.line, entry.message) for entry in entries]


def has_doctype(root: etree._Element) -> bool:
    tree: Any = root.getroottree()
    return bool(tree.docinfo.doctype)


def validate_request(body: bytes, version: str) -> list[str]:
    """The sentences in which `body` breaks the request schema of `version`; empty when it is valid.

    Raises FileNotFoundError where the schemas are absent, and ValueError for another version.
    """
    if version not in ("2.1", "3.0"):
        raise ValueError(f"There is no schema for version {version!r}; known are 2.1 and 3.0.")
    if not available():
        raise FileNotFoundError(f"The gateway's schemas are not in {folder()}.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return [str(error)]
    if has_doctype(root):
        return ["A request must not carry a DOCTYPE."]
    return [f"line {line}: {sentence}" for _number, line, sentence in schema_errors(root, version)]
