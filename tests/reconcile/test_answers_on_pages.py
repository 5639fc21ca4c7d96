"""The buttons on the warnings of an import: Archive them / keep them, Link them / They are different."""

import pytest
from django.urls import reverse

from integrations.duplicates.models import Resolution, Warning
from reconpro.company.models import Client
from tests.factories import a_client
from tests.reconcile.imports import counts, import_list, listed, warnings_of


@pytest.fixture
def browser(client_of, accountant):
    return client_of(accountant)


def answer(browser, run, resolution: str) -> tuple[Warning, str]:
    """Press a button on the run's only warning; the warning afterwards, and the page's words."""
    (warning,) = warnings_of(run)
    page = browser.get(run.get_absolute_url()).content.decode()
    assert f'name="answer" value="{resolution}"' in page
    response = browser.post(
        reverse("warning-resolve", args=[warning.pk]),
        {"next": run.get_absolute_url(), "answer": resolution},
        follow=True,
    )
    warning.refresh_from_db()
    return warning, response.content.decode()


def braked(connection):
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(10)])
    return import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])


def test_archive_them_archives_what_the_brake_kept_i_5(browser, connection, accountant):
    warning, page = answer(browser, braked(connection), "archived")
    assert (warning.resolution, warning.resolved_by) == (Resolution.ARCHIVED, accountant)
    assert Client.objects.filter(archived_reason="missing").count() == 4
    assert "Noted: archive them. They are on the tab Archived now." in page


def test_keep_them_keeps_them_for_good_i_5(browser, connection):
    warning, _ = answer(browser, braked(connection), "kept")
    assert warning.resolution == Resolution.KEPT
    run = import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])
    assert run.outcome == "succeeded"
    assert not Client.objects.exclude(archived_reason="").exists()


def test_link_them_links_the_local_client_i_2(browser, connection):
    local = a_client(connection.company, books=None, accounting_id="C-17")
    warning, page = answer(browser, import_list(connection, [listed("C-17", "Acme")]), "linked")
    assert warning.resolution == Resolution.LINKED
    assert "The next import brings its data." in page
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {"read": 1, "updated": 1}
    local.refresh_from_db()
    assert local.name == "Acme"


def test_they_are_different_makes_the_row_a_client_of_its_own_i_2(browser, connection):
    a_client(connection.company, books=None, accounting_id="C-17")
    warning, _ = answer(browser, import_list(connection, [listed("C-17", "Acme")]), "different")
    assert warning.resolution == Resolution.DIFFERENT
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {"read": 1, "created": 1}


def test_a_link_that_is_not_possible_says_why_and_stays_open(browser, connection):
    local = a_client(connection.company, books=None, accounting_id="C-17")
    run = import_list(connection, [listed("C-17", "Acme")])
    local.accounting_id = ""
    local.save()
    warning, page = answer(browser, run, "linked")
    assert warning.resolution == Resolution.OPEN
    assert "has no Accounting ID to be linked by." in page


def test_an_answer_that_the_warning_does_not_have_archives_nothing(browser, connection):
    (warning,) = warnings_of(braked(connection))
    browser.post(reverse("warning-resolve", args=[warning.pk]), {"answer": "linked"})
    warning.refresh_from_db()
    assert warning.resolution == Resolution.KEPT
    assert not Client.objects.exclude(archived_reason="").exists()
