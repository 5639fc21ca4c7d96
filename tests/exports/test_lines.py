"""X-2: lines equal the invoice to the cent, and say what is needed."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.exports.lines import CENT, export_line
from integrations.exports.readiness import judge
from integrations.exports.rules import ExportRules
from tests.exports import plain

RULES = ExportRules(start=date(2026, 11, 1), document_prefix="RP-")
QUANTITIES = st.decimals("-9999.9999", "9999.9999", places=4)
PRICES = st.decimals("-99999.9999", "99999.9999", places=4)


def test_a_line_carries_item_department_employee_location_and_what_car_it_was():
    line = plain.line("2.5000", "40.0000", vin="1HGCM82633A004352", stock_number="88121")

    sent = export_line(line, "EBU", RULES)

    assert (sent.service_id, sent.department, sent.employee_id) == ("DETAIL-FULL", "200", "E-00148")
    assert (sent.location, sent.unit, sent.description) == ("EBU", "Each", "Full Detail")
    assert (str(sent.quantity), str(sent.price), str(sent.amount)) == ("2.5", "40.00", "100.00")
    assert sent.memo == "VIN 1HGCM82633A004352, stock 88121"


@pytest.mark.parametrize(
    ("quantity", "price", "memo"),
    [
        ("1.5", "33.33", "quantity 1.5 at 33.33"),  # 49.995
        ("1", "10.005", "quantity 1 at 10.005"),  # a price that has more than cents
        ("0.3333", "99.99", "quantity 0.3333 at 99.99"),
        ("0", "50.00", "quantity 0 at 50"),
        ("-1", "50.00", "quantity -1 at 50"),
    ],
)
def test_where_somebody_might_round_differently_the_line_goes_as_one_at_its_amount(quantity, price, memo):
    line = plain.line(quantity, price)

    sent = export_line(line, "EBU", RULES)

    assert (sent.quantity, sent.price) == (1, line.amount)
    assert sent.memo == memo


@given(st.lists(st.tuples(QUANTITIES, PRICES), min_size=1, max_size=8))
def test_the_document_is_equal_to_the_invoice_to_the_cent_however_it_is_rounded(pairs):
    invoice = plain.invoice(*(plain.line(str(quantity), str(price)) for quantity, price in pairs))
    invoice = replace(invoice, total=max(invoice.total, -invoice.total))
    if invoice.total != sum(line.amount for line in invoice.lines):
        return  # negative ones are blocked; told elsewhere

    document = judge(invoice, RULES, plain.books()).document(RULES)

    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN, ROUND_UP):
        amounts = [(line.quantity * line.price).quantize(CENT, rounding=rounding) for line in document.lines]
        assert sum(amounts) == invoice.total
    for sent, line in zip(document.lines, invoice.lines, strict=True):
        assert sent.amount == line.amount
        assert sent.price == sent.price.quantize(CENT)
        assert "E" not in str(sent.quantity)


def test_texts_are_cut_to_what_the_books_take_and_made_one_line():
    line = plain.line(description="Wet\nsand " * 60, vin="1HGCM82633A004352", stock_number="S" * 600)

    sent = export_line(line, "EBU", RULES)

    assert len(sent.description) <= 200
    assert sent.description.endswith("…")
    assert "\n" not in sent.description
    assert len(sent.memo) == 500


def test_the_unit_is_each_or_the_services_own():
    hours = plain.line(service=plain.service(unit="Hour"))
    none = plain.line(service=plain.service(unit=""))
    own = replace(RULES, unit_of_service=True)

    assert export_line(hours, "", RULES).unit == "Each"
    assert export_line(hours, "", own).unit == "Hour"
    assert export_line(none, "", own).unit == "Each"


def test_the_digest_tells_contents_apart_and_nothing_else():
    document = judge(plain.invoice(), RULES, plain.books()).document(RULES)

    assert replace(document, invoice_id=99).digest() == document.digest()
    assert replace(document, total=Decimal("185.01")).digest() != document.digest()
    assert replace(document, posted_on=date(2026, 12, 1)).digest() != document.digest()
