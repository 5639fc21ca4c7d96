"""X-1 to X-4: what stands in the way of an invoice, and where it is mended."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.exports.causes import Cause
from integrations.exports.port import Wanted
from integrations.exports.readiness import judge
from integrations.exports.rules import ExportRules
from tests.exports import plain

RULES = ExportRules(start=date(2026, 11, 1), document_prefix="RP-")


def causes(invoice, rules=RULES, books=None, **options):
    return {blocker.cause for blocker in judge(invoice, rules, books or plain.books(), **options).blockers}


def test_an_invoice_with_all_it_needs_is_ready_with_number_terms_and_due_date():
    verdict = judge(plain.invoice(), RULES, plain.books())

    assert verdict.is_ready
    assert (verdict.number, verdict.terms, verdict.due_on) == ("RP-1042", "Net 30", date(2026, 12, 20))


@pytest.mark.parametrize(
    ("invoice", "cause", "place"),
    [
        (plain.invoice(client=plain.client(accounting_id="")), Cause.CLIENT_WITHOUT_ID, ("client", 1)),
        (plain.invoice(client=plain.client(books_id=8)), Cause.CLIENT_OF_OTHER_BOOKS, ("client", 1)),
        (plain.invoice(client=plain.client(books_id=None)), Cause.CLIENT_OF_OTHER_BOOKS, ("client", 1)),
        (plain.invoice(client=plain.client(is_archived=True)), Cause.CLIENT_ARCHIVED, ("client", 1)),
        (
            plain.invoice(plain.line(service=plain.service(accounting_id=""))),
            Cause.SERVICE_WITHOUT_ID,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(service=plain.service(books_id=8))),
            Cause.SERVICE_OF_OTHER_BOOKS,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(service=plain.service(is_archived=True))),
            Cause.SERVICE_ARCHIVED,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(service=plain.service(department="999"))),
            Cause.DEPARTMENT_UNKNOWN,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(service=plain.service(department="300"))),
            Cause.DEPARTMENT_UNKNOWN,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(service=plain.service(accounting_id="X" * 31))),
            Cause.TEXT_TOO_LONG,
            ("service", 2),
        ),
        (
            plain.invoice(plain.line(employee=plain.employee(books_id=8))),
            Cause.EMPLOYEE_OF_OTHER_BOOKS,
            ("employee", 3),
        ),
        (
            plain.invoice(plain.line(employee=plain.employee(is_archived=True))),
            Cause.EMPLOYEE_ARCHIVED,
            ("employee", 3),
        ),
        (
            plain.invoice(plain.line(employee=plain.employee(entity=""))),
            Cause.LOCATION_MISSING,
            ("invoice", 5),
        ),
        (plain.invoice(plain.line(employee=None)), Cause.LOCATION_MISSING, ("invoice", 5)),
        (plain.invoice(team=plain.team(location="NOWHERE")), Cause.LOCATION_UNKNOWN, ("team", 4)),
        (plain.invoice(team=plain.team(location="OLD")), Cause.LOCATION_UNKNOWN, ("team", 4)),
        (
            plain.invoice(plain.line(employee=plain.employee(entity="GONE"))),
            Cause.LOCATION_UNKNOWN,
            ("employee", 3),
        ),
        (
            plain.invoice(plain.line(), plain.line(employee=plain.employee(id=9, entity="WBU"))),
            Cause.SEVERAL_ENTITIES,
            ("invoice", 5),
        ),
        (plain.invoice(client=plain.client(terms="")), Cause.TERMS_MISSING, ("client", 1)),
        (plain.invoice(client=plain.client(terms="Net 77")), Cause.TERMS_UNKNOWN, ("client", 1)),
        (plain.invoice(terms="Net 77"), Cause.TERMS_UNKNOWN, ("invoice", 5)),
        (plain.invoice(number="1" * 18), Cause.NUMBER_TOO_LONG, ("invoice", 5)),
        (plain.invoice(plain.line(price="-5")), Cause.NEGATIVE_TOTAL, ("invoice", 5)),
        (replace(plain.invoice(), lines=(), total=Decimal(0)), Cause.WITHOUT_LINES, ("invoice", 5)),
        (plain.invoice(total=Decimal("185.01")), Cause.TOTAL_DIFFERS, ("invoice", 5)),
    ],
)
def test_each_cause_is_found_alone_and_leads_to_its_place(invoice, cause, place):
    blockers = judge(invoice, RULES, plain.books()).blockers

    assert [blocker.cause for blocker in blockers] == [cause]
    assert (blockers[0].place.kind, blockers[0].place.id) == place
    assert cause.heading
    assert cause.advice.endswith(".")


def test_all_causes_of_an_invoice_are_told_each_once():
    archived = plain.service(accounting_id="", is_archived=True)
    invoice = plain.invoice(
        plain.line(service=archived), plain.line(service=archived), client=plain.client(terms="")
    )

    found = judge(invoice, RULES, plain.books()).blockers

    assert [blocker.cause for blocker in found] == [
        Cause.SERVICE_WITHOUT_ID,
        Cause.SERVICE_ARCHIVED,
        Cause.TERMS_MISSING,
    ]


def test_a_department_is_needed_only_where_the_settings_require_it():
    invoice = plain.invoice(plain.line(service=plain.service(department="")))

    assert causes(invoice) == set()
    assert causes(invoice, replace(RULES, department_required=True)) == {Cause.DEPARTMENT_MISSING}


def test_lists_that_were_never_read_block_nothing():
    unread = plain.books(terms={}, departments={}, locations={}, parents={}, entities=frozenset())
    invoice = plain.invoice(plain.line(service=plain.service(department="999"), employee=None))

    assert causes(invoice, books=unread) == set()


def test_an_employee_whom_accounting_does_not_know_goes_unnamed_if_the_location_is_clear():
    local = plain.employee(employee_id="", entity="", books_id=None)
    invoice = plain.invoice(plain.line(employee=local), team=plain.team(location="EBU-LOT"))

    verdict = judge(invoice, RULES, plain.books())

    assert verdict.is_ready
    assert verdict.document(RULES).lines[0].employee_id == ""
    assert verdict.document(RULES).lines[0].location == "EBU-LOT"


def test_x4_team_before_employee_before_default():
    rules = replace(RULES, default_location="WBU")
    of_team = plain.invoice(team=plain.team(location="EBU-LOT"))
    of_employee = plain.invoice(team=plain.team())
    of_neither = plain.invoice(plain.line(employee=None))

    locations = [
        judge(each, rules, plain.books()).document(rules).lines[0].location
        for each in (of_team, of_employee, of_neither)
    ]

    assert locations == ["EBU-LOT", "EBU", "WBU"]


def test_x4_a_location_counts_as_the_entity_that_it_lies_in():
    """One team's lot within the entity of the employees is one entity, not two."""
    lot = plain.employee(id=9, entity="EBU-LOT")
    invoice = plain.invoice(plain.line(), plain.line(employee=lot))

    assert causes(invoice) == set()


def test_x4_several_entities_may_be_allowed():
    invoice = plain.invoice(plain.line(), plain.line(employee=plain.employee(id=9, entity="WBU")))

    assert causes(invoice, replace(RULES, several_entities_allowed=True)) == set()


def test_x3_terms_of_the_invoice_come_before_the_clients_and_these_before_the_default():
    books = plain.books(terms={name: plain.Term(name, 1) for name in ("A", "B", "C")})
    rules = replace(RULES, default_terms="C")

    def terms(own, clients):
        return judge(plain.invoice(terms=own, client=plain.client(terms=clients)), rules, books).terms

    assert (terms("A", "B"), terms("", "B"), terms("", "")) == ("A", "B", "C")


def test_x3_a_closed_period_blocks_or_moves_the_posting_date():
    closed = replace(RULES, closed_through=date(2026, 11, 20))
    moving = replace(closed, move_closed=True)

    assert causes(plain.invoice(), closed) == {Cause.PERIOD_CLOSED}
    document = judge(plain.invoice(), moving, plain.books()).document(moving)
    assert document.posted_on == date(2026, 11, 21)
    assert document.date == date(2026, 11, 20)
    assert causes(plain.invoice(date=date(2026, 11, 21)), closed) == set()


def test_x3_a_number_that_another_invoice_went_with_is_not_used_twice():
    assert causes(plain.invoice(), taken_numbers={"RP-1042"}) == {Cause.NUMBER_TAKEN}


def test_a_blocked_invoice_makes_no_document():
    verdict = judge(plain.invoice(client=plain.client(accounting_id="")), RULES, plain.books())

    with pytest.raises(ValueError, match="1042 is blocked"):
        verdict.document(RULES)


def test_a_negative_total_is_blocked_in_words_of_the_document_type_unless_there_is_a_credit_type_x_3():
    invoice = plain.invoice(plain.line(price="-5"))
    ar = replace(RULES, no_credit_reason="An AR invoice can't be negative.")

    (blocker,) = judge(invoice, ar, plain.books()).blockers

    assert (blocker.cause, blocker.detail) == (Cause.NEGATIVE_TOTAL, "An AR invoice can't be negative.")
    assert causes(invoice, replace(RULES, credit_type="Credit Memo")) == set()


def test_what_went_as_a_credit_goes_again_as_one_whatever_the_settings_say_now_x_5():
    invoice = plain.invoice(plain.line(price="-5"))

    verdict = judge(invoice, RULES, plain.books(), kept=Wanted("Credit Memo", "RP-1042"))

    assert (verdict.blockers, verdict.document_type) == ((), "Credit Memo")
    assert verdict.document(RULES).total == 5


def test_a_type_on_account_needs_the_account_also_for_what_went_as_one_before():
    rules = replace(RULES, document_type="AR invoice", on_account=frozenset({"AR invoice"}))
    kept = Wanted("AR invoice", "RP-1042")

    assert causes(plain.invoice(), rules) == {Cause.ACCOUNT_MISSING}
    assert causes(plain.invoice(), replace(rules, account="4010")) == set()
    assert causes(plain.invoice(), replace(rules, account_label="Detailing")) == set()
    assert causes(plain.invoice(), replace(rules, document_type="Sales Invoice")) == set()
    sold = replace(rules, document_type="Sales Invoice")
    again = judge(plain.invoice(), sold, plain.books(), kept=kept)
    assert [blocker.cause for blocker in again.blockers] == [Cause.ACCOUNT_MISSING]
