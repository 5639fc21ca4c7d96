"""The page of a check: sections with pages of rows, answers, Apply (I-9)."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.runs.models import Mode, Outcome, Run
from reconpro.company.models import Client
from tests.reconcile.checks import check_list
from tests.reconcile.imports import import_list, listed


@pytest.fixture
def page(client_of, accountant):
    """The page of a check, as the accountant sees it: its text."""

    def get(run: Run, **query: str) -> str:
        response = client_of(accountant).get(reverse("check", args=[run.pk]), query)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def post(client_of, accountant):
    def send(name: str, run: Run, **data: object) -> str:
        response = client_of(accountant).post(reverse(name, args=[run.pk]), data, follow=True)
        assert response.status_code == 200
        return response.content.decode()

    return send


def text_of(html: str) -> str:
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_section_shows_its_rows_i_9(connection, page):
    import_list(
        connection,
        [
            listed("C-1", "Acme", phone="555 1000"),
            listed("C-2", "Zeta"),
            listed("C-3", "Gone"),
            listed("C-4", "Sleeper"),
            listed("C-5", "Back", active=False),
        ],
    )
    run = check_list(
        connection,
        [
            listed("C-1", "Acme Ltd", phone=""),
            listed("C-2", "Zeta"),
            listed("C-4", "Sleeper", active=False),
            listed("C-5", "Back"),
            listed("C-6", "Brand new", phone="555 2000"),
            listed("C-6", "Brand newer", key="other"),
        ],
    )

    changed = text_of(page(run, show="changed"))
    assert "Nothing has been changed yet" in changed
    assert "6 read 1 to create 3 to change 1 unchanged 2 to archive 1 to restore 1 to skip" in changed
    assert "Company: is Acme → would be Acme Ltd" in changed
    assert "Phone: is 555 1000 → (empty)" in changed
    assert "C-6 Brand new 555 2000" in text_of(page(run, show="new"))
    archive = text_of(page(run, show="archive"))
    assert "C-4 Sleeper Inactive in Intacct" in archive
    assert "C-3 Gone No longer listed in Intacct" in archive
    assert "C-5 Back Is restored" in text_of(page(run, show="restore"))
    assert "C-6 Brand newer Same Accounting ID twice" in text_of(page(run, show="skipped"))
    assert "2 clients of Intacct have the Accounting ID C-6" in text_of(page(run, show="duplicates"))


def test_thousands_of_rows_come_in_pages_by_a_few_statements(connection, page):
    rows = [listed(f"C-{i:04}", f"Client {i}") for i in range(3000)]
    run = check_list(connection, rows)
    few = check_list(connection, rows[:10])  # the older one is gone with it
    with CaptureQueriesContext(database) as of_few:
        page(few, show="new")
    run = check_list(connection, rows)
    with CaptureQueriesContext(database) as of_many:
        html = page(run, show="new", page="60")
    assert len(of_many) == len(of_few)
    assert "C-2999" in html
    assert "2,951–3,000 of 3,000" in html
    assert "C-0000" in page(run, show="new", page="nonsense")


def test_apply_starts_a_run_that_applies_it_i_9(connection, post, accountant, monkeypatch):
    run = check_list(connection, [listed("C-1", "Acme")])
    Run.objects.filter(pk=run.pk).update(provider="ledger")
    from tests.runs import providers

    with providers.registered():
        post("check-apply", run, answers="0")
        started = Run.objects.get(outcome=Outcome.OPEN)
        assert (started.mode, started.applies, started.started_by) == (Mode.APPLY, run, accountant)
        assert "already under way" in post("check-apply", run, answers="0")
    assert Run.objects.filter(mode=Mode.APPLY).count() == 1
    assert not Client.objects.exists()
