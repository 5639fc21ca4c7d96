"""A run's warnings: one row per cause over all runs, closed when no longer seen, resolved for good (I-8)."""

import pytest
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_PER_CODE, WarningCollector
from integrations.duplicates.models import Resolution, Warning
from integrations.duplicates.resolving import resolve
from integrations.runs.models import Operation, Outcome, Run
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.runs.rows import a_run

ACME = [
    {"kind": "client", "id": 1, "label": "C-1 Acme Motors"},
    {"kind": "client", "id": 2, "label": "C-2 Acme Motors"},
]


@pytest.fixture
def import_that(company):
    """Stores what a run of the company warned of, each (message, sides, code); answers (run, number open)."""
    connection = factories.a_connection(company)

    def store(
        *found, operation=Operation.IMPORT_CUSTOMERS, is_complete=True, books=connection
    ) -> tuple[Run, int]:
        collector = WarningCollector()
        for message, sides, code in found:
            collector.add(code, message, sides=sides)
        run = a_run(company, operation, Outcome.WARNED, connection=books)
        return run, collector.store(run, is_complete=is_complete)

    return store


SAME_NAME = ("Two clients are called Acme Motors.", ACME, Code.SAME_NAME)
NO_NAME = ("C-17 has no name.", [], Code.NO_NAME)


def test_a_warning_names_all_its_sides(import_that):
    run, number = import_that(SAME_NAME)
    warning = Warning.objects.get()
    assert number == 1
    assert (warning.message, warning.sides, warning.code) == (SAME_NAME[0], ACME, Code.SAME_NAME)
    assert (warning.company, warning.connection, warning.operation) == (
        run.company,
        run.connection,
        "customers",
    )
    assert run.run_warnings.get().warning == warning


def test_the_same_thing_seen_again_is_the_same_row(import_that):
    first, _ = import_that(SAME_NAME)
    renamed = ("Two clients are called ACME.", [{**ACME[1], "label": "C-2 ACME"}, ACME[0]], Code.SAME_NAME)
    second, number = import_that(renamed)

    warning = Warning.objects.get()
    assert number == 1
    assert warning.message == "Two clients are called ACME."
    assert warning.opened_at < warning.last_seen_at
    assert {link.run_id for link in warning.seen_by.all()} == {first.pk, second.pk}


def test_the_same_thing_twice_in_one_run_is_one_warning(import_that):
    _, number = import_that(SAME_NAME, SAME_NAME, NO_NAME)
    assert number == Warning.objects.count() == 2


def test_what_the_next_run_no_longer_sees_is_closed_as_gone(import_that):
    import_that(SAME_NAME, NO_NAME)
    _, number = import_that(NO_NAME)

    gone = Warning.objects.get(code=Code.SAME_NAME)
    assert number == 1
    assert gone.resolution == Resolution.GONE
    assert gone.closed_at is not None


def test_what_comes_back_is_open_again(import_that):
    import_that(SAME_NAME)
    import_that()
    _, number = import_that(SAME_NAME)
    warning = Warning.objects.get()
    assert number == 1
    assert (warning.resolution, warning.closed_at) == (Resolution.OPEN, None)


def test_what_a_person_resolved_stays_resolved_over_later_imports(import_that, accountant):
    import_that(SAME_NAME)
    assert resolve(Warning.objects.get(), accountant)
    run, number = import_that(SAME_NAME)

    warning = Warning.objects.get()
    assert number == 0, "it doesn't count as a warning of the new run"
    assert not run.run_warnings.exists()
    assert (warning.resolution, warning.resolved_by) == (Resolution.DIFFERENT, accountant)


def test_a_run_that_broke_off_closes_nothing(import_that):
    import_that(SAME_NAME)
    import_that(NO_NAME, is_complete=False)
    assert Warning.objects.filter(resolution=Resolution.OPEN).count() == 2


def test_other_operations_connections_and_companies_are_left_alone(import_that, company):
    import_that(SAME_NAME)
    import_that(operation=Operation.IMPORT_SERVICES)
    import_that(books=None)
    other = factories.a_company()
    WarningCollector().store(a_run(other))
    assert Warning.objects.get().resolution == Resolution.OPEN


def test_more_than_a_person_reads_is_told_as_a_number(import_that):
    many = [(f"C-{n} has no name.", [], Code.NO_NAME) for n in range(MOST_PER_CODE + 3)]
    _, number = import_that(*many, SAME_NAME)
    assert number == MOST_PER_CODE + 2
    assert Warning.objects.filter(message="No name: and 3 more like these.").count() == 1


def test_what_fell_behind_the_limit_is_not_taken_for_gone(import_that):
    many = [(f"C-{n} has no name.", [], Code.NO_NAME) for n in range(MOST_PER_CODE + 1)]
    import_that(many[-1])
    import_that(*many)
    assert not Warning.objects.filter(resolution=Resolution.GONE).exists()


def test_storing_many_costs_a_few_queries_per_hundred(import_that, django_assert_max_num_queries):
    many = [(f"C-{n} has no name.", [], Code.NO_NAME) for n in range(MOST_PER_CODE)]
    import_that(*many)
    with django_assert_max_num_queries(30):
        import_that(*many)


def test_an_answer_is_recorded_with_who_gave_it(import_that, accountant):
    import_that(SAME_NAME)
    resolve(Warning.objects.get(), accountant)
    event = AuditEvent.objects.get()
    assert (event.user, event.action) == (accountant, "warning.resolved")
    assert event.sentence == "They are different: Two clients are called Acme Motors."


@pytest.mark.parametrize(
    ("code", "resolution"),
    [
        (Code.SAME_ACCOUNTING_ID, Resolution.DIFFERENT),
        (Code.BRAKE, Resolution.KEPT),
        (Code.NO_NAME, Resolution.DISMISSED),
    ],
)
def test_the_answer_fits_what_was_warned_of(import_that, accountant, code, resolution):
    import_that(("Look at this.", [], code))
    resolve(Warning.objects.get(), accountant)
    assert Warning.objects.get().resolution == resolution


def test_a_closed_warning_can_not_be_answered(import_that, accountant):
    import_that(SAME_NAME)
    stale = Warning.objects.get()
    import_that()
    assert resolve(stale, accountant) is None
    assert Warning.objects.get().resolution == Resolution.GONE
    assert not AuditEvent.objects.exists()


def test_an_odd_character_in_a_message_does_not_stop_the_run(import_that):
    import_that(
        ("C-1\x00 has a name that is odd.", [{"kind": "client", "id": 1, "label": "C-1\x00"}], Code.NO_NAME)
    )
    assert Warning.objects.get().sides[0]["label"] == "C-1"
    assert Warning.objects.get().message == "C-1 has a name that is odd."
    assert Warning.objects.get().last_seen_at <= timezone.now()
