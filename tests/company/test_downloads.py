"""CSV and XLSX of what a list shows."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from reconpro.downloads import FORMULA_STARTS, csv_response, safe_text, xlsx_response
from tests import factories


def csv_rows(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def xlsx_rows(response) -> list[tuple]:
    workbook = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return list(workbook.active.iter_rows(values_only=True))


def test_a_download_holds_all_rows_of_what_is_shown(company, accountant, client_of):
    for number in range(60):
        factories.a_client(company, name=f"Acme {number:02}", accounting_id=f"C-{number:02}")
    factories.a_client(company, name="Bolt")
    browser = client_of(accountant)

    response = browser.get(reverse("clients-download"), {"search": "acme", "sort": "-name", "page": "2"})

    headers, *rows = csv_rows(response)
    assert headers[:3] == ["Company", "Accounting ID", "Accounting ID 2"]
    assert len(rows) == 60
    assert rows[0][:2] == ["Acme 59", "C-59"]
    assert response["Content-Type"].startswith("text/csv")
    assert "demo-clients-" in response["Content-Disposition"]


def test_the_archived_tab_downloads_with_the_reason(company, work_manager, client_of):
    factories.a_service(company, name="Active one")
    factories.a_service(
        company,
        name="Old one",
        archived_at=timezone.now(),
        archived_reason="missing",
        own_price=Decimal("12.5"),
    )

    response = client_of(work_manager).get(
        reverse("services-download"), {"tab": "archived", "format": "xlsx"}
    )

    headers, *rows = xlsx_rows(response)
    [row] = [dict(zip(headers, row, strict=True)) for row in rows]
    assert row["Service Name"] == "Old one"
    assert row["Why archived"] == "No longer listed in accounting"
    assert row["Price set here"] == 12.5  # a number, not text


def test_a_download_takes_as_many_queries_for_fifty_rows_as_for_five(
    company, accountant, client_of, django_assert_num_queries
):
    browser = client_of(accountant)
    for rounds in (5, 45):
        for _ in range(rounds):
            factories.an_employee(company, team=factories.a_team(company))
        with django_assert_num_queries(4):
            csv_rows(browser.get(reverse("employees-download")))


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_is_a_formula(company, start):
    evil = f"{start}HYPERLINK(0)"
    assert safe_text(evil) == f"'{evil}"
    for respond, read in ((csv_response, csv_rows), (xlsx_response, xlsx_rows)):
        [_, [cell]] = read(respond("list", ["Name"], [[evil]]))
        assert cell.startswith("'")


def test_a_sign_that_spreadsheets_drop_does_not_hide_a_formula():
    [_, [cell]] = xlsx_rows(xlsx_response("list.xlsx", ["Name"], [["\x01=1+1"]]))
    assert cell == "'=1+1"


def test_a_formula_in_a_name_is_harmless_in_the_download_of_clients(company, accountant, client_of):
    factories.a_client(company, name="=cmd|' /C calc'!A0")
    [_, row] = csv_rows(client_of(accountant).get(reverse("clients-download")))
    assert row[0] == "'=cmd|' /C calc'!A0"


def test_numbers_dates_and_times_stay_what_they_are():
    noon = datetime(2026, 3, 9, 20, 0, tzinfo=UTC)
    row = [Decimal("-12.50"), -3, date(2026, 3, 9), noon, None, True]

    with timezone.override("America/Los_Angeles"):
        as_csv = csv_response("list.csv", ["a"] * 6, [row])
        as_xlsx = xlsx_response("list.xlsx", ["a"] * 6, [row])

    # Read after the request's time zone is left, as a server does.
    assert csv_rows(as_csv)[1] == ["-12.50", "-3", "2026-03-09", "2026-03-09 13:00", "", "Yes"]
    cells = xlsx_rows(as_xlsx)[1]
    assert cells[:2] == (-12.5, -3)
    assert cells[3] == datetime(2026, 3, 9, 13, 0)
