"""Employees as an import leaves them, and how they sign in for the first time (I-7)."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from reconpro.company.models import Company, Employee, FirstSignIn
from reconpro.company.models.first_sign_in import closing_time
from tests import factories

NAME = "E-00148:EBU@demo"
CHOSEN = "a brand new lantern"


def waiting(company: Company, *, opened_at: datetime | None = None, **fields: Any) -> Employee:
    """An employee as an import creates one, with the default sign-in open."""
    fields = {
        "accounting_id": "E-00148:EBU",
        "accounting_employee_id": "E-00148",
        "accounting_entity_id": "EBU",
        "accounting_status": "active",
        "first_name": "Dana",
        "last_name": "Ruiz",
        **fields,
    }
    employee = factories.an_employee(company, **fields)
    opened_at = opened_at or timezone.now()
    FirstSignIn.objects.create(employee=employee, opened_at=opened_at, closes_at=closing_time(opened_at))
    return employee


def sign_in(browser: Browser, username: str = NAME, password: str = "00148", **more: Any) -> HttpResponse:
    return browser.post(reverse("sign-in"), {"username": username, "password": password}, **more)


def choose(browser: Browser, password: str = CHOSEN, again: str | None = None, **more: Any) -> HttpResponse:
    passwords = {"new_password1": password, "new_password2": password if again is None else again}
    return browser.post(reverse("first-password"), passwords, **more)
