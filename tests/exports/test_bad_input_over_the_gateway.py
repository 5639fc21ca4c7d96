"""Issue 5's bad input over real HTTP: a clear reason each, and the others go unharmed (X-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from intacct.configuration import RunUnderWay, save_settings
from intacct.jobs.exports import IntacctBooks
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Outcome
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice
from tests.exports.gateway import carry_out, connect, invoices

pytestmark = pytest.mark.django_db(transaction=True)
# What XML can't hold, what a parser would change, and what must be written as an entity.
ODD = "a\x07b\x1fc\ufffed\re\tf\x85g & <h> \"i\" 'j' ]]> 漢字 🚗 e\u0301 \u202e\ud7ff"


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen once, after the first batch was sent."""

    def let(happen):
        send, left = IntacctBooks.send, [happen]

        def and_then(self, *asked):
            results = send(self, *asked)
            if left:
                left.pop()()
            return results

        monkeypatch.setattr(IntacctBooks, "send", and_then)

    return let


def numbers(simulator):
    return sorted(document["number"] for document in simulator.documents())


def test_texts_that_no_xml_can_hold_arrive_without_what_it_can_not_and_stop_nobody(connected, simulator):
    odd, *others = invoices(connected, 3)
    Invoice.objects.filter(pk=odd.pk).update(memo=ODD)
    odd.lines.update(description=ODD[:200], stock_number=ODD[:30], vin="\x07")

    run = carry_out(connected)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 3), (run.message, run.error_text)
    assert numbers(simulator) == sorted(f"RP-{invoice.number}" for invoice in [odd, *others])
    assert simulator.state()["invalid_requests"] == []


def test_odd_texts_whose_answer_is_lost_are_found_again(connected, simulator):
    odd, *_ = invoices(connected, 2)
    Invoice.objects.filter(pk=odd.pk).update(memo=ODD, number="A&B <7>")
    simulator.fault("drop_after", function="create_sotransaction")

    for _ in range(4):
        if carry_out(connected).message == "There was nothing to export.":
            break

    assert set(InvoiceExport.objects.values_list("state", flat=True)) == {ExportState.EXPORTED}
    assert "RP-A&B <7>" in numbers(simulator)
    assert len(numbers(simulator)) == 2


def test_settings_that_are_saved_during_a_run_hold_for_the_next_and_this_one_ends_as_it_began(
    company, simulator, quick, meanwhile
):
    connect(company, simulator)
    sent = invoices(company, 9)
    meanwhile(
        lambda: save_settings(
            company,
            {"document_prefix": "NEW-", "export_start": timezone.localdate() + timedelta(days=5)},
            secrets={},
            by=None,
        )
    )

    run = carry_out(company)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 9), run.message
    assert numbers(simulator) == sorted(f"RP-{invoice.number}" for invoice in sent)
    save_settings(company, {"export_start": timezone.localdate()}, secrets={}, by=None)
    [later] = invoices(company, 1)
    assert carry_out(company).exported_count == 1
    assert f"NEW-{later.number}" in numbers(simulator)


def test_another_company_is_not_saved_during_a_run_and_the_run_is_unharmed_s_7(
    company, simulator, quick, meanwhile
):
    connect(company, simulator)
    sent = invoices(company, 9)
    told = []

    def save():
        with pytest.raises(RunUnderWay) as refusal:
            save_settings(company, {"auth_company_id": "OTHER-BOOKS"}, secrets={}, by=None)
        told.append(str(refusal.value))

    meanwhile(save)

    run = carry_out(company)

    assert told == [
        "Export Invoices is running. Wait for its end, or cancel it, before you change Auth Company ID or "
        "the entity."
    ]
    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 9)
    assert numbers(simulator) == sorted(f"RP-{invoice.number}" for invoice in sent)


def test_a_subscription_that_ends_during_a_run_stops_it_in_words_and_what_went_stays(
    company, simulator, quick, meanwhile
):
    connect(company, simulator)
    sent = invoices(company, 12)
    meanwhile(lambda: Company.objects.filter(pk=company.pk).update(features=[]))

    run = carry_out(company)

    assert run.outcome == Outcome.FAILED
    assert run.message.startswith("Intacct Integration needs")
    assert run.advice == "What had gone by then stays exported; the other invoices wait."
    arrived = numbers(simulator)
    assert 4 <= len(arrived) <= 8  # the batch that was under way, and the one that was marked
    rows = InvoiceExport.objects.all()
    assert sorted(rows.values_list("document_number", flat=True)) == arrived
    assert set(rows.values_list("state", flat=True)) == {ExportState.EXPORTED}
    Company.objects.filter(pk=company.pk).update(features=["intacct"])
    assert carry_out(company).exported_count == 12 - len(arrived)
    assert numbers(simulator) == sorted(f"RP-{invoice.number}" for invoice in sent)
