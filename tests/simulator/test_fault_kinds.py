"""The faults beyond broken connections: refusals, hostile XML, chance, and how they are asked for."""

import subprocess
import sys

import pytest
import requests
from lxml import etree

from intacct.simulator.fault_kinds import OUTCOMES, REFUSALS, SPOILT
from intacct.simulator.faults import KINDS, BadFault, Fault, FaultQueue, read_words
from tests.simulator_process import PROJECT, start_simulator

from .talking import HEADERS, Talker, envelope, query, sotransaction

ITEMS = query("ITEM", "RECORDNO ITEMID")


def body_of(gateway, **headers):
    sent = {**HEADERS, **headers}
    return gateway.http.post(gateway.url, data=envelope(ITEMS), headers=sent, timeout=30)


@pytest.mark.parametrize(
    ("kind", "level", "errorno", "words"),
    [
        ("wrong_sender", "control", "XL03000006", "Incorrect Intacct XML Partner ID or password."),
        ("company_expired", "control", "PL04000055", "This company is a demo company and has expired."),
        ("wrong_user", "authentication", "XL03000006", "Sign-in information is incorrect"),
        ("wrong_company", "authentication", "XL03000006", "Sign-in information is incorrect"),
        ("unauthorised_sender", "authentication", "XL03000006", "is not authorized to make Web Services"),
        ("no_permission", "result", "PL04000005", "You do not have permission for API operation QUERY"),
        ("offline", "result", "", "The Service is Temporarily Off-line"),
    ],
)
def test_a_refusal_is_one_of_the_gateways_own_and_nothing_was_done(gateway, kind, level, errorno, words):
    gateway.tell(faults=[{"kind": kind, "times": 2}])

    reply, write = gateway.ask(ITEMS), gateway.ask(sotransaction())

    failed = {"control": reply.control, "authentication": reply.authentication}
    assert failed.get(level, reply.statuses[0] if reply.results else "") == "failure"
    assert reply.errorno == errorno
    assert words in reply.sentence
    assert write.errorno == errorno
    assert gateway.documents() == []
    assert gateway.ask(ITEMS).statuses == ["success"]


@pytest.mark.parametrize("kind", sorted({*REFUSALS, "http_429", "bad_request"}))
def test_the_first_error_always_has_a_second_description(gateway, kind):
    """A published client reads it without looking."""
    sign_in = gateway.session()
    gateway.tell(faults=[{"kind": kind}])

    reply = gateway.ask(ITEMS, sign_in=sign_in)

    assert reply.root.find(".//error").findtext("description2")


@pytest.mark.parametrize(("kind", "status"), [("http_403", 403), ("http_404", 404), ("http_504", 504)])
def test_more_http_errors_come_with_a_page(gateway, kind, status):
    gateway.tell(faults=[{"kind": kind}])

    answer = body_of(gateway)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_a_redirect_names_another_host(gateway):
    gateway.tell(faults=[{"kind": "redirect"}, {"kind": "redirect", "to": "https://elsewhere.example/x"}])

    found = [
        requests.post(gateway.url, data=envelope(ITEMS), headers=HEADERS, allow_redirects=False, timeout=9)
        for _ in range(2)
    ]

    assert [each.status_code for each in found] == [302, 302]
    assert found[0].headers["Location"].startswith("https://gateway.example.com/")
    assert found[1].headers["Location"] == "https://elsewhere.example/x"


def test_an_entity_bomb_would_grow_to_a_billion(gateway):
    gateway.tell(faults=[{"kind": "entity_bomb"}])
    body = body_of(gateway).content

    assert body.count(b"<!ENTITY") == 10
    assert len(body) < 20_000
    assert body.count(b"&l8;") == 10


def test_data_too_deep_to_parse(gateway):
    gateway.tell(faults=[{"kind": "too_deep"}, {"kind": "too_deep", "levels": 100}])

    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body_of(gateway).content)
    root = etree.fromstring(body_of(gateway).content)  # a parser allows this much, a client need not
    assert len(root.findall("operation/result/data//x")) == 100


def test_a_body_too_large_is_small_on_the_way(gateway):
    gateway.tell(faults=[{"kind": "too_large", "megabytes": 3}])
    answer = body_of(gateway, **{"Accept-Encoding": "gzip"})

    assert int(answer.headers["Content-Length"]) < 100_000
    assert len(answer.content) > 3_000_000
    assert etree.fromstring(answer.content).tag == "response"


def test_an_encoding_that_it_is_not_in(gateway):
    gateway.tell(faults=[{"kind": "wrong_encoding"}])
    body = body_of(gateway).content

    assert b'encoding="UTF-16"' in body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_faults_by_chance_meet_about_so_many_and_the_same_ones_each_time(gateway):
    def struck():
        gateway.tell(clear_faults=True, fault_seed=5, faults=[{"kind": "http_500", "probability": 0.3}])
        return [gateway.ask("<getAPISession/>").status for _ in range(60)]

    first, second = struck(), struck()

    assert first == second
    assert 8 <= first.count(500) <= 30
    assert gateway.state()["faults"] == [{"kind": "http_500", "probability": 0.3, "times": -1, "skip": 0}]


def test_a_chance_can_be_limited_to_so_many_times():
    queue = FaultQueue()
    queue.add(Fault.read({"kind": "cut", "probability": 0.5, "times": 3}))

    met = [queue.strike(["query"], [], "").get("cut") is not None for _ in range(200)]

    assert met.count(True) == 3
    assert queue.listed() == []


@pytest.mark.parametrize("probability", [0, 1])
def test_never_and_always_are_chances_too(probability):
    queue = FaultQueue()
    queue.add(Fault.read({"kind": "cut", "probability": probability}))

    met = [queue.strike([], [], "").get("cut") is not None for _ in range(20)]

    assert set(met) == {bool(probability)}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("cut", {"kind": "cut"}),
        ("http_429,retry_after=7,times=-1", {"kind": "http_429", "retry_after": 7, "times": -1}),
        (
            'hidden_fields,object=ITEM,fields=["ITEMID"]',
            {"kind": "hidden_fields", "object": "ITEM", "fields": ["ITEMID"]},
        ),
        (
            'hidden_fields,fields=["NAME","STATUS"],times=2',
            {"kind": "hidden_fields", "fields": ["NAME", "STATUS"], "times": 2},
        ),
        (
            'then,do={"expire_sessions":true,"latency_ms":1}',
            {"kind": "then", "do": {"expire_sessions": True, "latency_ms": 1}},
        ),
        ("cut,function=query,probability=0.25", {"kind": "cut", "function": "query", "probability": 0.25}),
    ],
)
def test_a_fault_can_be_written_in_words(words, fault):
    assert read_words(words) == fault


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "cut,often",
        "cut,probability=2",
        "cut,probability=true",
        "cut,probability=much",
        "cut,when=before",
        "wrong_user,when=after",
        "",
    ],
)
def test_words_that_name_no_fault_are_refused_with_a_sentence(words):
    with pytest.raises(BadFault, match=r"\.$"):
        read_words(words)


def test_what_needs_an_answer_strikes_after_and_what_refuses_strikes_before():
    assert {OUTCOMES[kind][0] for kind in REFUSALS} == {"before"}
    assert {OUTCOMES[kind][0] for kind in SPOILT} == {"after"}


def run(*words):
    command = [sys.executable, "-m", "intacct.simulator", *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


def test_one_command_lists_all_faults():
    ended = run("--faults")

    assert ended.returncode == 0
    for kind in KINDS:
        assert f"  {kind} " in ended.stdout
    assert "probability" in ended.stdout


def test_faults_are_there_from_the_start_and_can_be_added_while_it_runs():
    with start_simulator(fault="http_502,times=2") as simulator:
        told = run("--tell", str(simulator.port), "--fault", "cut,function=query", "--fault", "html_200")
        wrong = run("--tell", str(simulator.port), "--fault", "nonsense")
        assert Talker(simulator.url).ask(ITEMS).status == 502
        kinds = [each["kind"] for each in simulator.state()["faults"]]

    assert told.returncode == 0, told.stderr
    assert kinds == ["http_502", "cut", "html_200"]
    assert wrong.returncode == 2
    assert "There is no fault 'nonsense'" in wrong.stderr
    assert "Traceback" not in wrong.stderr
