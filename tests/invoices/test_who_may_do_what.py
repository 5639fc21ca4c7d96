"""U-1 and U-2 over every address of Operations."""

from datetime import date

import pytest
from django.test import Client as Browser
from django.urls import reverse

from reconpro.company.models import Role
from reconpro.invoices import services
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.urls import urlpatterns
from tests import factories

KEEPERS = {Role.ADMINISTRATOR, Role.ACCOUNTANT}
BACK_OFFICE = KEEPERS | {Role.WORK_MANAGER}
# Address name, method, who is let in.
TABLE = [
    ("operations", "get", BACK_OFFICE),
    ("invoices", "get", BACK_OFFICE),
    ("invoices-download", "get", BACK_OFFICE),
    ("invoice-choose", "get", BACK_OFFICE),
    ("invoice-new", "get", BACK_OFFICE),
    ("invoice-new", "post", BACK_OFFICE),
    ("invoice", "get", BACK_OFFICE),
    ("invoice-edit", "get", BACK_OFFICE),
    ("invoice-edit", "post", BACK_OFFICE),
    ("invoice-delete", "get", BACK_OFFICE),
    ("invoice-delete", "post", BACK_OFFICE),
    ("invoice-approve", "post", KEEPERS),
    ("invoice-back-to-draft", "post", KEEPERS),
    ("invoice-void", "get", KEEPERS),
    ("invoice-void", "post", KEEPERS),
]


def address(name: str, invoice: Invoice) -> str:
    pattern = next(pattern for pattern in urlpatterns if pattern.name == name)
    if "pk" in pattern.pattern.converters:
        return reverse(name, args=[invoice.pk])
    return reverse(name, args=["clients"] if name == "invoice-choose" else [])


@pytest.fixture
def invoice(company):
    return factories.an_invoice(company, approved=False)


def test_the_table_below_names_every_address():
    assert {name for name, _, _ in TABLE} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("name", "method", "let_in"), TABLE)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_should_and_nothing_else(
    request, client_of, invoice, name, method, let_in, role
):
    user = request.getfixturevalue(role.value)

    response = getattr(client_of(user), method)(address(name, invoice))

    if role in let_in:
        assert response.status_code in (200, 302, 409)
    else:
        assert response.status_code == 403
        assert Invoice.objects.get().state == InvoiceState.DRAFT


@pytest.mark.parametrize(("name", "method"), sorted({(name, method) for name, method, _ in TABLE}))
def test_nobody_gets_in_without_signing_in(client, invoice, name, method):
    response = getattr(client, method)(address(name, invoice))

    assert response.status_code == 302
    assert "sign-in" in response.url


@pytest.mark.parametrize(("name", "method"), sorted({(name, method) for name, method, _ in TABLE}))
def test_a_stranger_finds_nothing_of_ours(client_of, stranger, invoice, name, method):
    path = address(name, invoice)

    response = getattr(client_of(stranger), method)(path)

    if str(invoice.pk) in path.split("/"):
        assert response.status_code == 404
    elif not hasattr(response, "streaming_content"):
        assert invoice.number not in response.content.decode()
    assert Invoice.objects.get().state == InvoiceState.DRAFT


def test_a_strangers_download_and_search_hold_nothing_of_ours(client_of, stranger, invoice):
    response = client_of(stranger).get(reverse("invoices-download"), {"search": invoice.number})

    assert invoice.number not in b"".join(response.streaming_content).decode()


def test_a_service_function_refuses_records_of_another_company(company, stranger, acme, paint):
    theirs = factories.a_service(stranger.company)
    with pytest.raises(ValueError, match="another company"):
        services.create_invoice(
            company=company,
            by=None,
            head=services.HeadValues(client=acme, date=date(2026, 3, 31)),
            lines=[services.LineValues(theirs, 1, 1)],
        )


@pytest.mark.parametrize("role", sorted(KEEPERS | {Role.WORK_MANAGER}))
def test_the_page_offers_each_role_its_own_steps(request, client_of, invoice, role):
    user = request.getfixturevalue(role.value)

    page = client_of(user).get(reverse("invoice", args=[invoice.pk])).content.decode()

    assert reverse("invoice-edit", args=[invoice.pk]) in page
    for step in ("approve", "void"):
        assert (reverse(f"invoice-{step}", args=[invoice.pk]) in page) == (role in KEEPERS)


def test_a_step_needs_the_csrf_token(invoice, administrator):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")

    assert browser.post(reverse("invoice-void", args=[invoice.pk])).status_code == 403
