"""Company Info, its sub-tab Integration Settings, Teams, and the Reports tab."""

import pytest
from django.urls import reverse

from reconpro.audit.models import AuditEvent
from reconpro.company.models import Team
from reconpro.registry import IntegrationSection, ReportLink, registry
from tests import factories
from tests.company.typing import fill_in

TYPED = {"name": "Demo Two", "time_zone": "America/New_York", "currency": "cad", "phone": "", "address": ""}


def test_an_administrator_edits_company_info(company, administrator, client_of):
    fill_in(client_of(administrator), reverse("company-edit"), **TYPED)

    company.refresh_from_db()
    assert (company.name, company.time_zone, company.currency) == ("Demo Two", "America/New_York", "CAD")
    event = AuditEvent.objects.get(action="company.changed")
    assert event.details["before"]["name"] == "Demo Reconditioning"


def test_the_subscription_can_not_be_edited_here(company, administrator, client_of):
    fill_in(
        client_of(administrator),
        reverse("company-edit"),
        **{**TYPED, "edition": "basic", "features": "[]", "code": "x"},
    )
    company.refresh_from_db()
    assert (company.edition, company.features, company.code) == ("enterprise", ["intacct"], "demo")


@pytest.mark.parametrize(
    "typed", [{"time_zone": "Mars/Olympus"}, {"currency": "dollars"}, {"currency": "1$"}, {"name": ""}]
)
def test_bad_input_is_a_sentence_beside_the_field(company, administrator, client_of, typed):
    response = fill_in(client_of(administrator), reverse("company-edit"), **{**TYPED, **typed})
    assert set(response.context["form"].errors) == set(typed)


def test_times_are_shown_in_the_companys_zone(company, accountant, client_of):
    from datetime import UTC, datetime

    company.time_zone = "America/New_York"
    company.save()
    client = factories.a_client(
        company, archived_reason="by_hand", archived_at=datetime(2026, 3, 9, 3, 30, tzinfo=UTC)
    )
    page = client_of(accountant).get(reverse("client", args=[client.pk])).content.decode()
    assert "Mar 8, 2026, 11:30 p.m." in page


class TestIntegrationSettings:
    @pytest.fixture(autouse=True)
    def _one_integration(self, monkeypatch):
        section = IntegrationSection(
            title="Ledger Integration Settings",
            description="Connects to Ledger.",
            url_name="teams",
            available=lambda company: company.edition == "enterprise",
            missing=lambda company: "the Enterprise edition",
        )
        report = ReportLink("Ledger Status", "What was imported.", "teams", section.available)
        monkeypatch.setattr(registry, "integration_sections", [section])
        monkeypatch.setattr(registry, "reports", [report])

    def test_each_integration_has_a_section_with_configure(self, accountant, client_of):
        page = client_of(accountant).get(reverse("integration-settings")).content.decode()
        assert "Ledger Integration Settings" in page
        assert ">Configure</a>" in page

    def test_without_the_subscription_the_link_is_absent_and_the_page_says_why(
        self, company, accountant, client_of
    ):
        """U-3."""
        company.edition = "basic"
        company.save()
        page = client_of(accountant).get(reverse("integration-settings")).content.decode()
        assert "Configure" not in page
        assert "includes the Enterprise edition" in page

    def test_an_empty_list_of_clients_leads_to_the_integration(self, accountant, client_of):
        page = client_of(accountant).get(reverse("clients")).content.decode()
        assert f'Import them on the <a href="{reverse("teams")}">Ledger Integration Settings</a> page' in page

    def test_the_reports_tab_lists_the_companys_reports(self, company, work_manager, client_of):
        browser = client_of(work_manager)
        assert "Ledger Status" in browser.get(reverse("reports")).content.decode()
        company.edition = "basic"
        company.save()
        page = browser.get(reverse("reports")).content.decode()
        assert "Ledger Status" not in page
        assert "No reports yet" in page


class TestTeams:
    def test_a_team_is_added_and_changed(self, company, accountant, client_of):
        browser = client_of(accountant)
        browser.post(reverse("team-new"), {"name": " North lot ", "location": "NORTH"})
        team = Team.objects.get(company=company)
        assert (team.name, team.location) == ("North lot", "NORTH")

        fill_in(browser, reverse("team-edit", args=[team.pk]), name="South lot", location="")
        team.refresh_from_db()
        assert (team.name, team.location) == ("South lot", "")
        actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
        assert list(actions) == ["team.added", "team.changed"]

    def test_a_name_is_used_once_whatever_its_case(self, company, accountant, client_of):
        factories.a_team(company, name="North")
        response = client_of(accountant).post(reverse("team-new"), {"name": "NORTH"})
        assert "There is a team of this name already." in response.content.decode()
        assert Team.objects.count() == 1

    def test_two_at_the_same_moment_are_told_too(self, company, accountant, client_of, monkeypatch):
        from reconpro.company.forms.company import TeamForm

        factories.a_team(company, name="North")
        # What the form could not see yet, the database does.
        monkeypatch.setattr(TeamForm, "clean_name", lambda form: form.cleaned_data["name"])
        monkeypatch.setattr(TeamForm, "_post_clean", lambda form: setattr(form.instance, "name", "North"))
        response = client_of(accountant).post(reverse("team-new"), {"name": "North"})
        assert "There is a team of this name already." in response.content.decode()

    def test_the_list_counts_active_members(self, company, work_manager, client_of):
        team = factories.a_team(company, name="North")
        factories.an_employee(company, team=team)
        factories.an_employee(company, team=team, archived_reason="by_hand", archived_at=team.created_at)
        response = client_of(work_manager).get(reverse("teams"))
        [row] = response.context["table"].page.object_list
        assert row.record.members == 1
        assert f"{reverse('employees')}?team={team.pk}" in response.content.decode()
