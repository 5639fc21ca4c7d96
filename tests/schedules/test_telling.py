"""E-mail about runs that nobody watched: one, in words, when there is something to tell (S-5)."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.providers import Addressees
from integrations.runs.closing import close
from integrations.runs.context import RunFailed
from integrations.runs.models import Outcome, Run
from integrations.schedules import service, telling
from integrations.schedules.models import Notice, NoticeState

pytestmark = pytest.mark.django_db
OFFICE = Addressees(("books@demo.example", "owner@demo.example"))


@pytest.fixture
def scheduled_run(plan, make_due, ledger, carry_out):
    """Let the schedule start one import, and its worker do it."""

    def run(job=None) -> Run:
        ledger.addressees = ledger.addressees if ledger.addressees.addresses else OFFICE
        if job is not None:
            ledger.jobs["customers"] = job
        make_due(plan(operations=("customers",)))
        service.start_due()
        carry_out()
        return Run.objects.latest("pk")

    return run


def refused(context):
    raise RunFailed("Intacct refuses the sign-in.", "Check Auth Password.", code="XL03000006", text="Sign-in")


def warning(context):
    context.warnings.add(Code.SAME_NAME, "Two clients are called Acme.")
    with transaction.atomic():
        context.lock_open()
        context.finish(counts={"read": 2, "unchanged": 2})


def test_a_run_that_failed_is_told_in_the_words_of_its_page_with_a_link(scheduled_run, settings):
    settings.SITE_URL = "https://recon.example"
    run = scheduled_run(refused)

    assert telling.tell_waiting() == 1

    (message,) = mail.outbox
    assert message.to == ["books@demo.example", "owner@demo.example"]
    assert message.subject == "ReconPro, Demo Reconditioning: Import Customers failed"
    for words in (
        "Import Customers, started by the schedule, failed.",
        "Intacct refuses the sign-in.",
        "Check Auth Password.",
        "The gateway's own words: XL03000006 Sign-in",
        "Counts: 0 read.",
        f"https://recon.example{run.get_absolute_url()}",
        "since your address stands in ReconPro's integration settings",
    ):
        assert words in message.body
    assert Notice.objects.get().state == NoticeState.SENT


def test_new_warnings_are_told_once_and_not_each_morning(scheduled_run):
    scheduled_run(warning)
    telling.tell_waiting()

    assert "New warnings:\n- Two clients are called Acme." in mail.outbox[0].body
    assert "Open warnings altogether: 1." in mail.outbox[0].body

    scheduled_run()
    assert telling.tell_waiting() == 0
    assert [notice.state for notice in Notice.objects.order_by("pk")] == ["sent", "not_wanted"]


def test_one_that_went_well_is_told_only_to_who_wants_each_time(scheduled_run, ledger):
    scheduled_run()
    assert telling.tell_waiting() == 0

    ledger.addressees = Addressees(OFFICE.addresses, only_trouble=False)
    scheduled_run()
    assert telling.tell_waiting() == 1

    assert mail.outbox[0].subject.endswith("Import Customers succeeded")


def test_nobody_is_told_of_what_a_person_started(ledger, company, plan):
    from integrations.runs import lifecycle
    from tests.runs import providers

    plan(operations=())
    ledger.addressees = OFFICE
    ledger.jobs["customers"] = refused
    run, _ = lifecycle.start(company, "customers", provider=providers.NAME)
    lifecycle.carry_out(run.pk)

    assert telling.tell_waiting() == 0


def test_a_run_whose_worker_died_is_told_of_as_well(plan, make_due, ledger):
    ledger.addressees = OFFICE
    make_due(plan(operations=("customers",)))
    service.start_due()
    assert telling.tell_waiting() == 0  # not over yet

    close(Run.objects.get(), Outcome.INTERRUPTED, message="Stopped by a server restart.")

    assert telling.tell_waiting() == 1
    assert "interrupted" in mail.outbox[0].subject


def test_a_run_that_somebody_cancelled_is_not_told(plan, make_due, ledger):
    ledger.addressees = OFFICE
    make_due(plan(operations=("customers",)))
    service.start_due()
    close(Run.objects.get(), Outcome.CANCELLED, message="Cancelled.")

    assert telling.tell_waiting() == 0


def test_what_could_not_start_is_told(plan, make_due, ledger):
    ledger.addressees, ledger.not_ready = OFFICE, "Choose a Default Team first."
    make_due(plan(operations=("employees",)))
    service.start_due()

    assert telling.tell_waiting() == 1

    assert mail.outbox[0].subject == "ReconPro, Demo Reconditioning: an import was not started"
    assert "Import Employees was not started. Choose a Default Team first." in mail.outbox[0].body


def test_u3_nobody_is_told_without_the_subscription(scheduled_run, ledger):
    scheduled_run(refused)
    ledger.missing = "the Enterprise edition"

    assert telling.tell_waiting() == 0


def test_a_companys_name_cannot_add_headers(scheduled_run, company):
    company.name = "Demo\r\nBcc: everybody@example.com"
    company.save()
    scheduled_run(refused)

    telling.tell_waiting()

    assert mail.outbox[0].subject == "ReconPro, Demo Bcc: everybody@example.com: Import Customers failed"
    assert "Bcc" not in mail.outbox[0].message()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_send_it_once(scheduled_run):
    scheduled_run(refused)
    together = threading.Barrier(4)

    def tell():
        try:
            together.wait(timeout=20)
            telling.tell_waiting()
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail.outbox) == 1


def test_a_notice_that_breaks_does_not_keep_the_others_from_being_told(scheduled_run, ledger, company):
    scheduled_run(refused)
    Notice.objects.create(
        company=company,
        provider="nobody",
        message="Of a provider that is gone.",
        try_after=timezone.now() - timedelta(days=1),
    )

    assert telling.tell_waiting() == 1

    assert len(mail.outbox) == 1


class NoServer(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("PLANTED-smtp-password")


class BreaksOff(EmailBackend):
    def send_messages(self, messages):
        super().send_messages(messages)
        raise TimeoutError("PLANTED-smtp-password")


def test_a_mail_server_that_is_away_is_tried_again_three_times_and_harms_no_run(
    scheduled_run, settings, caplog
):
    run = scheduled_run(refused)
    settings.EMAIL_BACKEND = "tests.schedules.test_telling.NoServer"
    now = timezone.now()

    for attempt in range(5):
        telling.tell_waiting(now + attempt * timedelta(minutes=11))

    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, 3)
    assert "could not be sent (ConnectionRefusedError)" in caplog.text
    assert "PLANTED" not in caplog.text
    run.refresh_from_db()
    assert run.outcome == Outcome.FAILED


def test_a_mail_server_that_is_back_gets_it_once(scheduled_run, settings):
    backend = settings.EMAIL_BACKEND
    scheduled_run(refused)
    settings.EMAIL_BACKEND = "tests.schedules.test_telling.NoServer"
    telling.tell_waiting()
    settings.EMAIL_BACKEND = backend

    assert telling.tell_waiting() == 0  # not at once
    assert telling.tell_waiting(timezone.now() + timedelta(minutes=11)) == 1
    assert len(mail.outbox) == 1


def test_what_broke_off_while_it_was_sent_may_have_arrived_and_is_not_sent_again(
    scheduled_run, settings, caplog
):
    scheduled_run(refused)
    settings.EMAIL_BACKEND = "tests.schedules.test_telling.BreaksOff"

    for hours in range(3):
        telling.tell_waiting(timezone.now() + timedelta(hours=hours))

    assert len(mail.outbox) == 1
    assert Notice.objects.get().state == NoticeState.FAILED
    assert "PLANTED" not in caplog.text


def test_a_process_that_died_while_it_sent_leaves_it_unsent(scheduled_run):
    scheduled_run(refused)
    Notice.objects.update(state=NoticeState.SENDING)  # claimed, and then SIGKILL

    assert telling.tell_waiting(timezone.now() + timedelta(days=1)) == 0
    assert not mail.outbox
