from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from reconpro.invoices.models import Invoice, InvoiceState
from tests import factories
from tests.invoices.conftest import filled_form, filled_line

NEW = "/operations/invoices/new/"


def errors_of(response, field):
    return response.context["form"].errors.get(field, [])


def line_errors(response, index=0):
    return response.context["lines"].errors[index]


def test_a_work_manager_makes_a_draft_with_lines(client_of, work_manager, company, acme, paint, dana):
    browser = client_of(work_manager)
    lines = [
        filled_line(service=paint, employee=dana, quantity="2", price="99.995", vin="1hgcm82633a004352"),
        filled_line(service=paint, stock_number="U1234"),
    ]

    response = browser.post(NEW, filled_form(client=acme, lines=lines, memo="For the spring sale"))

    invoice = Invoice.objects.get()
    assert response.url == reverse("invoice", args=[invoice.pk])
    assert (invoice.number, invoice.state, invoice.client) == ("1001", InvoiceState.DRAFT, acme)
    assert invoice.total == Decimal("385.49")  # 199.99 and the service's own price
    first, second = invoice.lines.all()
    assert (first.amount, first.employee, first.vin) == (Decimal("199.99"), dana, "1HGCM82633A004352")
    assert (second.price, second.stock_number) == (Decimal("185.50"), "U1234")
    page = browser.get(response.url).content.decode()
    assert "385.49 USD" in page
    assert "1HGCM82633A004352" in page
    assert "Invoice 1001 for Acme Motors was made." in page


def test_numbers_count_up_past_those_that_an_administrator_typed(client_of, administrator, acme):
    browser = client_of(administrator)

    browser.post(NEW, filled_form(client=acme, lines=[], number="1002"))
    for _ in range(3):
        browser.post(NEW, filled_form(client=acme, lines=[], number=""))

    assert list(Invoice.objects.order_by("id").values_list("number", flat=True)) == [
        "1002",
        "1001",
        "1003",
        "1004",
    ]


def test_only_an_administrator_types_a_number(client_of, accountant, acme):
    client_of(accountant).post(NEW, filled_form(client=acme, lines=[], number="MINE-1"))

    assert Invoice.objects.get().number == "1001"


def test_a_number_in_use_is_said_beside_it_and_nothing_typed_is_lost(
    client_of, administrator, company, acme, paint
):
    factories.an_invoice(company, number="A-7")
    line = filled_line(service=paint, price="12.34", description="Hood")

    response = client_of(administrator).post(
        NEW, filled_form(client=acme, lines=[line], number="A-7", memo="Hail")
    )

    assert errors_of(response, "number") == [
        "There is an invoice with the number A-7 already. Choose another."
    ]
    page = response.content.decode()
    assert all(typed in page for typed in ("12.34", "Hood", "Hail", "Acme Motors (C-00017)", "Bumper paint"))
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("number", ["-1", "a\tb", "x;y", "1001 "])
def test_odd_numbers_are_refused_or_trimmed(client_of, administrator, acme, number):
    response = client_of(administrator).post(NEW, filled_form(client=acme, lines=[], number=number))

    if number == "1001 ":
        assert Invoice.objects.get().number == "1001"
    else:
        assert errors_of(response, "number")
        assert not Invoice.objects.exists()


def test_another_company_may_use_the_same_number(client_of, administrator, stranger, acme):
    factories.an_invoice(stranger.company, number="A-7")

    client_of(administrator).post(NEW, filled_form(client=acme, lines=[], number="A-7"))

    assert Invoice.objects.filter(number="A-7").count() == 2


def test_a_form_without_client_and_with_an_odd_date_says_so(client_of, work_manager):
    response = client_of(work_manager).post(NEW, filled_form(client=None, lines=[], date="31/12/2026"))

    assert errors_of(response, "client") == ["Choose a client."]
    assert errors_of(response, "date") == ["Write the date as 2026-03-31."]
    assert "Not saved yet" in response.content.decode()


@pytest.mark.parametrize("date", ["1999-12-31", "0026-03-31", "2100-01-01"])
def test_a_mistyped_year_is_refused(client_of, work_manager, acme, date):
    response = client_of(work_manager).post(NEW, filled_form(client=acme, lines=[], date=date))

    assert errors_of(response, "date") == ["Choose a date between 2000 and 2099."]


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        (
            {"quantity": "0"},
            "quantity",
            "A quantity is more than 0. For a discount, make the price negative.",
        ),
        ({"quantity": "two"}, "quantity", "Write the quantity as a number, such as 1 or 2.5."),
        ({"quantity": "NaN"}, "quantity", "Write the quantity as a number, such as 1 or 2.5."),
        ({"quantity": ""}, "quantity", "Enter a quantity."),
        ({"price": "12,5"}, "price", "Write the price as a number, such as 185.00."),
        ({"price": "1.23456"}, "price", "Ensure that there are no more than 4 decimal places."),
        (
            {"price": "9999999999", "quantity": "9999"},
            "price",
            "Quantity × price is more than an invoice can hold.",
        ),
        ({"vin": "1HGCM82633A00435"}, "vin", "A VIN has 17 characters; this one has 16."),
        ({"vin": "1HGCM82633A00435O"}, "vin", "A VIN has only digits and letters, without I, O and Q."),
        (
            {"description": "a\x07b"},
            "description",
            "Leave out line breaks, tabs and other invisible characters.",
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_said_beside_it(
    client_of, work_manager, acme, paint, entered, field, sentence
):
    response = client_of(work_manager).post(
        NEW, filled_form(client=acme, lines=[filled_line(**{"service": paint, "price": "1", **entered})])
    )

    assert line_errors(response)[field] == [sentence]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(("typed", "price"), [("1,234.50", "1234.50"), ("$99", "99"), (" 7.125 ", "7.125")])
def test_prices_are_read_as_people_type_them(client_of, work_manager, acme, paint, typed, price):
    client_of(work_manager).post(
        NEW, filled_form(client=acme, lines=[filled_line(service=paint, price=typed)])
    )

    assert Invoice.objects.get().lines.get().price == Decimal(price)


def test_a_service_without_price_asks_for_one(client_of, work_manager, company, acme):
    wash = factories.a_service(company, name="Wash")

    response = client_of(work_manager).post(
        NEW, filled_form(client=acme, lines=[filled_line(service=wash, price="")])
    )

    assert line_errors(response)["price"] == ["Wash has no price of its own. Enter one."]


def test_a_total_that_is_too_large_is_said(client_of, work_manager, acme, paint):
    lines = [filled_line(service=paint, price="9999999999.9999", quantity="60") for _ in range(2)]

    response = client_of(work_manager).post(NEW, filled_form(client=acme, lines=lines))

    assert "comes to more than it can hold" in response.content.decode()
    assert not Invoice.objects.exists()


def test_blank_and_removed_lines_are_left_out(client_of, work_manager, acme, paint):
    removed_and_wrong = filled_line(service=None, price="abc") | {"DELETE": "on"}
    lines = [filled_line(), filled_line(service=paint), removed_and_wrong, filled_line()]

    client_of(work_manager).post(NEW, filled_form(client=acme, lines=lines))

    assert [line.position for line in Invoice.objects.get().lines.all()] == [1]


def test_a_form_with_more_lines_than_an_invoice_takes_is_refused(client_of, work_manager, acme):
    form = filled_form(client=acme, lines=[]) | {"lines-TOTAL_FORMS": "5000"}

    response = client_of(work_manager).post(NEW, form)

    assert "An invoice has at most 300 lines." in response.content.decode()


def test_a_form_that_lost_its_lines_is_said(client_of, work_manager, acme):
    form = filled_form(client=acme, lines=[])
    del form["lines-TOTAL_FORMS"]

    response = client_of(work_manager).post(NEW, form)

    assert "The page was incomplete when sent." in response.content.decode()
    assert not Invoice.objects.exists()


def test_the_new_page_proposes_today_in_the_companys_zone_and_the_client_of_the_link(
    client_of, work_manager, company, acme
):
    page = client_of(work_manager).get(f"{NEW}?client={acme.pk}").content.decode()

    with timezone.override(company.zone):
        assert f'value="{timezone.localdate():%Y-%m-%d}"' in page
    assert "Acme Motors (C-00017)" in page


@pytest.mark.parametrize("address", ["?client=abc", "?client=99999999999999999999", "?client=-1", "?client="])
def test_an_odd_client_in_the_link_is_ignored(client_of, work_manager, address):
    assert client_of(work_manager).get(NEW + address).status_code == 200
