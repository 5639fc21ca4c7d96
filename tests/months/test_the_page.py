"""X-9 on its page: what is open, what differs, and who signed the month off."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from intacct.provider import open_connection
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.rules import ReversalWay
from integrations.months.models import DifferenceKind, MonthComparison, MonthSignOff
from integrations.runs.models import Operation, Outcome, Run
from reconpro.audit.models import AuditEvent
from reconpro.invoices.services import back_to_draft
from tests import factories
from tests.exports.conftest import client, invoices, ready_company, service
from tests.exports.pages import an_export, text_of

__all__ = ["client", "invoices", "ready_company", "service"]  # fixtures
pytestmark = pytest.mark.django_db
MONTH = date(2026, 3, 1)
INSIDE = date(2026, 3, 12)


@pytest.fixture
def accounting(client_of, accountant):
    return client_of(accountant)


@pytest.fixture
def compared(ready_company):
    def make(differences=0, **fields):
        connection = open_connection(ready_company)
        run = Run.objects.create(
            company=ready_company,
            connection=connection,
            provider="intacct",
            operation=Operation.COMPARE_MONTH,
            started_at=timezone.now(),
            finished_at=timezone.now(),
            outcome=Outcome.SUCCEEDED,
            options={"month": "2026-03"},
        )
        made = MonthComparison.objects.create(
            run=run,
            company=ready_company,
            connection=connection,
            month=MONTH,
            difference_count=differences,
            **fields,
        )
        for number in range(differences):
            made.differences.create(
                kind=DifferenceKind.MISSING, number=f"RP-{number}", ours=5, sentence=f"No RP-{number}."
            )
            made.lines.create(client_id_there=f"C-{number}", our_count=1, our_total=5)
        return made

    return make


def page(browser, month="2026-03", **more):
    return browser.get(reverse("close-month"), {"month": month, **more})


def sign(browser, **fields):
    answer = page(browser)
    values = {"month": "2026-03", "seen": answer.context["seen"].seen, **fields}
    return browser.post(reverse("close-month-sign-off"), values)


def counts(answer):
    return {line.name: line.count for line in answer.context["seen"].standing.lines if line.count}


def test_every_invoice_of_the_month_stands_in_one_line_x_9(ready_company, accounting, invoices):
    def exported_as(state, **fields):
        [invoice] = invoices(1, date=INSIDE)
        factories_export(invoice, state, **fields)

    invoices(1, date=INSIDE, state="draft")
    invoices(1, date=INSIDE)
    invoices(1, date=MONTH - timedelta(days=1))
    blocked = factories.a_service(ready_company, name="No id", accounting_id="")
    invoices(1, date=INSIDE, lines=[{"service": blocked}])
    for state in (ExportState.FAILED, ExportState.UNKNOWN, ExportState.CONFLICT, ExportState.KEPT_BACK):
        exported_as(state)
    exported_as(ExportState.EXPORTED)

    answer = page(accounting)

    assert counts(answer) == {
        "draft": 1,
        "ready": 1,
        "blocked": 1,
        "failed": 1,
        "unknown": 1,
        "conflict": 1,
        "kept_back": 1,
        "exported": 1,
    }
    assert answer.context["seen"].standing.open_count == 7
    for line in answer.context["seen"].standing.lines:
        if line.count and line.name not in ("blocked", "ready"):
            listed = accounting.get(line.url)
            assert listed.status_code == 200
            assert len(listed.context["table"].rows) == line.count, line.name


def factories_export(invoice, state, **fields):
    from tests.exports.pages import an_export

    return an_export(invoice, state, **fields)


@pytest.mark.parametrize("state", [ExportState.FAILED, ExportState.KEPT_BACK])
def test_one_set_back_to_draft_after_it_was_refused_or_kept_back_is_open_x_9(
    ready_company, accounting, invoices, administrator, state
):
    [invoice] = invoices(1, date=INSIDE)
    an_export(invoice, state)
    back_to_draft(invoice=invoice, by=administrator)

    answer = page(accounting)

    assert counts(answer) == {"draft": 1}
    assert answer.context["seen"].standing.open_total == invoice.total


def test_a_month_that_was_never_compared_can_not_be_signed_off(ready_company, accounting):
    assert "not compared yet" in text_of(page(accounting))
    answer = sign(accounting, reason="In a hurry")
    assert answer.status_code == 422
    assert "Compare the month with the books first." in text_of(answer)
    assert not MonthSignOff.objects.exists()


def test_it_is_signed_off_once_by_name_with_its_numbers_and_in_the_audit(
    ready_company, accounting, accountant, compared
):
    made = compared(our_count=3, our_total=Decimal("90.00"), their_count=3, their_total=Decimal("90.00"))

    sign(accounting)

    [signed] = MonthSignOff.objects.all()
    assert (signed.by, signed.name, signed.comparison) == (accountant, str(accountant), made)
    assert signed.numbers["ours"] == [3, "90.00"]
    assert AuditEvent.objects.filter(action="month.signed_off", user=accountant).count() == 1
    again = sign(accounting)
    assert again.status_code == 422
    assert MonthSignOff.objects.count() == 1
    assert f"By {accountant}" in text_of(page(accounting))


def test_with_differences_or_open_invoices_a_reason_is_asked_for(
    ready_company, accounting, compared, invoices
):
    compared(differences=2)
    invoices(1, date=INSIDE)

    refused = sign(accounting)

    assert refused.status_code == 422
    text = text_of(refused)
    assert "1 invoice of the month is still open." in text
    assert "2 documents differ from the books." in text
    sign(accounting, reason="Agreed with Ms. Lee; booked in April.")
    assert MonthSignOff.objects.get().reason == "Agreed with Ms. Lee; booked in April."


def test_what_changed_while_the_page_was_open_is_looked_at_first(
    ready_company, accounting, compared, invoices
):
    compared()
    seen = page(accounting).context["seen"].seen
    invoices(1, date=INSIDE)

    answer = accounting.post(
        reverse("close-month-sign-off"), {"month": "2026-03", "seen": seen, "reason": "All the same"}
    )

    assert answer.status_code == 422
    assert "has changed since you opened this page" in text_of(answer)


def test_later_changes_of_a_signed_off_month_are_shown(ready_company, accounting, compared, invoices):
    compared()
    sign(accounting)
    assert "Nothing has changed since." in text_of(page(accounting))

    [late] = invoices(1, date=INSIDE)

    text = text_of(page(accounting))
    assert "Changed since" in text
    assert late.number in text


def test_a_sign_off_is_taken_back_for_a_reason_and_stays_as_history(
    ready_company, accounting, accountant, compared
):
    compared()
    sign(accounting)
    signed = MonthSignOff.objects.get()
    url = reverse("close-month-take-back", args=[signed.pk])
    accounting.post(url, {"reason": " "})
    signed.refresh_from_db()
    assert signed.withdrawn_at is None

    accounting.post(url, {"reason": "A late invoice."})

    assert "A late invoice." in text_of(page(accounting))
    sign(accounting)
    assert MonthSignOff.objects.filter(withdrawn_at=None).count() == 1
    assert AuditEvent.objects.filter(action="month.sign_off_taken_back").count() == 1


def test_exports_after_the_comparison_make_it_stale(ready_company, accounting, compared, invoices):
    compared()
    [invoice] = invoices(1, date=INSIDE)
    factories_export(invoice, ExportState.EXPORTED, document_date=INSIDE)
    InvoiceExport.objects.update(settled_at=timezone.now() + timedelta(seconds=5))

    assert "compare again" in text_of(page(accounting))


def test_a_credit_that_arrives_after_the_comparison_makes_its_month_stale(
    ready_company, accounting, compared, invoices, administrator
):
    [invoice] = invoices(1, date=date(2026, 2, 3))
    export = an_export(invoice, ExportState.REVERSED)
    compared()
    assert not page(accounting).context["seen"].is_stale
    ExportReversal.objects.create(
        export=export,
        company=ready_company,
        connection=export.connection,
        run=export.run,
        state=ReversalState.DONE,
        way=ReversalWay.CREDIT,
        reason="Billed twice.",
        on=INSIDE,
        asked_by=administrator,
        document_number=f"{export.document_number}-CR",
        settled_at=timezone.now(),
    )

    assert page(accounting).context["seen"].is_stale


@pytest.mark.parametrize("month", ["soon", "2026-13", "1999-12", "2026-3", "２０２６-03"])
def test_what_is_no_month_says_so_beside_the_field(ready_company, accounting, month):
    answer = page(accounting, month)
    assert answer.status_code == 200
    assert "Enter a month" in text_of(answer)
    posted = accounting.post(reverse("close-month-compare"), {"month": month})
    assert posted.status_code == 404


def test_compare_starts_a_run_of_the_month_and_a_second_click_shows_it_r_2(ready_company, accounting):
    for _ in range(2):
        accounting.post(reverse("close-month-compare"), {"month": "2026-03"})
    [run] = Run.objects.all()
    assert (run.operation, run.options) == (Operation.COMPARE_MONTH, {"month": "2026-03"})
    assert "Compare Month" in text_of(page(accounting))
    accounting.post(reverse("close-month-compare"), {"month": "2026-02"})
    assert Run.objects.count() == 1


def test_differences_are_narrowed_to_a_client_and_paged(ready_company, accounting, compared):
    made = compared(differences=60)
    made.differences.filter(number="RP-7").update(client_id_there="C-7")

    every, one = page(accounting), page(accounting, client="C-7")

    assert "1–50 of 60" in text_of(every)
    assert [row.record.number for row in one.context["differences"].rows] == ["RP-7"]


def test_who_may_see_it_and_who_may_act_u_1_u_2_u_3(
    ready_company, compared, client_of, work_manager, technician, stranger, accounting
):
    compared()
    sign(accounting)
    signed = MonthSignOff.objects.get()
    manager, other = client_of(work_manager), client_of(stranger)
    assert page(manager).status_code == 200
    assert "Take back" not in text_of(page(manager))
    take_back = reverse("close-month-take-back", args=[signed.pk])
    for url in (reverse("close-month-compare"), reverse("close-month-sign-off"), take_back):
        values = {"month": "2026-03", "reason": "x"}
        assert manager.post(url, values).status_code == 403
        assert client_of(technician).post(url, values).status_code == 403
    assert client_of(technician).get(reverse("close-month")).status_code == 403
    assert other.post(take_back, {"reason": "x"}).status_code in (403, 404)
    signed.refresh_from_db()
    assert signed.withdrawn_at is None
    ready_company.edition = "basic"
    ready_company.save()
    assert page(accounting).status_code == 403


def test_the_statements_of_the_page_do_not_grow_with_the_month(
    ready_company, accounting, compared, invoices, django_assert_max_num_queries
):
    made = compared(differences=3)
    invoices(2, date=INSIDE)
    page(accounting)
    with django_assert_max_num_queries(80) as few:
        page(accounting)
    invoices(20, date=INSIDE)
    for number in range(20):
        made.lines.create(client_id_there=f"D-{number}", our_count=1, our_total=5)
    with django_assert_max_num_queries(len(few)):
        page(accounting)
