"""The usual way: a published client reads everything, and each record is updated or created by itself.

`sageintacctsdk` is bound to the vendor's address, which is the one thing that is replaced. It gets the same
fields as ReconPro asks for (its own list lacks the contacts), and the records go into ReconPro's own table.
"""

import os
from typing import Any

import django

from tools.bench.measured import timed

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")


def measure_usual(url: str) -> dict[str, Any]:
    django.setup()
    from sageintacctsdk import SageIntacctSDK

    from intacct.gateway import Version
    from intacct.mapping.clients import CUSTOMERS, to_client
    from reconpro.company.models import Books, Client, Company
    from tools.bench.product import COMPANY
    from tools.clients.python_sdk import SIGN_IN, bound_to

    company = Company.objects.get(code=COMPANY)
    books, _ = Books.objects.get_or_create(company=company, label="The usual way")
    fields = list(CUSTOMERS.listing(Version.V3_0).fields)
    found: dict[str, Any] = {"rows": 0}
    with timed(found), bound_to(url):
        sdk = SageIntacctSDK(**SIGN_IN, show_private=True)
        for record in sdk.customers.get_all(fields=fields):
            values = to_client({name: text or "" for name, text in record.items()}, Version.V3_0).values
            Client.objects.update_or_create(
                company=company,
                books=books,
                accounting_id=values["accounting_id"],
                defaults={name: text for name, text in values.items() if name != "accounting_id"},
            )
            found["rows"] += 1
    return found
