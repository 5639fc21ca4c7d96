"""What people answer on the page of a check: the brake, proposed links, and where that leads (I-5, I-9)."""

import re
from html import unescape

import pytest
from django.urls import reverse

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.reconcile.models import Check, LinkProposal
from integrations.runs.models import Run
from reconpro.audit.history import history
from reconpro.audit.models import FieldChange
from reconpro.company.models import Client
from tests.factories import a_client, an_invoice
from tests.reconcile.checks import apply_run, check_list, text_of
from tests.reconcile.imports import import_list, listed, messages_of


@pytest.fixture
def braked(connection) -> Run:
    """A check that finds five of six clients gone."""
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])
    return check_list(connection, [listed("C-0", "Client 0")])


@pytest.mark.parametrize(
    ("answer", "archived", "standing", "asked"),
    [
        ("archive", 5, {"missing"}, 0),
        ("keep", 0, {""}, 0),
        ("", 0, {"unlisted"}, 1),
    ],
)
def test_the_brake_is_answered_before_it_is_applied_i_5_i_9(
    braked, page, post, connection, accountant, answer, archived, standing, asked
):
    html = text_of(page(braked, show="missing"))
    assert "C-3 Client 3 No longer listed in Intacct" in html
    assert "No longer listed 5" in html
    assert "Intacct no longer lists 5 clients" in html
    assert "because they are more than 20 % of the active ones" in html
    assert "1 read 0 to create 0 to change 1 unchanged 0 to archive" in html
    assert "Noted" in post("check-brake", braked, answer=answer)

    run = apply_run(braked, accountant)
    assert run.counts["archived"] == archived
    gone = Client.objects.exclude(accounting_id="C-0")
    assert set(gone.values_list("accounting_status", flat=True)) == standing
    assert Warning.objects.filter(code=Code.BRAKE, resolution="").count() == asked
    assert run.warning_count == asked
    assert not run.list_complete  # as with an import whose brake is answered afterwards
    told = FieldChange.objects.filter(field="archived_reason", new="missing", run_id=run.pk)
    assert told.count() == archived


def test_invoices_of_what_would_be_archived_are_told_before_it_is_answered_i_5(connection, page):
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])
    for accounting_id in ("C-3", "C-3", "C-1"):
        an_invoice(connection.company, client=Client.objects.get(accounting_id=accounting_id))
    run = check_list(connection, [listed("C-0", "Client 0"), listed("C-1", "Client 1", active=False)])
    html = text_of(page(run, show="missing"))
    assert "1 client among them has approved invoices not exported yet." in html
    assert "C-3 Client 3 No longer listed in Intacct · 2 approved invoices not exported yet" in html
    assert "C-4 Client 4 No longer listed in Intacct C-5" in html
    html = text_of(page(run, show="archive"))
    assert "C-1 Client 1 Inactive in Intacct · 1 approved invoice not exported yet" in html


def test_one_client_that_is_no_longer_listed_is_told_in_words_that_fit_i_5(connection, page):
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(6)])
    an_invoice(connection.company, client=Client.objects.get(accounting_id="C-5"))
    left = [listed(f"C-{i}", f"Client {i}") for i in range(5)]
    html = text_of(page(check_list(connection, left, signed_in_as="other user")))
    assert "Intacct no longer lists 1 client It is not archived without being asked about" in html
    assert "than last time. It has approved invoices not exported yet." in html
    (told, *_) = messages_of(import_list(connection, left, signed_in_as="other user"))
    assert told == (
        "Intacct no longer lists this client. Archive it / keep it. It was not archived, because another user"
        " or entity read the list than last time. It has approved invoices not exported yet."
    )


def test_the_run_that_applied_it_says_how_many_were_kept_i_5(braked, post, accountant):
    post("check-brake", braked, answer="keep")
    run = apply_run(braked, accountant)
    assert run.message == "5 clients that Intacct no longer lists were kept."
    kept = Client.objects.get(accounting_id="C-3")
    (happening,) = history(kept, run.company, limit=5)
    assert happening.sentence.startswith(f"{accountant} kept the client C-3 Client 3, which")


def test_the_answer_to_archive_counts_among_what_is_to_archive(braked, page, post):
    post("check-brake", braked, answer="archive")
    html = text_of(page(braked, show="archive"))
    assert "5 to archive" in html
    assert "To archive 5" in html
    assert "C-3 Client 3 No longer listed in Intacct" in html
    post("check-brake", braked, answer="nonsense")
    assert "0 to archive" in text_of(page(braked))


@pytest.fixture
def form_of(page, client_of, accountant):
    """Send the form of the page that posts to the view, its address taken from the page: where that leads."""

    def send(run: Run, name: str, show: str, **data: object) -> str:
        (action, *_) = re.findall(rf'action="({reverse(name, args=[run.pk])}[^"]*)"', page(run, show=show))
        return client_of(accountant).post(unescape(action), data).url

    return send


def test_who_answers_from_a_list_stays_on_it_i_9(braked, form_of):
    home = reverse("check", args=[braked.pk])
    assert form_of(braked, "check-brake", "missing", answer="keep") == f"{home}?show=missing"
    assert form_of(braked, "check-brake", "new", answer="archive") == f"{home}?show=new"


def test_who_answers_the_brake_goes_with_its_records_to_the_list_that_holds_them_i_9(braked, form_of):
    home = reverse("check", args=[braked.pk])
    assert form_of(braked, "check-brake", "missing", answer="archive") == f"{home}?show=archive"
    assert form_of(braked, "check-brake", "archive", answer="keep") == f"{home}?show=missing"


def test_who_answers_a_link_stays_on_the_page_of_links_i_9(connection, form_of):
    a_client(connection.company, books=None, accounting_id="C-1")
    run = check_list(connection, [listed("C-1", "Acme")])
    proposal = LinkProposal.objects.get()
    where = form_of(run, "check-answer", "links", proposal=proposal.pk, answer="different")
    assert where.startswith(f"{reverse('check', args=[run.pk])}?show=links")


@pytest.mark.parametrize(("answer", "badge"), [("link", "To be linked"), ("different", "Different")])
def test_an_answered_link_does_not_read_like_a_button_i_9(
    connection, page, post, client_of, accountant, answer, badge
):
    a_client(connection.company, books=None, name="Acme", accounting_id="C-1")
    run = check_list(connection, [listed("C-1", "Acme")])
    post("check-answer", run, proposal=LinkProposal.objects.get().pk, answer=answer)
    assert f'">{badge}</span>' in page(run, show="links")
    download = client_of(accountant).get(reverse("check-download", args=[run.pk, "links", "csv"]))
    assert f": {badge}," in b"".join(download.streaming_content).decode()


@pytest.mark.parametrize("query", ["show=nonsense", "show=%2F%2Fevil.example", "other=1", "page=2"])
def test_an_answer_leads_to_no_list_that_there_is_not(braked, client_of, accountant, query):
    sent = client_of(accountant).post(
        f"{reverse('check-brake', args=[braked.pk])}?{query}", {"answer": "keep"}
    )
    assert sent.url == reverse("check", args=[braked.pk])


def test_where_nothing_is_asked_nothing_is_answered(connection, post):
    run = check_list(connection, [listed("C-1", "Acme")])
    assert "Nothing is asked of missing records here." in post("check-brake", run, answer="archive")
    assert Check.objects.get().answers == 0
