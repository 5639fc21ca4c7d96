"""The page of a check: sections with pages of rows, answers, Apply (I-9)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.reconcile import checking
from integrations.reconcile.kinds import CLIENTS
from integrations.reconcile.models import Check, StagedClient
from integrations.runs.models import Mode, Outcome, Run
from reconpro.company.models import Client, Role
from tests.factories import a_client, a_company, a_user, an_employee
from tests.plans import believe_large
from tests.reconcile.checks import an_active, apply_run, check_list, text_of
from tests.reconcile.imports import import_list, listed
from tests.runs import providers


@pytest.fixture
def ledger() -> Iterator[str]:
    """The name of a provider that is always ready."""
    with providers.registered():
        yield providers.NAME


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
    assert "C-5 Back Would be restored" in text_of(page(run, show="restore"))
    assert "C-6 Brand newer Same Accounting ID twice" in text_of(page(run, show="skipped"))
    assert "2 clients of Intacct have the Accounting ID C-6" in text_of(page(run, show="duplicates"))


def test_a_row_is_told_under_the_same_heading_on_a_phone(connection, page):
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Zeta")])
    run = check_list(
        connection, [listed("C-1", "Acme Ltd"), listed("C-2", "Zeta", active=False), listed("C-3", "New")]
    )
    for show, heading in (("changed", "What would change"), ("archive", "Why"), ("new", "Details")):
        html = page(run, show=show)
        assert f'<th scope="col">{heading}</th>' in html
        assert f'data-label="{heading}"' in html


def test_a_check_that_finds_nothing_says_so_i_9(connection, page):
    same = [listed("C-1", "Acme"), listed("C-2", "Zeta")]
    import_list(connection, same)
    nothing = "Nothing would change: what is here agrees with the list of Intacct."
    assert nothing in text_of(page(check_list(connection, same)))
    for other in (
        same[:1],
        [*same, listed("C-3", "New")],
        [same[0], listed("C-2", "")],
        [*same, listed("C-1", "Acme", key="other")],
    ):
        assert nothing not in text_of(page(check_list(connection, other)))


def test_what_a_check_warns_of_is_told_as_what_the_import_will_tell_i_9(connection, page):
    run = check_list(connection, [listed("C-1", "Acme"), listed("C-1", "Acme", key="other")])
    html = text_of(page(run, show="duplicates"))
    assert "What the import will tell once this is applied." in html
    assert "The first one was taken, the others were skipped." in html
    assert "What the import will tell" not in text_of(page(run, show="new"))


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


def test_no_page_counts_the_rows_again(connection, page):
    a_client(connection.company, books=None, name="Client 3")
    run = check_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])
    with CaptureQueriesContext(database) as asked:
        html = text_of(page(run, show="new"))
    assert "6 read 5 to create 0 to change 0 unchanged 0 to archive 0 to restore 1 to skip" in html
    assert not [q["sql"] for q in asked if "COUNT(" in q["sql"] and "integrations_staged" in q["sql"]]


def test_a_page_of_rows_is_read_in_order_without_sorting_all_of_them(connection, page):
    run = check_list(connection, [listed(f"C-{i:03}", f"Client {i}") for i in range(120)])
    asked: list[tuple[str, object]] = []

    def noted(execute, sql, params, many, context):
        if "stagedclient" in sql and "ORDER BY" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with database.execute_wrapper(noted):
        page(run, show="new", page="2")
    ((sql, params),) = asked
    believe_large(StagedClient)
    with database.cursor() as cursor:
        if database.vendor == "postgresql":  # of so few rows it would sort them all
            cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if database.vendor == 'sqlite' else 'EXPLAIN'} {sql}", params)
        plan = str(cursor.fetchall())
    assert "staged_client_in_order" in plan
    assert "Sort" not in plan
    assert "B-TREE" not in plan


def test_apply_starts_a_run_that_applies_it_i_9(connection, post, accountant, ledger):
    run = check_list(connection, [listed("C-1", "Acme")])
    Run.objects.filter(pk=run.pk).update(provider=ledger)
    post("check-apply", run, answers="0")
    started = Run.objects.get(outcome=Outcome.OPEN)
    assert (started.mode, started.applies, started.started_by) == (Mode.APPLY, run, accountant)
    assert "already under way" in post("check-apply", run, answers="0")
    assert Run.objects.filter(mode=Mode.APPLY).count() == 1
    assert not Client.objects.exists()


# --- what can't be applied any more ---------------------------------------------------------------


def test_two_tabs_the_second_apply_says_what_the_first_did_i_9(connection, page, post, ledger):
    run = check_list(connection, [listed("C-1", "Acme")])
    applied = apply_run(run)
    Run.objects.update(provider=ledger)
    assert f"was applied already, by run {applied.pk}" in post("check-apply", run, answers="0")
    assert f"This check was applied by run {applied.pk}" in text_of(page(run))


def test_answers_of_another_tab_are_seen_before_apply_i_9(connection, post, ledger):
    run = check_list(connection, [listed("C-1", "Acme")])
    Run.objects.update(provider=ledger)
    Check.objects.update(answers=2)
    for seen in ("1", "", "x", "99999999999999"):
        assert "Somebody answered otherwise meanwhile" in post("check-apply", run, answers=seen)
    assert not Run.objects.filter(outcome=Outcome.OPEN).exists()


@pytest.mark.parametrize("why", ["too old", "replaced", "crash"])
def test_what_is_out_of_date_says_so_and_apply_reads_again_i_9(connection, page, post, why, settings, ledger):
    run = check_list(connection, [listed("C-1", "Acme")])
    Run.objects.update(provider=ledger)
    if why == "too old":
        Check.objects.update(made_at=timezone.now() - timedelta(hours=settings.CHECK_KEPT_HOURS + 1))
    elif why == "replaced":
        import_list(connection, [listed("C-1", "Acme")])
    else:
        StagedClient.objects.all().delete()
    assert "What this check found is out of date" in text_of(page(run))
    if why == "crash":
        return  # the run that applies it finds out
    html = post("check-apply", run, answers="0")
    assert "This check is out of date, so it is made again" in html
    assert Run.objects.get(outcome=Outcome.OPEN).mode == Mode.CHECK


def test_checks_too_old_are_swept_with_their_rows_i_9(connection, settings):
    check_list(connection, [listed("C-1", "Acme")])
    assert checking.sweep() == 0
    assert StagedClient.objects.exists()
    Check.objects.update(made_at=timezone.now() - timedelta(hours=settings.CHECK_KEPT_HOURS + 1))
    assert checking.sweep() == 1
    assert not StagedClient.objects.exists()


def test_a_check_that_failed_or_is_under_way_has_nothing_to_show(connection, client_of, accountant, page):
    run = an_active(connection, CLIENTS, Mode.CHECK)
    response = client_of(accountant).get(reverse("check", args=[run.pk]))
    assert response.url == run.get_absolute_url()
    Run.objects.update(outcome=Outcome.FAILED, finished_at=timezone.now())
    assert "did not come to its end" in text_of(page(run))


def test_check_again_starts_another_one(connection, post, ledger):
    run = check_list(connection, [listed("C-1", "Acme")])
    Run.objects.update(provider=ledger)
    post("check-again", run)
    assert Run.objects.get(outcome=Outcome.OPEN).mode == Mode.CHECK


# --- downloads, runs, people ----------------------------------------------------------------------


def test_sections_can_be_downloaded_i_9(connection, client_of, accountant):
    import_list(connection, [listed("C-1", "Acme")])
    run = check_list(connection, [listed("C-1", "=Acme()"), listed("C-2", "Zeta")])
    browser = client_of(accountant)

    def download(name: str, file_format: str = "csv"):
        return browser.get(reverse("check-download", args=[run.pk, name, file_format]))

    lines = b"".join(download("changed").streaming_content).decode().splitlines()
    assert lines[1:] == ["C-1,Acme,,Company,Acme,'=Acme()"]
    lines = b"".join(download("new").streaming_content).decode().splitlines()
    assert lines[1:] == ["C-2,Zeta,,,,"]
    assert download("new", "xlsx").status_code == 200
    assert download("nonsense").status_code == 404
    assert download("new", "exe").status_code == 404


def test_run_page_and_report_do_not_read_as_if_it_had_been_done_r_4(connection, client_of, accountant):
    run = check_list(connection, [listed("C-1", "Acme")])
    browser = client_of(accountant)
    html = text_of(browser.get(run.get_absolute_url()).content.decode())
    assert "Import Customers: Check first" in html
    assert "1 read 1 to create" in html
    assert "Nothing was changed." in html
    assert "created" not in html
    report = text_of(browser.get(reverse("integration-report")).content.decode())
    assert "1 read, 1 to create" in report
    assert "Checked" in report
    assert "Import Customers Never" in report  # the last success: a check is none


@pytest.mark.parametrize("name", ["check", "check-again", "check-apply", "check-answer", "check-brake"])
def test_administrators_and_accountants_only_u_1_u_2(connection, company, client_of, name):
    run = check_list(connection, [listed("C-1", "Acme")])
    url = reverse(name, args=[run.pk])

    def answer(browser) -> int:
        return (browser.get(url) if name == "check" else browser.post(url, {"answer": "archive"})).status_code

    technician = a_user(company, Role.TECHNICIAN, employee=an_employee(company))
    for nobody in (a_user(company, Role.WORK_MANAGER), technician):
        assert answer(client_of(nobody)) == 403
    assert answer(client_of(a_user(a_company(), Role.ADMINISTRATOR))) == 404
    assert answer(client_of(a_user(company, Role.ADMINISTRATOR))) != 403
    company.features = []
    company.save()
    assert answer(client_of(a_user(company, Role.ADMINISTRATOR))) == 403


def test_a_run_that_is_no_check_has_no_such_page(connection, client_of, accountant):
    run = import_list(connection, [listed("C-1", "Acme")])
    assert client_of(accountant).get(reverse("check", args=[run.pk])).status_code == 404
