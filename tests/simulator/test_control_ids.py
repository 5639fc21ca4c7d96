"""Echoes, the uniqueid rule, transactions and what is billed (sections 5.5, 5.6, 6 and 7)."""

import pytest

from .talking import envelope, get_list, query, sotransaction


def keys(gateway):
    return [document["number"] for document in gateway.documents()]


def test_control_ids_are_echoed_as_they_came(gateway):
    odd = "reconpro:so:104&#34;33 ä/1"
    reply = gateway.ask("<getAPISession/>", control_ids=[odd], uniqueid="true")

    assert reply.find("control/controlid") == "c1"
    assert reply.find("control/uniqueid") == "true"
    assert reply.find("operation/result/controlid") == 'reconpro:so:104"33 ä/1'
    assert reply.find("operation/result/function") == "getAPISession"


def test_a_completed_function_cannot_be_repeated_under_uniqueid(gateway):
    first = gateway.ask(sotransaction(), uniqueid="true", control_ids=["inv-1"])
    second = gateway.ask(sotransaction(documentno="RP-2"), uniqueid="true", control_ids=["inv-1"])

    assert (first.statuses, second.statuses) == (["success"], ["failure"])
    assert second.errorno == "SIM-DUPLICATE-CONTROLID"
    assert keys(gateway) == ["RP-1"]


def test_uniqueid_is_true_when_it_is_absent(gateway):
    for status in ("success", "failure"):
        assert gateway.ask(sotransaction(), uniqueid=None, control_ids=["inv-1"]).statuses == [status]


def test_with_uniqueid_false_an_id_may_run_any_number_of_times(gateway):
    for number in ("A", "B"):
        reply = gateway.ask(sotransaction(documentno=number), control_ids=["inv-1"])
        assert reply.statuses == ["success"]
    assert keys(gateway) == ["A", "B"]


def test_a_function_that_failed_may_be_sent_again_with_its_id(gateway):
    wrong = gateway.ask(sotransaction(customerid="X"), uniqueid="true", control_ids=["inv-1"])
    right = gateway.ask(sotransaction(), uniqueid="true", control_ids=["inv-1"])

    assert (wrong.statuses, right.statuses) == (["failure"], ["success"])


def test_an_id_is_remembered_per_company(gateway):
    gateway.ask(query("ITEM", "ITEMID"), uniqueid="true", control_ids=["same"])

    other = gateway.session(company="OTHER-CO")
    reply = gateway.ask(query("ITEM", "ITEMID"), uniqueid="true", control_ids=["same"], sign_in=other)

    assert reply.statuses == ["success"]


def test_a_transaction_is_all_or_nothing(gateway):
    reply = gateway.ask(
        sotransaction(documentno="A"),
        sotransaction(customerid="X"),
        sotransaction(documentno="C"),
        transaction="true",
        uniqueid="true",
    )

    assert reply.statuses == ["aborted", "failure"]
    aborted, culprit = ([error.findtext("errorno") for error in each.iter("error")] for each in reply.results)
    assert aborted == ["XL03000009"]
    assert culprit == ["BL01001973", "BL01001973", "XL03000009"]
    assert "has been rolled back due to an error" in reply.sentence
    assert keys(gateway) == []


def test_what_was_rolled_back_may_be_sent_again_with_the_same_ids(gateway):
    both = (sotransaction(documentno="A"), sotransaction(documentno="B", customerid="X"))
    gateway.ask(*both, transaction="true", uniqueid="true")

    mended = gateway.ask(both[0], sotransaction(documentno="B"), transaction="true", uniqueid="true")

    assert mended.statuses == ["success", "success"]
    assert keys(gateway) == ["A", "B"]


def test_a_transaction_that_fails_forgets_no_id_that_was_completed_before(gateway):
    """Under uniqueid=false the id is neither looked up nor noted, and so not forgotten either."""
    gateway.ask(sotransaction(documentno="A"), uniqueid="true", control_ids=["inv-1"])
    failing = (sotransaction(documentno="B"), sotransaction(customerid="X"))
    gateway.ask(*failing, uniqueid="false", transaction="true", control_ids=["inv-1", "inv-2"])

    again = gateway.ask(sotransaction(documentno="C"), uniqueid="true", control_ids=["inv-1"])

    assert (again.statuses, again.errorno) == (["failure"], "SIM-DUPLICATE-CONTROLID")
    assert keys(gateway) == ["A"]


def test_each_page_and_each_created_record_is_billed_and_a_sign_in_is_not(gateway):
    sign_in = gateway.session()
    assert gateway.state()["billable_transactions"] == 0

    gateway.ask(query("CUSTOMER", "RECORDNO"), get_list("icitem"), sign_in=sign_in)
    gateway.ask(sotransaction(documentno="A"), sotransaction(customerid="X"), sign_in=sign_in)

    state = gateway.state()
    assert state["billable_transactions"] == 3
    assert state["requests"] == 3
    assert state["functions"]["create_sotransaction"] == 2


def test_several_operations_each_sign_in_for_themselves(gateway):
    first = envelope(query("ITEM", "ITEMID"))
    operation = first[first.index(b"<operation") : first.index(b"</request>")]
    other = operation.replace(b"ACME-SANDBOX", b"OTHER-CO").replace(b'"f1"', b'"f2"')

    reply = gateway.post(first.replace(b"</request>", other + b"</request>"))

    companies = [each.text for each in reply.root.iterfind("operation/authentication/companyid")]
    assert companies == ["ACME-SANDBOX", "OTHER-CO"]
    assert reply.statuses == ["success", "success"]


@pytest.mark.schemas
def test_a_valid_function_that_is_not_simulated_says_so(gateway):
    reply = gateway.ask('<delete_vendor vendorid="V-1"/>', version="2.1")

    assert (reply.statuses, reply.errorno) == (["failure"], "SIM-NOT-SIMULATED")
