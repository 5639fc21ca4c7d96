from django.urls import URLPattern, path

from reconpro.company.kinds import KINDS, RecordKind
from reconpro.company.views import (
    company_info,
    first_password,
    first_sign_ins,
    own,
    records,
    sign_in,
    teams,
    users,
)


def record_urls(kind: RecordKind) -> list[URLPattern]:
    """The pages of one kind: company/clients/, company/clients/17/edit/ and so on."""
    one, many = kind.singular, kind.plural
    base = f"company/{many}/"
    this = {"kind": kind}
    return [
        path(base, records.records, {**this, "archived": False}, name=many),
        path(f"{base}archived/", records.records, {**this, "archived": True}, name=f"{many}-archived"),
        path(f"{base}download/", records.download, this, name=f"{many}-download"),
        path(f"{base}new/", records.new, this, name=f"{one}-new"),
        path(f"{base}<int:pk>/", records.profile, this, name=one),
        path(f"{base}<int:pk>/edit/", records.edit, this, name=f"{one}-edit"),
        path(f"{base}<int:pk>/archive/", records.archive, this, name=f"{one}-archive"),
        path(f"{base}<int:pk>/restore/", records.restore, this, name=f"{one}-restore"),
    ]


urlpatterns: list[URLPattern] = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("first-password/", first_password.first_password, name="first-password"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.change_password, name="change-password"),
    path("profile/", own.my_profile, name="my-profile"),
    path("company/", company_info.company_info, name="company-info"),
    path("company/edit/", company_info.company_edit, name="company-edit"),
    path("company/integration-settings/", company_info.integration_settings, name="integration-settings"),
    path(
        "company/employees/default-password/",
        first_sign_ins.employees_on_default,
        name="employees-on-default",
    ),
    path(
        "company/employees/<int:pk>/sign-in/open/",
        first_sign_ins.employee_open,
        name="employee-sign-in-open",
    ),
    path(
        "company/employees/<int:pk>/sign-in/revoke/",
        first_sign_ins.employee_revoke,
        name="employee-sign-in-revoke",
    ),
    path("company/teams/<int:pk>/sign-ins/open/", first_sign_ins.team_open, name="team-sign-ins-open"),
    *(pattern for kind in KINDS for pattern in record_urls(kind)),
    path("company/teams/", teams.teams, name="teams"),
    path("company/teams/new/", teams.team_new, name="team-new"),
    path("company/teams/<int:pk>/", teams.team_edit, name="team-edit"),
    path("company/users/", users.users, name="users"),
    path("company/users/new/", users.user_new, name="user-new"),
    path("company/users/<int:pk>/", users.user_edit, name="user-edit"),
    path("reports/", company_info.reports, name="reports"),
]
