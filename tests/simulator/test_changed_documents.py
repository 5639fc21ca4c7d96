"""update_invoice and update_sotransaction change what stands above the lines (section 5.4)."""

import pytest

from .talking import DATE, invoice, line, query, reversal, sotransaction

DECEMBER = "<year>2026</year><month>12</month><day>24</day>"
VERSIONS = pytest.mark.parametrize("version", ["2.1", "3.0"])


def changed(gateway, function, key, inside, *, version="3.0", attributes=""):
    return gateway.ask(f'<{function} key="{key}"{attributes}>{inside}</{function}>', version=version)


@VERSIONS
def test_an_invoice_changes_where_it_is_named_and_nowhere_else(gateway, version):
    gateway.ask(invoice(description="Before", ponumber="STK-1"))

    inside = (
        f"<datedue>{DECEMBER}</datedue><invoiceno>RP-9</invoiceno><ponumber/><description>After</description>"
    )
    reply = changed(gateway, "update_invoice", "8001", inside, version=version)

    assert (reply.statuses, reply.find("operation/result/key")) == (["success"], "8001"), reply.errors()
    (kept,) = gateway.invoices()
    told = [kept[name] for name in ("RECORDID", "DOCNUMBER", "DESCRIPTION", "WHENDUE", "TOTALENTERED")]
    assert told == ["RP-9", "STK-1", "After", "12/24/2026", "185"]
    nulled = changed(gateway, "update_invoice", "8001", "<ponumber/>", attributes=' set_nulls="true"')
    assert nulled.statuses == ["success"]
    assert "DOCNUMBER" not in gateway.invoices()[0]


@VERSIONS
def test_a_document_of_order_entry_changes_too(gateway, version):
    gateway.ask(sotransaction(referenceno="STK-1"))
    inside = "<referenceno>STK-2</referenceno><termname>Net 15</termname><state>Closed</state>"
    reply = changed(gateway, "update_sotransaction", "Sales Invoice-RP-1", inside, version=version)

    assert reply.find("operation/result/key") == "Sales Invoice-RP-1", reply.errors()
    found = gateway.ask(query("SODOCUMENT", "PONUMBER TERM.NAME STATE TOTAL"))
    assert [leaf.text for leaf in found.records[0]] == ["STK-2", "Net 15", "Closed", "185"]


def test_a_draft_can_be_posted_and_a_posted_invoice_is_no_draft_again(gateway):
    gateway.ask(invoice(action="Draft"))
    posted = changed(gateway, "update_invoice", "8001", "<action>Submit</action>")
    again = changed(gateway, "update_invoice", "8001", "<action>Draft</action>")

    assert (posted.statuses, again.statuses, again.errorno) == (["success"], ["failure"], "SIM-ACTION")
    assert gateway.invoices()[0]["STATE"] == "Posted"


@pytest.mark.parametrize(
    ("inside", "errorno"),
    [
        ("<customerid>NOBODY</customerid>", "BL01001973"),
        ("<termname>Net 99</termname>", "BL01001973"),
        ("<invoiceno>RP-2</invoiceno>", "PL01000127"),
        ("<payto><contactname>Nobody</contactname></payto>", "BL01001973"),
        (f"<dateposted>{DATE.replace('11', '10')}</dateposted>", "SIM-CLOSED-PERIOD"),
        (
            '<updateinvoiceitems><updatelineitem line_num="1"><amount>5</amount></updatelineitem>'
            "</updateinvoiceitems>",
            "SIM-NOT-SIMULATED",
        ),
    ],
)
def test_what_the_books_cannot_take_changes_nothing(gateway, inside, errorno):
    gateway.ask(invoice(), invoice(invoiceno="RP-2"))
    gateway.tell(closed_through="2026-10-31")
    before = gateway.invoices()

    reply = changed(gateway, "update_invoice", "8001", inside)

    assert (reply.statuses, reply.errorno) == (["failure"], errorno)
    assert gateway.invoices() == before


def test_what_is_reversed_or_in_a_closed_period_stays_as_it_is(gateway):
    gateway.ask(invoice(), reversal("8001"), invoice(invoiceno="RP-2"), sotransaction(line()))
    gateway.tell(closed_through="2026-11-30")

    replies = [
        changed(gateway, "update_invoice", "8001", "<description>x</description>"),
        changed(gateway, "update_invoice", "8002", "<description>x</description>"),
        changed(gateway, "update_sotransaction", "Sales Invoice-RP-1", "<message>x</message>"),
        changed(gateway, "update_sotransaction", "Sales Invoice-RP-7", "<message>x</message>"),
    ]

    errors = ["SIM-NOT-POSTED", "SIM-CLOSED-PERIOD", "SIM-CLOSED-PERIOD", "BL01001973"]
    assert [reply.errorno for reply in replies] == errors


def test_a_change_is_taken_back_with_its_transaction(gateway):
    gateway.ask(invoice(description="Before"))
    update = '<update_invoice key="8001"><description>After</description></update_invoice>'
    gateway.ask(update, invoice(customerid="NOBODY"), transaction="true")

    assert gateway.invoices()[0]["DESCRIPTION"] == "Before"
