"""What every page needs: the tabs, and the pages of the tab that is open."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from reconpro.company.models import Company, Role, User
from reconpro.registry import registry


@dataclass(frozen=True)
class Tab:
    """One of the tabs at the top; `section` names the base template that marks it as open."""

    section: str
    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """An entry of the second level."""

    label: str
    url: str
    current: bool


COMPANY_PAGES = [
    ("Clients", "clients"),
    ("Services", "services"),
    ("Employees", "employees"),
    ("Teams", "teams"),
]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Tabs for the back office; a technician, or nobody signed in, sees none."""
    company: Company | None = getattr(request, "company", None)
    user = getattr(request, "user", None)
    context: dict[str, object] = {"company": company}
    if company is None or not isinstance(user, User) or user.role == Role.TECHNICIAN:
        return context
    return context | {
        "tabs": [
            Tab("company", "Company", reverse("company-info")),
            Tab("operations", "Operations", reverse("invoices")),
            Tab("reports", "Reports", reverse("reports")),
        ],
        "company_pages": _company_pages(request.path, user),
        "operations_pages": _pages(request.path, [("Invoices", "invoices")]),
        "report_pages": _pages(
            request.path,
            [(link.title, link.url_name) for link in registry.reports if link.available(company)],
        ),
    }


def _company_pages(path: str, user: User) -> list[Page]:
    users = [("Users", "users")] if user.is_administrator else []
    others = _pages(path, [*COMPANY_PAGES, *users])
    # Settings of integrations are reached through Company Info and belong to it.
    info = Page("Company Info", reverse("company-info"), not any(page.current for page in others))
    return [info, *others]


def _pages(path: str, entries: list[tuple[str, str]]) -> list[Page]:
    pages = []
    for label, url_name in entries:
        url = reverse(url_name)
        pages.append(Page(label, url, path.startswith(url)))
    return pages
