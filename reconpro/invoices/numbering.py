"""Invoice numbers: the company's counter, past the numbers that somebody typed."""

from django.db import transaction

from reconpro.company.models import Company
from reconpro.invoices.models import Invoice

ASKED_AT_ONCE = 500  # SQLite takes a limited number of values in one statement


def next_number(company: Company) -> str:
    """The next free number; must be called in the transaction that makes the invoice."""
    return next_numbers(company, 1)[0]


@transaction.atomic
def next_numbers(company: Company, count: int) -> list[str]:
    """`count` free numbers in order, taken from the counter under its lock: no two invoices get one.

    The lock lets others go on inserting rows that refer to the company (an import, say).
    """
    counter = Company.objects.select_for_update(no_key=True).only("next_invoice_number").get(pk=company.pk)
    numbers: list[str] = []
    number = counter.next_invoice_number
    while len(numbers) < count:
        block = [str(n) for n in range(number, number + min(count - len(numbers), ASKED_AT_ONCE))]
        taken = set(
            Invoice.objects.filter(company=company, number__in=block).values_list("number", flat=True)
        )
        numbers.extend(n for n in block if n not in taken)
        number += len(block)
    counter.next_invoice_number = number
    counter.save(update_fields=["next_invoice_number"])
    company.next_invoice_number = number
    return numbers
