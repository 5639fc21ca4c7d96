"""What only the demo needs: time that has passed, colleagues, and invoices that can't leave yet.

python -m tools.demo_data {colleagues | pass DAYS | unready}     in the environment of the demo
"""

import os
import sys
from datetime import timedelta
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
django.setup()

from django.apps import apps  # noqa: E402 - setup
from django.db import models, transaction  # noqa: E402 - setup
from django.utils import timezone  # noqa: E402 - setup

from reconpro.company.models import Client, Company, Employee, Role, Service, User  # noqa: E402 - setup
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState, line_amount  # noqa: E402 - setup


@transaction.atomic
def pass_days(days: int) -> None:
    """Let all that is recorded have happened `days` earlier: every time in every row moves back."""
    for app in ("company", "invoices", "audit", "integrations", "intacct"):
        for model in apps.get_app_config(app).get_models():
            times = [f.name for f in model._meta.fields if isinstance(f, models.DateTimeField)]
            if times and not model._meta.auto_created:
                model._default_manager.update(
                    **{name: models.F(name) - timedelta(days=days) for name in times}
                )


def add_colleagues(company: Company, password: str) -> None:
    for name, role in (("books", Role.ACCOUNTANT), ("shop", Role.WORK_MANAGER)):
        User.objects.create_user(
            f"{name}@demo.example",
            password,
            company=company,
            role=role,
            name=f"Demo {role.label}",
            email=f"{name}@demo.example",
        )


@transaction.atomic
def add_unready_invoices(company: Company) -> None:
    """Two approved invoices that wait: a client and a service that accounting doesn't know yet."""
    walk_in = Client.objects.create(company=company, name="Walk-in: Hillside Taxi", terms="Net 30")
    odd_job = Service.objects.create(company=company, name="Odour removal", own_price=Decimal("95.00"))
    known_client = Client.objects.filter(company=company, archived_at=None).exclude(accounting_id="").first()
    known_service = (
        Service.objects.filter(company=company, archived_at=None).exclude(accounting_id="").first()
    )
    technician = (
        Employee.objects.filter(company=company, archived_at=None).exclude(accounting_entity_id="").first()
    )
    for client, service in ((walk_in, known_service), (known_client, odd_job)):
        if client is None or service is None:
            raise SystemExit("Import customers and services first.")
        price = service.price or Decimal("120.00")
        company.refresh_from_db()
        invoice = Invoice.objects.create(
            company=company,
            number=str(company.next_invoice_number),
            client=client,
            date=timezone.localdate(timezone=company.zone),
            state=InvoiceState.APPROVED,
            approved_at=timezone.now(),
            total=line_amount(Decimal(1), price),
        )
        InvoiceLine.objects.create(
            invoice=invoice,
            position=1,
            service=service,
            employee=technician,
            quantity=Decimal(1),
            price=price,
            amount=line_amount(Decimal(1), price),
            stock_number="D-7714",
        )
        company.next_invoice_number += 1
        company.save(update_fields=["next_invoice_number"])


def main() -> None:
    what, *arguments = sys.argv[1:]
    company = Company.objects.get(code="demo")
    if what == "pass":
        pass_days(int(arguments[0]))
    elif what == "colleagues":
        add_colleagues(company, os.environ["ADMIN_PASSWORD"])
    elif what == "unready":
        add_unready_invoices(company)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
