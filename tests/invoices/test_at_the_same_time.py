"""People who do things at the same moment, on real connections to the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from reconpro.invoices import services
from reconpro.invoices.models import Invoice
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions):
    """Run these in threads of their own and give back what each answered or raised."""

    def run(action):
        try:
            return action()
        except services.InvoiceRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def draft():
    company = factories.a_company()
    return factories.an_invoice(company, approved=False)


def test_no_two_invoices_get_one_number(draft):
    head = services.HeadValues(client=draft.client, date=date(2026, 3, 31))

    made = at_once(
        *[lambda: services.create_invoice(company=draft.company, by=None, head=head) for _ in range(6)]
    )

    assert sorted(invoice.number for invoice in made) == [str(n) for n in range(1001, 1007)]


def test_of_two_who_type_one_number_the_second_is_told(draft):
    head = services.HeadValues(client=draft.client, date=date(2026, 3, 31), number="A-1")

    answers = at_once(
        *[lambda: services.create_invoice(company=draft.company, by=None, head=head) for _ in range(2)]
    )

    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [
        services.NumberTaken
    ]
    assert Invoice.objects.filter(number="A-1").count() == 1


def test_approving_and_changing_at_once_one_wins_and_the_other_is_told(draft):
    line = services.LineValues(draft.lines.get().service, Decimal(1), Decimal(999))

    answers = at_once(
        lambda: services.approve(invoice=draft, by=None, version=draft.updated_at),
        lambda: services.save_lines(invoice=draft, by=None, lines=[line], version=draft.updated_at),
    )

    told = [answer for answer in answers if isinstance(answer, services.StaleInvoice)]
    assert len(told) == 1
    draft.refresh_from_db()
    assert (draft.approved_at is None) == (draft.total == 999)
