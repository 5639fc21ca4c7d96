"""Operations → Invoices: searched, filtered, sorted, paged, downloaded."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reconpro import lists
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.registry import Panel, registry
from tests import factories

URL = "/operations/invoices/"


@pytest.fixture
def invoices(company, acme):
    best = factories.a_client(company, name="Best Cars")
    north = factories.a_team(company, name="North")
    service = factories.a_service(company)

    def make(number, client, day, price, **fields):
        lines = [{"service": service, "price": Decimal(price)}]
        return factories.an_invoice(
            company, number=number, client=client, date=date(2026, 3, day), lines=lines, **fields
        )

    return {
        "1001": make("1001", acme, 1, "100", approved=False),
        "1002": make("1002", best, 2, "300", team=north),
        "INV-7": make("INV-7", acme, 3, "200", team=north),
    }


def numbers(response):
    return [row.record.number for row in response.context["table"].page.object_list]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, ["INV-7", "1002", "1001"]),
        ({"search": "100"}, ["1002", "1001"]),
        ({"search": "inv"}, ["INV-7"]),
        ({"search": "ácme mo"}, ["INV-7", "1001"]),
        ({"search": "best"}, ["1002"]),
        ({"search": "nothing like it"}, []),
        ({"search": "%"}, []),
        ({"search": "a\0"}, []),
        ({"client_text": "Acme\0 Motors"}, ["INV-7", "1001"]),
        ({"state": "draft"}, ["1001"]),
        ({"date_from": "2026-03-02", "date_to": "2026-03-02"}, ["1002"]),
        ({"date_to": "2026-03-02"}, ["1002", "1001"]),
        ({"client_text": "Acme Motors"}, ["INV-7", "1001"]),
        ({"search": "1", "state": "approved"}, ["1002"]),
        ({"sort": "number"}, ["1001", "1002", "INV-7"]),
        ({"sort": "-total"}, ["1002", "INV-7", "1001"]),
        ({"sort": "client"}, ["INV-7", "1001", "1002"]),
        ({"sort": "date"}, ["1001", "1002", "INV-7"]),
        ({"sort": "nonsense"}, ["INV-7", "1002", "1001"]),
        ({"page": "99"}, ["INV-7", "1002", "1001"]),
        ({"page": "x"}, ["INV-7", "1002", "1001"]),
    ],
)
def test_the_list_shows_what_the_address_asks_for(client_of, work_manager, invoices, search, found):
    response = client_of(work_manager).get(URL, search)

    assert numbers(response) == found


def test_filters_by_client_and_team_from_links(client_of, work_manager, invoices):
    browser = client_of(work_manager)

    assert numbers(browser.get(URL, {"client": invoices["1002"].client_id})) == ["1002"]
    assert numbers(browser.get(URL, {"team": invoices["1002"].team_id})) == ["INV-7", "1002"]


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ({"date_from": "2026-03-02", "date_to": "2026-03-01"}, "This is before Date from."),
        ({"date_from": "yesterday"}, "Write the date as 2026-03-31."),
        ({"client_text": "Nobody"}, "No active client is called “Nobody”."),
        ({"state": "paid"}, "Select a valid choice."),
        ({"team": "999999"}, "Select a valid choice."),
        ({"team": "x"}, "Select a valid choice."),
    ],
)
def test_a_wrong_search_is_said_beside_the_field_and_finds_nothing(
    client_of, work_manager, invoices, search, sentence
):
    response = client_of(work_manager).get(URL, search)

    assert numbers(response) == []
    page = response.content.decode()
    assert sentence in page
    assert "Mend the search, then press Find." in page


def test_another_companys_client_and_team_are_unknown_to_the_filter(
    client_of, work_manager, stranger, invoices
):
    theirs = factories.a_client(stranger.company, name="Secret Motors")

    page = client_of(work_manager).get(URL, {"client": theirs.pk}).content.decode()

    assert "Secret Motors" not in page
    assert "Choose a client from the list." in page


def test_an_empty_list_says_what_to_do_next(client_of, work_manager, company):
    page = client_of(work_manager).get(URL).content.decode()

    assert "No invoices yet." in page
    assert reverse("invoice-new") in page


def test_an_empty_search_leads_back_to_all(client_of, work_manager, invoices):
    page = client_of(work_manager).get(URL, {"search": "zzz"}).content.decode()

    assert "No invoice fits this search." in page
    assert "Show all invoices" in page


def test_fifty_to_a_page_and_counted_no_further_than_the_cap(
    client_of, work_manager, company, acme, monkeypatch
):
    Invoice.objects.bulk_create(
        Invoice(company=company, client=acme, number=str(n), date=date(2026, 3, 1)) for n in range(120)
    )
    browser = client_of(work_manager)

    first = browser.get(URL)
    assert len(numbers(first)) == 50
    assert "1–50 of 120" in first.content.decode()
    assert len(numbers(browser.get(URL, {"page": 3}))) == 20

    monkeypatch.setattr(lists, "COUNT_CAP", 60)
    assert "of 60+" in browser.get(URL).content.decode()


def test_the_cost_of_a_page_does_not_grow_with_its_rows(client_of, work_manager, invoices):
    browser = client_of(work_manager)
    with CaptureQueriesContext(connection) as few:
        browser.get(URL)
    for _ in range(50):
        factories.an_invoice(work_manager.company)
    with CaptureQueriesContext(connection) as many:
        browser.get(URL)

    assert len(many) == len(few)


class TestWhatIntegrationsAdd:
    @pytest.fixture(autouse=True)
    def _registry(self, settings):
        kept = registry.invoice_badges[:], registry.invoice_list_panels[:], registry.invoice_panels[:]
        registry.invoice_badges[:] = []
        yield
        registry.invoice_badges[:], registry.invoice_list_panels[:], registry.invoice_panels[:] = kept

    def test_without_an_integration_there_is_no_column(self, client_of, work_manager, invoices):
        assert "Accounting</" not in client_of(work_manager).get(URL).content.decode()

    def test_badges_show_in_list_page_and_download(self, client_of, work_manager, invoices):
        asked = []

        def badges(of):
            asked.append(len(list(of)))
            return {invoices["INV-7"].pk: ("Exported <1>", "success")}

        registry.invoice_badges.append(badges)
        browser = client_of(work_manager)

        assert "Exported &lt;1&gt;" in browser.get(URL).content.decode()
        assert asked == [3]  # once for the whole page
        page = browser.get(reverse("invoice", args=[invoices["INV-7"].pk])).content.decode()
        assert "Exported &lt;1&gt;" in page
        rows = b"".join(browser.get(reverse("invoices-download")).streaming_content).decode()
        assert "Exported <1>" in rows

    def test_panels_show_above_the_list_and_on_the_invoice(self, client_of, work_manager, invoices):
        said = "partials/messages.html"  # any template of the project, shown through its context
        registry.invoice_list_panels.append(
            Panel(said, lambda request, company: {"messages": [f"List of {company.code}"]})
        )
        registry.invoice_list_panels.append(Panel(said, lambda request, company: None))
        registry.invoice_panels.append(
            Panel(said, lambda request, invoice: {"messages": [f"About {invoice.number}"]})
        )
        browser = client_of(work_manager)

        assert "List of demo" in browser.get(URL).content.decode()
        page = browser.get(reverse("invoice", args=[invoices["INV-7"].pk])).content.decode()
        assert "About INV-7" in page


class TestDownload:
    def rows(self, browser, **search):
        response = browser.get(reverse("invoices-download"), search)
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return [line.split(",") for line in text.splitlines()]

    def test_csv_holds_what_the_list_shows_in_its_order(self, client_of, work_manager, invoices):
        header, *rows = self.rows(client_of(work_manager), search="acme", sort="total")

        assert header[:5] == ["Number", "Date", "Client", "Client Accounting ID", "Team"]
        assert [row[0] for row in rows] == ["1001", "INV-7"]
        assert rows[0][1:4] == ["2026-03-01", "Acme Motors", "C-00017"]
        assert rows[0][8] == "100.00"

    def test_xlsx_holds_numbers_and_dates(self, client_of, work_manager, invoices):
        response = client_of(work_manager).get(reverse("invoices-download"), {"format": "xlsx"})

        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        assert [cell.value for cell in sheet["A"]][1:] == ["INV-7", "1002", "1001"]
        assert sheet["I2"].value == 200

    def test_text_that_looks_like_a_formula_is_text(self, client_of, work_manager, invoices):
        Invoice.objects.filter(number="1002").update(memo="=1+1")

        rows = self.rows(client_of(work_manager))

        assert "'=1+1" in rows[2]

    def test_a_wrong_search_downloads_no_rows(self, client_of, work_manager, invoices):
        assert len(self.rows(client_of(work_manager), date_from="x")) == 1


def test_states_are_shown_in_words(client_of, work_manager, invoices):
    Invoice.objects.filter(number="1002").update(state=InvoiceState.VOID)

    page = client_of(work_manager).get(URL).content.decode()

    assert all(f">{state.label}<" in page for state in InvoiceState)
