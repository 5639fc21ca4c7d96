"""Which employees come in, by the settings, and what is said where nobody does (S-5).

A chosen location or department stands for all that lies below it too, as Intacct's own reports have it: the
employees of an entity are those of its locations.
"""

from collections.abc import Collection, Sequence

from intacct.jobs.conversation import Conversation
from intacct.mapping.places import Places
from intacct.mapping.selection import Selection, below, both, choice_of
from intacct.mapping.table import Table
from integrations.connections.reference import ReferenceRow
from integrations.duplicates.codes import Code
from integrations.runs.context import RunFailed

CHOOSE_AGAIN = "Choose again in the settings, under Advanced."


def employees_wanted(
    talk: Conversation,
    places: Places,
    locations: Sequence[ReferenceRow],
    departments: Sequence[ReferenceRow],
) -> Selection:
    """The employees that the settings choose; the lists are those that Intacct has just told.

    Warns of a chosen place that Intacct doesn't have; raises RunFailed where it has none of them.
    """
    settings = talk.settings
    parents_of_departments = {row.code: row.parent_code for row in departments}
    _check(talk, "location", settings.scope_locations, {*places.parents, *places.entities})
    _check(talk, "department", settings.scope_departments, parents_of_departments)
    return both(
        choice_of("EMPLOYEETYPE", "type", settings.employee_types),
        choice_of(
            "DEPARTMENTID",
            "department",
            settings.scope_departments,
            below(settings.scope_departments, parents_of_departments),
        ),
        choice_of(
            "LOCATIONID",
            "location",
            settings.scope_locations,
            below(settings.scope_locations, {row.code: row.parent_code for row in locations}),
        ),
    )


def nobody_wanted(table: Table, only: Selection) -> RunFailed:
    """An empty list is far more often a slip in the settings than the wish to archive everybody."""
    return RunFailed(
        f"Intacct lists no {table.plural} {only.words}. Nothing was changed here.", advice=CHOOSE_AGAIN
    )


def _check(talk: Conversation, noun: str, chosen: Sequence[str], known: Collection[str]) -> None:
    gone = [code for code in chosen if code not in known]
    if gone and len(gone) == len(chosen):
        raise RunFailed(
            f"Intacct has no {noun} {' or '.join(gone)}, which the settings choose. Nothing was "
            "changed here.",
            advice=CHOOSE_AGAIN,
        )
    for code in gone:
        talk.context.warnings.add(
            Code.UNKNOWN_REFERENCE,
            f"The settings choose the employees of {noun} {code}, which Intacct doesn't have.",
            fingerprint=f"wanted:{noun}:{code}",
        )
