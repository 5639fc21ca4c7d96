"""P-3: what is open of exports, by cause, the worst first by blocked money; and *Retry these*."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from intacct.configuration import save_settings
from intacct.provider import export_rules, open_connection
from integrations.exports.attention import SENTENCES_APART, needs_attention, packed, unpacked
from integrations.exports.causes import Cause
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Run
from reconpro.invoices.models import Invoice
from tests import factories
from tests.exports.ledger import Ledger, approved, export
from tests.exports.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def department_required(ready_company):
    save_settings(ready_company, {"department_required": True}, secrets={}, by=None)
    ready_company.refresh_from_db()
    return ready_company


def found(company):
    return needs_attention(company, open_connection(company), export_rules(company))


def test_one_cause_on_two_services_is_one_group_with_its_money_p_3(department_required, client, invoices):
    bare = [
        factories.a_service(department_required, name=name, accounting_id=name) for name in ("Wax", "Buff")
    ]
    fine = factories.a_service(
        department_required, name="Fine", accounting_id="F", accounting_id_2_typed="100"
    )
    both = invoices(2, lines=[{"service": service, "price": Decimal("100")} for service in bare])
    invoices(1, lines=[{"service": fine}])
    one = invoices(1, lines=[{"service": bare[0], "price": Decimal("50")}])

    [trouble] = found(department_required).troubles

    assert trouble.sentence("USD") == "Department ID missing on 2 services: 3 invoices, $450.00 wait"
    assert sorted(trouble.ids) == sorted(invoice.pk for invoice in both + one)
    assert {place.label for place in trouble.named} == {"Wax", "Buff"}


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (1, "1 archived client: 1 invoice, $100.00 waits"),
        (2, "2 archived clients: 2 invoices, $200.00 wait"),
    ],
)
def test_records_that_are_amiss_are_counted_as_a_person_would_say_it_p_3(
    ready_company, invoices, number, told
):
    for i, made in enumerate(invoices(number, lines=[{"price": Decimal("100")}])):
        gone = factories.a_client(
            ready_company,
            name=f"Gone {i}",
            accounting_id=f"G-{i}",
            archived_reason="by_hand",
            archived_at=timezone.now(),
        )
        Invoice.objects.filter(pk=made.pk).update(client=gone)

    assert told in [trouble.sentence("USD") for trouble in found(ready_company).troubles]


def test_each_heading_on_records_reads_as_a_sentence_p_3():
    for cause in Cause:
        one, two = cause.on(1, "1 client"), cause.on(2, "2 clients")
        assert " client on 1 client" not in one.lower()
        assert ("1 " in one, "2 " in two) == (True, True)


def test_the_worst_comes_first_by_the_money_that_waits_p_3(department_required, client, invoices):
    bare = factories.a_service(department_required, name="Wax", accounting_id="W")
    without_id = factories.a_service(
        department_required, name="Odd", accounting_id="", accounting_id_2_typed="100"
    )
    invoices(1, lines=[{"service": bare, "price": Decimal("10")}])
    invoices(1, lines=[{"service": without_id, "price": Decimal("900")}])

    headings = [trouble.heading for trouble in found(department_required).troubles]

    assert headings == ["Service without an Accounting ID", "Department ID missing"]


def test_mended_retry_these_exports_just_what_waited(department_required, browser, invoices):
    bare = factories.a_service(department_required, name="Wax", accounting_id="W")
    waiting = invoices(2, lines=[{"service": bare}])
    page = browser.get(reverse("integration-report"))
    assert "Department ID missing on 1 service: 2 invoices" in text_of(page)
    assert reverse("service", args=[bare.pk]) in page.content.decode()
    [each] = page.context["attention"]["troubles"]
    bare.accounting_id_2_typed = "100"
    bare.save()
    invoices(1)  # another that is ready: not among these

    browser.post(reverse("attention-retry"), {"invoices": each.retry})

    assert Run.objects.get().options == {"only": [invoice.pk for invoice in waiting]}


def test_refused_ones_stand_under_what_accounting_said_and_kept_back_ones_apart(
    connection, small_batches, administrator
):
    from integrations.exports.hand import keep_back

    ledger = Ledger()
    bad = approved(connection, 3)
    for invoice in bad:
        ledger.refuse[f"RP-{invoice.number}"] = "The date is wrong."
    export(connection, ledger)
    keep_back(bad[2], by=administrator, connection=connection)

    attention = needs_attention(connection.company, connection, export_rules(connection.company))

    [trouble] = attention.troubles
    assert (trouble.heading, trouble.count) == ("Refused", 2)
    assert "The date is wrong." in trouble.theirs
    assert sorted(trouble.ids) == [bad[0].pk, bad[1].pk]
    assert (attention.kept_back_count, attention.kept_back_total) == (1, bad[2].total)


def refused(connection, *sentences):
    """An invoice refused under the same code for each of these."""
    made, ledger = approved(connection, len(sentences)), Ledger()
    ledger.refuse = {f"RP-{invoice.number}": "Invalid." for invoice in made}
    export(connection, ledger)
    for invoice, sentence in zip(made, sentences, strict=True):
        InvoiceExport.objects.filter(invoice=invoice).update(message=sentence)
    return made


def test_under_one_code_each_sentence_is_a_cause_p_3(connection, small_batches):
    item, other, department = refused(connection, "No item A.", "No item A.", "No department 7.")

    troubles = needs_attention(connection.company, connection, export_rules(connection.company)).troubles

    assert [(trouble.advice, trouble.ids) for trouble in troubles] == [
        ("No item A.", [item.pk, other.pk]),
        ("No department 7.", [department.pk]),
    ]
    assert len({trouble.key for trouble in troubles}) == 2


def test_what_speaks_of_each_invoice_under_one_code_is_one_cause_p_3(connection, small_batches):
    made = refused(connection, *(f"Invoice {number} is wrong." for number in range(SENTENCES_APART + 1)))

    [trouble] = needs_attention(connection.company, connection, export_rules(connection.company)).troubles

    assert trouble.ids == [invoice.pk for invoice in made]
    assert trouble.advice == "Each invoice tells its reason. Correct what it names, then retry."


def test_what_is_in_doubt_is_checked_and_conflicts_are_decided_one_by_one(connection, small_batches):
    ledger = Ledger()
    ours = approved(connection, 2)
    export(connection, ledger)
    InvoiceExport.objects.filter(invoice=ours[0]).update(state=ExportState.UNKNOWN)
    InvoiceExport.objects.filter(invoice=ours[1]).update(state=ExportState.CONFLICT)

    troubles = needs_attention(connection.company, connection, export_rules(connection.company)).troubles

    assert {(t.accounting, t.can_retry, t.is_check) for t in troubles} == {
        ("unknown", False, True),
        ("conflict", False, False),
    }


def test_nothing_open_says_so_and_the_retry_of_strangers_is_404_u_2(
    ready_company, browser, invoices, client_of, stranger
):
    [mine] = invoices(1)
    page = text_of(browser.get(reverse("integration-report")))
    assert "No invoice is blocked, refused or in doubt." in page
    other = client_of(stranger)
    assert other.post(reverse("attention-retry"), {"invoices": str(mine.pk)}).status_code in (403, 404)
    for odd in ("", "x", "5-3", "1-99999999999", "0" * 30):
        assert browser.post(reverse("attention-retry"), {"invoices": odd}).status_code == 404
    assert not Run.objects.exists()


def test_a_work_manager_sees_it_and_has_no_buttons_u_1(
    department_required, invoices, client_of, work_manager
):
    bare = factories.a_service(department_required, name="Wax", accounting_id="W")
    [waiting] = invoices(1, lines=[{"service": bare}])
    manager = client_of(work_manager)

    page = text_of(manager.get(reverse("integration-report")))

    assert "Department ID missing" in page
    assert "Retry these" not in page
    assert manager.post(reverse("attention-retry"), {"invoices": str(waiting.pk)}).status_code == 403


def test_the_number_of_statements_does_not_grow_with_the_invoices(
    department_required, invoices, django_assert_max_num_queries
):
    bare = factories.a_service(department_required, name="Wax", accounting_id="W")
    invoices(1, lines=[{"service": bare}])
    with django_assert_max_num_queries(40) as few:
        found(department_required)
    invoices(30, lines=[{"service": bare}])
    with django_assert_max_num_queries(len(few)) as many:
        [trouble] = found(department_required).troubles
    assert trouble.count == 31
    assert len(many) <= len(few)


@pytest.mark.parametrize("ids", [[], [4], [1, 2, 3], [3, 1, 2, 9, 11, 12], list(range(1, 200, 2))])
def test_ids_survive_the_form(ids):
    assert unpacked(packed(ids)) == sorted(ids)
