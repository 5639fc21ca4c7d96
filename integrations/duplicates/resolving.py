"""A person's answer to a warning; it holds over later imports (I-8)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from integrations.duplicates.codes import Code
from integrations.duplicates.merging import link_twin
from integrations.duplicates.models import Resolution, Warning
from integrations.duplicates.showing import Answer, answers_for
from integrations.reconcile import linking
from integrations.reconcile.answers import (
    AlreadyAnswered,
    archive_missing,
    close_warning,
    hold_open,
    keep_missing,
)
from reconpro.audit.log import record_event
from reconpro.company.models import User


def link(warning: Warning, by: User) -> None:
    """*Link them*: with the Accounting ID that both have, or by what they have in common."""
    if warning.code == Code.LOCAL_TWIN:
        if warning.connection is not None:
            hold_open(warning.connection)
        link_twin(warning, by)
    else:
        linking.link_from_warning(warning, by)


def tell_different(warning: Warning, by: User) -> None:
    """*They are different*: of a proposed link the proposal is answered too. Raises AlreadyAnswered."""
    if warning.code == Code.LINK_PROPOSED:
        linking.tell_different(warning, by)
    elif not close_warning(warning, Resolution.DIFFERENT, by):
        raise AlreadyAnswered("This warning was closed already.")


# Answers that also change records; each closes the warning itself.
ACTS: dict[Resolution, Callable[[Warning, User], object]] = {
    Resolution.ARCHIVED: archive_missing,
    Resolution.KEPT: keep_missing,
    Resolution.LINKED: link,
    Resolution.DIFFERENT: tell_different,
}


def resolve(warning: Warning, by: User, chosen: str = "") -> Answer | None:
    """Close an open warning with one of the answers that its code has; recorded with who.

    `chosen` is a `Resolution`; another one, or none, is the last answer, which archives and links nothing.
    None if the warning is closed. Raises CannotAnswer or CannotMerge, with a sentence for the page.
    """
    answers = answers_for(warning)
    answer = next((answer for answer in answers if answer.resolution == chosen), answers[-1])
    with transaction.atomic():
        if act := ACTS.get(answer.resolution):
            try:
                act(warning, by)
            except AlreadyAnswered:
                return None
        elif not close_warning(warning, answer.resolution, by):
            return None
        record_event(
            company=warning.company,
            user=by,
            action="warning.resolved",
            sentence=f"{answer.button}: {warning.message}",
            subject=warning,
            details={"code": warning.code, "sides": warning.sides},
        )
    return answer
