"""What holds for the simulator and must hold for the real gateway: the same tests, unchanged, for both.

Without further ado they run against the simulator. Whoever has a sandbox company names it by
INTACCT_SANDBOX, JSON with url, sender, sender_password, company, user, password; nothing is written there.
What differs is to be mended in the simulator.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .conftest import serve
from .talking import Talker, get_list, login, query

SIMULATED = {
    "sender": "recon_sender",
    "sender_password": "sender-secret",
    "company": "ACME-SANDBOX",
    "user": "recon_ws",
    "password": "user-secret",
}


@dataclass
class Company:
    """A gateway and the sign-in to one of its companies."""

    talker: Talker
    named: dict[str, str]

    def ask(self, *functions, sign_in=None, **options):
        given = {"sender": self.named["sender"], "sender_password": self.named["sender_password"]} | options
        return self.talker.ask(*functions, sign_in=sign_in or self.login(), **given)

    def login(self, **changes):
        return login(**{name: self.named[name] for name in ("company", "user", "password")} | changes)


@pytest.fixture
def company() -> Iterator[Company]:
    sandbox = os.environ.get("INTACCT_SANDBOX")
    if sandbox:
        named = json.loads(sandbox)
        yield Company(Talker(named["url"]), named)
    else:
        for talker in serve():
            yield Company(talker, SIMULATED)


def test_a_sign_in_answers_a_session_its_address_and_when_it_ends(company):
    reply = company.ask("<getAPISession/>")

    assert (reply.control, reply.authentication, reply.statuses) == ("success", "success", ["success"])
    api = reply.root.find("operation/result/data/api")
    assert [leaf.tag for leaf in api] == ["sessionid", "endpoint", "locationid"]
    assert api.findtext("sessionid")
    assert api.findtext("endpoint").endswith("/ia/xml/xmlgw.phtml")
    times = [reply.find(f"operation/authentication/session{word}") for word in ("timestamp", "timeout")]
    assert times[0] < times[1]
    assert all(each[-6] in "+-" for each in times)


def test_a_session_serves_later_requests(company):
    signed_in = company.ask("<getAPISession/>")
    session = f"<sessionid>{signed_in.find('operation/result/data/api/sessionid')}</sessionid>"

    assert company.ask(query("DEPARTMENT", "RECORDNO", pagesize=1), sign_in=session).statuses == ["success"]


def test_a_wrong_sender_fails_at_the_control_level(company):
    reply = company.ask("<getAPISession/>", sender_password="not the password")

    assert (reply.control, reply.errorno) == ("failure", "XL03000006")
    assert reply.root.find("operation") is None
    assert reply.find("errormessage/error/description2")


@pytest.mark.parametrize(
    "wrong",
    [{"password": "not it"}, {"user": "nobody-at-all"}, {"company": "no-such-co"}, {"entity": "NOWHERE"}],
)
def test_a_wrong_sign_in_fails_at_the_authentication_level(company, wrong):
    reply = company.ask("<getAPISession/>", sign_in=company.login(**wrong))

    assert (reply.control, reply.authentication, reply.results) == ("success", "failure", [])
    assert reply.errorno == "XL03000006"


def test_a_session_that_nobody_knows_fails_at_the_authentication_level(company):
    reply = company.ask(query("ITEM", "RECORDNO"), sign_in="<sessionid>no-such-session..</sessionid>")

    assert (reply.control, reply.authentication) == ("success", "failure")


@pytest.mark.parametrize(
    ("function", "version"),
    [
        ('<get_list object="item"/>', "2.1"),
        ('<get_list object="item"/>', "3.0"),
        ("<readByQuery><object>ITEM</object><query/></readByQuery>", "2.1"),
    ],
)
@pytest.mark.schemas
def test_what_the_schema_does_not_have_fails_at_the_control_level(company, function, version):
    reply = company.ask(function, version=version)

    assert (reply.control, reply.errorno) == ("failure", "XL03000003")
    assert "XML Parse" in reply.sentence


def test_pages_of_a_query_add_up(company):
    first = company.ask(query("DEPARTMENT", "RECORDNO DEPARTMENTID TITLE", pagesize=2))
    second = company.ask(query("DEPARTMENT", "RECORDNO DEPARTMENTID TITLE", pagesize=2, offset=2))

    for page, offset in ((first, 0), (second, 2)):
        told = {name: int(page.data.get(name)) for name in ("totalcount", "offset", "count", "numremaining")}
        assert told["offset"] == offset
        assert told["count"] == len(page.records)
        assert told["offset"] + told["count"] + told["numremaining"] == told["totalcount"]
    numbers = [int(number) for number in first.column("RECORDNO") + second.column("RECORDNO")]
    assert numbers == sorted(set(numbers))


def test_a_query_goes_on_behind_a_record_number(company):
    first = company.ask(query("DEPARTMENT", "RECORDNO", pagesize=2))
    last = first.column("RECORDNO")[-1]
    beyond = f"<greaterthan><field>RECORDNO</field><value>{last}</value></greaterthan>"
    rest = company.ask(query("DEPARTMENT", "RECORDNO", filter_=beyond))

    assert all(int(number) > int(last) for number in rest.column("RECORDNO"))
    assert int(first.data.get("totalcount")) == 2 + int(rest.data.get("totalcount"))


def test_a_query_that_finds_nothing_has_no_records(company):
    nothing = "<equalto><field>DEPARTMENTID</field><value>no such department</value></equalto>"
    reply = company.ask(query("DEPARTMENT", "RECORDNO", filter_=nothing))

    assert (reply.data.get("totalcount"), reply.records) == ("0", [])


def test_unknown_fields_and_objects_fail_as_results(company):
    reply = company.ask(query("DEPARTMENT", "RECORDNO NO_SUCH_FIELD"), query("NO_SUCH_OBJECT", "RECORDNO"))

    assert (reply.authentication, reply.statuses) == ("success", ["failure", "failure"])


def test_a_read_by_query_goes_on_by_its_result_id(company):
    asked = "<readByQuery><object>DEPARTMENT</object><fields>RECORDNO</fields><query/><pagesize>2</pagesize>"
    session = company.ask("<getAPISession/>").find("operation/result/data/api/sessionid")
    sign_in = f"<sessionid>{session}</sessionid>"
    first = company.ask(f"{asked}</readByQuery>", sign_in=sign_in)
    more = f"<readMore><resultId>{first.data.get('resultId')}</resultId></readMore>"
    second = company.ask(more, sign_in=sign_in)

    assert {record.tag for record in first.records} == {"department"}
    assert first.data.get("totalcount") == second.data.get("totalcount")
    assert not set(first.column("RECORDNO")) & set(second.column("RECORDNO"))
    unknown = company.ask("<readMore><resultId>bad</resultId></readMore>", sign_in=sign_in)
    assert "invalid or expired resultId" in unknown.sentence


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_legacy_list_counts_from_zero_and_its_end_is_inclusive(company, version):
    reply = company.ask(get_list("department", maxitems=2, sort="departmentid"), version=version)
    told = reply.root.find("operation/result/listtype")

    assert told.text == "department"
    assert (told.get("start"), told.get("end")) == ("0", "1")
    assert int(told.get("total")) >= len(reply.records) == 2


def test_results_come_in_the_order_of_their_functions_and_name_them(company):
    reply = company.ask(
        query("DEPARTMENT", "RECORDNO", pagesize=1),
        "<lookup><object>DEPARTMENT</object></lookup>",
        get_list("department", maxitems=1),
        control_ids=["third", "first", "second"],
    )

    assert [each.findtext("controlid") for each in reply.results] == ["third", "first", "second"]
    assert [each.findtext("function") for each in reply.results] == ["query", "lookup", "get_list"]
    assert reply.headers["Content-Type"].startswith("text/xml")
