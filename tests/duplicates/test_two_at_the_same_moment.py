"""People who merge, export and make invoices at the same moment, on real connections to the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from django.utils import timezone

from integrations.duplicates.merging import CannotMerge, merge
from integrations.duplicates.models import Alias
from reconpro.company.models import Client
from reconpro.invoices.models import Invoice
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions):
    def run(action):
        try:
            return action()
        except CannotMerge as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def two():
    company = factories.a_company()
    factories.a_connection(company)
    return [
        factories.a_client(company, accounting_id="A", external_key="1", name="Acme"),
        factories.a_client(company, accounting_id="B", external_key="2", name="Acme"),
    ]


@pytest.mark.parametrize("same_way_round", [True, False])
def test_of_two_people_who_merge_one_pair_one_wins_i_10(two, same_way_round):
    one, other = two
    by = factories.a_user(one.company)
    invoices = [factories.an_invoice(one.company, client=client) for client in two]
    ways = [(one, other), (one, other) if same_way_round else (other, one)]

    answers = at_once(*[lambda way=way: merge(*way, by=by) for way in ways])

    (refusal,) = (answer for answer in answers if isinstance(answer, CannotMerge))
    assert "was merged into" in str(refusal)
    kept = Client.objects.get(archived_reason="")
    assert Client.objects.get(archived_reason="merged").merged_into == kept
    assert {Invoice.objects.get(pk=invoice.pk).client for invoice in invoices} == {kept}
    assert set(Alias.objects.values_list("record_id", flat=True)) == {kept.pk}


def test_an_invoice_that_is_changed_meanwhile_is_moved_all_the_same(two):
    kept, other = two
    by = factories.a_user(kept.company)
    invoice = factories.an_invoice(kept.company, client=other, approved=False)

    def change():
        with transaction.atomic():
            row = Invoice.objects.select_for_update().get(pk=invoice.pk)
            row.memo = f"changed {timezone.now()}"
            row.save(update_fields=["memo"])

    at_once(lambda: merge(kept, other, by=by), change)

    invoice.refresh_from_db()
    assert invoice.client == kept
    assert invoice.memo.startswith("changed")
