"""What the gateway refuses as not well-formed or not valid (sections 1.2, 6.3, 6.4 and 10.3)."""

import os
import re
from pathlib import Path

import pytest

from intacct.simulator import plain_rules, schemas
from intacct.simulator.envelope import parse

from .talking import envelope, get_list, line, query, sotransaction

REFERENCE = schemas.DEFAULT_FOLDER.parent / "intacct-gateway.md"
needs_reference = pytest.mark.skipif(not REFERENCE.is_file(), reason="schemas absent (reference)")


def examples() -> list[tuple[str, str]]:
    """(versions, XML) of each checked example of the reference; empty where it is absent."""
    if not REFERENCE.is_file():
        return []
    text = REFERENCE.read_text(encoding="utf-8")
    return re.findall(r"```xml check=(.*)\n([\s\S]*?)```", text)


@needs_reference
@pytest.mark.schemas
def test_the_examples_of_the_reference_are_valid_in_the_versions_that_they_name():
    assert len(examples()) >= 6
    for versions, text in examples():
        for version in versions.replace("overlay", "3.0").split(","):
            assert schemas.validate_request(text.encode(), version) == []
        if "2.1" not in versions:
            assert schemas.validate_request(text.encode(), "2.1")


@needs_reference
def test_the_gateway_takes_the_examples_of_the_reference(gateway):
    gateway.tell(
        add=[
            {"object": "CUSTOMER", "id": "C-00120", "fields": {"NAME": "Valley Motors"}},
            {"object": "CUSTOMER", "id": "X1", "fields": {"DISPLAYCONTACT.CONTACTNAME": "Valley Motors AP"}},
            {
                "object": "CUSTOMER",
                "id": "X2",
                "fields": {"DISPLAYCONTACT.CONTACTNAME": "Valley Motors Lot B"},
            },
        ]
    )
    session = gateway.session().removeprefix("<sessionid>").removesuffix("</sessionid>")
    for _versions, text in examples():
        text = text.replace("SESSION-TOKEN..", session)
        text = text.replace("SENDER-SECRET", "sender-secret").replace("USER-SECRET", "user-secret")
        reply = gateway.post(text.encode())
        if "create_invoice" not in text:
            assert reply.statuses == ["success"], reply.body
    assert [each["key"] for each in gateway.documents()] == ["Sales Invoice-RP-104233"]


@pytest.mark.schemas
def test_a_generic_function_under_2_1_is_a_schema_error(gateway):
    reply = gateway.ask(query("CUSTOMER", "RECORDNO"), version="2.1")

    assert reply.status == 200
    assert reply.control == "failure"
    assert reply.errorno == "XL03000003"
    assert "XML Parse error: Error 504:" in reply.sentence
    assert "[Support ID: " in reply.sentence
    assert reply.find("control/senderid") == "recon_sender"
    assert reply.find("control/controlid") == "c1"


@pytest.mark.schemas
def test_get_list_of_item_is_a_schema_error_in_both_versions(gateway):
    old = gateway.ask(get_list("item"), version="2.1")
    new = gateway.ask(get_list("item"), version="3.0")

    assert 'XML Parse error: Error 502: Value "item" for attribute object of get_list' in old.sentence
    assert "is not among the enumerated set" in old.sentence
    assert re.search(r"Line: \d+, column: \d+\.", old.sentence)
    assert new.sentence.startswith("XML Parse schema error: Error 18")


def test_a_wrong_order_of_elements_is_refused_with_or_without_the_schemas(gateway):
    swapped = envelope("<getAPISession/>").replace(
        b"<uniqueid>false</uniqueid><dtdversion>3.0</dtdversion>",
        b"<dtdversion>3.0</dtdversion><uniqueid>false</uniqueid>",
    )
    shipto_last = sotransaction(shipto="<contactname>A</contactname>").replace(
        "<state>Pending</state><sotransitems>", "<sotransitems>"
    )
    misplaced = sotransaction(line()).replace(
        "<quantity>1</quantity><unit>Each</unit>", "<unit>Each</unit><quantity>1</quantity>"
    )
    assert gateway.post(swapped).errorno == "XL03000003"
    assert gateway.ask(misplaced).errorno == "XL03000003"
    assert gateway.ask(shipto_last).control == "success"
    for version in ("2.1", "3.0"):
        assert plain_rules.errors(parse(swapped), version)
        assert plain_rules.errors(parse(envelope(misplaced)), version)
        assert plain_rules.errors(parse(envelope(shipto_last)), version) == []


def test_plain_rules_know_what_only_3_0_has():
    body = envelope(query("CUSTOMER", "RECORDNO"))
    assert plain_rules.errors(parse(body), "2.1")
    assert plain_rules.errors(parse(body), "3.0") == []
    assert plain_rules.errors(parse(envelope(get_list("item"))), "2.1")
    assert plain_rules.errors(parse(envelope(get_list("icitem"))), "2.1") == []


def test_a_broken_body_is_refused_in_libxml2s_words(gateway):
    body = envelope(query("CUSTOMER", "RECORDNO")).replace(b"</query>", b"</delete>")

    reply = gateway.post(body)

    assert reply.control == "failure"
    assert "Fatal Error 76: Opening and ending tag mismatch: query" in reply.sentence


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not xml at all",
        b"<request/>",
        b"<other/>",
        b"\xff\xfe\xfa",
        envelope("<getAPISession/>").replace(b"c1", b"c\xe9"),
        b'<!DOCTYPE request [<!ENTITY x "y">]><request>&x;</request>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE request><request/>'.encode("utf-16"),
    ],
    ids=["empty", "blank", "text", "bare", "other root", "bytes", "latin-1", "doctype", "utf-16 doctype"],
)
def test_what_is_no_request_is_refused_at_the_control_level(gateway, body):
    reply = gateway.post(body)

    assert reply.status == 200
    assert reply.control == "failure"
    assert reply.errorno == "XL03000003"


def test_a_version_that_does_not_exist_is_refused(gateway):
    for version in ("v3.0", "4.0"):
        reply = gateway.ask("<getAPISession/>", version=version)
        assert (reply.control, reply.errorno) == ("failure", "SIM-DTDVERSION")


def test_invalid_requests_are_remembered_for_tests_to_see(gateway):
    assert gateway.state()["invalid_requests"] == []
    gateway.post(b"<request/>")

    (sentence,) = gateway.state()["invalid_requests"]
    assert "request" in sentence


@pytest.mark.schemas
@pytest.mark.parametrize(
    ("inside", "valid"),
    [
        ("<object>A</object><select><field>B</field></select>", True),
        ("<select><field>B</field></select><object>A</object>", True),
        ("<object>A</object><select/>", False),
        ("<object>A</object>", False),
        ("<object>A</object><select><field>B</field></select><filter/>", False),
        (
            "<object>A</object><select><field>B</field></select>"
            "<filter><and><isnull><field>B</field></isnull></and></filter>",
            False,
        ),
        (
            "<object>A</object><select><field>B</field></select>"
            "<filter><or><isnull><field>B</field></isnull>"
            "<in><field>B</field><value>1</value><value>2</value></in></or></filter>",
            True,
        ),
        (
            "<object>A</object><select><field>B</field></select>"
            "<filter><between><field>B</field><value>1</value></between></filter>",
            False,
        ),
    ],
)
def test_the_overlay_knows_query(inside, valid):
    body = envelope(f"<query>{inside}</query>")
    assert (schemas.validate_request(body, "3.0") == []) is valid


def test_without_the_schemas_validating_says_where_they_were_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("INTACCT_SCHEMAS", str(tmp_path))
    assert not schemas.available()
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path))):
        schemas.validate_request(b"<request/>", "3.0")
    with pytest.raises(ValueError, match=r"2\.1 and 3\.0"):
        schemas.validate_request(b"<request/>", "v3.0")
    assert Path(os.environ["INTACCT_SCHEMAS"]) == schemas.folder()
