"""What arrives as AR invoice or as a credit, and how it is taken back, over real HTTP (X-2, X-3, X-8)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from intacct.configuration import settings_of
from intacct.jobs.exports import IntacctBooks
from intacct.mapping.export_rules import export_rules_of
from intacct.mapping.invoices import AR_INVOICE
from intacct.models import IntacctSettings
from integrations.exports.causes import Cause
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import Answer, AnswerLost, NothingSent, Reversal, Wanted
from integrations.exports.rules import ReversalWay
from integrations.runs.models import Outcome
from tests import factories
from tests.exports.gateway import carry_out, connect, invoices
from tests.gateway.in_process import CREDENTIALS, LOOPBACK

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("version", ["v3.0", "v2.1"])


@pytest.fixture
def ar(company, simulator, quick):
    def connected(version, **fields):
        values = {"document_type": "ar_invoice", "revenue_account": "4010", **fields}
        return connect(company, simulator, dtd_version=version, **values)

    return connected


def papers(simulator):
    return {paper["RECORDID"]: paper for paper in simulator.invoices()}


@BOTH
def test_an_ar_invoice_holds_the_invoice_to_the_cent_with_its_dimensions_x_2(ar, simulator, version):
    company = ar(version)
    sent = invoices(company, 6)

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 6), (run.message, run.error_text)
    found = papers(simulator)
    assert {number: Decimal(paper["TOTALENTERED"]) for number, paper in found.items()} == {
        f"RP-{invoice.number}": invoice.total for invoice in sent
    }
    rows = {row.document_number: row for row in InvoiceExport.objects.all()}
    assert {number: (row.state, row.key, row.document_type) for number, row in rows.items()} == {
        number: (ExportState.EXPORTED, paper["RECORDNO"], AR_INVOICE) for number, paper in found.items()
    }
    paper, ours = found[f"RP-{sent[0].number}"], sent[0].lines.all()[1]
    line = paper["lines"][1]
    assert (line["ACCOUNTNO"], line["AMOUNT"]) == ("4010", "50")
    assert (line["ITEMID"], line["DEPARTMENTID"]) == (ours.service.accounting_id, ours.service.department)
    assert line["EMPLOYEEID"] == ours.employee.accounting_employee_id
    assert line["LOCATIONID"] == ours.employee.accounting_entity_id
    assert line["ENTRYDESCRIPTION"].endswith(", VIN 1HGCM82633A004352, stock ST & 0, quantity 1.5 at 33.33")
    assert paper["TERMNAME"] == sent[0].client.terms
    assert paper["WHENDUE"]
    assert simulator.state()["invalid_requests"] == []
    assert carry_out(company).message == "There was nothing to export."


def test_the_account_label_serves_where_no_account_number_is_set(ar, simulator):
    company = ar("v3.0", revenue_account="", account_label="Other services")
    invoices(company, 1)

    assert carry_out(company).exported_count == 1

    (paper,) = simulator.invoices()
    assert {line["ACCOUNTLABEL"] for line in paper["lines"]} == {"Other services"}
    assert {line["ACCOUNTNO"] for line in paper["lines"]} == {"4090"}


@BOTH
@pytest.mark.parametrize(
    "fault", ["drop_after", "drop_before", "cut", "missing_result", "http_524", "http_429"]
)
def test_an_ar_invoice_whose_answer_is_lost_neither_doubles_nor_is_lost_x_5(ar, simulator, version, fault):
    company = ar(version)
    sent = invoices(company, 5)
    simulator.fault(fault, function="create_invoice")

    runs = [carry_out(company)]
    while runs[-1].outcome == Outcome.FAILED or runs[-1].unknown_count:
        assert len(runs) < 4, runs[-1].message
        runs.append(carry_out(company))

    numbers = [paper["RECORDID"] for paper in simulator.invoices()]
    assert sorted(numbers) == sorted(f"RP-{invoice.number}" for invoice in sent)
    assert set(InvoiceExport.objects.values_list("state", flat=True)) == {ExportState.EXPORTED}


@BOTH
def test_a_closed_period_moves_the_posting_of_either_kind_and_keeps_the_date_x_3(
    company, simulator, quick, version
):
    today = timezone.localdate()
    closed = today - timedelta(days=1)
    connect(
        *(company, simulator),
        dtd_version=version,
        document_type="ar_invoice",
        revenue_account="4010",
        export_start=today - timedelta(days=5),
        closed_through=closed,
        closed_period="move",
    )
    simulator.tell(closed_through=closed.isoformat())
    (invoice,) = invoices(company, 1)
    invoice.date = today - timedelta(days=3)
    invoice.save()

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.WARNED, 1), run.message
    (paper,) = simulator.invoices()
    assert paper["WHENCREATED"] == invoice.date.strftime("%m/%d/%Y")
    assert paper["WHENPOSTED"] == today.strftime("%m/%d/%Y")
    assert InvoiceExport.objects.get().posted_on == today


def test_a_period_that_intacct_closed_and_the_settings_do_not_know_is_told_with_what_to_do_x_3(ar, simulator):
    company = ar("v3.0")
    invoices(company, 1)
    simulator.tell(closed_through=timezone.localdate().isoformat())

    run = carry_out(company)

    assert (run.exported_count, run.failed_count) == (0, 1)
    assert "set in the settings through which day" in InvoiceExport.objects.get().message


@BOTH
@pytest.mark.parametrize(
    "fault", [{"kind": "slow", "seconds": 0}, {"kind": "drop_after"}], ids=["well", "lost"]
)
def test_a_credit_goes_as_the_credit_definition_with_positive_amounts_x_3(
    company, simulator, quick, version, fault
):
    connect(company, simulator, dtd_version=version, credit_definition="Credit Memo")
    simulator.fault(**fault, function="create_sotransaction")
    (invoice,) = invoices(company, 1)
    invoice.lines.update(price=Decimal("-10.00"), quantity=1, amount=Decimal("-10.00"))
    invoice.total = Decimal("-40.00")
    invoice.save()

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 1), (run.message, run.error_text)
    (document,) = simulator.documents()
    assert (document["transaction_type"], document["total"]) == ("Credit Memo", "40")
    row = InvoiceExport.objects.get()
    assert (row.state, row.document_type, row.total) == (ExportState.EXPORTED, "Credit Memo", 40)
    assert row.key == document["key"]
    assert "-$40.00" in run.message


@pytest.mark.parametrize("kind", ["order_entry", "ar_invoice"])
def test_a_credit_that_can_not_go_is_blocked_in_words_of_its_kind_x_3(company, simulator, quick, kind):
    connect(company, simulator, document_type=kind, revenue_account="4010")
    (invoice,) = invoices(company, 1)
    invoice.lines.update(price=Decimal("-10.00"), quantity=1, amount=Decimal("-10.00"))
    invoice.total = Decimal("-40.00")
    invoice.save()

    run = carry_out(company)

    assert run.blocked_count == 1
    assert not InvoiceExport.objects.exists()
    (warning,) = [seen.warning for seen in run.run_warnings.all()]
    assert Cause.NEGATIVE_TOTAL.heading in warning.message
    expected = {
        "order_entry": "No credit definition is set.",
        "ar_invoice": "An AR invoice can't be negative",
    }
    assert expected[kind] in warning.message


@pytest.mark.parametrize("kind", ["order_entry", "ar_invoice"])
@BOTH
def test_an_invoice_over_nothing_and_one_with_a_discount_line_go_x_2(
    company, simulator, quick, kind, version
):
    connect(company, simulator, document_type=kind, revenue_account="4010", dtd_version=version)
    free, reduced = invoices(company, 2)
    for line in free.lines.all():
        line.price = line.amount = Decimal(0)
        line.save()
    free.total = Decimal(0)
    free.save()
    discount = reduced.lines.last()
    discount.quantity, discount.price, discount.amount = Decimal(1), Decimal("-5.25"), Decimal("-5.25")
    discount.save()
    reduced.total = sum(line.amount for line in reduced.lines.all())
    reduced.save()

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 2), (run.message, run.error_text)
    totals = {d["number"]: Decimal(d["total"]) for d in simulator.documents()} | {
        paper["RECORDID"]: Decimal(paper["TOTALENTERED"]) for paper in simulator.invoices()
    }
    assert totals == {f"RP-{free.number}": 0, f"RP-{reduced.number}": reduced.total}


@pytest.mark.parametrize("kind", ["order_entry", "ar_invoice"])
def test_hundreds_of_lines_odd_characters_and_a_memo_too_long_arrive_x_2(company, simulator, quick, kind):
    connect(company, simulator, document_type=kind, revenue_account="4010")
    (invoice,) = invoices(company, 1)
    model = invoice.lines.first()
    lines = [
        {
            "service": model.service,
            "employee": model.employee,
            "quantity": Decimal("0.3333"),
            "price": Decimal("99.99"),
            "description": 'Hood & "left" <fender> ü 🚗 \x0b' + "d" * 160,
        }
        for _ in range(400)
    ]
    long = factories.an_invoice(
        *(company,), client=invoice.client, date=timezone.localdate(), lines=lines, memo="m" * 500
    )

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 2), (run.message, run.error_text)
    row = InvoiceExport.objects.get(invoice=long)
    assert (row.state, row.total) == (ExportState.EXPORTED, long.total)
    assert simulator.state()["invalid_requests"] == []


@pytest.fixture
def posted(ar, simulator):
    """A reversal of an AR invoice that is posted, and the books that carry it out, for a version."""

    def of(version):
        company = ar(version)
        invoices(company, 1)
        assert carry_out(company).exported_count == 1
        row = InvoiceExport.objects.get()
        reversal = Reversal(
            control_id=f"{row.control_id}:reverse",
            type=row.document_type,
            number=row.document_number,
            key=row.key,
            on=timezone.localdate(),
            reason="Wrong client",
        )
        return _books(simulator, version), reversal

    return of


def _books(simulator, version):
    from intacct.gateway import Client, Limits, Version

    limits = Limits(connect_timeout_seconds=2, read_timeout_seconds=5)
    client = Client(
        simulator.url,
        CREDENTIALS,
        Version.parse(version),
        address_rule=LOOPBACK,
        limits=limits,
        sleep=lambda seconds: None,
    )
    return IntacctBooks(client)


def shown(books, reversal):
    (found,) = books.find([Wanted(reversal.type, reversal.number)])
    return found.reversed


@BOTH
def test_the_books_reverse_an_ar_invoice_once_and_show_it_x_8(posted, simulator, version):
    books, reversal = posted(version)
    assert shown(books, reversal) is False

    result = books.reverse(reversal)

    assert (result.answer, result.key) == (Answer.CREATED, reversal.key)
    assert shown(books, reversal) is True
    (paper,) = simulator.invoices()
    assert (paper["STATE"], paper["DESCRIPTION2"]) == ("Reversed", "Wrong client")
    again = books.reverse(reversal)
    assert again.answer in (Answer.REFUSED, Answer.LOST)


@BOTH
@pytest.mark.parametrize(
    ("fault", "is_done"), [("drop_after", True), ("http_524", True), ("drop_before", False)]
)
def test_a_reversal_whose_answer_is_lost_is_said_to_be_lost_x_8(posted, simulator, version, fault, is_done):
    books, reversal = posted(version)
    simulator.fault(fault, function="reverse_invoice")

    with pytest.raises(AnswerLost):
        books.reverse(reversal)

    assert shown(books, reversal) is is_done


def test_a_reversal_that_never_left_says_so_x_8(posted, simulator):
    books, reversal = posted("v3.0")
    simulator.fault("wrong_sender")

    with pytest.raises(NothingSent):
        books.reverse(reversal)

    assert shown(books, reversal) is False


def test_no_transaction_definition_can_be_called_like_the_type_of_ar_invoices():
    for name in ("transaction_definition", "credit_definition"):
        assert len(AR_INVOICE) > IntacctSettings._meta.get_field(name).max_length
    assert len(AR_INVOICE) <= InvoiceExport._meta.get_field("document_type").max_length


def test_who_takes_documents_back_follows_from_the_document_type_x_8(company):
    settings = settings_of(company)
    assert export_rules_of(settings).reversal is ReversalWay.BY_HAND
    settings.credit_definition = "Credit Memo"
    assert export_rules_of(settings).reversal is ReversalWay.CREDIT
    settings.document_type = "ar_invoice"
    assert export_rules_of(settings).reversal is ReversalWay.BOOKS
