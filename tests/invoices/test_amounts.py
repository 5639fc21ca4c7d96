"""The invoice adds up on paper: its total is the sum of its rounded lines (X-2)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconpro.invoices import services
from reconpro.invoices.fields import typed_decimal
from reconpro.invoices.models import line_amount
from tests import factories
from tests.invoices.conftest import filled_form, filled_line

quantities = st.decimals("0.0001", "99999", places=4)
prices = st.decimals("-9999.9999", "99999.9999", places=4)


@given(quantity=quantities, price=prices)
def test_a_lines_amount_is_the_nearest_cent_half_a_cent_away_from_zero(quantity, price):
    amount = line_amount(quantity, price)
    off = Fraction(amount) - Fraction(quantity) * Fraction(price)

    assert amount == amount.quantize(Decimal("0.01"))
    assert abs(off) <= Fraction(1, 200)
    if abs(off) == Fraction(1, 200):
        assert abs(Fraction(amount)) > abs(Fraction(quantity) * Fraction(price))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(quantities, prices), max_size=12))
def test_the_stored_total_is_the_sum_of_the_stored_rounded_lines(company, acme, paint, lines):
    invoice = services.create_invoice(
        company=company,
        by=None,
        head=services.HeadValues(client=acme, date=date(2026, 3, 31)),
        lines=[services.LineValues(paint, quantity, price) for quantity, price in lines],
    )

    invoice.refresh_from_db()
    stored = list(invoice.lines.all())
    assert invoice.total == sum((line.amount for line in stored), Decimal("0.00"))
    assert [line.amount for line in stored] == [line_amount(line.quantity, line.price) for line in stored]
    assert [(line.quantity, line.price) for line in stored] == lines


@pytest.mark.parametrize(
    ("value", "least_digits", "text"),
    [
        ("1.0000", 0, "1"),
        ("2.5000", 0, "2.5"),
        ("100", 0, "100"),
        ("1E+3", 0, "1000"),
        ("185.0000", 2, "185.00"),
        ("0.1250", 2, "0.125"),
        ("-5.5", 2, "-5.50"),
    ],
)
def test_numbers_are_shown_without_needless_zeros(value, least_digits, text):
    assert typed_decimal(Decimal(value), least_digits=least_digits) == text


def test_an_invoice_of_many_lines_costs_no_more_queries_than_a_small_one(
    client_of, work_manager, company, acme, paint, dana
):
    browser = client_of(work_manager)

    def cost_of(count):
        others = [factories.a_service(company, list_price=1) for _ in range(count)]
        lines = [filled_line(service=service, employee=dana) for service in others]
        invoice = services.create_invoice(
            company=company, by=None, head=services.HeadValues(client=acme, date=date(2026, 3, 31))
        )
        address = reverse("invoice-edit", args=[invoice.pk])
        with CaptureQueriesContext(connection) as queries:
            assert (
                browser.post(address, filled_form(client=acme, lines=lines, invoice=invoice)).status_code
                == 302
            )
            browser.get(address)
            browser.get(reverse("invoice", args=[invoice.pk]))
        assert invoice.lines.count() == count
        return len(queries)

    assert cost_of(2) == cost_of(40)
