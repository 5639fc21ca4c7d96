"""A check in a real Chromium: looked at in pages, answered by keyboard, without barriers (I-9)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.urls import reverse

from integrations.reconcile.kinds import EMPLOYEES, SERVICES
from integrations.reconcile.models import LinkProposal, StagedClient
from integrations.runs.models import Run
from reconpro.company.models import User
from tests.factories import a_client, a_connection
from tests.invoices.test_in_a_browser import sign_in
from tests.journey.browser import browser_page, look
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import employee_listed, import_list, listed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = (
    "The Very Long Established Reconditioning & Paintless Dent Removal Company of Greater Springfield, " * 2
)
SECTIONS = ["links", "new", "changed", "archive", "missing", "restore", "skipped", "duplicates", "warnings"]


def a_check_of_everything(company) -> Run:
    connection = a_connection(company)
    import_list(
        connection,
        [
            *(listed(f"C-{i:05}", f"Client {i}", terms="Net 30") for i in range(30)),
            listed("C-90001", "Sleeper"),
            listed("C-90002", "Comes back", active=False),
        ],
    )
    a_client(company, books=None, name="Zeta Fleet Services", phone="(555) 010-7000")
    a_client(company, books=None, name="Twice Motors")
    a_client(company, books=None, name="Twice Motors", email="office@twice.example")
    a_client(company, books=None, name="X" * 180, accounting_id="N-00003")
    return check_list(
        connection,
        [
            *(listed(f"C-{i:05}", f"Client {i}", terms="Net 30") for i in range(5)),
            listed("C-00005", LONG, terms="", phone="555 010 1234", bill_to_address="1 Main St\nSpringfield"),
            listed("C-90001", "Sleeper", active=False),
            listed("C-90002", "Comes back"),
            listed("N-00001", "Zeta Fleet", phone="555-010-7000", contact_name="Dana Ruiz", terms="Net 10"),
            listed("N-00002", "Twice Motors"),
            listed("N-00003", LONG),
            listed("N-00004", "W" * 190, email="w" * 60 + "@example.com"),
            listed("N-00004", "The same id again", key="another"),
            listed("N-00005", "", key="nameless"),
            *(listed(f"M-{i:05}", f"New client {i}", phone=f"555 010 {i:04}") for i in range(2500)),
        ],
    )


def applied_elsewhere(run: Run, by: User) -> Run:
    try:
        return apply_run(run, by)
    finally:
        database.close()


def test_a_check_is_looked_at_answered_and_applied_i_9(live_server, accountant, company):
    run = a_check_of_everything(company)
    url = f"{live_server.url}{reverse('check', args=[run.pk])}"
    with browser_page() as page:
        sign_in(page, live_server, accountant)
        page.goto(f"{live_server.url}{run.get_absolute_url()}")
        look(page, "check-run")
        page.get_by_role("link", name="See what it found").click()
        page.wait_for_selector("text=Nothing has been changed yet")
        for section in SECTIONS:
            page.goto(f"{url}?show={section}")
            look(page, f"check-{section}")
        page.goto(f"{url}?show=new&page=50")
        page.wait_for_selector("text=2,451–2,500")
        look(page, "check-page-50")

        page.goto(f"{url}?show=links")
        page.get_by_role("button", name="Accept all one-to-one (2)").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=2 links accepted.")
        page.get_by_role("button", name=re.compile("They are different.*N-00002")).first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Noted for N-00002: they are different.")
        page.get_by_role("button", name="Keep them").click()
        page.wait_for_selector("text=Noted: keep them.")
        look(page, "check-answered")

        with ThreadPoolExecutor(1) as worker:  # this thread is Playwright's
            applied = worker.submit(applied_elsewhere, run, accountant).result()
        page.goto(url)
        look(page, "check-applied")
        page.goto(f"{live_server.url}{applied.get_absolute_url()}")
        look(page, "check-apply-run")
        page.goto(f"{live_server.url}{reverse('integration-report')}")
        look(page, "check-report")
    assert applied.counts["created"] == 2501
    assert LinkProposal.objects.filter(answer="link").count() == 0


def test_a_check_that_finds_nothing_and_one_that_is_lost_say_so_i_9(live_server, accountant, company):
    connection = a_connection(company)
    import_list(connection, [listed("S-1", "Full detail")], SERVICES)
    empty = check_list(connection, [listed("S-1", "Full detail")], SERVICES)
    employees = check_list(connection, [employee_listed("E-00148", "EBU", "Ana Diaz")], EMPLOYEES)
    lost = check_list(connection, [listed("C-1", "Acme")])
    StagedClient.objects.all().delete()
    with browser_page() as page:
        sign_in(page, live_server, accountant)
        for name, run in (("empty", empty), ("employees", employees), ("lost", lost)):
            page.goto(f"{live_server.url}{reverse('check', args=[run.pk])}")
            look(page, f"check-{name}")
