"""I-7: an employee's first sign-in with the default password."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from reconpro.company.models import Employee, FirstSignIn, Role, User
from reconpro.company.models.first_sign_in import closing_time, default_password
from tests import factories

NAME = "E-00148:EBU@demo"
CHOSEN = "a brand new lantern"


@pytest.fixture
def dana(company) -> Employee:
    return waiting(company)


def waiting(company, *, opened_at=None, **fields) -> Employee:
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


def sign_in(browser, username=NAME, password="00148", **more):
    return browser.post(reverse("sign-in"), {"username": username, "password": password}, **more)


def choose(browser, password=CHOSEN, again=None, **more):
    passwords = {"new_password1": password, "new_password2": password if again is None else again}
    return browser.post(reverse("first-password"), passwords, **more)


def refused(response) -> str:
    """The words with which the sign-in page refuses."""
    assert response.status_code == 200
    return str(response.context["form"].errors)


@pytest.mark.parametrize(
    ("employee_id", "digits"),
    [
        ("E-00148", "00148"),
        ("00148", "00148"),
        ("E123456-00148", "00148"),  # the first run of exactly five
        ("E-00148-00149", "00148"),
        ("E-1234", ""),
        ("E-123456", ""),
        ("E-٠٠١٤٨", ""),  # digits of another script are none of ours
        ("", ""),
    ],
)
def test_the_default_password_is_the_first_run_of_exactly_five_digits(employee_id, digits):
    assert default_password(employee_id) == digits


def test_the_default_password_opens_the_form_that_changes_it_and_then_the_own_profile(client, dana):
    response = sign_in(client)
    assert response.url == reverse("first-password")
    assert not User.objects.filter(employee=dana).exists()
    page = client.get(response.url).content.decode()
    assert "Dana Ruiz" in page

    response = choose(client, REMOTE_ADDR="203.0.113.9")

    user = User.objects.get(employee=dana)
    assert (user.username, user.role, user.company) == ("e-00148:ebu@demo", Role.TECHNICIAN, dana.company)
    assert user.check_password(CHOSEN)
    assert client.get(response.url, follow=True).request["PATH_INFO"] == reverse("my-profile")
    window = FirstSignIn.objects.get()
    assert window.used_from == "203.0.113.9"
    assert timezone.now() - window.used_at < timedelta(minutes=1)
    assert sign_in(Browser(), password=CHOSEN).url == reverse("home")
