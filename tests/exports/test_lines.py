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


@given(quantity=QUANTITIES, price=PRICES, is_credit=st.booleans())
def test_a_line_on_account_is_one_at_its_amount_and_a_credit_has_the_opposite_sign_x_2_x_3(
    quantity, price, is_credit
):
    line = plain.line(str(quantity), str(price))
    wanted = -line.amount if is_credit else line.amount

    on_account = export_line(line, "EBU", RULES, on_account=True, is_credit=is_credit)
    sold = export_line(line, "EBU", RULES, is_credit=is_credit)

    assert (on_account.quantity, on_account.price, on_account.amount) == (1, wanted, wanted)
    assert sold.quantity > 0
    assert sold.quantity * sold.price == sold.amount == wanted


def test_the_memo_of_a_line_on_account_holds_description_car_and_quantity():
    line = plain.line(
        "1.5", "33.33", description="Left front door", vin="1HGCM82633A004352", stock_number="88"
    )

    sent = export_line(line, "EBU", RULES, on_account=True)
    one = export_line(plain.line("1.0000", "33.33"), "EBU", RULES, on_account=True)

    assert sent.memo == "Left front door, VIN 1HGCM82633A004352, stock 88, quantity 1.5 at 33.33"
    assert one.memo == "Full Detail"


def test_a_memo_too_long_for_the_books_keeps_the_car_and_cuts_the_description():
    line = plain.line("2", "10", description="d" * 600, vin="1HGCM82633A004352", stock_number="88")

    sent = export_line(line, "EBU", RULES, on_account=True)

    assert len(sent.memo) == RULES.memo_length
    assert sent.memo.endswith("d…, VIN 1HGCM82633A004352, stock 88, quantity 2 at 10")


def test_a_credit_goes_as_its_own_type_with_positive_amounts_x_3():
    rules = replace(RULES, document_type="Sales Invoice", credit_type="Credit Memo")
    invoice = plain.invoice(plain.line("2", "-50"), plain.line("-1", "40"), plain.line("1", "25"))

    document = judge(invoice, rules, plain.books()).document(rules)

    assert (document.type, document.is_credit) == ("Credit Memo", True)
    assert (document.total, document.booked) == (Decimal("115.00"), Decimal("-115.00"))
    assert [(line.quantity, line.price) for line in document.lines] == [(2, 50), (1, 40), (1, -25)]
    assert {line.memo for line in document.lines} == {""}


def test_lines_of_both_signs_go_as_they_are_while_the_total_is_not_negative_x_2():
    rules = replace(RULES, document_type="Sales Invoice", credit_type="Credit Memo")
    invoice = plain.invoice(plain.line("1", "100"), plain.line("1", "-100"))

    document = judge(invoice, rules, plain.books()).document(rules)

    assert (document.type, document.is_credit, document.total) == ("Sales Invoice", False, 0)
    assert [line.amount for line in document.lines] == [100, -100]


def test_an_account_is_on_documents_of_the_types_that_have_one():
    rules = replace(
        RULES, document_type="AR invoice", on_account=frozenset({"AR invoice"}), account_label="Detailing"
    )

    on_account = judge(plain.invoice(), rules, plain.books()).document(rules)
    sold = replace(rules, document_type="Sales Invoice")
    other = judge(plain.invoice(), sold, plain.books()).document(sold)

    assert (on_account.account, on_account.account_label) == ("", "Detailing")
    assert (other.account, other.account_label) == ("", "")
    assert (
        on_account.digest()
        != judge(plain.invoice(), rules, plain.books())
        .document(replace(rules, account_label="Paint repair"))
        .digest()
    )
