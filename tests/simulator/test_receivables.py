"""AR invoices: what the books check, reading back, reversing once (sections 5.1, 5.4)."""

import pytest

from .talking import DATE, expression, get_list, invoice, invoice_line, query, reversal

DUE = "<year>2026</year><month>12</month><day>20</day>"
OCTOBER = "<year>2026</year><month>10</month><day>31</day>"
NO_DAY = "<year>2026</year><month>02</month><day>30</day>"
NOVEMBER_19 = "<year>2026</year><month>11</month><day>19</day>"
NOVEMBER_30 = "<year>2026</year><month>11</month><day>30</day>"


def created(gateway, *lines, **changes):
    reply = gateway.ask(invoice(*lines, **changes))
    assert reply.statuses == ["success"], reply.errors()
    return reply.find("operation/result/key")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_an_invoice_is_kept_and_its_key_is_the_record_number(gateway, version):
    reply = gateway.ask(invoice(ponumber="STK-1", datedue=DUE), version=version)

    assert reply.statuses == ["success"], reply.errors()
    (kept,) = gateway.invoices()
    assert kept["RECORDNO"] == reply.find("operation/result/key") == "8001"
    assert (kept["RECORDID"], kept["DOCNUMBER"], kept["CUSTOMERID"]) == ("RP-1", "STK-1", "C-00001")
    assert (kept["WHENCREATED"], kept["WHENDUE"], kept["STATE"]) == ("11/20/2026", "12/20/2026", "Posted")
    assert kept["lines"][0]["ACCOUNTNO"] == "4010"


def test_its_total_is_the_sum_of_its_lines(gateway):
    created(gateway, invoice_line(amount="185.10"), invoice_line(amount="240.5"), invoice_line(amount="-5"))

    (kept,) = gateway.invoices()

    assert (kept["TOTALENTERED"], kept["TOTALDUE"], kept["TOTALPAID"]) == ("420.6", "420.6", "0")
    assert gateway.state()["invoices"] == {"count": 1, "total": "420.6"}


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("Net 30", "12/20/2026"),
        ("Due on receipt", "11/20/2026"),
        ("EOM", "11/30/2026"),
        ("10th next month", "12/10/2026"),
    ],
)
def test_without_a_due_date_the_term_tells_it(gateway, term, due):
    created(gateway, termname=term)

    assert gateway.invoices()[0]["WHENDUE"] == due


def test_a_label_stands_for_its_account(gateway):
    created(gateway, invoice_line(glaccountno=None, accountlabel="Paint repair"))

    (line,) = gateway.invoices()[0]["lines"]
    assert (line["ACCOUNTLABEL"], line["ACCOUNTNO"]) == ("Paint repair", "4020")


def test_it_is_read_back_by_query_with_its_lines(gateway):
    lines = (invoice_line(memo="Zoë &amp; Söhne", itemid="DETAIL-FULL", employeeid="E-00148"), invoice_line())
    key = created(gateway, *lines)
    created(gateway, invoiceno="RP-2")

    equal = "<equalto><field>RECORDID</field><value>RP-1</value></equalto>"
    headers = gateway.ask(query("ARINVOICE", "RECORDNO RECORDID TOTALENTERED MODULEKEY", filter_=equal))
    mine = f"<equalto><field>RECORDKEY</field><value>{key}</value></equalto>"
    found = gateway.ask(query("ARINVOICEITEM", "LINE_NO ITEMID EMPLOYEEID ENTRYDESCRIPTION", filter_=mine))

    assert [[leaf.text for leaf in each] for each in headers.records] == [[key, "RP-1", "370", "4.AR"]]
    assert [[leaf.text for leaf in each] for each in found.records] == [
        ["0", "DETAIL-FULL", "E-00148", "Zoë & Söhne"],
        ["1", None, None, None],
    ]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_it_is_read_back_by_the_legacy_readers(gateway, version):
    key = created(gateway, externalid="reconpro-7")
    created(gateway, invoiceno="RP-2")
    filter_ = expression("invoiceno", "RP-1")

    listed = gateway.ask(get_list("invoice", filter_=filter_, maxitems=2), version=version)
    one = gateway.ask(f'<get_invoice key="{key}"/>', version=version)
    same = gateway.ask('<get_invoice key="reconpro-7" externalkey="true"/>', version=version)

    for reply in (listed, one, same):
        (record,) = reply.records
        assert record.tag == "invoice"
        assert (record.findtext("key"), record.findtext("invoiceno")) == (key, "RP-1")
        assert [each.text for each in record.find("datedue")] == ["2026", "12", "20"]
        assert record.findtext("totalamount") == record.findtext("invoiceitems/lineitem/amount") == "185"


def test_an_unknown_key_is_answered_in_the_gateways_own_spelling(gateway):
    reply = gateway.ask('<get_invoice key="77"/>', reversal("77"))

    assert reply.statuses == ["failure", "failure"]
    assert reply.errors()[0][0] == "DL03000005"
    assert "No record exits for the invoicekey 77" in reply.sentence


@pytest.mark.parametrize(
    ("document", "errorno", "words"),
    [
        (invoice(customerid="C-99999"), "BL01001973", "Customer 'C-99999' specified is not valid."),
        (invoice(customerid="C-00002"), "BL01001973", "Customer 'C-00002' specified is not valid."),
        (invoice(invoice_line(glaccountno="9999")), "BL01001973", "Account 9999 is not valid"),
        (invoice(invoice_line(glaccountno="4999")), "BL01001973", "Account 4999 is not valid"),
        (invoice(invoice_line(glaccountno="")), "BL01001973", "Account  is not valid"),
        (
            invoice(invoice_line(glaccountno=None, accountlabel="Nothing")),
            "BL01001973",
            "Account label 'Nothing' is not valid",
        ),
        (
            invoice(invoice_line(glaccountno="4020", departmentid=None)),
            "BL03000018",
            "missing the Department dimension for the Account 4020",
        ),
        (invoice(invoice_line(itemid="NOPE")), "BL01001973", "Invalid Item 'NOPE' specified."),
        (invoice(invoice_line(departmentid="999")), "BL01001973", "The department '999' is invalid."),
        (invoice(invoice_line(locationid="MOON")), "BL01001973", "The location 'MOON' is invalid."),
        (invoice(invoice_line(locationid=None)), "BL03000018", "missing the Location dimension"),
        (invoice(invoice_line(employeeid="E-1")), "BL01001973", "The employee 'E-1' is invalid."),
        (invoice(termname="Net 99"), "BL01001973", "Invalid Term 'Net 99' specified."),
        (invoice(termname=None), "BL01001973", "Required field Date Due is missing"),
        (invoice(datecreated=OCTOBER), "SIM-CLOSED-PERIOD", "The period of 10/31/2026 is closed."),
        (invoice(dateposted=OCTOBER), "SIM-CLOSED-PERIOD", "The period of 10/31/2026 is closed."),
        (invoice(datecreated=NO_DAY), "SIM-DATE", "datecreated 2026-02-30 is not a date."),
        (invoice(invoiceno="1" * 31), "SIM-TOO-LONG", "invoiceno may have at most 30"),
        (invoice(invoice_line(amount="much")), "SIM-NUMBER", "amount 'much' is not a number."),
        (invoice(invoice_line(amount="1.005")), "SIM-NUMBER", "more than two decimal places"),
        (invoice(action="Later"), "SIM-ACTION", "action is Draft or Submit, not 'Later'."),
        (
            invoice(billto="<contactname>Nobody at all</contactname>"),
            "BL01001973",
            "Contact 'Nobody at all' specified is not valid.",
        ),
    ],
)
def test_an_invoice_that_the_books_cannot_take_is_refused(gateway, document, errorno, words):
    gateway.tell(deactivate={"object": "CUSTOMER", "id": "C-00002"}, closed_through="2026-10-31")

    reply = gateway.ask(document)

    assert (reply.control, reply.authentication, reply.statuses) == ("success", "success", ["failure"])
    errors = reply.errors()
    assert errors[0][0] == errorno
    assert words in errors[0][1]
    assert "Could not create ARInvoice record!" in errors[-1][1]
    assert gateway.invoices() == []
    assert gateway.state()["billable_transactions"] == 0


def test_a_number_is_taken_once_unless_the_company_allows_more(gateway):
    created(gateway)
    again = gateway.ask(invoice())
    assert (again.statuses, again.errorno) == (["failure"], "PL01000127")
    assert "Another Invoice with the given value(s) RP-1  already exists" in again.sentence

    gateway.tell(allow_repeated_numbers=True)

    created(gateway)
    assert [each["RECORDID"] for each in gateway.invoices()] == ["RP-1", "RP-1"]


def test_without_a_number_the_ledger_gives_one(gateway):
    created(gateway, invoiceno=None)

    assert gateway.invoices()[0]["RECORDID"] == "INV-8001"


def test_lines_of_several_entities_are_taken_where_the_company_allows_it(gateway):
    lines = (invoice_line(locationid="EBU-SHOP2"), invoice_line(locationid="WBU"))
    created(gateway, *lines)

    gateway.tell(allow_several_entities=False)

    assert gateway.ask(invoice(*lines, invoiceno="RP-2")).errorno == "SIM-SEVERAL-ENTITIES"


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_posted_invoice_is_reversed_once(gateway, version):
    key = created(gateway)
    first = gateway.ask(reversal(key, NOVEMBER_30), version=version)
    again = gateway.ask(reversal(key, NOVEMBER_30), version=version)

    assert first.statuses == ["success"], first.errors()
    (kept,) = gateway.invoices()
    assert (kept["STATE"], kept["TOTALDUE"], kept["TOTALENTERED"]) == ("Reversed", "0", "185")
    assert again.statuses == ["failure"]
    assert "can't be reversed: it is reversed." in again.sentence


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_every_reader_shows_that_an_invoice_is_reversed(gateway, version):
    key = created(gateway)
    gateway.ask(reversal(key, NOVEMBER_30), version=version)

    listed = gateway.ask(get_list("invoice", filter_=expression("invoiceno", "RP-1")), version=version)
    one = gateway.ask(f'<get_invoice key="{key}"/>', version=version)
    asked = gateway.ask(query("ARINVOICE", "STATE TOTALDUE"))
    dotted = gateway.ask(f"<read><object>ARINVOICE</object><keys>{key}</keys><fields>STATE</fields></read>")

    assert [each.column("state") for each in (listed, one)] == [["Reversed"], ["Reversed"]]
    assert [each.column("totaldue") for each in (listed, one)] == [["0"], ["0"]]
    assert (asked.column("STATE"), asked.column("TOTALDUE")) == (["Reversed"], ["0"])
    assert dotted.column("STATE") == ["Reversed"]


@pytest.mark.parametrize(
    ("day", "words"), [(OCTOBER, "before the date of the invoice"), (NOVEMBER_19, "before the date of")]
)
def test_a_reversal_is_not_dated_before_its_invoice(gateway, day, words):
    assert words in gateway.ask(reversal(created(gateway), day)).sentence


def test_a_reversal_needs_an_open_period(gateway):
    key = created(gateway)
    gateway.tell(closed_through="2026-11-30")

    assert gateway.ask(reversal(key, NOVEMBER_30)).errorno == "SIM-CLOSED-PERIOD"
    assert gateway.invoices()[0]["STATE"] == "Posted"


def test_only_a_draft_can_be_deleted_and_it_can_not_be_reversed(gateway):
    draft, posted = created(gateway, action="Draft"), created(gateway, invoiceno="RP-2", action="Submit")

    refused = gateway.ask(reversal(draft), f'<delete_invoice key="{posted}"/>')
    gone = gateway.ask(f'<delete_invoice key="{draft}"/>')

    assert refused.statuses == ["failure", "failure"]
    assert gone.statuses == ["success"]
    assert [each["RECORDNO"] for each in gateway.invoices()] == [posted]


def test_a_transaction_that_fails_takes_everything_back(gateway):
    draft, posted = created(gateway, action="Draft"), created(gateway, invoiceno="RP-2")
    before = gateway.invoices()
    billed = gateway.state()["billable_transactions"]

    reply = gateway.ask(
        invoice(invoiceno="RP-3"),
        f'<delete_invoice key="{draft}"/>',
        reversal(posted),
        invoice(customerid="NOBODY"),
        transaction="true",
    )

    assert reply.statuses == ["aborted", "aborted", "aborted", "failure"]
    assert gateway.invoices() == before
    assert gateway.state()["billable_transactions"] == billed


def test_a_user_without_the_right_to_create_may_still_read(gateway):
    gateway.tell(permissions={"ARINVOICE": ["read"]})

    assert gateway.ask(invoice()).errorno == "PL04000005"
    assert gateway.ask(query("ARINVOICE", "RECORDNO")).statuses == ["success"]


def test_accounts_and_labels_can_be_listed_in_both_versions(gateway):
    legacy = gateway.ask(get_list("araccountlabel"), version="2.1")
    accounts = gateway.ask(get_list("glaccount"), version="2.1")
    new = gateway.ask(query("GLACCOUNT", "ACCOUNTNO REQUIREDEPT"))

    assert legacy.column("accountlabel") == ["Detailing", "Paint repair", "Other services"]
    assert accounts.column("glaccountno") == new.column("ACCOUNTNO")
    assert dict(zip(new.column("ACCOUNTNO"), new.column("REQUIREDEPT"), strict=True))["4020"] == "true"


def test_invoices_can_be_forgotten(gateway):
    created(gateway)
    created(gateway, invoiceno="RP-2")

    assert gateway.tell(forget_invoices=["RP-1"])["forget_invoices"] == 1
    assert [each["RECORDID"] for each in gateway.invoices()] == ["RP-2"]


def test_a_legacy_date_is_that_of_the_request(gateway):
    created(gateway)
    record = gateway.ask(get_list("invoice")).records[0]

    parts = "".join(f"<{each.tag}>{each.text}</{each.tag}>" for each in record.find("datecreated"))
    assert parts == DATE
