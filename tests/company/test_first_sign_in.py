"""I-7: an employee's first sign-in with the default password."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from reconpro.audit.models import AuditEvent
from reconpro.company.first_sign_in import NoLongerOpen, pass_of, use
from reconpro.company.letting_in import open_again
from reconpro.company.models import Employee, FirstSignIn, Role, User
from reconpro.company.models.first_sign_in import default_password
from tests import factories
from tests.company.people import CHOSEN, choose, sign_in, waiting
from tests.company.typing import fill_in


@pytest.fixture
def dana(company) -> Employee:
    return waiting(company)


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


def test_it_opens_nothing_but_that_form(client, dana):
    sign_in(client)
    for name in ("home", "my-profile", "change-password", "company-info", "employees"):
        assert client.get(reverse(name)).url.startswith(reverse("sign-in")), name
    # Whoever leaves the form is nobody still.
    assert sign_in(Browser(), "admin@demo.example", "00148").status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_form_is_not_there_without_the_default_password(client, company):
    for response in (client.get(reverse("first-password")), choose(client)):
        assert response.url == reverse("sign-in")
    assert not User.objects.exists()


def test_leave_to_choose_a_password_ends_after_its_minutes(client, dana, settings):
    sign_in(client)
    settings.DEFAULT_SIGN_IN_FORM_MINUTES = 0
    assert choose(client).url == reverse("sign-in")
    assert not User.objects.exists()
    assert b"time for choosing a password is over" in client.get(reverse("sign-in")).content


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("00148", None, "without them"),
        ("lantern 00148 brand", None, "without them"),
        ("q7-x", None, "too short"),
        (CHOSEN, "another bright candle", "match"),
        ("99999999999", None, "entirely numeric"),
    ],
)
def test_a_weak_password_or_one_with_the_default_in_it_is_not_taken(client, dana, password, again, says):
    sign_in(client)
    response = choose(client, password, again)
    assert says in str(response.context["form"].errors)
    assert password not in response.content.decode()
    assert not User.objects.exists()
    assert FirstSignIn.objects.get().is_open
    assert choose(client).url == reverse("home")  # and it may be tried again


class TestTheSameAnswer:
    """Nobody learns from the sign-in page who is there and how they stand."""

    @pytest.fixture
    def wrong(self, company) -> str:
        return refused(sign_in(Browser(), "e-99999:ebu@demo", "99999"))

    def test_for_a_wrong_password(self, dana, wrong):
        assert refused(sign_in(Browser(), password="00149")) == wrong

    def test_for_another_company_code(self, dana, wrong):
        factories.a_company(code="north")
        assert refused(sign_in(Browser(), "E-00148:EBU@north")) == wrong
        assert refused(sign_in(Browser(), "E-00148:EBU@nowhere")) == wrong
        assert refused(sign_in(Browser(), "E-00148:EBU")) == wrong

    def test_for_a_part_of_the_accounting_id(self, dana, wrong):
        assert refused(sign_in(Browser(), "E-00148@demo")) == wrong

    def test_after_14_days(self, company, wrong):
        waiting(company, opened_at=timezone.now() - timedelta(days=14, seconds=1))
        assert refused(sign_in(Browser())) == wrong

    def test_for_the_last_minute_of_the_14_days_it_is_open(self, company, wrong):
        waiting(company, opened_at=timezone.now() - timedelta(days=13, hours=23, minutes=59))
        assert sign_in(Browser()).url == reverse("first-password")

    def test_for_an_archived_employee(self, company, dana, administrator, client_of, wrong):
        office = client_of(administrator)
        office.post(reverse("employee-archive", args=[dana.pk]))
        assert refused(sign_in(Browser())) == wrong
        # A restored one must be let in again.
        office.post(reverse("employee-restore", args=[dana.pk]))
        assert refused(sign_in(Browser())) == wrong
        office.post(reverse("employee-sign-in-open", args=[dana.pk]))
        assert sign_in(Browser()).url == reverse("first-password")

    def test_once_default_sign_ins_are_turned_off(self, company, dana, wrong):
        company.default_sign_ins = False
        company.save()
        assert refused(sign_in(Browser())) == wrong

    def test_for_an_employee_who_was_never_let_in(self, company, wrong):
        factories.an_employee(company, accounting_id="E-00148:EBU", accounting_employee_id="E-00148")
        assert refused(sign_in(Browser())) == wrong

    def test_for_an_employee_of_former_books(self, company, dana, wrong):
        dana.books = factories.a_connection(company, "ACME-SANDBOX").books
        dana.save()
        company.books = None
        company.save()
        assert refused(sign_in(Browser())) == wrong

    def test_where_accounting_ids_differ_only_in_case(self, company, dana, wrong):
        waiting(company, accounting_id="e-00148:ebu", accounting_employee_id="e-00148")
        assert refused(sign_in(Browser())) == wrong

    def test_where_somebody_else_has_the_user_name(self, company, dana, technician, wrong):
        assert technician.username == "e-00148:ebu@demo"
        assert refused(sign_in(Browser())) == wrong

    def test_after_the_first_use(self, dana, wrong):
        first = Browser()
        sign_in(first)
        choose(first)
        assert refused(sign_in(Browser())) == wrong

    def test_where_the_employee_was_given_a_sign_in_by_hand(self, dana, administrator, client_of, wrong):
        office = client_of(administrator)
        passwords = {"username": "dana", "password": factories.PASSWORD}
        office.post(f"{reverse('user-new')}?employee={dana.pk}", passwords)
        user = User.objects.get(employee=dana)
        assert user.username == "dana@demo"
        assert refused(sign_in(Browser())) == wrong
        # Nor does the default one come back when that is switched off.
        fill_in(office, reverse("user-edit", args=[user.pk]), is_active=None)
        assert not User.objects.get(pk=user.pk).is_active
        assert refused(sign_in(Browser())) == wrong


class TestGuessing:
    def test_too_many_attempts_on_a_name_close_it_with_the_right_password_too(self, client, dana, settings):
        settings.AXES_ENABLED = True
        settings.AXES_FAILURE_LIMIT = 3
        for _ in range(3):
            response = sign_in(client, password="00149")
        assert response.status_code == 429
        assert sign_in(client, "e-00148:ebu@DEMO ").status_code == 429
        assert sign_in(Browser(REMOTE_ADDR="203.0.113.9")).url == reverse("first-password")

    def test_who_walks_through_many_names_is_let_in_nowhere(self, client, company, dana, settings):
        settings.AXES_ENABLED = True
        settings.DEFAULT_SIGN_IN_NAMES_LIMIT = 3
        for number in range(200, 203):
            refused(sign_in(client, f"E-{number:05}:EBU@demo", f"{number:05}"))
        assert "go together" in refused(sign_in(client))
        assert sign_in(Browser(REMOTE_ADDR="203.0.113.9")).url == reverse("first-password")

    def test_choosing_a_password_forgets_the_failures_of_the_name(self, client, dana, settings):
        settings.AXES_ENABLED = True
        settings.AXES_FAILURE_LIMIT = 3
        for password in ("1", "2"):
            sign_in(client, password=password)
        sign_in(client)
        choose(client)
        for password in ("3", "4"):
            assert sign_in(Browser(), password=password).status_code == 200

    def test_behind_our_proxy_the_address_is_the_one_that_the_proxy_saw(self, client, dana, settings):
        settings.BEHIND_PROXY = True
        sign_in(client)
        choose(client, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
        assert FirstSignIn.objects.get().used_from == "203.0.113.9"


class TestTwoAtOnce:
    def test_of_two_who_are_at_the_form_the_first_one_wins(self, dana):
        first, second = Browser(), Browser()
        sign_in(first)
        sign_in(second)
        assert choose(first).url == reverse("home")
        assert second.get(reverse("first-password")).url == reverse("sign-in")
        assert User.objects.get(employee=dana).check_password(CHOSEN)

        sign_in(second, password=CHOSEN)
        assert second.get(reverse("first-password")).url == reverse("home")

    def test_the_later_one_is_told_and_changes_nothing(self, dana):
        first, second = Browser(), Browser()
        sign_in(first)
        sign_in(second)
        choose(first)
        response = choose(second, "another bright candle", follow=True)
        assert b"used or ended meanwhile" in response.content
        assert User.objects.get(employee=dana).check_password(CHOSEN)

    def test_what_ends_while_the_form_is_open_ends_the_form(self, client, dana, company):
        sign_in(client)
        company.default_sign_ins = False
        company.save()
        assert choose(client).url == reverse("sign-in")
        assert not User.objects.exists()

    def test_issuing_it_again_ends_what_was_let_in_before(self, client, dana, administrator):
        sign_in(client)
        open_again(dana, by=administrator)
        assert choose(client).url == reverse("sign-in")
        assert sign_in(client).url == reverse("first-password")

    @pytest.mark.django_db(transaction=True)
    def test_of_two_threads_one_wins(self, company):
        leave = pass_of(waiting(company))
        start, outcomes = Barrier(2), []

        def choose_now(password):
            start.wait()
            try:
                outcomes.append(use(leave, password=password, address=None).pk)
            except NoLongerOpen:
                outcomes.append(None)
            finally:
                connection.close()

        threads = [Thread(target=choose_now, args=[p]) for p in ("a first lantern", "a second lantern")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes, key=bool) == [None, User.objects.get().pk]
        assert AuditEvent.objects.filter(action="first_sign_in.used").count() == 1


def test_a_restored_employee_gets_no_old_session(company, dana, administrator, client_of):
    theirs, office = Browser(), client_of(administrator)
    sign_in(theirs)
    choose(theirs)
    assert theirs.get(reverse("my-profile")).status_code == 200
    user = User.objects.get(employee=dana)

    # Archived and restored before the browser asks for anything again, then let in with the same password.
    office.post(reverse("employee-archive", args=[dana.pk]))
    office.post(reverse("employee-restore", args=[dana.pk]))
    fill_in(office, reverse("user-edit", args=[user.pk]), is_active="on")

    assert User.objects.get(pk=user.pk).is_active
    assert theirs.get(reverse("my-profile")).status_code == 302
    assert sign_in(theirs, password=CHOSEN).url == reverse("home")
    assert theirs.get(reverse("my-profile")).status_code == 200
