"""Clients, services and employees are found while typing and checked again on the server."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reconpro.company.models import ArchivedReason, Client, Service
from reconpro.invoices.finding import offers
from reconpro.invoices.models import Invoice
from tests import factories
from tests.invoices.conftest import filled_form, filled_line

NEW = "/operations/invoices/new/"


def archive(record):
    record.archived_at, record.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    record.save()


def choices(browser, kind, text):
    response = browser.get(reverse("invoice-choose", args=[kind]), {"lines-3-x_text": text})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("text", ["acme", "ACME MO", "C-000", "c-000", "Acme Motors (C-00017)", "Ácme", ""])
def test_a_client_is_offered_by_the_start_of_name_or_accounting_id(client_of, work_manager, acme, text):
    assert "Acme Motors (C-00017)" in choices(client_of(work_manager), "clients", text)


def test_a_service_is_offered_with_its_price_and_an_employee_by_last_name(
    client_of, work_manager, paint, dana
):
    assert 'data-price="185.50"' in choices(client_of(work_manager), "services", "bump")
    assert "Dana Ruiz (E-00148:EBU)" in choices(client_of(work_manager), "employees", "rui")


def test_archived_and_other_companies_records_are_not_offered(client_of, work_manager, stranger, acme):
    factories.a_client(stranger.company, name="Acme of somebody else")
    archive(acme)

    assert "No active client starts with “acme”." in choices(client_of(work_manager), "clients", "acme")


def test_of_many_only_a_few_are_offered_and_it_says_that_there_are_more(client_of, work_manager, company):
    for number in range(20):
        factories.a_client(company, name=f"Zebra {number:02}")

    page = choices(client_of(work_manager), "clients", "zeb")

    assert page.count("data-id=") == 12
    assert "There are more" in page


def test_one_found_in_several_ways_is_offered_once_and_all_by_name(company):
    factories.a_client(company, name="Zebra", accounting_id="AC-1")
    factories.a_client(company, name="AC-1", accounting_id="AC-2")

    offered, more = offers(company, Client, "ac")

    assert [str(client) for client in offered] == ["AC-1", "Zebra"]
    assert not more


@pytest.mark.parametrize("model", [Client, Service])
def test_a_long_list_is_found_in_by_its_indexes(company, model):
    model.objects.bulk_create(
        model(company=company, search_key=f"{chr(97 + n % 26)}-{n}", accounting_id=f"{chr(97 + n % 26)}-{n}")
        for n in range(800)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        with CaptureQueriesContext(connection) as asked:
            offers(company, model, "f-17")
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        for query in asked:
            cursor.execute(f"{explain} {query['sql']}")
            plan = " ".join(str(row) for row in cursor.fetchall())
            by_range = r"(accounting_id|search_key)(\)::text )?[~>]"  # the index is entered at the prefix
            assert re.search(by_range, plan.split("Filter")[0]), plan


@pytest.mark.parametrize("text", ["%", "_", "\x00", "'; drop", "(", "()", "x" * 5000, "\U0010ffff"])
def test_odd_text_is_just_text(client_of, work_manager, acme, text):
    choices(client_of(work_manager), "clients", text)


def test_names_are_shown_as_text_not_as_markup(client_of, work_manager, company):
    factories.a_client(company, name="<script>alert(1)</script>")

    assert "<script>" not in choices(client_of(work_manager), "clients", "")


def test_an_unknown_kind_is_not_there(client_of, work_manager):
    assert client_of(work_manager).get("/operations/invoices/choose/users/").status_code == 404


@pytest.mark.parametrize(
    "typed", ["acme\0 motors", "C-00017", "acme motors", "Acme Motors (C-00017)", " ACME  MOTORS "]
)
def test_a_client_that_was_typed_without_choosing_is_understood(client_of, work_manager, acme, typed):
    form = filled_form(client=None, lines=[]) | {"client_text": typed}

    client_of(work_manager).post(NEW, form)

    assert Invoice.objects.get().client == acme


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Nobody", "No active client is called “Nobody”. Choose one from the list."),
        ("Twin", "Several clients are called “Twin”. Choose one from the list."),
    ],
)
def test_what_names_none_or_several_is_said_and_kept(client_of, work_manager, company, typed, sentence):
    factories.a_client(company, name="Twin")
    factories.a_client(company, name="Twin")
    form = filled_form(client=None, lines=[]) | {"client_text": typed}

    response = client_of(work_manager).post(NEW, form)

    assert response.context["form"].errors["client"] == [sentence]
    assert f'value="{typed}"' in response.content.decode()


def test_text_that_no_longer_belongs_to_the_id_wins(client_of, work_manager, company, acme):
    other = factories.a_client(company, name="Best Cars")
    form = filled_form(client=acme, lines=[]) | {"client_text": "Best Cars"}

    client_of(work_manager).post(NEW, form)

    assert Invoice.objects.get().client == other


@pytest.mark.parametrize("field", ["client", "lines-0-service", "lines-0-employee", "team"])
def test_records_of_another_company_are_refused_as_unknown(
    client_of, work_manager, stranger, acme, paint, dana, field
):
    """U-2: their ids in a posted form find nothing, whatever the text beside them says."""
    theirs = {
        "client": factories.a_client(stranger.company),
        "lines-0-service": factories.a_service(stranger.company),
        "lines-0-employee": factories.an_employee(stranger.company),
        "team": factories.a_team(stranger.company),
    }[field]
    form = filled_form(client=acme, lines=[filled_line(service=paint, employee=dana)])
    form[field] = str(theirs.pk)
    form[f"{field}_text"] = str(theirs)

    response = client_of(work_manager).post(NEW, form)

    assert response.status_code == 200
    assert "from the list." in response.content.decode()
    assert not Invoice.objects.exists()


def test_an_id_without_text_is_checked_just_the_same(client_of, work_manager, stranger, acme):
    theirs = factories.a_client(stranger.company)
    form = filled_form(client=acme, lines=[])
    del form["client_text"]

    response = client_of(work_manager).post(NEW, form | {"client": str(theirs.pk)})
    assert response.context["form"].errors["client"] == ["Choose a client from the list."]

    client_of(work_manager).post(NEW, form)
    assert Invoice.objects.get().client == acme


def test_archived_records_stay_on_what_has_them_but_cannot_be_chosen_newly(
    client_of, work_manager, company, acme, paint, dana
):
    browser = client_of(work_manager)
    team = factories.a_team(company)
    lines = [filled_line(service=paint, employee=dana, price="10")]
    browser.post(NEW, filled_form(client=acme, lines=lines, team=team.pk))
    invoice = Invoice.objects.get()
    for record in (acme, paint, dana):
        archive(record)
    team.archived_at = timezone.now()
    team.save()

    edited = [filled_line(service=paint, employee=dana, price="20")]
    response = browser.post(
        reverse("invoice-edit", args=[invoice.pk]),
        filled_form(client=acme, lines=edited, team=team.pk, invoice=invoice),
    )
    assert response.status_code == 302
    assert invoice.lines.get().price == 20

    response = browser.post(NEW, filled_form(client=acme, lines=lines, team=team.pk))
    assert response.context["form"].errors.keys() == {"client", "team"}
    assert response.context["lines"].errors[0].keys() == {"service", "employee"}
