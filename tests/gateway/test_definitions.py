"""Which fields an object really has in a company, and which objects there are (S-5, S-6)."""

import pytest

from intacct.gateway import Definition, FieldDefinition, ProtocolFault, Relationship, Version
from tests.gateway.fake import FakeGateway, operation

LOOKUP = (
    '<data listtype="All" count="1"><Type Name="ITEM" DocumentType=""><Fields>'
    "<Field><ID>ITEMID</ID><LABEL>Item ID</LABEL><DESCRIPTION/><REQUIRED>true</REQUIRED>"
    "<READONLY>false</READONLY><DATATYPE>TEXT</DATATYPE><ISCUSTOM>false</ISCUSTOM></Field>"
    "<Field><ID>RP_DEPT</ID><LABEL>Department</LABEL><DATATYPE>ENUM</DATATYPE>"
    "<VALIDVALUES><VALIDVALUE>200</VALIDVALUE></VALIDVALUES><ISCUSTOM>true</ISCUSTOM></Field>"
    "<Field><ID/></Field></Fields><Relationships><Relationship><OBJECTPATH>DEPARTMENT</OBJECTPATH>"
    "<OBJECTNAME>DEPARTMENT</OBJECTNAME><LABEL>Department</LABEL>"
    "<RELATIONSHIPTYPE>MANY2ONE</RELATIONSHIPTYPE><RELATEDBY>RP_DEPT</RELATEDBY></Relationship>"
    "</Relationships></Type></data>"
)
INSPECT = (
    '<data listtype="All" count="1"><Type Name="ITEM"><Fields><Field><Name>ITEMID</Name>'
    "<DisplayLabel>Item ID</DisplayLabel><externalDataName>text</externalDataName>"
    "<isReadOnly>false</isReadOnly><isRequired>true</isRequired></Field></Fields></Type></data>"
)


def answered(function: str, data: str) -> str:
    return operation(
        f"<result><status>success</status><function>{function}</function><controlid>$F1</controlid>"
        f"{data}</result>"
    )


def test_lookup_tells_fields_and_relationships(gateway: FakeGateway) -> None:
    gateway.will_answer(answered("lookup", LOOKUP))

    found = gateway.client().definition("icitem")

    assert found == Definition(
        fields=(
            FieldDefinition("ITEMID", "Item ID", "TEXT", required=True, custom=False),
            FieldDefinition("RP_DEPT", "Department", "ENUM", custom=True),
        ),
        relationships=(Relationship("DEPARTMENT", "DEPARTMENT", "RP_DEPT", "Department"),),
    )
    assert found.names == {"ITEMID", "RP_DEPT"}
    assert gateway.work[0].text(".//lookup/object") == "ITEM"
    assert gateway.records[-1].records is None


def test_inspect_tells_the_same_fields_by_other_names(gateway: FakeGateway) -> None:
    gateway.will_answer(answered("inspect", INSPECT))

    found = gateway.client().definition("ITEM", by="inspect")

    assert found.fields == (FieldDefinition("ITEMID", "Item ID", "TEXT", required=True),)
    assert gateway.work[0].functions[0].get("detail") == "1"


def test_inspect_may_tell_nothing_but_names(gateway: FakeGateway) -> None:
    names = "<data><Type><Fields><Field>ITEMID</Field><Field> </Field></Fields></Type></data>"
    gateway.will_answer(answered("inspect", names))

    assert gateway.client().definition("ITEM", by="inspect").names == {"ITEMID"}


NOTHING_TOLD = {
    "no data": "",
    "empty data": "<data/>",
    "a record": "<data><ITEM><RECORDNO>1</RECORDNO></ITEM></data>",
    "fields without a name": '<data><Type Name="ITEM"><Fields><Field><ID/></Field></Fields></Type></data>',
}


@pytest.mark.parametrize("data", NOTHING_TOLD.values(), ids=NOTHING_TOLD)
def test_s_6_an_answer_that_tells_nothing_is_no_object_without_fields(
    gateway: FakeGateway, data: str
) -> None:
    """Or "Automatic" would conclude that the company has no such field."""
    gateway.will_answer(answered("lookup", data), answered("inspect", data), answered("inspect", data))
    client = gateway.client()

    with pytest.raises(ProtocolFault, match="tells no field"):
        client.definition("ITEM")
    with pytest.raises(ProtocolFault, match="tells no field"):
        client.definition("ITEM", by="inspect")
    with pytest.raises(ProtocolFault, match="tells no object"):
        client.object_names()


def test_the_objects_are_told_with_their_labels(gateway: FakeGateway) -> None:
    types = '<type typename="APBILL">AP Bill</type><type typename="rp_vehicle"/><type>nameless</type>'
    gateway.will_answer(answered("inspect", f'<data listtype="All" count="3">{types}</data>'))

    assert gateway.client().object_names() == {"APBILL": "AP Bill", "rp_vehicle": "rp_vehicle"}
    assert gateway.work[0].text(".//inspect/object") == "*"


def test_2_1_has_neither(gateway: FakeGateway) -> None:
    client = gateway.client(Version.V2_1)

    with pytest.raises(ValueError, match=r"2\.1"):
        client.definition("ITEM")
    with pytest.raises(ValueError, match=r"2\.1"):
        client.object_names()
    assert gateway.requests == []
