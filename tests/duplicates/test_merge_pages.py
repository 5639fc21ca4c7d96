"""The pages on which duplicates are compared and merged (I-8, I-10, U-1, U-2, U-3)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution
from integrations.exports.models import ExportState
from integrations.reconcile.answers import keep_missing
from reconpro.company.models import Client, Company, Employee, Role
from tests.company.test_pages_are_strict import complaints
from tests.factories import a_client, a_user, an_employee, an_invoice
from tests.reconcile.imports import employee_listed, import_employees, import_list, listed, warnings_of


@pytest.fixture
def browser(client_of, accountant):
    return client_of(accountant)


@pytest.fixture
def acmes(connection):
    """A same-name warning whose second side went inactive since."""
    rows = [listed("C-1", "Acme", phone="555"), listed("C-2", "ACME", phone="556"), listed("C-3", "Zeta")]
    (warning,) = warnings_of(import_list(connection, rows), Code.SAME_NAME)
    Client.objects.filter(accounting_id="C-2").update(
        accounting_status="inactive", archived_reason="inactive", archived_at=timezone.now()
    )
    return warning, *Client.objects.filter(accounting_id__in=["C-1", "C-2"]).order_by("pk")


def merge_url(*records):
    return reverse("merge", args=[records[0].kind_plural, *(record.pk for record in records)])


def text_of(response):
    assert complaints(response.content.decode()) == []
    return " ".join(response.content.decode().split())


def test_a_warning_leads_to_its_records_side_by_side_with_what_differs_marked(browser, acmes, sent):
    warning, kept, other = acmes
    an_invoice(kept.company, client=other, approved=False)
    sent(an_invoice(kept.company, client=other), ExportState.EXPORTED)
    report = browser.get(reverse("integration-report")).content.decode()
    url = reverse("duplicate", args=[warning.pk])
    assert f'href="{url}"' in report
    page = text_of(browser.get(url))
    assert '<tr class="differs"> <th scope="row">Phone <span' in page
    assert '<tr> <th scope="row">Accounting ID 2</th>' in page
    assert "<td>1 draft, 1 exported</td>" in page
    assert '<th scope="row">In Intacct <span' in page
    assert "<td>Active</td>" in page
    assert f'name="keep" value="{kept.pk}">Merge, keep C-1 Acme' in page
    assert f'value="{other.pk}" disabled' in page
    assert "It is archived and C-1 Acme is active: keep that one." in page
    assert "They are different" in page


def test_an_e_mail_address_breaks_at_its_joints_sooner_than_within_a_word(browser, acmes):
    warning, kept, _ = acmes
    Client.objects.filter(pk=kept.pk).update(email="accounts.payable@<b>acme.example", phone="555.010.7000")
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert "<td>accounts<wbr>.payable@&lt;b&gt;acme<wbr>.example</td>" in page
    assert "<td>555.010.7000</td>" in page
    Client.objects.filter(pk=kept.pk).update(email="ap@acme.example")
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert "<td>ap<wbr>@acme<wbr>.example</td>" in page


def test_merging_answers_with_the_kept_one_and_closes_the_warning(browser, acmes, accountant):
    warning, kept, other = acmes
    response = browser.post(merge_url(kept, other), {"keep": kept.pk}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("client", args=[kept.pk])
    page = text_of(response)
    assert "C-2 ACME is merged into C-1 Acme." in page
    assert "Merged into this client:" in page
    warning.refresh_from_db()
    assert (warning.resolution, warning.resolved_by) == (Resolution.MERGED, accountant)


def test_a_merged_record_says_into_which_and_cannot_be_restored(browser, acmes):
    _, kept, other = acmes
    browser.post(merge_url(kept, other), {"keep": kept.pk})
    page = text_of(browser.get(reverse("client", args=[other.pk])))
    assert (
        f'Merged into <a class="alert-link" href="{reverse("client", args=[kept.pk])}">C-1 Acme</a>' in page
    )
    assert "can&#x27;t be restored" in page
    assert "Merge with" not in page
    page = text_of(browser.post(reverse("client-restore", args=[other.pk]), follow=True))
    assert "stays archived" in page
    archived = text_of(browser.get(reverse("clients-archived"), {"search": "acme"}))
    assert f'Merged into <a href="{reverse("client", args=[kept.pk])}">C-1 Acme</a>' in archived


def test_two_that_are_active_say_to_merge_them_in_intacct_first(browser, acmes):
    warning, kept, other = acmes
    Client.objects.update(accounting_status="active", archived_reason="", archived_at=None)
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert "Both are active in Intacct: merge them in Intacct first" in page
    assert 'name="keep"' not in page
    page = text_of(browser.post(merge_url(kept, other), {"keep": kept.pk}, follow=True))
    assert "Nothing was merged. Both are active in Intacct" in page
    assert not Client.objects.filter(archived_reason="merged").exists()


@pytest.mark.parametrize("keep", ["", "x", "999999999"])
def test_without_a_choice_nothing_is_merged(browser, acmes, keep):
    _, kept, other = acmes
    page = text_of(browser.post(merge_url(kept, other), {"keep": keep}, follow=True))
    assert "Choose which of the two is kept." in page


def test_of_three_two_are_compared_at_a_time(browser, connection):
    rows = [listed(f"C-{i}", "Acme") for i in range(3)]
    (warning,) = warnings_of(import_list(connection, rows))
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    first, second, third = Client.objects.order_by("pk")
    for pair in ((first, second), (first, third), (second, third)):
        assert merge_url(*pair) in page


def test_a_group_of_which_one_is_left_has_nothing_to_compare(browser, acmes):
    warning, kept, other = acmes
    browser.post(merge_url(kept, other), {"keep": kept.pk})
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk]), follow=True))
    assert "nothing to compare" in page


def test_a_local_record_is_linked_from_the_page(browser, connection):
    local = a_client(connection.company, books=None, name="Acme")
    (warning,) = warnings_of(import_list(connection, [listed("C-1", "Acme")]))
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert 'name="answer" value="linked">Link them' in page
    browser.post(reverse("warning-resolve", args=[warning.pk]), {"answer": "linked"})
    local.refresh_from_db()
    assert local.accounting_id == "C-1"


def test_employees_of_one_name_are_not_proposed_but_may_be_merged_from_the_profile_i_10(browser, connection):
    rows = [employee_listed("E-1", "", "Dana Ruiz"), employee_listed("E-2", "", "Dana Ruiz")]
    (warning,) = warnings_of(import_employees(connection, rows), Code.SAME_NAME)
    Employee.objects.filter(accounting_id="E-2").update(
        accounting_status="inactive", archived_reason="inactive", archived_at=timezone.now()
    )
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert "A name alone doesn’t make two employees one." in page
    assert 'name="keep"' not in page
    kept, other = Employee.objects.order_by("pk")
    url = reverse("merge-with", args=["employees", kept.pk])
    assert f'href="{url}"' in text_of(browser.get(reverse("employee", args=[kept.pk])))
    assert "E-2 Dana Ruiz" not in text_of(browser.get(url))
    found = text_of(browser.get(url, {"search": "E-2"}))
    assert f'href="{merge_url(kept, other)}"' in found
    assert 'name="keep"' in text_of(browser.get(merge_url(kept, other)))


def test_the_same_e_mail_of_two_employees_is_more_than_a_name(browser, connection):
    rows = [employee_listed(i, "", "Dana Ruiz", email="dana@demo.example") for i in ("E-1", "E-2")]
    (warning,) = warnings_of(import_employees(connection, rows), Code.SAME_NAME)
    page = text_of(browser.get(reverse("duplicate", args=[warning.pk])))
    assert "A name alone" not in page


def test_merge_with_proposes_those_of_one_name_and_never_itself_or_a_merged_one(browser, acmes):
    _, kept, other = acmes
    url = reverse("merge-with", args=["clients", kept.pk])
    page = text_of(browser.get(url))
    assert f'href="{merge_url(kept, other)}"' in page
    assert merge_url(kept, kept) not in text_of(browser.get(url, {"search": "C-"}))
    browser.post(merge_url(kept, other), {"keep": kept.pk})
    assert merge_url(kept, other) not in text_of(browser.get(url, {"search": "C-2"}))
    assert "was merged into C-1 Acme already" in text_of(
        browser.get(reverse("merge-with", args=["clients", other.pk]))
    )


# --- who may --------------------------------------------------------------------------------------


def urls_of(acmes):
    warning, kept, other = acmes
    return [
        reverse("duplicate", args=[warning.pk]),
        reverse("merge-with", args=["clients", kept.pk]),
        merge_url(kept, other),
    ]


def test_administrators_and_accountants_may_others_not_u_1(acmes, client_of, administrator, work_manager):
    technician = a_user(administrator.company, Role.TECHNICIAN, employee=an_employee(administrator.company))
    for user, status in ((administrator, 200), (work_manager, 403), (technician, 403)):
        assert {client_of(user).get(url).status_code for url in urls_of(acmes)} == {status}
    _, kept, other = acmes
    assert client_of(work_manager).post(merge_url(kept, other), {"keep": kept.pk}).status_code == 403
    assert "Merge with" not in client_of(work_manager).get(reverse("client", args=[kept.pk])).content.decode()


def test_nothing_of_another_company_is_compared_or_merged_u_2(acmes, client_of, stranger):
    _, kept, other = acmes
    theirs = a_client(stranger.company)
    browser = client_of(stranger)
    for url in [*urls_of(acmes), merge_url(theirs, kept), merge_url(kept, theirs)]:
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"keep": kept.pk}).status_code in (404, 405)
    other.refresh_from_db()
    assert other.archived_reason == "inactive"


def test_a_kind_that_is_none_is_not_found(browser, acmes):
    _, kept, other = acmes
    assert browser.get(f"/company/teams/{kept.pk}/merge/{other.pk}/").status_code == 404
    assert browser.get(f"/company/services/{kept.pk}/merge/{other.pk}/").status_code == 404


def test_without_the_subscription_there_is_no_link_and_the_pages_say_what_is_missing_u_3(browser, acmes):
    Company.objects.update(features=[])
    for url in urls_of(acmes):
        assert browser.get(url).status_code == 403
    profile = browser.get(reverse("client", args=[acmes[1].pk])).content.decode()
    assert "Merge with" not in profile


def test_what_was_kept_though_accounting_lists_it_no_more_does_not_read_as_never_imported_i_5(
    browser, connection, administrator
):
    rows = [listed(f"C-{i}", f"Client {i}") for i in range(10)]
    import_list(connection, rows)
    (warning,) = warnings_of(import_list(connection, rows[:6]), Code.BRAKE)
    keep_missing(warning, administrator)
    kept = Client.objects.get(accounting_id="C-9")
    typed = a_client(connection.company, books=None, name="Client 9")
    page = text_of(browser.get(merge_url(kept, typed)))
    assert "<td>No longer listed, kept here</td><td>Never imported</td>" in page
    assert "<td>Not any more</td><td>Never</td>" in page
