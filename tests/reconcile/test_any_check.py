"""Whatever is here and whatever is listed: what a check showed, applied, ends in the very same database as an
import that goes through, history, warnings and sign-ins included (I-9, R-5).

`test_any_sequence.py` holds checks among all else to a plain model, which knows less than the database.
RECONCILE_EXAMPLES=2000 tries more than the suite does.
"""

from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Alias, Warning
from integrations.reconcile.check_answers import answer_proposal, proposals_of
from integrations.reconcile.kinds import KINDS
from integrations.reconcile.models import Check, LinkAnswer, LinkProposal
from integrations.runs.models import Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.models import FirstSignIn
from tests.reconcile.both_worlds import Step, World, a_world
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list, pages_of
from tests.reconcile.remote import EDITS, NAMES, READINGS, Edit, Reading
from tests.reconcile.steps_of_people import a_record_typed_here
from tests.reconcile.steps_of_runs import Kill, Killed
from tests.reconcile.test_any_sequence import EXAMPLES, acts, imports

# Of a record: what two imports that do the same may differ in.
OWN_TIMES = {"id", "created_at", "updated_at", "archived_at", "merged_into_id"}


def dump(world: World) -> dict[str, Any]:
    """All that an import may write, with records told by the order in which they came."""
    places = {record.pk: place for place, record in enumerate(world.records())}
    return {
        "records": [
            ({k: v for k, v in row.items() if k not in OWN_TIMES}, places.get(row["merged_into_id"]))
            for row in world.kind.records.order_by("pk").values()
        ],
        "changes": sorted(
            (places[change.record_id], change.field, change.old, change.new)
            for change in FieldChange.objects.all()
        ),
        # Of a local record like an imported one a check asks before, an import afterwards.
        "warnings": sorted(
            (w.code, w.message, w.resolution, [(places.get(side["id"]), side["label"]) for side in w.sides])
            for w in Warning.objects.exclude(code=Code.LOCAL_TWIN)
        ),
        "aliases": sorted((a.identifier, a.value, places[a.record_id]) for a in Alias.objects.all()),
        "sign-ins": sorted(places[opened.employee_id] for opened in FirstSignIn.objects.all()),
    }


def end_what_was_killed(world: World) -> None:
    Run.objects.filter(outcome="", operation=world.kind.operation).update(
        outcome=Outcome.INTERRUPTED, finished_at=timezone.now()
    )


def checked(world: World, rows: list[Any], total: int, reading: Reading, kill_after: int) -> Run:
    """A check, after one whose worker was killed."""
    options = {"total": total, "size": reading.page_size, "signed_in_as": reading.signed_in_as}
    before = dump(world)
    try:
        with database.execute_wrapper(Kill(kill_after)):
            return check_list(world.connection, rows, world.kind, **options)
    except Killed:
        end_what_was_killed(world)
        assert dump(world) == before
    return check_list(world.connection, rows, world.kind, **options)


def applied(world: World, check: Run, kill_after: int) -> Run:
    """Applied, after a worker that was killed at it."""
    before = dump(world)
    try:
        with database.execute_wrapper(Kill(kill_after)):
            return apply_run(check, world.by)
    except Killed:
        pass
    killed = Run.objects.filter(applies=check).last()
    if killed is not None and killed.outcome:  # what was left to do was to sweep
        return killed
    end_what_was_killed(world)
    assert dump(world) == before
    return apply_run(check, world.by)


states = st.lists(
    st.one_of(
        imports,
        acts,
        st.builds(a_record_typed_here, st.just(""), st.just(False), st.sampled_from(NAMES)),
    ),
    max_size=5,
)
lists = st.tuples(st.lists(EDITS, max_size=4), READINGS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_check_applied_is_an_import_that_went_through(connection, administrator, kind):
    @settings(
        max_examples=max(EXAMPLES // 2, 1),
        deadline=None,
        derandomize=EXAMPLES <= 100,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # each case is several imports: a smaller one takes minutes to find
    )
    @given(states, lists, st.integers(0, 90), st.integers(0, 120))
    def any_check(
        state: list[Step], last: tuple[list[Edit], Reading], kill_check: int, kill_apply: int
    ) -> None:
        edits, reading = last
        with transaction.atomic():
            world = a_world(connection, kind, administrator)
            for step in state:
                step(world)
            # Of a local record like a listed one a check asks; an import that goes through does not.
            LinkProposal.objects.filter(by_id=False, answer=LinkAnswer.OPEN).update(
                answer=LinkAnswer.DIFFERENT
            )
            for edit in edits:
                edit(world.remote)
            listed, total = reading.of(world.remote)
            rows = [world.external(row) for row in listed]

            with transaction.atomic():
                through = import_list(
                    world.connection,
                    rows,
                    kind,
                    pages=pages_of(rows, total=total, size=reading.page_size),
                    signed_in_as=reading.signed_in_as,
                )
                expected = dump(world)
                transaction.set_rollback(True)

            before = dump(world)
            check = checked(world, rows, total, reading, kill_check)
            assert dump(world) == before
            assert check.outcome == Outcome.SUCCEEDED
            found = list(proposals_of(Check.objects.get(pk=check.pk)))
            for proposal in found:
                if not proposal.by_id and proposal.answer == LinkAnswer.OPEN:
                    answer_proposal(check, proposal.pk, LinkAnswer.DIFFERENT, administrator)
            assert dump(world) == before
            run = applied(world, check, kill_apply)

            assert run.outcome in (Outcome.SUCCEEDED, Outcome.WARNED), run.message
            assert counts(run) == counts(through)
            if not found:
                assert counts(check) == counts(through)
            assert run.list_complete == through.list_complete
            assert dump(world) == expected
            transaction.set_rollback(True)

    any_check()
