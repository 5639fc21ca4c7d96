"""A link that a check proposed, and the next check proposes no more (I-9)."""

from integrations.reconcile.check_answers import answer_proposal
from integrations.reconcile.models import LinkAnswer, LinkProposal
from integrations.runs.models import Outcome
from reconpro.company.keeping import archive_record
from reconpro.company.models import Client
from tests.factories import a_client
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, listed


def test_i9_a_check_shows_no_link_with_a_record_that_was_archived_since(connection, administrator):
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


def test_i9_a_check_holds_no_record_back_for_a_link_that_it_no_longer_proposes(connection):
    a_client(connection.company, books=None, name="Acme")
    check_list(connection, [listed("C-1", "Acme")])

    again = check_list(connection, [listed("C-1", "Renamed")])

    assert counts(again) == {"read": 1, "created": 1}
    assert counts(apply_run(again)) == {"read": 1, "created": 1}
