"""Any sequence of lists, imports, checks, answers, kills and a person's acts, over one accounting company
or two, ends in the state that a plain model predicts.

    RECONCILE_EXAMPLES=300 .venv/bin/python -m pytest tests/reconcile/test_any_sequence.py

runs more sequences than the suite does, other ones each time, and prints how often what happened.
"""

import os
from collections import Counter
from collections.abc import Collection
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integrations.reconcile import service
from integrations.reconcile.all_new import all_new
from integrations.reconcile.as_it_was import as_it_was
from integrations.reconcile.compare import Comparison, compare
from integrations.reconcile.kinds import KINDS
from integrations.reconcile.models import BrakeAnswer
from integrations.reconcile.scope import Scope
from integrations.reconcile.service import ShortWay
from integrations.reconcile.staging import Stage
from tests.reconcile.both_worlds import (
    Step,
    a_world,
)
from tests.reconcile.remote import EDITS, IDS, NAMES, READINGS
from tests.reconcile.steps_of_people import (
    a_merge,
    a_record_typed_here,
    accept_all_of_the_check,
    answer_a_proposal,
    answer_one_of_the_check,
    answer_the_brake,
    answer_the_brake_of_the_check,
    archive_or_restore_by_hand,
    connect_elsewhere,
)
from tests.reconcile.steps_of_runs import (
    a_check,
    a_killed_import,
    an_apply,
    an_import,
)

EXAMPLES = int(os.environ.get("RECONCILE_EXAMPLES", "20"))


imports = st.builds(an_import, st.lists(EDITS, max_size=4), READINGS)
acts = st.one_of(
    st.builds(archive_or_restore_by_hand, st.integers(0, 9)),
    st.builds(
        a_record_typed_here,
        st.sampled_from([*IDS, "", ""]),
        st.booleans(),
        st.sampled_from(["Typed", *NAMES]),
    ),
    st.builds(answer_the_brake, st.booleans()),
    st.builds(answer_a_proposal, st.booleans()),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_killed_import, st.lists(EDITS, max_size=2), READINGS, st.integers(0, 60)),
    st.just(connect_elsewhere),
)
answers = st.builds(answer_one_of_the_check, st.integers(0, 9), st.booleans())
checks = st.tuples(
    # What links are proposed for: records of one's own, and those of other books.
    st.one_of(
        st.just([]),
        st.lists(
            st.builds(a_record_typed_here, st.sampled_from(IDS), st.just(False), st.sampled_from(NAMES)),
            min_size=1,
            max_size=2,
        ),
        st.just([connect_elsewhere]),
    ),
    st.builds(
        a_check, st.lists(EDITS, max_size=4), READINGS, st.one_of(st.none(), st.none(), st.integers(0, 90))
    ),
    st.lists(
        st.one_of(
            answers,
            answers,
            answers,
            st.just(accept_all_of_the_check),
            st.builds(answer_the_brake_of_the_check, st.sampled_from(BrakeAnswer)),
            acts,
        ),
        max_size=4,
    ),
    st.builds(an_apply, st.one_of(st.none(), st.none(), st.integers(0, 120))),
).map(lambda parts: [*parts[0], parts[1], *parts[2], parts[3]])
sequences = st.tuples(
    st.lists(acts, max_size=2),
    st.lists(
        st.one_of(
            st.tuples(imports, st.lists(acts, max_size=2)).map(lambda parts: [parts[0], *parts[1]]), checks
        ),
        min_size=2,
        max_size=5,
    ),
).map(lambda parts: [*parts[0], *(step for part in parts[1] for step in part)])


def held_against_the_comparison(way: ShortWay, happened: Counter[str]) -> ShortWay:
    """A short way of an import, which must find what the long one does: where all is as it was, and where
    all is new (I-12)."""

    def way_here(scope: Scope, stage: Stage, announced: Collection[int | None]) -> Comparison | None:
        found = way(scope, stage, announced)
        with transaction.atomic():
            compared = compare(
                scope,
                stage,
                announced=announced,
                signed_in_as="",
                signed_in_last=None,
                told_different=(),
                checkpoint=lambda: None,
            )
            transaction.set_rollback(True)
        if found == compared:
            happened[f"lists found by {way.__name__}"] += 1
        elif found is not None:
            # Something comes twice: the database refuses to write that, and the model tells what is to come.
            assert way is all_new
            assert compared.new < found.new
            happened["first lists with something twice"] += 1
        elif way is as_it_was and compared.unchanged == compared.read:
            is_as_it_was = not (compared.missing or compared.archived_missing)
            if is_as_it_was and all(key is not None for key in keys_of_rows(scope)):
                happened["found by comparing only"] += 1
        return found

    return way_here


def keys_of_rows(scope: Scope) -> list[str | None]:
    staged: Any = scope.kind.stage._default_manager.filter(run_id=scope.run_id)
    return list(staged.values_list("external_key", flat=True))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_any_sequence_ends_as_the_plain_model_predicts(connection, administrator, capsys, kind, monkeypatch):
    happened: Counter[str] = Counter()
    held = [held_against_the_comparison(way, happened) for way in service.SHORT_WAYS]
    monkeypatch.setattr(service, "SHORT_WAYS", held)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES <= 100,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # each case is several imports: a smaller one takes minutes to find
    )
    @given(sequences)
    def any_sequence(steps: list[Step]) -> None:
        happened["examples"] += 1
        with transaction.atomic():
            world = a_world(connection, kind, administrator)
            for step in steps:
                happened["steps"] += 1
                before = world.what_lists_are_compared_with()
                step(world)
                world.check()
                world.model.acts += world.what_lists_are_compared_with() != before
            happened.update(world.happened)
            transaction.set_rollback(True)

    any_sequence()
    for way in (as_it_was, all_new):
        assert happened[f"lists found by {way.__name__}"]
    if "RECONCILE_EXAMPLES" in os.environ:
        with capsys.disabled():
            told = ", ".join(f"{number:,} {what}" for what, number in happened.items())
            print(f"\n{kind.plural} on {database.vendor}: {told}")
