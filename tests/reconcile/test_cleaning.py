"""Odd, long and malformed fields (I-11)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.duplicates.codes import Code
from integrations.reconcile.cleaning import EXTERNAL_KEY, Cleaner, CleanPage, CleanRecord
from integrations.reconcile.external import ExternalColumns, ExternalRecord
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from reconpro.company.models import Client
from tests.reconcile.imports import counts, import_list, listed, messages_of, warnings_of


def cleaned(kind: Kind = CLIENTS, key: str | None = "1", **values: object) -> CleanRecord:
    return Cleaner(kind, "Intacct").clean(ExternalRecord(key, True, {"accounting_id": "C-17", **values}))


def told(record: CleanRecord) -> list[tuple[str, str]]:
    return [(problem.code.value, problem.message) for problem in record.problems]


def test_a_good_record_stays_as_it_is():
    record = cleaned(name="Ærø Møtors, Ltd.", phone="555 0100", bill_to_address="1 Main\nTown")
    assert record.values["name"] == "Ærø Møtors, Ltd."
    assert record.values["bill_to_address"] == "1 Main\nTown"
    assert (record.problems, record.skipped) == ([], "")


def test_outer_white_space_goes_and_inner_white_space_of_an_id_stays():
    record = cleaned(accounting_id="  C  17\t", name="\u00a0 Acme \n", key=" 5 ")
    assert (record.values["accounting_id"], record.values["name"]) == ("C  17", "Acme")
    assert record.external_key == "5"
    assert record.problems == []


def test_breaks_become_blanks_on_one_line_and_stay_in_an_address():
    record = cleaned(name="Acme\r\nMotors\tInc", bill_to_address="1 Main\r\nTown\u2028USA")
    assert record.values["name"] == "Acme Motors Inc"
    assert record.values["bill_to_address"] == "1 Main\nTown\nUSA"
    assert record.problems == []


@pytest.mark.parametrize("odd", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ud800"])
def test_characters_that_cannot_be_kept_go_with_a_warning(odd):
    record = cleaned(name=f"Ac{odd}me")
    assert record.values["name"] == "Acme"
    assert told(record) == [
        (
            "field_malformed",
            "Company of the client C-17 Acme held characters that can't be kept; they are left out.",
        )
    ]


def test_emoji_and_other_scripts_are_not_odd():
    assert cleaned(name="Acme 🚗 東京").values["name"] == "Acme 🚗 東京"


def test_a_field_too_long_is_cut_with_a_warning_that_names_it():
    record = cleaned(name="Acme", phone="5" * 61)
    assert record.values["phone"] == "5" * 60
    assert told(record) == [
        (
            "field_too_long",
            "Phone of the client C-17 Acme is longer than 60 characters; the rest is cut off.",
        )
    ]
    assert record.skipped == ""


def test_a_field_of_just_the_right_length_is_not_told():
    assert cleaned(name="A" * 200, bill_to_address="x" * 500).problems == []


def test_an_accounting_id_too_long_cannot_be_cut_so_the_record_is_skipped():
    record = cleaned(accounting_id="C" * 121, name="Acme")
    assert record.skipped == Code.FIELD_TOO_LONG
    assert "accounting_id" not in record.values
    (problem,) = record.problems
    assert problem.message == (
        f"Accounting ID of the client {'C' * 60} Acme is longer than 120 characters;"
        " an id can't be cut, so the client is skipped."
    )


def test_an_employee_id_too_long_cannot_be_cut_either():
    record = cleaned(EMPLOYEES, accounting_employee_id="E" * 61, first_name="Dana", last_name="Ruiz")
    assert record.skipped == Code.FIELD_TOO_LONG
    assert "accounting_employee_id" not in record.values


@pytest.mark.parametrize("address", ["a@b", "no at sign", "a b@c.example", "a@c.example;b@c.example"])
def test_a_malformed_email_is_left_out_with_a_warning(address):
    record = cleaned(name="Acme", email=address)
    assert "email" not in record.values
    assert told(record) == [
        ("field_malformed", f"E-mail of the client C-17 Acme is malformed ({address}) and left out.")
    ]


def test_an_email_too_long_is_malformed_and_not_cut():
    record = cleaned(name="Acme", email="a" * 250 + "@acme.example")
    assert "email" not in record.values
    assert [problem.code for problem in record.problems] == [Code.FIELD_MALFORMED]


@pytest.mark.parametrize("address", ["", "a@acme.example", "o'neil+1@sub-domain.example.com"])
def test_a_good_email_and_an_empty_one_stay(address):
    record = cleaned(name="Acme", email=address)
    assert record.values["email"] == address
    assert record.problems == []


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("12.5", Decimal("12.5000")),
        (" 1,5 ", None),
        (Decimal("0.00005"), Decimal("0.0001")),
        ("-3", Decimal("-3.0000")),
        ("9999999999.9999", Decimal("9999999999.9999")),
        ("9999999999.99995", None),
        ("10000000000", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e400", None),
        ("twelve", None),
        ("0", Decimal("0.0000")),
    ],
)
def test_a_price_is_a_number_that_fits_or_left_out_with_a_warning(raw, number):
    record = cleaned(SERVICES, name="Paint", list_price=raw)
    assert record.values.get("list_price") == number
    assert [problem.code for problem in record.problems] == (
        [] if number is not None else ["field_malformed"]
    )


def test_an_empty_price_is_told_beside_the_column():
    assert cleaned(SERVICES, name="Paint", list_price=" ").values["list_price_emptied"] is True


def test_without_an_id_a_record_is_skipped_and_named_by_what_is_known():
    record = cleaned(accounting_id=" ", name="Acme")
    assert record.skipped == Code.NO_ACCOUNTING_ID
    assert told(record) == [
        ("no_accounting_id", "The client Acme has no Accounting ID in Intacct and is skipped.")
    ]


def test_without_a_name_a_record_is_skipped_and_named_by_what_is_known():
    assert told(cleaned(name="\x00 "))[-1] == (
        "no_name",
        "The client C-17 has no name in Intacct and is skipped.",
    )
    assert told(cleaned(EMPLOYEES, first_name="", last_name="")) == [
        ("no_name", "The employee C-17 has no name in Intacct and is skipped.")
    ]
    assert cleaned(EMPLOYEES, first_name="Dana", last_name="").skipped == ""


def test_a_record_with_neither_is_named_by_its_record_number():
    record = cleaned(accounting_id="", name="")
    assert told(record) == [
        (
            "no_accounting_id",
            "The client with record number 1 has no Accounting ID in Intacct and is skipped.",
        )
    ]


def test_a_name_that_was_not_brought_is_no_missing_name():
    record = cleaned(phone="1")
    assert record.skipped == ""
    assert "name_key" not in record.values


# --- through an import --------------------------------------------------------------------------


def test_bad_records_never_stop_a_run(connection):
    run = import_list(
        connection,
        [
            listed("C-1", "Nul\x00l \ud800", phone="\x00" * 80 + "9" * 80),
            listed("", "No id", key="9"),
            listed("C-3", "", key=None),
            listed("C" * 121, "Long id"),
            listed("C-5", "Good", email="nonsense"),
        ],
    )
    assert counts(run) == {"read": 5, "created": 2, "skipped": 3}
    assert Client.objects.get(accounting_id="C-1").phone == "9" * 60
    assert messages_of(run) == [
        f"Accounting ID of the client {'C' * 60} Long id is longer than 120 characters;"
        " an id can't be cut, so the client is skipped.",
        "Company of the client C-1 Null held characters that can't be kept; they are left out.",
        "E-mail of the client C-5 Good is malformed (nonsense) and left out.",
        "Phone of the client C-1 Null held characters that can't be kept; they are left out.",
        "Phone of the client C-1 Null is longer than 60 characters; the rest is cut off.",
        "The client C-3 has no name in Intacct and is skipped.",
        "The client No id has no Accounting ID in Intacct and is skipped.",
    ]
    by_message = {warning.message: warning.sides for warning in warnings_of(run)}
    good = Client.objects.get(accounting_id="C-5")
    assert by_message["E-mail of the client C-5 Good is malformed (nonsense) and left out."] == [
        {"kind": "client", "id": good.pk, "label": "C-5 Good"}
    ]


def test_a_new_client_whose_name_was_not_brought_is_skipped_and_a_known_one_kept(connection):
    import_list(connection, [listed("C-1", "Acme")])
    run = import_list(
        connection,
        [
            ExternalRecord("key of C-1", True, {"accounting_id": "C-1", "phone": "1"}),
            ExternalRecord("2", True, {"accounting_id": "C-2", "phone": "1"}),
        ],
    )
    assert counts(run) == {"read": 2, "updated": 1, "skipped": 1}
    assert Client.objects.get().name == "Acme"
    assert messages_of(run) == ["Intacct shows no name of the client C-2, which is new and was skipped."]


def test_warnings_of_one_kind_are_capped_and_the_rest_counted(connection):
    run = import_list(connection, [listed(f"C-{i}", "", key=str(i)) for i in range(520)])
    assert counts(run) == {"read": 520, "skipped": 520}
    assert run.warning_count == 501
    assert "No name: and 20 more like these." in messages_of(run)


def test_the_rest_beyond_the_cap_is_only_counted_where_many_bad_records_look_the_same(connection):
    run = import_list(connection, [listed("", "Acme", key=None) for _ in range(510)])
    assert counts(run) == {"read": 510, "skipped": 510}
    assert messages_of(run) == [
        "No Accounting ID: and 10 more like these.",
        "The client Acme has no Accounting ID in Intacct and is skipped.",
    ]


ANY_TEXT = st.one_of(
    st.sampled_from(
        ["", " ", "C-1", "Acme", " Acme", "Acme ", "a|b", "a | b", "|", "x" * 300, "A\nB", "\nA", "A\n"]
    ),
    st.text(max_size=12),
)


@given(
    page=st.lists(
        st.builds(
            ExternalRecord,
            external_key=st.one_of(st.none(), ANY_TEXT),
            is_active=st.booleans(),
            values=st.fixed_dictionaries(
                {"accounting_id": ANY_TEXT, "name": ANY_TEXT},
                optional={
                    "email": st.one_of(st.sampled_from(["a@b.example", "no address", "a@b"]), ANY_TEXT),
                    "bill_to_address": ANY_TEXT,
                    "terms": st.one_of(st.none(), ANY_TEXT),
                    "phone": ANY_TEXT,
                },
            ),
        ),
        max_size=6,
    )
)
def test_a_page_is_cleaned_as_each_of_its_records_is(page):
    cleaner = Cleaner(CLIENTS, "Intacct")

    assert one_by_one(cleaner.clean_page(page)) == [cleaner.clean(external) for external in page]


TEXTS = st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT), min_size=1, max_size=6)


@given(texts=TEXTS, key=st.one_of(st.none(), ANY_TEXT))
def test_a_page_by_column_is_cleaned_as_each_of_its_records_is(texts, key):
    names = ("accounting_id", "name", "email", "bill_to_address")
    columns = dict(zip(names, zip(*texts, strict=True), strict=True))
    page = ExternalColumns([key] * len(texts), [True] * len(texts), columns)
    cleaner = Cleaner(CLIENTS, "Intacct")

    assert one_by_one(cleaner.clean_page(page)) == [cleaner.clean(external) for external in list(page)]


def one_by_one(page: CleanPage) -> list[CleanRecord]:
    records = dict(page.singles)
    for block in page.blocks:
        for row, place in enumerate(block.places):
            values = {name: column[row] for name, column in block.columns.items()}
            records.setdefault(place, CleanRecord(values.pop(EXTERNAL_KEY), values))
    return [records[place] for place in range(len(page))]
