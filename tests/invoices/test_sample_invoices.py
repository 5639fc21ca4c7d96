"""manage.py sample_invoices: approved, believable, and ready to be exported."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from reconpro.company.models import ArchivedReason, Books, Client, Employee, Service
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState, line_amount
from reconpro.invoices.vins import check_digit
from reconpro.registry import registry
from tests import factories


@pytest.fixture
def stocked(company):
    """A company after its imports: active and archived records, entities, one client without terms."""
    factories.a_connection(company)
    team = factories.a_team(company)
    for number in range(1, 4):
        factories.a_client(company, accounting_id=f"C-{number}", terms="" if number == 1 else "Net 15")
        factories.a_service(company, accounting_id=f"S-{number}", list_price=Decimal("99.99") * number)
        for entity in ("EBU", "WBU"):
            employee_id = f"E-0010{number}{entity[0]}"
            factories.an_employee(
                company,
                team=team,
                accounting_id=f"{employee_id}:{entity}",
                accounting_employee_id=employee_id,
                accounting_entity_id=entity,
            )
    gone = {"archived_at": timezone.now(), "archived_reason": ArchivedReason.INACTIVE}
    factories.a_client(company, accounting_id="C-GONE", **gone)
    factories.a_service(company, accounting_id="S-GONE", **gone)
    factories.an_employee(company, accounting_id="E-GONE", accounting_employee_id="E-GONE", **gone)
    factories.a_client(company, name="Local")
    factories.a_service(company, name="Local")
    factories.an_employee(company, accounting_id="E-9", accounting_employee_id="E-9")  # of no entity
    return company


def run(company, *arguments):
    out = io.StringIO()
    call_command("sample_invoices", "--company", company.code, *map(str, arguments), stdout=out)
    return out.getvalue()


def contents(company):
    return [
        (
            invoice.client.accounting_id,
            invoice.date,
            invoice.total,
            [
                (line.service.accounting_id, line.employee.accounting_id, line.vin)
                for line in invoice.lines.all()
            ],
        )
        for invoice in Invoice.objects.filter(company=company).order_by("id")
    ]


def test_they_are_approved_and_ready_to_be_exported(stocked):
    run(stocked, "--count", 60, "--from", "2026-01-05")

    invoices = list(
        Invoice.objects.order_by("id").select_related("client").prefetch_related("lines__employee")
    )
    assert len(invoices) == 60
    assert [invoice.number for invoice in invoices] == [str(n) for n in range(1001, 1061)]
    for invoice in invoices:
        lines = list(invoice.lines.all())
        assert invoice.state == InvoiceState.APPROVED
        assert invoice.approved_at <= timezone.now()
        assert not invoice.client.is_archived
        assert invoice.client.accounting_id
        assert invoice.terms or invoice.client.terms
        assert len({line.employee.accounting_entity_id for line in lines}) == 1
        assert lines[0].employee.accounting_entity_id
        assert all(line.service.accounting_id and not line.service.is_archived for line in lines)
        assert all(line.amount == line_amount(line.quantity, line.price) > 0 for line in lines)
        assert invoice.total == sum(line.amount for line in lines)
        assert all(len(line.vin) == 17 and check_digit(line.vin) == line.vin[8] for line in lines)
        assert all(line.stock_number for line in lines)
    assert {invoice.terms for invoice in invoices if not invoice.client.terms} == {"Net 30"}
    stocked.refresh_from_db()
    assert stocked.next_invoice_number == 1061


def test_a_known_vin_has_the_check_digit_that_is_computed():
    assert check_digit("1HGCM82633A004352") == "3"
    assert check_digit("1M8GDM9AXKP042788") == "X"


def test_the_same_seed_gives_the_same_invoices_and_another_gives_others(stocked):
    for seed in (7, 7, 8):
        run(stocked, "--count", 10, "--seed", seed, "--from", "2026-03-01")

    made = contents(stocked)
    assert made[:10] == made[10:20]
    assert made[:10] != made[20:]


def test_dates_lie_between_the_export_start_and_today(stocked, monkeypatch):
    today = timezone.localdate(timezone=stocked.zone)
    start = today - timedelta(days=9)
    monkeypatch.setattr(registry, "export_start", [lambda company: None, lambda company: start])

    run(stocked, "--count", 20)

    days = set(Invoice.objects.values_list("date", flat=True))
    assert days == {start + timedelta(days=n) for n in range(10)}


def test_without_an_export_start_they_begin_with_this_month(stocked, monkeypatch):
    monkeypatch.setattr(registry, "export_start", [])

    told = json.loads(run(stocked, "--count", 3, "--json"))

    today = timezone.localdate(timezone=stocked.zone)
    assert (told["first_date"], told["last_date"]) == (str(today.replace(day=1)), str(today))


def test_json_tells_what_was_made(stocked):
    told = json.loads(run(stocked, "--count", 12, "--lines", 3, "--from", "2026-01-01", "--json"))

    assert told["company"] == stocked.code
    assert (told["count"], told["lines"]) == (12, InvoiceLine.objects.count()) == (12, 36)
    assert (told["first_number"], told["last_number"]) == ("1001", "1012")
    assert Decimal(told["total"]) == sum(Invoice.objects.values_list("total", flat=True))


def test_numbers_that_somebody_typed_are_passed_over(stocked):
    factories.an_invoice(stocked, number="1003")

    run(stocked, "--count", 4)

    made = Invoice.objects.exclude(number="1003").order_by("id").values_list("number", flat=True)
    assert list(made) == ["1001", "1002", "1004", "1005"]


def test_a_team_with_a_location_of_its_own_is_not_used_for_another_entity(stocked):
    stocked.teams.update(location="ELSEWHERE")

    run(stocked, "--count", 5)

    assert set(Invoice.objects.values_list("team", flat=True)) == {None}


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("client", "has no active clients with an Accounting ID. Import customers first."),
        ("service", "has no active services with an Accounting ID. Import services first."),
        ("employee", "has no active employees with an Accounting ID. Import employees first."),
    ],
)
def test_with_nothing_to_make_them_of_it_says_so(stocked, left_out, sentence):
    model = {"client": Client, "service": Service, "employee": Employee}[left_out]
    model.objects.update(accounting_id="")

    with pytest.raises(CommandError, match=sentence) as refused:
        run(stocked, "--count", 5)

    assert refused.value.returncode == 1
    assert not Invoice.objects.exists()
    stocked.refresh_from_db()
    assert stocked.next_invoice_number == 1001


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--count", "0"], "is not a whole number"),
        (["--count", "many"], "is not a whole number"),
        (["--count", "9" * 40], "is not a whole number"),
        (["--count", "5", "--lines", "-1"], "is not a whole number"),
        (["--count", "5", "--from", "March"], "is not a date"),
        (["--count", "5", "--from", "2999-01-01"], "is in the future"),
    ],
)
def test_odd_arguments_are_refused_in_a_sentence(stocked, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(stocked, *arguments)


def test_an_unknown_company_is_said(db):
    with pytest.raises(CommandError, match="There is no company with the code nobody"):
        call_command("sample_invoices", "--company", "nobody", "--count", "1")


def test_records_of_earlier_books_are_not_used(stocked):
    """S-7: after a change of connection an Accounting ID of the old books means nothing in the new."""
    stocked.books = Books.objects.create(company=stocked, label="Intacct OTHER", provider_name="Intacct")
    stocked.save()

    with pytest.raises(CommandError, match="no active clients"):
        run(stocked, "--count", 1)
