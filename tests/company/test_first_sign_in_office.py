"""I-7: what the office sees of default sign-ins, and does about them."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from reconpro.audit.models import AuditEvent
from reconpro.company.models import FirstSignIn, User
from tests import factories
from tests.company.people import CHOSEN, choose, sign_in, waiting
from tests.company.typing import fill_in

LONG_AGO = timedelta(days=20)


@pytest.fixture
def dana(company):
    return waiting(company)


@pytest.fixture
def office(administrator, client_of) -> Browser:
    return client_of(administrator)


def text_of(response) -> str:
    assert response.status_code == 200
    words = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2])
    return " ".join(words.split())


def profile(browser, employee) -> str:
    return text_of(browser.get(reverse("employee", args=[employee.pk])))


def day(moment) -> str:
    local = timezone.localtime(moment)
    return f"{local:%b} {local.day}, {local.year}"


def sentences() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))


class TestTheProfile:
    def test_says_until_when_the_default_sign_in_waits(self, company, dana, office):
        with timezone.override(company.zone):
            closing = day(dana.first_sign_in.closes_at)
        page = profile(office, dana)
        assert "e-00148:ebu@demo" in page
        assert f"Default password until {closing}" in page
        assert "by an import" in page

    def test_says_when_it_expired(self, company, office):
        dana = waiting(company, opened_at=timezone.now() - LONG_AGO)
        assert "Default password, expired" in profile(office, dana)
        assert "for 14 more days" in profile(office, dana)

    def test_says_when_and_from_where_it_was_used_first(self, dana, office):
        technician = Browser(REMOTE_ADDR="203.0.113.9")
        sign_in(technician)
        choose(technician)
        page = profile(office, dana)
        assert "Own password" in page
        assert re.search(r"First used \w+ \d+, \d+, .* from 203\.0\.113\.9", page)
        assert "Dana Ruiz signed in for the first time, as e-00148:ebu@demo from 203.0.113.9" in page

    @pytest.mark.parametrize(
        ("employee_id", "says"),
        [("JSMITH", "no five digits in the Employee ID"), ("E-123456", "no five digits")],
    )
    def test_says_where_there_can_be_none(self, company, office, employee_id, says):
        employee = factories.an_employee(
            company, accounting_id=employee_id, accounting_employee_id=employee_id
        )
        page = profile(office, employee)
        assert says in page
        assert "Give a sign-in" in page
        assert "Open the default sign-in" not in page

    def test_says_why_a_sign_in_that_is_open_does_not_work(self, company, dana, technician, office):
        assert technician.username == "e-00148:ebu@demo"
        assert "Somebody else signs in as e-00148:ebu@demo already." in profile(office, dana)

    def test_tells_the_others_how_it_stands_but_lets_them_do_nothing(self, dana, accountant, client_of):
        page = profile(client_of(accountant), dana)
        assert "Default password until" in page
        assert "Revoke" not in page
        assert "14 more days" not in page


class TestOpening:
    def test_for_14_more_days_once_it_has_expired(self, company, office, administrator):
        dana = waiting(company, opened_at=timezone.now() - LONG_AGO)
        page = text_of(office.post(reverse("employee-sign-in-open", args=[dana.pk]), follow=True))
        assert "Dana Ruiz may sign in as e-00148:ebu@demo with the default password until" in page
        window = FirstSignIn.objects.get()
        assert window.closes_at - window.opened_at == timedelta(days=14)
        assert timezone.now() - window.opened_at < timedelta(minutes=1)
        assert window.opened_by == administrator
        assert sign_in(Browser()).url == reverse("first-password")
        assert sentences()[-1].startswith("Administrator opened the default sign-in of Dana Ruiz until ")

    def test_of_an_employee_who_was_here_before(self, company, office):
        employee = factories.an_employee(
            company, accounting_id="E-00148:EBU", accounting_employee_id="E-00148"
        )
        assert "Open the default sign-in for 14 days" in profile(office, employee)
        office.post(reverse("employee-sign-in-open", args=[employee.pk]))
        assert sign_in(Browser()).url == reverse("first-password")

    def test_again_asks_first_and_ends_the_present_password_and_sessions(self, dana, office):
        technician = Browser()
        sign_in(technician)
        choose(technician)
        address = reverse("employee-sign-in-open", args=[dana.pk])
        assert "Issue the default sign-in again" in profile(office, dana)
        assert "stops working at once" in text_of(office.get(address))
        assert technician.get(reverse("my-profile")).status_code == 200

        office.post(address)

        assert technician.get(reverse("my-profile")).status_code == 302
        assert sign_in(Browser(), password=CHOSEN).status_code == 200
        assert not User.objects.get(employee=dana).has_usable_password()
        assert "Default password until" in profile(office, dana)

        sign_in(technician)
        choose(technician, "another bright candle")
        assert technician.get(reverse("my-profile")).status_code == 200
        assert User.objects.get(employee=dana).check_password("another bright candle")

    def test_again_follows_the_employee_to_another_entity(self, dana, office):
        technician = Browser()
        sign_in(technician)
        choose(technician)
        dana.accounting_id, dana.accounting_entity_id = "E-00148:WBU", "WBU"
        dana.save()
        assert sign_in(Browser(), password=CHOSEN).url == reverse("home")  # nobody is locked out by moving

        office.post(reverse("employee-sign-in-open", args=[dana.pk]))

        assert sign_in(Browser()).status_code == 200
        assert sign_in(technician, "E-00148:WBU@demo").url == reverse("first-password")
        choose(technician)
        assert User.objects.get(employee=dana).username == "e-00148:wbu@demo"

    def test_is_refused_with_a_sentence_where_it_can_not_be(self, company, dana, office):
        company.default_sign_ins = False
        company.save()
        address = reverse("employee-sign-in-open", args=[dana.pk])
        assert "turned off for the company" in text_of(office.get(address))
        assert "turned off for the company" in text_of(office.post(address, follow=True))
        office.post(reverse("employee-archive", args=[dana.pk]))
        assert "An archived employee can" in text_of(office.post(address, follow=True))


class TestRevoking:
    def test_one_that_waits(self, dana, office):
        address = reverse("employee-sign-in-revoke", args=[dana.pk])
        assert "The default password of Dana Ruiz stops working" in text_of(office.get(address))
        page = text_of(office.post(address, follow=True))
        assert "Revoked" in page
        assert sign_in(Browser()).status_code == 200
        assert sentences()[-1] == "Administrator revoked the default sign-in of Dana Ruiz."

    def test_the_first_use_with_what_came_of_it(self, dana, office):
        thief = Browser(REMOTE_ADDR="203.0.113.9")
        sign_in(thief)
        choose(thief)
        address = reverse("employee-sign-in-revoke", args=[dana.pk])
        assert "from 203.0.113.9" in text_of(office.get(address))

        office.post(address)

        assert thief.get(reverse("my-profile")).status_code == 302
        assert sign_in(thief, password=CHOSEN).status_code == 200
        assert sign_in(thief).status_code == 200
        event = AuditEvent.objects.get(action="first_sign_in.revoked")
        assert event.details["used_from"] == "203.0.113.9"
        office.post(reverse("employee-sign-in-open", args=[dana.pk]))
        assert sign_in(Browser()).url == reverse("first-password")

    def test_what_is_not_there_says_so(self, company, dana, office):
        other = factories.an_employee(company)
        address = reverse("employee-sign-in-revoke", args=[other.pk])
        assert "There is no sign-in" in text_of(office.get(address))
        assert "There is no sign-in" in text_of(office.post(address, follow=True))
        assert FirstSignIn.objects.get().is_open


class TestATeam:
    @pytest.fixture
    def north(self, company):
        return factories.a_team(company, name="North")

    def an_employee(self, company, team, number, **fields):
        fields = {
            "accounting_id": f"E-{number:05}:EBU",
            "accounting_employee_id": f"E-{number:05}",
            "team": team,
            **fields,
        }
        return factories.an_employee(company, **fields)

    def test_is_let_in_at_once_but_for_those_who_have_a_sign_in(
        self, company, north, office, django_assert_max_num_queries
    ):
        new = [self.an_employee(company, north, number) for number in range(1, 21)]
        expired = waiting(company, team=north, opened_at=timezone.now() - LONG_AGO)
        settled = waiting(company, team=north, accounting_id="E-00200:EBU", accounting_employee_id="E-00200")
        technician = Browser()
        sign_in(technician, "E-00200:EBU@demo", "00200")
        choose(technician)
        self.an_employee(company, north, 300, accounting_employee_id="JSMITH")
        revoked = waiting(company, team=north, accounting_id="E-00400:EBU", accounting_employee_id="E-00400")
        office.post(reverse("employee-sign-in-revoke", args=[revoked.pk]))
        elsewhere = self.an_employee(company, None, 500)
        assert "23 active employees have never signed in" in text_of(
            office.get(reverse("team-edit", args=[north.pk]))
        )

        with django_assert_max_num_queries(20):
            office.post(reverse("team-sign-ins-open", args=[north.pk]))

        page = text_of(office.get(reverse("team-edit", args=[north.pk])))
        assert "21 employees of North may sign in with the default password until" in page
        assert "2 were left out" in page
        assert all(FirstSignIn.objects.get(employee=e).is_open for e in (*new, expired))
        assert not FirstSignIn.objects.get(employee=revoked).is_open
        assert not FirstSignIn.objects.filter(employee=elsewhere).exists()
        assert User.objects.get(employee=settled).check_password(CHOSEN)
        event = AuditEvent.objects.get(action="first_sign_in.opened_for_team")
        assert len(event.details["employees"]) == 21

    def test_leads_to_those_of_the_team_who_are_on_the_default_password(self, company, office):
        team = factories.a_team(company, pk=4735, name="South")  # no thousands' comma in an address
        waiting(company, team=team)
        page = office.get(reverse("team-edit", args=[team.pk])).content.decode()
        (address,) = re.findall(r'href="([^"]*default-password[^"]*)"', page)
        assert "Dana Ruiz" in text_of(office.get(address))
        assert address.endswith("?team=4735")

    def test_with_nobody_to_let_in_says_so(self, north, office):
        page = text_of(office.post(reverse("team-sign-ins-open", args=[north.pk]), follow=True))
        assert "Nobody in North can be let in" in page
        assert not AuditEvent.objects.exists()

    def test_of_a_company_that_turned_them_off_is_not_let_in(self, company, north, office):
        self.an_employee(company, north, 1)
        company.default_sign_ins = False
        company.save()
        page = text_of(office.post(reverse("team-sign-ins-open", args=[north.pk]), follow=True))
        assert "turned off" in page
        assert not FirstSignIn.objects.exists()


class TestWhoIsStillOnIt:
    def test_is_listed_with_those_whose_days_are_over(self, company, dana, office):
        waiting(
            company,
            first_name="Late",
            last_name="Comer",
            accounting_id="E-00149",
            accounting_employee_id="E-00149",
            opened_at=timezone.now() - LONG_AGO,
        )
        settled = waiting(
            company, first_name="Sam", accounting_id="E-00150", accounting_employee_id="E-00150"
        )
        technician = Browser()
        sign_in(technician, "E-00150@demo", "00150")
        choose(technician)

        assert "Still on the default password 2" in text_of(office.get(reverse("employees")))
        page = text_of(office.get(reverse("employees-on-default")))
        assert page.index("Late Comer") < page.index("Dana Ruiz")  # the first to end comes first
        assert "Default password, expired" in page
        assert str(settled) not in page
        assert "Late" not in text_of(office.get(reverse("employees-on-default") + "?search=dana"))

    def test_leads_to_the_profile_and_to_the_team_where_it_says_to_open_one(self, company, dana, office):
        dana.team = factories.a_team(company)
        dana.save()
        page = office.get(reverse("employees-on-default")).content.decode()
        for name, record in (("employee", dana), ("team-edit", dana.team)):
            assert f'<a href="{reverse(name, args=[record.pk])}">' in page

    def test_is_nobody_in_a_company_without_any(self, company, office):
        assert "Nobody is on the default password" in text_of(office.get(reverse("employees-on-default")))

    def test_stands_in_the_list_of_employees(self, company, dana, office, django_assert_max_num_queries):
        for number in range(200, 230):
            waiting(company, accounting_id=f"E-{number:05}", accounting_employee_id=f"E-{number:05}")
        with django_assert_max_num_queries(12):
            assert "Default password until" in text_of(office.get(reverse("employees")))

    def test_is_nothing_of_another_company(self, dana, stranger, client_of):
        assert "Dana" not in text_of(client_of(stranger).get(reverse("employees-on-default")))


def test_turning_default_sign_ins_off_is_recorded_and_ends_those_that_wait(company, dana, office):
    fill_in(office, reverse("company-edit"), default_sign_ins=None)
    page = text_of(office.get(reverse("company-info")))
    assert "Default sign-ins Off" in page
    event = AuditEvent.objects.get(action="company.changed")
    assert (event.details["before"]["default_sign_ins"], event.details["after"]["default_sign_ins"]) == (
        True,
        False,
    )
    assert sign_in(Browser()).status_code == 200
    assert "default sign-ins are turned off" in profile(office, dana)

    fill_in(office, reverse("company-edit"), default_sign_ins="on")
    assert sign_in(Browser()).url == reverse("first-password")
