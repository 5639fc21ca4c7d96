"""Administrators add users, change what they may do, and can't lock the company out (U-1)."""

import pytest
from django.urls import reverse

from reconpro.audit.models import AuditEvent
from reconpro.company.models import Role, User
from reconpro.company.users import LastAdministrator, change_user
from tests import factories
from tests.company.typing import fill_in

PASSWORD = "a brand new lantern"


def add(browser, **typed):
    data = {"name": "Ann", "email": "Ann@demo.example", "role": "accountant", "password": PASSWORD, **typed}
    return browser.post(reverse("user-new"), data)


def change(browser, user, **typed):
    return fill_in(browser, reverse("user-edit", args=[user.pk]), **typed)


def test_an_administrator_adds_a_user_who_then_signs_in(company, administrator, client_of, client):
    add(client_of(administrator))

    user = User.objects.get(username="ann@demo.example")
    assert (user.company, user.role, user.email) == (company, Role.ACCOUNTANT, "Ann@demo.example")
    event = AuditEvent.objects.get(action="user.added")
    assert event.user == administrator
    assert PASSWORD not in f"{event.sentence}{event.details}"

    client.post(reverse("sign-in"), {"username": "ANN@demo.example ", "password": PASSWORD})
    assert client.get(reverse("clients")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"password": "12345"}, "password"),
        ({"password": ""}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"role": "technician"}, "role"),
        ({"role": "owner"}, "role"),
    ],
)
def test_bad_input_is_a_sentence_beside_the_field(administrator, client_of, typed, field):
    response = add(client_of(administrator), **typed)
    assert field in response.context["form"].errors
    assert not User.objects.filter(username="ann@demo.example").exists()


def test_a_user_name_is_used_once_over_all_companies(administrator, stranger, client_of):
    response = add(client_of(administrator), email=stranger.username.upper())
    assert "signs in with this user name already" in str(response.context["form"].errors["email"])


def test_a_typed_password_is_not_sent_back(administrator, client_of):
    page = add(client_of(administrator), email="nobody").content.decode()
    assert PASSWORD not in page


def test_a_changed_role_counts_at_once(company, administrator, accountant, client_of):
    theirs = client_of(accountant)
    assert theirs.get(reverse("client-new")).status_code == 200

    change(client_of(administrator), accountant, role="work_manager")

    assert theirs.get(reverse("client-new")).status_code == 403
    event = AuditEvent.objects.get(action="user.changed")
    assert "role from accountant to work_manager" in event.sentence


def test_a_switched_off_user_is_signed_out_and_stays_out(administrator, accountant, client_of, client):
    theirs = client_of(accountant)

    change(client_of(administrator), accountant, is_active=None)

    assert theirs.get(reverse("clients")).status_code == 302
    client.post(reverse("sign-in"), {"username": accountant.username, "password": factories.PASSWORD})
    assert client.get(reverse("clients")).status_code == 302


def test_a_new_password_ends_the_users_sessions(administrator, accountant, client_of):
    theirs = client_of(accountant)
    change(client_of(administrator), accountant, password=PASSWORD)
    assert theirs.get(reverse("clients")).status_code == 302
    accountant.refresh_from_db()
    assert accountant.check_password(PASSWORD)


def test_an_administrator_who_changes_the_own_password_stays_signed_in(administrator, client_of):
    browser = client_of(administrator)
    change(browser, administrator, password=PASSWORD)
    assert browser.get(reverse("users")).status_code == 200


@pytest.mark.parametrize("typed", [{"role": "accountant"}, {"is_active": None}])
def test_the_last_administrator_can_not_be_demoted_or_switched_off(administrator, client_of, typed):
    response = change(client_of(administrator), administrator, **typed)

    assert "last administrator" in response.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_administrator
    assert administrator.is_active


def test_one_of_two_administrators_can(company, administrator, client_of):
    other = factories.a_user(company)
    change(client_of(administrator), other, role="accountant")
    other.refresh_from_db()
    assert other.role == Role.ACCOUNTANT


def test_an_administrator_who_may_not_sign_in_does_not_count(company, administrator):
    factories.a_user(company, is_active=False)
    administrator.role = Role.ACCOUNTANT
    with pytest.raises(LastAdministrator):
        change_user(administrator, before={}, password="", by=administrator)


class TestTechnicians:
    def test_a_sign_in_is_given_on_the_profile_of_the_employee(
        self, company, administrator, client_of, client
    ):
        # A number of four digits, which a page could show with a comma.
        employee = factories.an_employee(company, pk=61240, accounting_id="E-00148:EBU", first_name="Dana")
        browser = client_of(administrator)
        profile = browser.get(reverse("employee", args=[employee.pk])).content.decode()
        address = f"{reverse('user-new')}?employee={employee.pk}"
        assert address in profile

        form = browser.get(address).context["form"]
        assert form["username"].value() == "E-00148:EBU"
        browser.post(address, {"username": "E-00148:EBU", "password": PASSWORD})

        user = User.objects.get(employee=employee)
        assert (user.username, user.role) == ("e-00148:ebu@demo", Role.TECHNICIAN)
        client.post(reverse("sign-in"), {"username": "E-00148:EBU@demo", "password": PASSWORD})
        assert client.get("/", follow=True).request["PATH_INFO"] == reverse("my-profile")

    def test_an_employee_has_one_sign_in(self, administrator, technician, client_of):
        address = f"{reverse('user-new')}?employee={technician.employee_id}"
        assert client_of(administrator).get(address).status_code == 302

    def test_a_technician_keeps_the_role(self, administrator, technician, client_of):
        change(client_of(administrator), technician, role="administrator")
        technician.refresh_from_db()
        assert technician.role == Role.TECHNICIAN

    def test_the_sign_in_of_an_archived_employee_is_not_switched_on(
        self, administrator, technician, client_of
    ):
        office = client_of(administrator)
        office.post(reverse("employee-archive", args=[technician.employee_id]))
        response = change(office, technician, is_active="on")
        assert "archived" in str(response.context["form"].errors["is_active"])
        technician.refresh_from_db()
        assert not technician.is_active

    def test_sees_the_own_profile_without_the_notes_of_the_office(self, technician, client_of):
        employee = technician.employee
        employee.notes = "Asked for a raise"
        employee.save()
        page = client_of(technician).get(reverse("my-profile")).content.decode()
        assert "Tess" in page
        assert "raise" not in page
        assert reverse("clients") not in page


def test_the_list_of_users_is_searched(company, administrator, accountant, client_of):
    response = client_of(administrator).get(reverse("users"), {"search": "books@"})
    assert [row.record for row in response.context["table"].page.object_list] == [accountant]
