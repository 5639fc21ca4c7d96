"""Whatever a client sends ends in a gateway's answer, and never in an exception of the simulator's own.

FUZZ_ROUNDS=2000 looks longer.
"""

import os
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from intacct.simulator import schemas
from intacct.simulator.gateway import Gateway
from intacct.simulator.operations import FUNCTIONS
from intacct.simulator.world import World

from .any_request import ANY_FUNCTION, CREATED, TEXTS, function
from .talking import envelope

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "20"))
ANY = settings(
    max_examples=ROUNDS,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
STATUSES = {"success", "failure", "aborted"}


def sent(gateway, functions, **options):
    """Ask; the answer must be whole, and be the gateway's."""
    written = [etree.tostring(each, encoding="unicode") for each in functions]
    answer = gateway.answer(envelope(*written, **options))
    root = etree.fromstring(answer.body)
    assert (answer.status, root.tag) == (200, "response")
    if root.findtext("control/status") == "failure":
        assert root.findtext("errormessage/error/errorno")
        return root
    assert root.findtext("operation/authentication/status") == "success"
    results = root.findall("operation/result")
    assert len(results) == len(functions) or options.get("transaction") == "true"
    for result, asked in zip(results, functions, strict=False):
        status = result.findtext("status")
        assert status in STATUSES
        assert result.findtext("function") == asked.tag
        if status != "success":
            assert result.find("errormessage/error/errorno") is not None
            assert "".join(result.find("errormessage").itertext()).strip()
    return root


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@ANY
@given(data=st.data(), version=st.sampled_from(["3.0", "3.0", "2.1"]))
def test_any_request_of_a_function_is_answered(name, data, version):
    gateway = Gateway(World())
    sent(gateway, [data.draw(function(name))], version=version)


@settings(ANY, max_examples=3 * ROUNDS)
@given(
    made=st.lists(CREATED, max_size=3),
    functions=st.lists(ANY_FUNCTION, min_size=1, max_size=4),
    transaction=st.sampled_from(["true", "false"]),
    uniqueid=st.sampled_from(["true", "false", None]),
    whitespace=st.sampled_from(["true", "false"]),
)
def test_any_requests_one_after_the_other_are_answered(made, functions, transaction, uniqueid, whitespace):
    gateway = Gateway(World())
    if made:
        sent(gateway, made)
    before = gateway.world.company("ACME-SANDBOX").meter.billable_transactions
    root = sent(gateway, functions, transaction=transaction, uniqueid=uniqueid, whitespace=whitespace)
    statuses = {each.findtext("status") for each in root.iterfind("operation/result")}
    if transaction == "true" and statuses - {"success"}:
        assert "success" not in statuses
        after = gateway.world.company("ACME-SANDBOX").meter.billable_transactions
        reads = sum(1 for each in functions if str(each.tag) in READERS)
        assert after - before <= reads
    sent(gateway, functions, uniqueid=uniqueid)


READERS = {"query", "readByQuery", "readMore", "read", "readByName", "get_list", "get", "get_invoice"}


@settings(ANY, max_examples=3 * ROUNDS)
@given(functions=st.lists(ANY_FUNCTION, min_size=1, max_size=3), version=st.sampled_from(["3.0", "2.1"]))
def test_without_the_schemas_any_request_is_answered_too(functions, version):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "available", lambda: False)
        sent(Gateway(World()), functions, version=version)


@ANY
@given(texts=st.lists(TEXTS, min_size=6, max_size=6))
def test_any_text_in_the_envelope_is_answered(texts):
    sender, control_id, unique, function_id, session, version = texts

    def leaf(name, text):
        element = etree.Element(name)
        element.text = text
        return etree.tostring(element, encoding="unicode")

    block = "".join(
        map(leaf, ["senderid", "password", "controlid", "uniqueid"], [sender, "x", control_id, unique])
    )
    for wanted in ("3.0", "2.1", version):
        body = (
            f"<request><control>{block}{leaf('dtdversion', wanted)}</control><operation><authentication>"
            f"{leaf('sessionid', session)}</authentication><content><function controlid="
            f"{quoteattr(function_id)}><getAPISession/></function></content></operation></request>"
        )
        answer = Gateway(World()).answer(body.encode())
        assert etree.fromstring(answer.body).findtext("control/status") in ("success", "failure")


@ANY
@given(body=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_answered(body):
    answer = Gateway(World()).answer(body)

    assert etree.fromstring(answer.body).findtext("errormessage/error/errorno")


def test_a_failure_of_the_simulator_itself_is_told_as_that(gateway, monkeypatch, capfd):
    """Else it would look like a network that drops connections."""

    def broken(*_arguments):
        raise RuntimeError("a bug")

    monkeypatch.setitem(FUNCTIONS, "lookup", broken)
    reply = gateway.ask("<lookup><object>ITEM</object></lookup>")

    assert (reply.status, reply.errorno) == (500, "SIM-BUG")
    assert "RuntimeError: a bug" in capfd.readouterr().err
    assert gateway.ask("<getAPISession/>").statuses == ["success"]
    assert gateway.state()["in_flight"] == 0
