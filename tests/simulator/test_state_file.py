"""A state file outlives versions of the simulator: fields may be added, and the first form is still read."""

import json
import sqlite3

import pytest

from intacct.simulator.company import ORDER_ENTRY
from intacct.simulator.gateway import Gateway
from intacct.simulator.state import BadStateFile, StateFile
from intacct.simulator.world import World

from .talking import envelope

DOCUMENT = {"DOCNO": "A", "DOCID": "Sales Invoice-A", "DOCPARID": "Sales Invoice", "TOTAL": "5"}


@pytest.fixture
def path(tmp_path):
    """A file that holds a renamed customer and a document with a line."""
    path = tmp_path / "world.sqlite3"
    state = StateFile(path)
    world = World(state.size({}))
    state.restore(world)
    company = world.companies["ACME-SANDBOX"]
    customers = company.table("CUSTOMER")
    customers.change(customers.find("C-00002"), {"NAME": "Renamed & Co"})
    company.store(ORDER_ENTRY, DOCUMENT, [{"ITEMID": "PAINT-REP", "TOTAL": "5"}])
    state.save()
    state.close()
    return path


def opened(path):
    state = StateFile(path)
    world = World(state.size({}))
    state.restore(world)
    state.close()
    company = world.companies["ACME-SANDBOX"]
    customers, documents = company.table("CUSTOMER"), company.table("SODOCUMENT")
    (document,) = documents
    lines = company.table("SODOCUMENTENTRY")
    return (
        customers.value(customers.find("C-00002"), "NAME"),
        documents.value(document, "DOCID"),
        [lines.value(line, "ITEMID") for line in company.lines_of(ORDER_ENTRY, document)],
    )


EXPECTED = ("Renamed & Co", "Sales Invoice-A", ["PAINT-REP"])


def test_what_changed_is_brought_back(path):
    assert opened(path) == EXPECTED


def test_rows_that_know_fewer_or_other_fields_are_brought_back(path):
    with sqlite3.connect(path) as file:
        for rowid, fields in file.execute("SELECT rowid, fields FROM record").fetchall():
            row = json.loads(fields)
            row.pop("WHENMODIFIED", None)
            row["GONE"] = "x"
            file.execute("UPDATE record SET fields = ? WHERE rowid = ?", (json.dumps(row), rowid))

    assert opened(path) == EXPECTED


def test_the_first_form_kept_rows_as_lists(path):
    kinds = World().companies["ACME-SANDBOX"].tables
    with sqlite3.connect(path) as file:
        for rowid, kind, fields in file.execute("SELECT rowid, kind, fields FROM record").fetchall():
            row = json.loads(fields)
            values = [row.get(name, "") for name in kinds[kind].kind.fields]
            file.execute("UPDATE record SET fields = ? WHERE rowid = ?", (json.dumps(values), rowid))
        file.execute("UPDATE about SET value = '1-29f3541b' WHERE name = 'format'")

    assert opened(path) == EXPECTED


def test_a_file_of_the_future_is_refused_with_a_sentence(path):
    with sqlite3.connect(path) as file:
        file.execute("UPDATE about SET value = '3' WHERE name = 'format'")

    with pytest.raises(BadStateFile, match="was written by another version"):
        StateFile(path)


def test_contacts_and_records_made_over_the_gateway_are_kept(path):
    state = StateFile(path)
    world = World(state.size({}))
    state.restore(world)
    gateway = Gateway(world)
    gateway.after_writing = state.save
    contact = "<CONTACT><CONTACTNAME>Lot D</CONTACTNAME><PRINTAS>Lot D</PRINTAS></CONTACT>"
    customer = "<CUSTOMER><CUSTOMERID>N-1</CUSTOMERID><NAME>New</NAME></CUSTOMER>"
    gateway.answer(envelope(f"<create>{contact}{customer}</create>"))
    state.close()

    state = StateFile(path)
    again = World(state.size({}))
    state.restore(again)
    state.close()

    company = again.companies["ACME-SANDBOX"]
    assert company.table("CONTACT").find("Lot D") is not None
    assert company.table("CUSTOMER").find("N-1") is not None
