"""What a document may carry beside its amounts: contacts in full, custom fields, texts as they were sent.

What the simulator doesn't keep it refuses by name, so that no test can pass on what was dropped.
"""

import pytest

from .talking import get_list, invoice, invoice_line, line, query, sotransaction

VIN = (
    "<customfield><customfieldname>RP_VIN</customfieldname>"
    "<customfieldvalue>1HGCM82633A004352</customfieldvalue></customfield>"
)
NEW_CONTACT = (
    "<contact><contactname>Valley Lot C</contactname><printas>Valley &amp; Sons</printas>"
    "<email1>lot@valley.example</email1><mailaddress><address1>1 Main St</address1><city>Salinas</city>"
    "</mailaddress></contact>"
)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@pytest.mark.parametrize(
    ("document", "kind", "listed"),
    [
        (sotransaction(line(customfields=VIN), customfields=VIN), "SODOCUMENT", "sotransaction"),
        (invoice(invoice_line(customfields=VIN), customfields=VIN), "ARINVOICE", "invoice"),
    ],
)
def test_a_custom_field_that_the_company_has_is_kept_and_read_back(gateway, version, document, kind, listed):
    assert gateway.ask(document, version=version).statuses == ["success"]

    lines = {"SODOCUMENT": "SODOCUMENTENTRY", "ARINVOICE": "ARINVOICEITEM"}[kind]
    for read in (kind, lines):
        assert gateway.ask(query(read, "RP_VIN")).column("RP_VIN") == ["1HGCM82633A004352"]
    legacy = gateway.ask(get_list(listed), version=version).records[0]
    shown = 0 if listed == "invoice" else 2  # the legacy record of an invoice has no custom fields
    assert [each.text for each in legacy.iter("customfieldvalue")] == ["1HGCM82633A004352"] * shown


@pytest.mark.parametrize("document", [sotransaction(customfields=VIN), invoice(customfields=VIN)])
def test_a_custom_field_that_the_company_lacks_is_refused(gateway, document):
    unknown = gateway.ask(document.replace("RP_VIN", "RP_OTHER"))
    gateway.tell(removed_fields={"ARINVOICE": ["RP_VIN"], "SODOCUMENT": ["RP_VIN"]})
    removed = gateway.ask(document)

    assert (unknown.errorno, removed.errorno) == ("XL03000010", "XL03000010")
    assert "The field 'RP_OTHER' does not exist." in unknown.sentence
    assert gateway.documents() == gateway.invoices() == []


@pytest.mark.parametrize(
    ("make", "kind"), [(sotransaction, "SODOCUMENT"), (invoice, "ARINVOICE")], ids=["order entry", "ar"]
)
def test_a_contact_in_full_is_made_and_known_afterwards(gateway, make, kind):
    name = {"sotransaction": "documentno", "invoice": "invoiceno"}[make.__name__]
    assert gateway.ask(make(billto=NEW_CONTACT)).statuses == ["success"]
    again = gateway.ask(make(billto=NEW_CONTACT, **{name: "RP-2"}))
    named = gateway.ask(make(shipto="<contactname>Valley Lot C</contactname>", **{name: "RP-3"}))

    assert "Another Contact with the given value(s) Valley Lot C  already exists" in again.sentence
    assert named.statuses == ["success"], named.errors()
    fields = "BILLTO.PRINTAS BILLTO.MAILADDRESS.CITY SHIPTO.EMAIL1"
    first, third = gateway.ask(query(kind, fields)).records
    assert (first[0].text, first[1].text) == ("Valley & Sons", "Salinas")
    assert third[2].text == "lot@valley.example"


def test_what_fails_afterwards_takes_the_new_contact_back(gateway):
    refused = gateway.ask(sotransaction(line(itemid="NOPE"), billto=NEW_CONTACT))
    whole = gateway.ask(
        sotransaction(billto=NEW_CONTACT), sotransaction(customerid="NOPE"), transaction="true"
    )
    sound = gateway.ask(sotransaction(billto=NEW_CONTACT))

    assert (refused.statuses, whole.statuses) == (["failure"], ["aborted", "failure"])
    assert sound.statuses == ["success"], sound.errors()


def test_texts_are_kept_as_they_were_sent(gateway):
    memo = "  two blanks \t before and after  "
    gateway.ask(sotransaction(line(memo=memo), documentno=" RP-1 "))

    (document,) = gateway.documents()
    assert (document["number"], document["lines"][0]["memo"]) == (" RP-1 ", memo)
    assert gateway.ask(query("SODOCUMENTENTRY", "MEMO")).column("MEMO") == [memo]


def test_a_carriage_return_comes_back_as_one(gateway):
    gateway.ask(sotransaction(line(memo="one&#13;&#10;two")))

    assert gateway.ask(query("SODOCUMENTENTRY", "MEMO")).column("MEMO") == ["one\r\ntwo"]
    assert gateway.ask(get_list("sotransaction")).records[0].findtext(".//memo") == "one\r\ntwo"


def test_ids_are_compared_exactly(gateway):
    reply = gateway.ask(sotransaction(customerid=" C-00001"))

    assert "Customer ' C-00001' specified is not valid." in reply.sentence


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (sotransaction(line(projectid="10064")), "Invalid Project '10064' specified."),
        (sotransaction(line(taxable="true")), "The simulator does not run sotransitem/taxable."),
        (
            invoice(currency="EUR</currency><exchrate>1.1</exchrate><currency>").replace(
                "<currency></currency>", ""
            ),
            "does not run create_invoice/exchrate.",
        ),
        (sotransaction(line(warehouseid="W1")), "Invalid Warehouse 'W1' specified."),
    ],
)
def test_what_is_not_kept_is_refused_by_name(gateway, document, words):
    reply = gateway.ask(document)

    assert words in reply.sentence
    assert gateway.documents() == []
