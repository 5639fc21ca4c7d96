"""X-1: what the books show now and afterwards, by month and document type."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.exports import reversals
from integrations.exports.preview import preview
from integrations.exports.rules import ReversalWay
from tests import factories
from tests.exports.ledger import RULES, approved, export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
BY_CREDIT = replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return")
BY_BOOKS = replace(RULES, reversal=ReversalWay.BOOKS)


def shown(connection, rules):
    seen = preview(connection.company, connection, rules, approved_before=timezone.now())
    return [(row.document_type, row.there_count, row.there_total) for row in seen.afterwards]


def reversed_invoice(connection, ledger, rules, administrator, *, days=0):
    [invoice] = approved(connection)
    export(connection, ledger, rules=rules)
    on = invoice.date + timedelta(days=days)
    reversals.ask(invoice, by=administrator, reason="Billed twice.", on=on, rules=rules)
    assert export(connection, ledger, rules=rules).message == "Reversed 1 invoice."
    return invoice


def more_waits(invoice):
    """An invoice and a credit of the same month."""
    for price in ("10", "-4"):
        factories.an_invoice(
            invoice.company,
            client=invoice.client,
            date=invoice.date,
            lines=[{"service": invoice.lines.get().service, "price": Decimal(price)}],
        )


def test_a_document_that_a_credit_took_back_stands_beside_the_credit(connection, ledger, administrator):
    more_waits(reversed_invoice(connection, ledger, BY_CREDIT, administrator))

    assert shown(connection, BY_CREDIT) == [
        ("Sales Invoice", 1, Decimal("185.00")),
        ("Sales Return", 1, Decimal("185.00")),
    ]


def test_a_credit_stands_in_the_month_that_it_is_dated_in(connection, ledger, administrator):
    more_waits(reversed_invoice(connection, ledger, BY_CREDIT, administrator, days=40))

    assert shown(connection, BY_CREDIT) == [
        ("Sales Invoice", 1, Decimal("185.00")),
        ("Sales Return", 0, Decimal("0.00")),
    ]


def test_what_the_books_reversed_themselves_is_worth_nothing_there(connection, ledger, administrator):
    more_waits(reversed_invoice(connection, ledger, BY_BOOKS, administrator))

    assert shown(connection, BY_BOOKS) == [("Sales Invoice", 0, Decimal("0.00"))]
