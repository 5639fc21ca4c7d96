"""Master data written over the gateway (sections 5.3, 6.4): the generic functions and the legacy ones."""

import pytest

from .talking import get_list, line, login, query, sotransaction

CUSTOMER = {"CUSTOMERID": "N-1", "NAME": "New & Sons", "TERMNAME": "Net 30", "RP_REGION": "WEST"}


def record(kind, **fields):
    def escaped(text):
        return text if text.startswith("<") else text.replace("&", "&amp;").replace("<", "&lt;")

    inside = "".join(f"<{name}>{escaped(text)}</{name}>" for name, text in fields.items())
    return f"<{kind}>{inside}</{kind}>"


def create(*records):
    return f"<create>{''.join(records)}</create>"


def update(*records):
    return f"<update>{''.join(records)}</update>"


def delete(kind, keys):
    return f"<delete><object>{kind}</object><keys>{keys}</keys></delete>"


def customer(gateway, own_id, fields):
    equal = f"<equalto><field>CUSTOMERID</field><value>{own_id}</value></equalto>"
    reply = gateway.ask(query("CUSTOMER", fields, filter_=equal))
    return [[leaf.text or "" for leaf in each] for each in reply.records]


def test_a_customer_is_created_with_its_contacts_and_read_back(gateway):
    display = "<EMAIL1>ap@new.example</EMAIL1><MAILADDRESS><CITY>Reno</CITY></MAILADDRESS>"
    reply = gateway.ask(create(record("CUSTOMER", **CUSTOMER, DISPLAYCONTACT=display)))

    assert reply.statuses == ["success"], reply.errors()
    assert (reply.data.get("listtype"), reply.data.get("count")) == ("objects", "1")
    (made,) = reply.records
    assert (made.tag, made.findtext("CUSTOMERID"), made.findtext("RECORDNO")) == ("customer", "N-1", "141")
    fields = (
        "NAME STATUS RP_REGION DISPLAYCONTACT.CONTACTNAME BILLTOCONTACT.EMAIL1 SHIPTOCONTACT.MAILADDRESS.CITY"
    )
    assert customer(gateway, "N-1", fields) == [
        ["New & Sons", "active", "WEST", "New & Sons(CN-1)", "ap@new.example", "Reno"]
    ]
    assert gateway.state()["billable_transactions"] == 2


@pytest.mark.parametrize(
    ("made", "kind", "own_id"),
    [
        (
            record("ITEM", ITEMID="WASH", NAME="Wash", ITEMTYPE="Non-Inventory", BASEPRICE="12.5"),
            "ITEM",
            "WASH",
        ),
        (record("DEPARTMENT", DEPARTMENTID="D-1", TITLE="New", PARENTID="100"), "DEPARTMENT", "D-1"),
        (record("LOCATION", LOCATIONID="EBU-NEW", NAME="New lot", PARENTID="EBU"), "LOCATION", "EBU-NEW"),
        (record("ARTERM", NAME="Net 45"), "ARTERM", "Net 45"),
        (record("CLASS", CLASSID="UT01", NAME="Unit"), "CLASS", "UT01"),
    ],
)
def test_other_kinds_are_created_changed_and_deleted_too(gateway, made, kind, own_id):
    reply = gateway.ask(create(made))
    assert reply.statuses == ["success"], reply.errors()
    number, key = reply.records[0][0].text, reply.records[0][1].tag
    assert reply.records[0][1].text == own_id

    changed = gateway.ask(update(record(kind, RECORDNO=number, STATUS="inactive")))
    equal = f"<equalto><field>{key}</field><value>{own_id}</value></equalto>"
    assert changed.statuses == ["success"], changed.errors()
    assert gateway.ask(query(kind, "STATUS", filter_=equal)).column("STATUS") == ["inactive"]

    gone = gateway.ask(delete(kind, number))
    assert (gone.statuses, gone.root.findall("operation/result/data")) == (["success"], [])
    assert gateway.ask(query(kind, "STATUS", filter_=equal)).records == []


def test_a_new_customer_and_item_can_be_used_in_a_document_at_once(gateway):
    item = record("ITEM", ITEMID="WASH", NAME="Wash", ITEMTYPE="Non-Inventory", BASEPRICE="12.5")
    document = sotransaction(line(itemid="WASH", price=None), customerid="N-1")
    reply = gateway.ask(create(record("CUSTOMER", **CUSTOMER), item), document, transaction="true")

    assert reply.statuses == ["success", "success"], reply.errors()
    assert gateway.documents()[0]["total"] == "12.5"


def test_an_employee_is_a_contact_that_was_made_before(gateway):
    person = record(
        "CONTACT", CONTACTNAME="Zoë Ruiz", PRINTAS="Zoë Ruiz", FIRSTNAME="Zoë", EMAIL1="z@acme.example"
    )
    employee = record(
        "EMPLOYEE", EMPLOYEEID="E-9", LOCATIONID="EBU", PERSONALINFO="<CONTACTNAME>Zoë Ruiz</CONTACTNAME>"
    )

    early = gateway.ask(create(employee))
    both = gateway.ask(create(person, employee))

    assert "Contact 'Zoë Ruiz' specified is not valid." in early.sentence
    assert both.statuses == ["success"], both.errors()
    equal = "<equalto><field>EMPLOYEEID</field><value>E-9</value></equalto>"
    found = gateway.ask(query("EMPLOYEE", "CONTACT.FIRSTNAME CONTACT.EMAIL1 LOCATIONID", filter_=equal))
    assert [leaf.text for leaf in found.records[0]] == ["Zoë", "z@acme.example", "EBU"]


@pytest.mark.parametrize(
    ("made", "errorno", "words"),
    [
        (record("CUSTOMER", CUSTOMERID="C-00001", NAME="A"), "BL34000061", "Another Customer with the given"),
        (record("CUSTOMER", CUSTOMERID="N-1"), "SIM-REQUIRED", "Required field NAME is missing"),
        (
            record("CUSTOMER", **CUSTOMER | {"TERMNAME": "Net 99"}),
            "BL01001973",
            "Invalid Term 'Net 99' specified.",
        ),
        (record("CUSTOMER", **CUSTOMER, PARENTID="N-1"), "BL01001973", "Invalid Customer 'N-1' specified."),
        (record("CUSTOMER", **CUSTOMER, STATUS="asleep"), "SIM-VALUE", "STATUS 'asleep' is not valid."),
        (record("CUSTOMER", **CUSTOMER, ONHOLD="True"), "SIM-VALUE", "ONHOLD 'True' is not valid."),
        (record("CUSTOMER", **CUSTOMER, CREDITLIMIT="1e40"), "SIM-VALUE", "CREDITLIMIT '1e40' is not valid."),
        (record("CUSTOMER", **CUSTOMER | {"NAME": "N" * 101}), "SIM-TOO-LONG", "NAME may have at most 100"),
        (record("CUSTOMER", **CUSTOMER, RP_OTHER="x"), "XL03000010", "The field 'RP_OTHER' does not exist."),
        (
            record("CUSTOMER", **CUSTOMER, WHENMODIFIED="x"),
            "SIM-READ-ONLY",
            "'WHENMODIFIED' can't be written",
        ),
        (
            record("CUSTOMER", **CUSTOMER, BILLTO="<CONTACTNAME>Nobody</CONTACTNAME>"),
            "BL01001973",
            "Contact 'Nobody' specified is not valid.",
        ),
        (record("ITEM", ITEMID="A", NAME="A", ITEMTYPE="Wish"), "SIM-VALUE", "ITEMTYPE 'Wish' is not valid."),
        (record("BADOBJECT", A="1"), "Query Failed", "Object definition BADOBJECT not found"),
        (record("ARINVOICE", RECORDID="1"), "SIM-NOT-SIMULATED", "does not run create of ARINVOICE"),
    ],
)
def test_a_record_that_is_not_sound_is_refused_and_nothing_is_made(gateway, made, errorno, words):
    sound = record("CUSTOMER", CUSTOMERID="SOUND", NAME="Sound")
    reply = gateway.ask(create(sound, made))

    assert (reply.statuses, reply.data.get("count")) == (["failure"], "0")
    assert reply.errorno == errorno
    assert words in reply.sentence
    assert customer(gateway, "SOUND", "NAME") == customer(gateway, "N-1", "NAME") == []
    assert gateway.state()["customers"]["total"] == 60


def test_an_update_leaves_what_it_does_not_name_and_clears_what_is_empty(gateway):
    assert gateway.ask(create(record("CUSTOMER", **CUSTOMER))).statuses == ["success"]

    reply = gateway.ask(update(record("CUSTOMER", CUSTOMERID="N-1", NAME="Newer", TERMNAME="")))

    assert reply.statuses == ["success"], reply.errors()
    assert customer(gateway, "N-1", "NAME TERMNAME RP_REGION") == [["Newer", "", "WEST"]]


def test_an_empty_contact_in_an_update_says_nothing(gateway):
    """What the vendor's own client writes where no contact changes."""
    (before,) = customer(gateway, "C-00001", "DISPLAYCONTACT.EMAIL1")
    reply = gateway.ask(update(record("CUSTOMER", CUSTOMERID="C-00001", TERMNAME="EOM", DISPLAYCONTACT="")))

    assert reply.statuses == ["success"], reply.errors()
    assert customer(gateway, "C-00001", "DISPLAYCONTACT.EMAIL1 TERMNAME") == [[*before, "EOM"]]


def test_a_record_number_with_another_id_is_a_rename(gateway):
    reply = gateway.ask(update(record("CUSTOMER", RECORDNO="81", CUSTOMERID="C-RENAMED")))

    assert reply.statuses == ["success"], reply.errors()
    assert customer(gateway, "C-RENAMED", "RECORDNO") == [["81"]]
    taken = gateway.ask(update(record("CUSTOMER", RECORDNO="82", CUSTOMERID="C-RENAMED")))
    assert taken.errorno == "BL34000061"


def test_an_update_that_fails_half_way_tells_how_many_are_done(gateway):
    reply = gateway.ask(
        update(
            record("CUSTOMER", CUSTOMERID="C-00001", NAME="Done"),
            record("CUSTOMER", CUSTOMERID="NOBODY", NAME="Not done"),
        )
    )

    assert (reply.statuses, reply.data.get("count")) == (["failure"], "1")
    sentence = "Cannot update non-existing CUSTOMER with CUSTOMERID=NOBODY."
    assert reply.errorno == sentence
    assert reply.sentence.startswith(sentence)  # never an empty description2
    assert customer(gateway, "C-00001", "NAME") == [["Done"]]


def test_a_transaction_takes_the_half_that_was_done_back(gateway):
    (before,) = customer(gateway, "C-00001", "NAME")
    reply = gateway.ask(
        create(record("CUSTOMER", **CUSTOMER)),
        update(
            record("CUSTOMER", CUSTOMERID="C-00001", NAME="Done"),
            record("CUSTOMER", CUSTOMERID="NOBODY", NAME="Not done"),
        ),
        transaction="true",
    )

    assert reply.statuses == ["aborted", "failure"]
    assert customer(gateway, "C-00001", "NAME") == [before]
    assert customer(gateway, "N-1", "NAME") == []


def test_what_is_used_or_unknown_cannot_be_deleted(gateway):
    gateway.ask(sotransaction())
    used = gateway.ask(delete("CUSTOMER", "82,81"))
    unknown = gateway.ask(delete("CLASS", "UT01"))

    assert (used.statuses, used.errorno) == (["failure"], "SIM-IN-USE")
    assert "Cannot find class with key 'UT01' to delete." in unknown.sentence
    assert gateway.state()["customers"]["total"] == 60


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_the_legacy_functions_write_the_same_records(gateway, version):
    made = gateway.ask(
        "<create_customer><customerid>L-1</customerid><name>Legacy &amp; Co</name><termname>Net 15</termname>"
        "<contactinfo><contact><contactname>Legacy desk</contactname><printas>Legacy</printas>"
        "<email1>l@legacy.example</email1></contact></contactinfo><customfields><customfield>"
        "<customfieldname>RP_REGION</customfieldname><customfieldvalue>EAST</customfieldvalue></customfield>"
        "</customfields></create_customer>",
        version=version,
    )
    assert (made.statuses, made.find("operation/result/key")) == (["success"], "L-1"), made.errors()
    fields = "NAME TERMNAME DISPLAYCONTACT.CONTACTNAME BILLTOCONTACT.EMAIL1 RP_REGION"
    assert customer(gateway, "L-1", fields) == [
        ["Legacy & Co", "Net 15", "Legacy desk", "l@legacy.example", "EAST"]
    ]

    def changed(attributes):
        return gateway.ask(
            f'<update_customer customerid="L-1"{attributes}><name>Renamed</name><termname/>'
            "</update_customer>",
            version=version,
        )

    assert changed("").statuses == ["success"]
    assert customer(gateway, "L-1", "NAME TERMNAME") == [["Renamed", "Net 15"]]
    assert changed(' set_nulls="true"').statuses == ["success"]
    assert customer(gateway, "L-1", "NAME TERMNAME") == [["Renamed", ""]]

    gone = gateway.ask('<delete_customer customerid="L-1"/>', version=version)
    again = gateway.ask('<delete_customer customerid="L-1"/>', version=version)
    assert (gone.statuses, again.statuses) == (["success"], ["failure"])
    assert "Cannot find customer with key 'L-1' to delete." in again.sentence


def test_an_item_is_written_by_the_legacy_names_too(gateway):
    made = gateway.ask(
        "<create_item><itemid>WASH</itemid><name>Wash</name><itemtype>Non-Inventory</itemtype>"
        "<base_price>12.5</base_price><standard_unit>Each</standard_unit></create_item>",
        version="2.1",
    )

    assert made.statuses == ["success"], made.errors()
    filter_ = "<expression><field>itemid</field><operator>=</operator><value>WASH</value></expression>"
    (item,) = gateway.ask(get_list("icitem", filter_=filter_), version="2.1").records
    assert (item.findtext("itemname"), item.findtext("standardunit")) == ("Wash", "Each")


def test_rights_to_write_are_asked_for_one_by_one(gateway):
    gateway.tell(permissions={"CUSTOMER": ["read", "create"]})

    made = gateway.ask(create(record("CUSTOMER", **CUSTOMER)))
    changed = gateway.ask(update(record("CUSTOMER", CUSTOMERID="N-1", NAME="B")))
    gone = gateway.ask('<delete_customer customerid="N-1"/>', version="2.1")

    assert made.statuses == ["success"]
    assert (changed.errorno, gone.errorno) == ("PL04000005", "PL04000005")


def test_what_an_entity_makes_is_its_own(gateway):
    made = gateway.ask(create(record("CUSTOMER", **CUSTOMER)), sign_in=login(entity="EBU"))
    elsewhere = gateway.ask(query("CUSTOMER", "CUSTOMERID"), sign_in=login(entity="WBU"))

    assert made.statuses == ["success"], made.errors()
    assert customer(gateway, "N-1", "MEGAENTITYID MEGAENTITYNAME") == [["EBU", "East Bay Unit"]]
    assert "N-1" not in elsewhere.column("CUSTOMERID")


def test_a_contact_is_written_by_the_legacy_functions_with_its_address(gateway):
    made = gateway.ask(
        "<create_contact><contactname>Lot D</contactname><printas>Lot D</printas><phone1>555-1</phone1>"
        "<mailaddress><address1>1 Main St</address1><city>Napa</city></mailaddress></create_contact>",
        version="2.1",
    )
    linked = gateway.ask(
        update(record("CUSTOMER", CUSTOMERID="C-00001", SHIPTO="<CONTACTNAME>Lot D</CONTACTNAME>"))
    )

    assert (made.statuses, linked.statuses) == (["success"], ["success"]), made.errors()
    fields = "SHIPTOCONTACT.CONTACTNAME SHIPTOCONTACT.PHONE1 SHIPTOCONTACT.MAILADDRESS.CITY"
    assert customer(gateway, "C-00001", fields) == [["Lot D", "555-1", "Napa"]]
