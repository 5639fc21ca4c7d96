"""X-9: what differs between ReconPro and Intacct in a month is found, in both versions, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from intacct.configuration import save_settings
from intacct.mapping.invoices import AR_INVOICE
from integrations.exports.models import InvoiceExport
from integrations.months.models import DifferenceKind, MonthComparison
from integrations.runs import lifecycle
from integrations.runs.models import GatewayRequest, Operation, Outcome, Run
from tests.exports.gateway import carry_out, invoices

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["order_entry", "ar_invoice"])
def exported(request, connected, simulator):
    """Six invoices that arrived, as documents of one kind or the other."""
    if request.param == "ar_invoice":
        values = {"document_type": "ar_invoice", "revenue_account": "4010"}
        save_settings(connected, values, secrets={}, by=None)
    sent = invoices(connected, 6)
    run = carry_out(connected)
    assert run.exported_count == 6, (run.message, run.error_text)
    return sent


def compared(company, month=None) -> Run:
    company.refresh_from_db()
    month = month or timezone.localdate()
    run, created = lifecycle.start(
        company,
        Operation.COMPARE_MONTH,
        provider="intacct",
        nudge=False,
        options={"month": f"{month:%Y-%m}"},
    )
    assert created
    return lifecycle.carry_out(run.pk)


def found(run):
    comparison = MonthComparison.objects.get(run=run)
    return comparison, list(comparison.differences.order_by("number", "pk"))


def plant(simulator, invoice, **fields):
    """Change a document in the ledger; None deletes it."""
    row = InvoiceExport.objects.get(invoice=invoice)
    is_sales = row.document_type != AR_INVOICE
    named = {"object": "SODOCUMENT" if is_sales else "ARINVOICE", "id": row.key}
    if not fields:
        simulator.tell(delete=named)
        return
    names = {} if is_sales else {"CUSTVENDID": "CUSTOMERID", "TOTAL": "TOTALENTERED"}
    simulator.tell(set={**named, "fields": {names.get(k, k): v for k, v in fields.items()}})


def test_a_month_that_agrees_has_no_differences_and_costs_few_requests_g_2(exported, connected, simulator):
    simulator.tell(reset_counters=True)

    run = compared(connected)

    comparison, differences = found(run)
    assert (run.outcome, differences, comparison.lines.count()) == (Outcome.SUCCEEDED, [], 0), run.message
    total = sum(invoice.total for invoice in exported)
    assert (comparison.our_count, comparison.our_total) == (6, total)
    assert (comparison.their_count, comparison.their_total) == (6, total)
    assert (run.read_count, run.unchanged_count) == (6, 6)
    assert "no differences" in run.message
    assert comparison.knows_locations
    assert GatewayRequest.objects.filter(run=run).count() <= 3  # sign-in, documents, their lines
    assert simulator.state()["invalid_requests"] == []
    assert simulator.state()["billable_transactions"] <= 3


def test_each_planted_difference_is_found_and_nothing_else(exported, connected, simulator):
    amount, gone, other_client, moved, at_elsewhere, _untouched = exported
    month = timezone.localdate()
    plant(simulator, amount, TOTAL=str(amount.total + 7))
    plant(simulator, gone)
    plant(simulator, other_client, CUSTVENDID=amount.client.accounting_id)
    before = month.replace(day=1) - timedelta(days=1)
    plant(simulator, moved, WHENCREATED=f"{before:%m/%d/%Y}")

    run = compared(connected)

    comparison, differences = found(run)
    assert run.outcome == Outcome.WARNED
    kinds = {each.invoice_id: each.kind for each in differences}
    expected = {
        gone.pk: DifferenceKind.MISSING,
        other_client.pk: DifferenceKind.CLIENT,
        moved.pk: DifferenceKind.MOVED,
    }
    if connected_shows_totals(amount, connected):
        expected[amount.pk] = DifferenceKind.ADDED
    assert kinds == expected
    assert comparison.difference_count == len(expected) == run.conflict_count
    assert comparison.our_total == sum(invoice.total for invoice in exported)
    by_client = {line.client_id_there for line in comparison.lines.all()}
    assert by_client >= {gone.client.accounting_id, other_client.client.accounting_id}
    assert at_elsewhere.client.accounting_id not in by_client - {
        each.client.accounting_id for each in (amount, gone, other_client, moved)
    }
    differing = sum(line.their_total - line.our_total for line in comparison.lines.all())
    assert differing == comparison.their_total - comparison.our_total


def connected_shows_totals(invoice, company):
    """2.1 has no total in an Order Entry document: its lines are summed."""
    from intacct.configuration import settings_of

    row = InvoiceExport.objects.get(invoice=invoice)
    return row.document_type == AR_INVOICE or settings_of(company).dtd_version.endswith("3.0")


AR_ONLY = pytest.mark.parametrize("exported", ["ar_invoice"], indirect=True)


def lines_of(simulator, invoice):
    number = InvoiceExport.objects.get(invoice=invoice).document_number
    [document] = [each for each in simulator.invoices() if each["RECORDID"] == number]
    return document["lines"]


@AR_ONLY
def test_an_amount_changed_on_a_line_is_another_total(exported, connected, simulator):
    changed = exported[2]
    line, *_ = lines_of(simulator, changed)
    fields = {"AMOUNT": str(Decimal(line["AMOUNT"]) + 100)}
    simulator.tell(set={"object": "ARINVOICEITEM", "id": line["RECORDNO"], "fields": fields})
    plant(simulator, changed, TOTAL=str(changed.total + 100))

    _, [difference] = found(compared(connected))

    assert (difference.kind, difference.invoice) == (DifferenceKind.TOTAL, changed)
    assert (difference.ours, difference.theirs) == (changed.total, changed.total + 100)


@AR_ONLY
def test_another_location_on_the_lines_is_found(exported, connected, simulator):
    changed = exported[1]
    [location] = InvoiceExport.objects.get(invoice=changed).locations
    for line in lines_of(simulator, changed):
        fields = {"LOCATIONID": "ELSEWHERE"}
        simulator.tell(set={"object": "ARINVOICEITEM", "id": line["RECORDNO"], "fields": fields})

    comparison, [difference] = found(compared(connected))

    assert (difference.kind, difference.invoice) == (DifferenceKind.LOCATION, changed)
    assert {line.location for line in comparison.lines.all()} == {location, "ELSEWHERE"}
    assert comparison.their_total == comparison.our_total


@AR_ONLY
def test_one_that_was_reversed_there_and_one_that_is_there_twice_are_found(exported, connected, simulator):
    back, twice = exported[:2]
    plant(simulator, back, STATE="Reversed")
    row = InvoiceExport.objects.get(invoice=twice)
    add_document(simulator, row, row.document_number, str(twice.total))

    comparison, differences = found(compared(connected))

    assert {(each.invoice_id, each.kind) for each in differences} == {
        (back.pk, DifferenceKind.REVERSED),
        (twice.pk, DifferenceKind.TWICE),
    }
    assert comparison.their_total - comparison.our_total == twice.total - back.total


@AR_ONLY
def test_one_that_was_reversed_from_here_is_worth_nothing_on_both_sides(
    exported, connected, simulator, administrator
):
    from intacct.provider import export_rules
    from integrations.exports import reversals

    back = exported[0]
    reversals.ask(back, by=administrator, reason="Billed twice.", on=back.date, rules=export_rules(connected))
    assert carry_out(connected).outcome == Outcome.SUCCEEDED

    comparison, differences = found(compared(connected))

    assert differences == []
    assert (comparison.our_count, comparison.their_count) == (5, 5)
    assert comparison.our_total == comparison.their_total == sum(each.total for each in exported[1:])


def test_what_was_entered_by_hand_is_compared_under_the_number_that_was_typed(
    exported, connected, simulator, administrator
):
    from integrations.exports.hand import mark_by_hand

    [by_hand] = invoices(connected, 1)
    row = InvoiceExport.objects.get(invoice=exported[0])
    mark_by_hand(by_hand, "HAND-7", by=administrator, connection=row.connection)
    run = compared(connected)
    _, [missing] = found(run)
    assert (missing.kind, missing.invoice, missing.ours) == (
        DifferenceKind.MISSING,
        by_hand,
        by_hand.total,
    )
    like = InvoiceExport.objects.get(invoice=by_hand)
    like.document_type = row.document_type
    add_document(simulator, like, "HAND-7", str(by_hand.total))

    comparison, differences = found(compared(connected))

    totals_are_told = connected_shows_totals(exported[0], connected)
    assert not differences or not totals_are_told
    assert comparison.their_count == comparison.our_count == 7


def test_a_comparison_that_fails_leaves_the_one_before(exported, connected, simulator):
    first = compared(connected)
    simulator.fault("http_500", times=20)
    monkey = compared(connected)
    simulator.tell(clear_faults=True)

    assert monkey.outcome == Outcome.FAILED
    assert list(MonthComparison.objects.values_list("run", flat=True)) == [first.pk]


def test_what_the_user_may_not_read_is_told(exported, connected, simulator):
    kind = InvoiceExport.objects.first().document_type
    simulator.tell(permissions={"ARINVOICE" if kind == AR_INVOICE else "SODOCUMENT": []})

    run = compared(connected)

    assert run.outcome == Outcome.FAILED
    assert run.message


def test_documents_that_nobody_exported_are_told_if_they_bear_our_prefix(exported, connected, simulator):
    row = InvoiceExport.objects.get(invoice=exported[0])
    add_document(simulator, row, "RP-99999", "500.00")
    add_document(simulator, row, "HAND-1", "80.00")

    comparison, [difference] = found(compared(connected))

    assert (difference.kind, difference.number, difference.invoice) == (
        DifferenceKind.EXTRA,
        "RP-99999",
        None,
    )
    assert comparison.other_count == 1
    if connected_shows_totals(exported[0], connected):
        assert difference.theirs == Decimal("500.00")
        assert comparison.other_total == Decimal("80.00")
        assert comparison.their_total == comparison.our_total + 500


def add_document(simulator, like, number, total):
    today = f"{timezone.localdate():%m/%d/%Y}"
    if like.document_type == AR_INVOICE:
        simulator.tell(
            add={
                "object": "ARINVOICE",
                "id": str(max(int(each["RECORDNO"]) for each in simulator.invoices()) + 1),
                "fields": {
                    "RECORDID": number,
                    "CUSTOMERID": like.customer_id,
                    "STATE": "Posted",
                    "WHENCREATED": today,
                    "TOTALENTERED": total,
                },
            }
        )
        return
    simulator.tell(
        add={
            "object": "SODOCUMENT",
            "id": f"{like.document_type}-{number}",
            "fields": {
                "DOCNO": number,
                "DOCPARID": like.document_type,
                "CUSTVENDID": like.customer_id,
                "WHENCREATED": today,
                "TOTAL": total,
            },
        }
    )
