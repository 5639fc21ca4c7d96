"""Links between local records and listed ones, proposed by a check, answered before it is applied (I-9)."""

import pytest
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution
from integrations.duplicates.resolving import resolve
from integrations.reconcile.answers import CannotAnswer
from integrations.reconcile.check_answers import (
    accept_one_to_one,
    answer_proposal,
    one_to_one,
    proposals_of,
    scope_of_check,
)
from integrations.reconcile.check_counts import count_rows
from integrations.reconcile.kinds import EMPLOYEES
from integrations.reconcile.models import Check, LinkAnswer, LinkProposal, StagedClient
from integrations.runs.models import Outcome, Run
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.keeping import archive_record
from reconpro.company.models import Client
from tests.factories import a_client, a_company, a_connection, an_employee
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, employee_listed, import_list, listed, messages_of, warnings_of


def proposed(run: Run) -> list[tuple[str, str, str]]:
    """(record here, Accounting ID there, what they have in common) of each."""
    check = Check.objects.get(pk=run.pk)
    return [
        (Client.objects.get(pk=p.record_id).name, p.accounting_id, p.in_common)
        for p in proposals_of(check).order_by("accounting_id", "record_id")
    ]


def the_proposal(run: Run, accounting_id: str) -> LinkProposal:
    return proposals_of(Check.objects.get(pk=run.pk)).get(accounting_id=accounting_id)


@pytest.fixture
def local(connection):
    """A client typed before there was a connection, without Accounting ID."""
    return a_client(connection.company, books=None, name="Acme Motors", phone="(555) 010-7777")


def test_local_clients_are_found_by_accounting_id_name_e_mail_and_phone_i_9(connection, local):
    a_client(connection.company, books=None, name="Typed", accounting_id="C-2")
    a_client(connection.company, books=None, name="Other", email="ANN@acme.example")
    a_client(connection.company, books=None, name="Short", phone="5550")
    a_client(a_company(), books=None, name="Acme Motors")
    run = check_list(
        connection,
        [
            listed("C-1", "ACME Motors, Inc.", phone="555 010 7777"),
            listed("C-2", "Zeta"),
            listed("C-3", "Third", email="ann@acme.example"),
            listed("C-4", "Fourth", phone="5550"),
        ],
    )
    assert proposed(run) == [
        ("Acme Motors", "C-1", "name, phone"),
        ("Typed", "C-2", "Accounting ID"),
        ("Other", "C-3", "e-mail"),
    ]
    assert counts(run) == {"read": 4, "created": 1, "skipped": 3}


def test_of_employees_the_e_mail_alone_counts_i_9(connection):
    an_employee(connection.company, books=None, first_name="Ana", last_name="Diaz", email="ana@x.example")
    run = check_list(
        connection,
        [
            employee_listed("E-00001", "", "Ana Diaz", email="other@x.example"),
            employee_listed("E-00002", "", "Anna D", email="ANA@x.example"),
        ],
        EMPLOYEES,
    )
    (proposal,) = proposals_of(Check.objects.get(pk=run.pk))
    assert (proposal.accounting_id, proposal.in_common) == ("E-00002", "e-mail")


def test_what_nobody_answered_is_left_out_with_a_warning_and_stays_so_i_9(connection, local):
    rows = [listed("C-1", "Acme Motors"), listed("C-2", "Zeta")]
    run = apply_run(check_list(connection, rows))
    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    assert messages_of(run) == [
        "C-1 was skipped: the local client Acme Motors has its name."
        " Link them, or say that they are different."
    ]
    again = import_list(connection, rows)
    assert counts(again) == {"read": 2, "unchanged": 1, "skipped": 1}
    assert warnings_of(again) == warnings_of(run)


@pytest.mark.parametrize("in_a_check", [True, False], ids=["in the check", "of the warning"])
def test_linked_the_local_client_goes_on_with_its_data_and_the_listed_ones_i_9(
    connection, local, administrator, in_a_check
):
    local.notes = "Rings twice"
    local.save()
    rows = [listed("C-1", "Acme Motors LLC", phone="")]
    check = check_list(connection, rows)
    if in_a_check:
        answer_proposal(check, the_proposal(check, "C-1").pk, LinkAnswer.LINK, administrator)
        local.refresh_from_db()
        assert local.accounting_id == ""  # nothing is done before it is applied
        assert StagedClient.objects.get().verdict == "changed"
        run = apply_run(check, administrator)
    else:
        (warning,) = warnings_of(apply_run(check))
        answer = resolve(warning, administrator, Resolution.LINKED)
        assert answer.then == "The next import brings its data."
        run = import_list(connection, rows)

    assert counts(run) == {"read": 1, "updated": 1}
    local.refresh_from_db()
    assert (local.name, local.accounting_id, local.phone) == ("Acme Motors LLC", "C-1", "")
    assert (local.books_id, local.external_key) == (connection.pk, "key of C-1")
    assert local.notes == "Rings twice"
    assert Client.objects.count() == 1
    event = AuditEvent.objects.get(action="client.linked")
    assert (event.user, event.subject_id) == (administrator, local.pk)
    assert event.sentence == f"{administrator} linked the client Acme Motors with C-1 of {connection}."
    told = dict(FieldChange.objects.values_list("field", "new"))
    assert told == {"accounting_id": "C-1", "name": "Acme Motors LLC", "phone": ""}
    assert not LinkProposal.objects.exists()
    assert counts(import_list(connection, rows)) == {"read": 1, "unchanged": 1}


@pytest.mark.parametrize("in_a_check", [True, False], ids=["in the check", "of the warning"])
def test_told_different_there_are_two_and_nobody_is_asked_again_i_9(
    connection, local, administrator, in_a_check
):
    rows = [listed("C-1", "Acme Motors")]
    check = check_list(connection, rows)
    if in_a_check:
        answer_proposal(check, the_proposal(check, "C-1").pk, LinkAnswer.DIFFERENT, administrator)
        assert StagedClient.objects.get().verdict == "new"
        run = apply_run(check)
    else:
        (warning,) = warnings_of(apply_run(check))
        resolve(warning, administrator, Resolution.DIFFERENT)
        run = import_list(connection, rows)

    assert counts(run) == {"read": 1, "created": 1}
    assert warnings_of(run) == []
    assert Client.objects.count() == 2
    local.refresh_from_db()
    assert (local.books, local.accounting_id) == (None, "")
    # Neither by an import, nor by another check.
    assert warnings_of(import_list(connection, rows)) == []
    later = check_list(connection, rows)
    assert counts(later) == {"read": 1, "unchanged": 1}
    assert proposed(later) == []


def test_all_one_to_one_links_are_accepted_at_once_i_9(connection, administrator):
    for name in ("Acme", "Zeta", "Twice", "Twice", "Shared"):
        a_client(connection.company, books=None, name=name)
    run = check_list(
        connection,
        [
            listed("C-1", "Acme"),
            listed("C-2", "Zeta"),
            listed("C-3", "Twice"),
            listed("C-4", "Shared"),
            listed("C-5", "Shared"),
        ],
    )
    assert one_to_one(Check.objects.get(pk=run.pk)).count() == 2
    assert accept_one_to_one(run, administrator) == 2
    applied = apply_run(run, administrator)
    assert counts(applied) == {"read": 5, "updated": 2, "skipped": 3}
    assert set(Client.objects.filter(books=connection.pk).values_list("name", "accounting_id")) == {
        ("Acme", "C-1"),
        ("Zeta", "C-2"),
    }
    # The number that is told is one of listed records, the warnings are one for each pair.
    assert len(warnings_of(applied, Code.LINK_PROPOSED)) == 4


def test_linking_one_of_several_says_of_the_others_that_they_are_different(connection, administrator):
    first, second = (a_client(connection.company, books=None, name="Twice") for _ in range(2))
    run = check_list(connection, [listed("C-1", "Twice"), listed("C-2", "Twice")])
    chosen = LinkProposal.objects.get(record_id=second.pk, accounting_id="C-1")
    answer_proposal(run, chosen.pk, LinkAnswer.LINK, administrator)
    answers = {(p.record_id, p.accounting_id): p.answer for p in LinkProposal.objects.all()}
    assert answers == {
        (second.pk, "C-1"): "link",
        (first.pk, "C-1"): "different",
        (second.pk, "C-2"): "different",
        (first.pk, "C-2"): "",
    }
    # Another choice takes its place.
    other = LinkProposal.objects.get(record_id=first.pk, accounting_id="C-1")
    answer_proposal(run, other.pk, LinkAnswer.LINK, administrator)
    assert list(LinkProposal.objects.filter(answer="link")) == [other]
    assert counts(apply_run(run)) == {"read": 2, "created": 1, "updated": 1}


def test_over_a_new_connection_equal_ids_are_linked_all_at_once_s_7(connection, administrator):
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(4)])
    connection.closed_at = timezone.now()
    connection.save()
    production = a_connection(connection.company, "ACME")
    rows = [listed(f"C-{i}", f"Client {i}", key=f"other {i}") for i in range(4)]
    run = check_list(production, rows)
    assert counts(run) == {"read": 4, "skipped": 4}
    assert accept_one_to_one(run, administrator) == 4

    assert counts(apply_run(run)) == {"read": 4, "updated": 4}
    assert set(Client.objects.values_list("books_id", "external_key")) == {
        (production.pk, f"other {i}") for i in range(4)
    }
    assert counts(import_list(production, rows)) == {"read": 4, "unchanged": 4}


def test_answers_outlive_a_check_that_is_made_again_i_9(connection, local, administrator):
    rows = [listed("C-1", "Acme Motors"), listed("C-2", "Zeta")]
    run = check_list(connection, rows)
    answer_proposal(run, the_proposal(run, "C-1").pk, LinkAnswer.LINK, administrator)
    a_client(connection.company, books=None, name="Zeta")
    assert apply_run(run).message.startswith("Out of date")
    Run.objects.filter(outcome=Outcome.OPEN).update(outcome="cancelled", finished_at=timezone.now())
    again = check_list(connection, rows)
    assert the_proposal(again, "C-1").answer == LinkAnswer.LINK
    assert the_proposal(again, "C-2").answer == LinkAnswer.OPEN
    assert counts(again) == {"read": 2, "updated": 1, "skipped": 1}


def test_a_hand_edit_of_a_local_record_that_is_to_be_linked_is_out_of_date_i_9(
    connection, local, administrator
):
    run = check_list(connection, [listed("C-1", "Acme Motors")])
    answer_proposal(run, the_proposal(run, "C-1").pk, LinkAnswer.LINK, administrator)
    Client.objects.filter(pk=local.pk).update(phone="555 9999")
    assert apply_run(run).message.startswith("Out of date")
    local.refresh_from_db()
    assert (local.books, local.phone) == (None, "555 9999")


def test_an_answer_given_after_apply_was_pressed_is_not_applied_unseen_i_9(connection, local, administrator):
    run = check_list(connection, [listed("C-1", "Acme Motors")])
    Check.objects.update(answers=1)
    applied = Run.objects.create(
        company=run.company,
        connection=run.connection,
        provider="intacct",
        operation=run.operation,
        mode="apply",
        applies=run,
        started_at=timezone.now(),
        options={"answers": 0},
    )
    from integrations.reconcile.checking import apply_check
    from integrations.runs.context import OutOfDate, RunContext, RunFailed

    with pytest.raises(RunFailed, match="Somebody answered otherwise meanwhile") as refusal:
        apply_check(RunContext(applied))
    assert not isinstance(refusal.value, OutOfDate)


def test_a_proposal_that_is_no_longer_found_is_forgotten_and_a_denied_one_is_not(
    connection, local, administrator
):
    run = check_list(connection, [listed("C-1", "Acme Motors"), listed("C-2", "Acme Motors")])
    answer_proposal(run, the_proposal(run, "C-1").pk, LinkAnswer.DIFFERENT, administrator)
    check_list(connection, [listed("C-3", "Somebody")])
    assert list(LinkProposal.objects.values_list("accounting_id", "answer")) == [("C-1", "different")]


def test_a_name_that_has_gone_over_to_another_holds_back_that_one_alone_i_9(connection, local):
    """Two customers swap their names between two checks: only the one that is like ours by now waits."""
    check_list(connection, [listed("C-1", "Acme Motors"), listed("C-2", "Beta")])

    run = check_list(connection, [listed("C-1", "Beta"), listed("C-2", "Acme Motors")])

    assert proposed(run) == [("Acme Motors", "C-2", "name")]
    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    applied = apply_run(run)
    assert (applied.outcome, counts(applied)) == (Outcome.WARNED, counts(run))
    assert Client.objects.filter(accounting_id="C-1").exists()


def test_a_link_to_a_listed_one_that_is_another_by_now_is_forgotten_i_9(connection, local, administrator):
    run = check_list(connection, [listed("C-1", "Acme Motors"), listed("C-2", "Beta")])
    answer_proposal(run, the_proposal(run, "C-1").pk, LinkAnswer.LINK, administrator)

    run = check_list(connection, [listed("C-1", "Beta"), listed("C-2", "Acme Motors")])

    assert proposed(run) == [("Acme Motors", "C-2", "name")]
    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    assert apply_run(run).outcome == Outcome.WARNED


def test_a_check_shows_no_link_with_a_record_that_was_archived_since_i_9(connection, administrator):
    local = a_client(connection.company, books=None, name="Acme")
    rows = [listed("C-1", "Acme"), listed("C-2", "Beta")]
    first = check_list(connection, rows)
    answer_proposal(first, LinkProposal.objects.get().pk, LinkAnswer.LINK, administrator)
    archive_record(local, by=administrator)

    again = check_list(connection, rows)

    assert counts(again) == {"read": 2, "created": 2}
    assert again.kept_check.counts["changed"] == 0
    assert not LinkProposal.objects.exists()
    applied = apply_run(again)
    assert (applied.outcome, counts(applied)) == (Outcome.SUCCEEDED, {"read": 2, "created": 2})
    assert Client.objects.get(pk=local.pk).books is None


def test_a_check_holds_no_record_back_for_a_link_that_it_no_longer_proposes_i_9(connection):
    a_client(connection.company, books=None, name="Acme")
    check_list(connection, [listed("C-1", "Acme")])

    again = check_list(connection, [listed("C-1", "Renamed")])

    assert counts(again) == {"read": 1, "created": 1}
    assert counts(apply_run(again)) == {"read": 1, "created": 1}


def test_a_check_that_fails_leaves_no_proposal_i_9(connection, local, monkeypatch):
    from integrations.reconcile import checking

    def bug(*args: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(checking, "forget", bug)
    with pytest.raises(RuntimeError):
        check_list(connection, [listed("C-1", "Acme Motors")])
    assert not LinkProposal.objects.exists()
    assert not StagedClient.objects.exists()


def test_nothing_is_answered_over_a_closed_connection_s_7(connection, local, administrator):
    run = check_list(connection, [listed("C-1", "Acme Motors")])
    connection.closed_at = timezone.now()
    connection.save()
    with pytest.raises(CannotAnswer, match="is closed"):
        accept_one_to_one(run, administrator)


def test_links_are_answered_on_the_page_i_9(connection, local, accountant, client_of):
    run = check_list(connection, [listed("C-1", "Acme Motors"), listed("C-2", "Zeta")])
    browser, url = client_of(accountant), reverse("check", args=[run.pk])
    page = browser.get(url, {"show": "links"}).content.decode()
    assert "1 proposed link waits for your answer" in page
    assert "Accept all one-to-one (1)" in page
    proposal = the_proposal(run, "C-1")
    answer = reverse("check-answer", args=[run.pk])
    page = browser.post(
        answer, {"proposal": proposal.pk, "answer": "different"}, follow=True
    ).content.decode()
    assert "Noted for C-1: they are different." in page
    page = browser.post(answer, {"proposal": proposal.pk, "answer": "link"}, follow=True).content.decode()
    assert "Noted for C-1: link." in page
    assert "1 to link, 0 different, 0 not answered" in browser.get(url, {"show": "links"}).content.decode()
    assert browser.post(answer, {"proposal": 999999, "answer": "link"}).status_code == 404
    assert "0 links accepted" in browser.post(answer, {}, follow=True).content.decode()


def test_one_link_and_several_are_told_in_words_that_fit_i_9(connection, local, accountant, client_of):
    browser = client_of(accountant)

    def page_of(run: Run) -> str:
        return browser.get(reverse("check", args=[run.pk]), {"show": "links"}).content.decode()

    def accept_all(run: Run) -> str:
        return browser.post(reverse("check-answer", args=[run.pk]), {}, follow=True).content.decode()

    run = check_list(connection, [listed("C-1", "Acme Motors")])
    assert (
        "1 proposed link waits for your answer. Until then the listed client that it is about is left out"
        in page_of(run)
    )
    assert "1 link accepted. Apply carries it out." in accept_all(run)
    LinkProposal.objects.all().delete()
    a_client(connection.company, books=None, name="Zeta")
    run = check_list(connection, [listed("C-1", "Acme Motors"), listed("C-2", "Zeta")])
    assert (
        "2 proposed links wait for your answer. Until then the listed clients that they are about are left"
        in page_of(run)
    )
    assert "2 links accepted. Apply carries them out." in accept_all(run)


def test_answers_keep_the_counts_of_the_check_right_i_9(connection, accountant):
    """As counted anew: linked ones change what is here, denied ones are new, inactive ones come archived."""
    import_list(connection, [listed("C-9", "Here")])
    for name in ("Acme", "Beta", "Beta", "Gone", "Zeta"):
        a_client(connection.company, books=None, name=name)
    run = check_list(
        connection,
        [
            listed("C-1", "Acme"),
            listed("C-2", "Beta"),
            listed("C-3", "Gone", active=False),
            listed("C-4", "Zeta", active=False),
            listed("C-5", "New"),
            listed("C-9", "Renamed"),
        ],
    )

    def counted() -> dict[str, int]:
        check = Check.objects.get(pk=run.pk)
        assert check.counts == count_rows(scope_of_check(check))
        return {name: number for name, number in check.counts.items() if number}

    assert counted() == {"new": 1, "changed": 1, "skipped": 4}
    answer_proposal(run, the_proposal(run, "C-3").pk, LinkAnswer.DIFFERENT, accountant)
    assert counted() == {"new": 2, "changed": 1, "skipped": 3, "inactive": 1}
    two = proposals_of(Check.objects.get(pk=run.pk)).filter(accounting_id="C-2")
    answer_proposal(run, two[0].pk, LinkAnswer.LINK, accountant)
    assert counted() == {"new": 2, "changed": 2, "skipped": 2, "inactive": 1}
    accept_one_to_one(run, accountant)
    assert counted() == {"new": 2, "changed": 4, "inactive": 2}


def test_an_answer_writes_no_rows_but_those_that_it_is_about_i_9(connection, accountant):
    for i in range(20):
        a_client(connection.company, books=None, name=f"Local {i}", accounting_id=f"C-{i:02}")
    a_client(connection.company, books=None, name="Client 3")
    run = check_list(connection, [listed(f"C-{i:02}", f"Client {i}") for i in range(40)])
    written: list[int] = []

    def counted(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and "stagedclient" in sql:
            written.append(context["cursor"].rowcount)
        return result

    with database.execute_wrapper(counted):
        chosen = proposals_of(Check.objects.get(pk=run.pk)).get(accounting_id="C-03", by_id=True)
        answer_proposal(run, chosen.pk, LinkAnswer.LINK, accountant)
    assert sum(written) == 2  # asked anew, and linked
    assert StagedClient.objects.get(accounting_id="C-03").verdict == "changed"


def test_an_import_asks_about_each_record_that_a_row_waits_for_and_about_no_other_i_8_i_9(connection, local):
    same_id = a_client(connection.company, books=None, name="Other", accounting_id="C-17")
    gone = a_client(connection.company, books=None, name="Acme Motors")
    rows = [listed("C-17", "Acme Motors")]
    check_list(connection, rows)
    Client.objects.filter(pk=gone.pk).update(archived_reason="by_hand", archived_at=timezone.now())
    warnings = warnings_of(import_list(connection, rows), Code.LINK_PROPOSED)
    assert {warning.sides[0]["id"] for warning in warnings} == {same_id.pk, local.pk}
