"""The control address: counts, changes of master data and settings (spec 8)."""

import threading

import pytest

from intacct.simulator import changes
from intacct.simulator.faults import KINDS
from intacct.simulator.world import World

from .talking import HEADERS, envelope, expression, get_list, line, login, query, sotransaction


def one(gateway, kind, key, business_id, fields):
    condition = f"<equalto><field>{key}</field><value>{business_id}</value></equalto>"
    records = gateway.ask(query(kind, fields, filter_=condition)).records
    return [leaf.text or "" for leaf in records[0]] if records else None


def test_it_counts_what_the_company_holds(gateway):
    state = gateway.state()

    assert state["customers"] == {"total": 60, "active": 56, "inactive": 4}
    assert (state["items"]["total"], state["employees"]["total"]) == (25, 20)
    assert state["documents"] == {"count": 0, "total": "0", "credits": "0", "by_customer": {}}
    assert gateway.state("OTHER-CO")["customers"]["total"] == 12


def test_it_sums_what_was_exported_per_customer(gateway):
    for number in ("A", "B"):
        gateway.ask(sotransaction(line(price="10.10"), documentno=number))
    gateway.ask(sotransaction(line(price="5"), documentno="C", customerid="C-00003"))

    documents = gateway.state()["documents"]

    assert (documents["count"], documents["total"]) == (3, "25.2")
    assert documents["by_customer"] == {"C-00001": 2, "C-00003": 1}


def test_records_can_be_added_changed_renamed_deactivated_and_deleted(gateway):
    before = one(gateway, "CUSTOMER", "CUSTOMERID", "C-00003", "RECORDNO")
    gateway.tell(
        set={"object": "CUSTOMER", "id": "C-00001", "fields": {"NAME": "Renamed & Co"}},
        rename={"object": "CUSTOMER", "id": "C-00003", "new_id": "C-NEW"},
        deactivate={"object": "icitem", "id": "DETAIL-FULL"},
        delete={"object": "employee", "id": "E-00148"},
        add=[
            {"object": "LOCATIONENTITY", "id": "XBU", "fields": {"NAME": "Extra"}},
            {"object": "EMPLOYEE", "id": "E-90001", "fields": {"LOCATIONID": "XBU"}},
        ],
    )

    assert one(gateway, "CUSTOMER", "CUSTOMERID", "C-00001", "NAME") == ["Renamed & Co"]
    assert one(gateway, "CUSTOMER", "CUSTOMERID", "C-NEW", "RECORDNO") == before
    assert one(gateway, "CUSTOMER", "CUSTOMERID", "C-00003", "RECORDNO") is None
    assert one(gateway, "ITEM", "ITEMID", "DETAIL-FULL", "STATUS") == ["inactive"]
    assert one(gateway, "EMPLOYEE", "EMPLOYEEID", "E-00148", "STATUS") is None
    assert one(gateway, "LOCATION", "LOCATIONID", "XBU", "NAME") == ["Extra"]
    assert one(gateway, "LOCATIONENTITY", "LOCATIONID", "XBU", "STATUS") == ["active"]
    assert one(gateway, "EMPLOYEE", "EMPLOYEEID", "E-90001", "LOCATIONID STATUS") == ["XBU", "active"]


def test_a_change_is_stamped_and_seen_by_both_versions(gateway):
    gateway.tell(set={"object": "CUSTOMER", "id": "C-00001", "fields": {"NAME": "Seen"}})

    (name, modified) = one(gateway, "CUSTOMER", "CUSTOMERID", "C-00001", "NAME WHENMODIFIED")
    legacy = gateway.ask(get_list("customer", filter_=expression("name", "Seen")), version="2.1")
    assert name == "Seen"
    assert modified > "01/15/2026 09:00:00"
    assert legacy.column("customerid") == ["C-00001"]


def test_many_records_can_be_added_at_once(gateway):
    gateway.tell(add={"object": "CUSTOMER", "id": "BULK-", "count": 500, "fields": {"NAME": "Bulk"}})

    assert gateway.state()["customers"]["total"] == 560


def test_the_same_id_twice_can_be_planted(gateway):
    gateway.tell(add={"object": "CUSTOMER", "id": "C-00001", "fields": {"NAME": "Impostor"}})

    ids = gateway.ask(query("CUSTOMER", "RECORDNO CUSTOMERID")).column("CUSTOMERID")
    assert ids.count("C-00001") == 2


def test_a_day_goes_by_the_same_way_each_time(gateway):
    first = gateway.tell(advance=True)["advance"][0]
    second = gateway.tell(advance=2)["advance"]

    for happening in ("new", "renamed", "inactive", "restored", "deleted", "moved"):
        assert first[f"{happening} customers"], happening
    assert first["new items"]
    assert first["moved employees"]
    assert [first, *second] == another_world_after(3)
    state = gateway.state()
    assert state["days_advanced"] == 3
    assert state["customers"]["total"] != 60


def another_world_after(days):
    company = World().companies["ACME-SANDBOX"]
    return [changes.advance(company) for _ in range(days)]


def test_a_customer_of_a_document_is_never_deleted_by_a_days_changes(gateway):
    ids = gateway.ask(query("CUSTOMER", "CUSTOMERID STATUS TERMNAME"))
    active = [each[0].text for each in ids.records if each[1].text == "active"]
    made = [sotransaction(documentno=f"N{n}", customerid=each) for n, each in enumerate(active)]
    assert set(gateway.ask(*made).statuses) == {"success"}

    told = gateway.tell(advance=10)["advance"]

    deleted = {each for day in told for each in day.get("deleted customers", [])}
    assert not deleted & set(active)


def test_documents_can_be_forgotten(gateway):
    gateway.ask(sotransaction(documentno="A"), sotransaction(documentno="B"), uniqueid="true")
    assert gateway.tell(forget_documents=["A"])["forget_documents"] == 1
    assert [each["number"] for each in gateway.documents()] == ["B"]
    gateway.tell(forget_documents=True, forget_control_ids=True)

    assert gateway.ask(sotransaction(documentno="A"), uniqueid="true").statuses == ["success"]
    assert gateway.state()["completed_control_ids"] == 1


def test_two_requests_at_once_are_counted(gateway):
    gateway.tell(latency_ms=200)
    bodies = [envelope("<getAPISession/>") for _ in range(3)]
    threads = [
        threading.Thread(target=lambda body=body: gateway.http.post(gateway.url, data=body, headers=HEADERS))
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert gateway.state()["in_flight_max"] >= 2
    gateway.tell(reset_counters=True, latency_ms=0)
    gateway.ask("<getAPISession/>")
    state = gateway.state()
    assert (state["in_flight_max"], state["requests"], state["running"]) == (1, 1, 0)


def test_the_user_password_can_be_changed_and_is_never_told(gateway):
    gateway.tell(user_password="other-secret")

    assert gateway.ask("<getAPISession/>").authentication == "failure"
    assert gateway.ask("<getAPISession/>", sign_in=login(password="other-secret")).statuses == ["success"]
    assert "other-secret" not in gateway.http.get(gateway.control_url, timeout=9).text


def test_transactions_can_run_out(gateway):
    gateway.tell(billing_limit=1)
    reply = gateway.ask(query("ITEM", "ITEMID"), query("ITEM", "ITEMID"))

    assert reply.statuses == ["success", "failure"]
    assert reply.errorno == "SIM-BILLING-LIMIT"


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"nonsense": 1}',
        b'{"company": "NOBODY"}',
        b'{"closed_through": "yesterday"}',
        b'{"latency_ms": "slow"}',
        b'{"set": {"object": "CUSTOMER", "id": "C-00001", "fields": {"NOPE": "1"}}}',
        b'{"set": {"object": "NOTHING", "id": "C-00001"}}',
        b'{"delete": {"object": "CUSTOMER", "id": "C-99999"}}',
        b'{"rename": {"object": "CUSTOMER", "id": "C-00001", "new_id": "C-00002"}}',
        b'{"delete": "C-00001"}',
        b'{"permissions": "none"}',
        b'{"session_seconds": "long"}',
        b'{"advance": "x"}',
        b'{"advance": 1000000000}',
        b'{"latency_ms": 1e999}',
        b'{"latency_ms": NaN}',
        b'{"latency_ms": -1}',
        b'{"hold_seconds": NaN}',
        b'{"billing_limit": -1}',
        b'{"tax_percent": "1e40"}',
        b'{"permissions": {"ITEM": "read"}}',
        b'{"add": {"object": "CUSTOMER", "id": "X", "count": 1000000000}}',
        b'{"add": {"object": "CUSTOMER", "id": "X", "fields": []}}',
        b'{"add": {"object": "ARINVOICE", "id": "X", "fields": {"TOTALENTERED": "much"}}}',
        b'{"faults": {"kind": "slow", "seconds": "long"}}',
        b'{"faults": {"kind": "slow", "sceonds": 1}}',
        b'{"faults": {"kind": "cut", "function": 1}}',
        b'{"faults": {"kind": "hidden_fields", "fields": "NAME"}}',
        b'{"faults": {"kind": "redirect", "to": "https://a.example/\r\nX: y"}}',
        b"[" * 100_000,
    ],
)
def test_what_it_cannot_do_is_said_in_a_sentence(gateway, body):
    answer = gateway.http.post(
        gateway.control_url, data=body, headers={"Content-Type": "application/json"}, timeout=9
    )

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert gateway.state()["customers"]["total"] == 60


def test_a_page_in_a_browser_cannot_reach_it_by_another_name(gateway):
    answer = gateway.http.post(
        gateway.control_url, json={"clear_faults": True}, headers={"Host": "evil.example"}, timeout=9
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),  # what a form of any page may send
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:8000"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_page_of_another_site_cannot_change_anything(gateway, headers, status):
    body = b'{"delete": {"object": "CUSTOMER", "id": "C-00001"}}'
    answer = gateway.http.post(gateway.control_url, data=body, headers=headers, timeout=9)

    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)
    assert gateway.state()["customers"]["total"] == 60


def test_its_own_origin_may_speak_to_it(gateway):
    origin = gateway.control_url.removesuffix("/control")
    headers = {"Origin": origin, "Content-Type": "application/json; charset=utf-8"}
    answer = gateway.http.post(gateway.control_url, data=b'{"latency_ms": 0}', headers=headers, timeout=9)

    assert answer.status_code == 200


def test_it_lists_every_fault_and_those_that_wait(gateway):
    gateway.tell(faults=[{"kind": "slow", "seconds": 0.5, "skip": 9}])
    state = gateway.state()

    assert set(state["known_faults"]) == set(KINDS)
    assert state["faults"] == [{"kind": "slow", "times": 1, "skip": 9, "seconds": 0.5}]
