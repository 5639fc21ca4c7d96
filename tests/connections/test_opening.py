"""A connection is an identity (S-7)."""

import threading

import pytest
from django.db import connections

from integrations.connections.models import Connection
from integrations.connections.service import current_connection, open_connection
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Books, Company


def opened(company, identity, by=None):
    return open_connection(
        company,
        provider="intacct",
        provider_name="Intacct",
        identity=identity,
        label=f"Intacct {identity}",
        by=by,
    )


@pytest.mark.django_db
def test_s7_the_same_identity_stays_the_same_connection(company):
    first, closed = opened(company, "ACME")

    assert closed is None
    assert opened(company, "ACME") == (first, None)
    assert Books.objects.count() == 1
    company.refresh_from_db()
    assert company.books == first.books


@pytest.mark.django_db
def test_s7_another_identity_closes_the_present_one_and_its_return_opens_it_again(company, administrator):
    first, _ = opened(company, "ACME")
    second, closed = opened(company, "OTHER", by=administrator)

    assert closed == first
    assert current_connection(company, "intacct") == second

    third, closed = opened(company, "ACME")

    assert (third.pk, closed) == (first.pk, second)
    assert third.opened_at > first.opened_at
    company.refresh_from_db()
    assert company.books == first.books
    sentences = list(AuditEvent.objects.order_by("pk").values_list("sentence", flat=True))
    assert sentences == [
        "Connection to Intacct ACME opened.",
        "Connection to Intacct OTHER opened; Intacct ACME closed.",
        "Connection to Intacct ACME opened again; Intacct OTHER closed.",
    ]


@pytest.mark.django_db
def test_u2_two_companies_with_one_identity_have_books_of_their_own(company, stranger):
    ours, _ = opened(company, "ACME")
    theirs, _ = opened(stranger.company, "ACME")

    assert ours.books != theirs.books
    assert current_connection(company, "intacct") == ours


@pytest.mark.django_db(transaction=True)
def test_s7_two_at_once_leave_one_open(company):
    both = threading.Barrier(2)
    faults = []

    def save(identity):
        try:
            mine = Company.objects.get(pk=company.pk)
            both.wait()
            opened(mine, identity)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[identity]) for identity in ("ACME", "OTHER")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert Connection.objects.filter(company=company, closed_at=None).count() == 1
    company.refresh_from_db()
    assert company.books == Connection.objects.get(company=company, closed_at=None).books
