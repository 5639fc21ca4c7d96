"""I-7 in a real Chromium: from the import's opening to the own profile, and what the office sees of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reconpro.company.models import FirstSignIn
from tests import factories
from tests.company.people import CHOSEN, NAME, waiting
from tests.journey.browser import NARROW, browser_page, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, live_server, username, password):
    page.goto(f"{live_server.url}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in").click()


def read(page, words):
    """Wait until the page says so: an answer at the address of its form is told apart by nothing else."""
    page.locator("main").get_by_text(words).first.wait_for()


def test_a_technician_signs_in_for_the_first_time_on_a_phone(live_server, company):
    dana = waiting(company, team=factories.a_team(company, name="North"))
    with browser_page() as page:
        page.set_viewport_size(NARROW)
        page.goto(f"{live_server.url}/sign-in/")
        look(page, "first-sign-in")
        page.set_viewport_size(NARROW)
        sign_in(page, live_server, NAME, "00148")
        page.wait_for_url(f"{live_server.url}/first-password/")
        look(page, "first-password")
        page.set_viewport_size(NARROW)
        page.fill("[name=new_password1]", "my 00148 lantern")
        page.fill("[name=new_password2]", "my 00148 lantern")
        page.keyboard.press("Enter")
        read(page, "Choose a password without them")
        look(page, "first-password-refused")
        page.fill("[name=new_password1]", CHOSEN)
        page.fill("[name=new_password2]", CHOSEN)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_server.url}/profile/")
        read(page, "From now on you sign in as e-00148:ebu@demo")
        look(page, "first-profile")
    assert FirstSignIn.objects.get(employee=dana).used_from == "127.0.0.1"


def test_the_office_sees_who_is_still_on_it_and_lets_them_in_again(live_server, company, administrator):
    north = factories.a_team(company, name="North")
    long_ago = timezone.now() - timedelta(days=20)
    dana = waiting(company, team=north)
    late = {"first_name": "Max", "last_name": "Bell", "accounting_id": "E-00149:EBU"}
    waiting(company, team=north, opened_at=long_ago, accounting_employee_id="E-00149", **late)
    factories.an_employee(company, team=north, first_name="Jo", last_name="Smith", accounting_id="JSMITH")
    with browser_page() as page:
        sign_in(page, live_server, NAME, "00148")
        page.wait_for_url("**/first-password/")
        page.fill("[name=new_password1]", CHOSEN)
        page.fill("[name=new_password2]", CHOSEN)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_server.url}/profile/")
        page.context.clear_cookies()

        sign_in(page, live_server, administrator.username, factories.PASSWORD)
        page.wait_for_url(f"{live_server.url}/company/**")
        page.goto(f"{live_server.url}/company/employees/")
        look(page, "employees-sign-ins")
        page.get_by_role("link", name="Still on the default password").click()
        page.wait_for_url("**/default-password/")
        look(page, "default-sign-ins")
        page.get_by_role("link", name="Max Bell").click()
        page.wait_for_url("**/employees/*/")
        read(page, "Latest changes")
        look(page, "profile-expired")
        page.get_by_role("button", name="Open the default sign-in for 14 more days").click()
        read(page, "Max Bell may sign in as e-00149:ebu@demo")
        look(page, "profile-waits")

        page.goto(f"{live_server.url}/company/employees/{dana.pk}/")
        look(page, "profile-used")
        page.get_by_role("link", name="Issue the default sign-in again").click()
        page.wait_for_url("**/open/")
        look(page, "sign-in-open")
        page.get_by_role("link", name="Cancel").click()
        page.get_by_role("link", name="Revoke").click()
        page.wait_for_url("**/revoke/")
        look(page, "sign-in-revoke")
        page.get_by_role("button", name="Revoke").click()
        read(page, "The sign-in of Dana Ruiz is revoked.")

        page.goto(f"{live_server.url}/company/teams/{north.pk}/")
        look(page, "team-sign-ins")
        page.get_by_role("button", name="Open their default sign-ins for 14 days").click()
        read(page, "1 employee of North may sign in")
        read(page, "1 was left out")
        look(page, "team-sign-ins-opened")
        page.goto(f"{live_server.url}/company/edit/")
        look(page, "company-edit-sign-ins")
