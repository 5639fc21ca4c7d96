"""Each row of the error table, by an answer as the gateway gives it (R-3, S-4)."""
# ruff: noqa: E501 - a table is read by its columns

import pytest

from intacct.gateway import (
    AlreadyExists,
    ErrorDetail,
    FieldsRefused,
    GatewayError,
    ListIncomplete,
    OutcomeUnknown,
    PermissionRefused,
    ProtocolFault,
    RecordRefused,
    RequestRefused,
    SignInRefused,
    SubscriptionMissing,
    TemporarilyUnavailable,
    Throttled,
)
from intacct.gateway.error_rows import ROWS
from intacct.gateway.error_table import classify, http_error
from intacct.gateway.errors import Level
from intacct.gateway.http_rows import HTTP_ROWS

# level, errorno, text, kind, culprit, whether it may heal
TABLE: list[tuple[Level, str, str, type[GatewayError], str, bool]] = [
    ("control", "XL03000003", "XML Parse schema error: Fatal Error 76: tag mismatch", RequestRefused, "version", False),
    ("control", "XL03000006", "Incorrect Intacct XML Partner ID or password.", SignInRefused, "sender", False),
    ("control", "XL03000006", "test is not a valid transport policy.", RequestRefused, "", False),
    ("authentication", "XL03000006", "Sign-in information is incorrect", SignInRefused, "user", False),
    ("authentication", "XL03000006", "Invalid Web Services Authorization The sender ID 'x' is not authorized to make "
     "Web Services requests to company ID 'y'.", SignInRefused, "company", False),
    ("result", "XL03000006", "The following fields cannot be queried: A", FieldsRefused, "permission", False),
    ("result", "Query Failed", "The field cannot be queried: A", FieldsRefused, "permission", False),
    ("result", "", "The following fields cannot be queried: A", FieldsRefused, "permission", False),
    ("result", "XL03000009", "The entire transaction in this operation has been rolled back due to an error.",
     RecordRefused, "", False),
    ("result", "XL03000010", "", RequestRefused, "", False),
    ("control", "XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request.", SignInRefused,
     "user", False),
    ("control", "UJPP0002", "Sign-in information is incorrect. Please check your request.", SignInRefused, "user", False),
    ("control", "invalidRequest", "Invalid Request", RequestRefused, "", False),
    ("control", "GW-0010", "", Throttled, "", True),
    ("control", "GW-0011", "Invalid Request", RequestRefused, "", False),
    ("control", "", "API rate limit exceeded", Throttled, "", True),
    ("result", "", "The Service is Temporarily Off-line", TemporarilyUnavailable, "", True),
    ("result", "PL04000005", "You do not have permission for API operation READ_BY_QUERY on objects of type arinvoice",
     PermissionRefused, "permission", False),
    ("result", "BL99", "You do not have permission for API operation CREATE", PermissionRefused, "permission", False),
    ("control", "PL04000055", "This company is a demo company and has expired.", SubscriptionMissing, "company", False),
    ("authentication", "", "This company is not authorized for XML transactions. Please subscribe to the XML Gateway.",
     SubscriptionMissing, "subscription", False),
    ("result", "Query Failed", "Object definition BADOBJECT not found", RequestRefused, "", False),
    ("result", "", "Object definition BADOBJECT not found", RequestRefused, "", False),
    ("result", "Get API Session Failed", "Something went wrong", SignInRefused, "user", True),
    ("result", "readMore failed", "Attempt to readMore with an invalid or expired resultId: bad", ListIncomplete, "",
     False),
    ("result", "DL02000001", "There was an error processing the request.", RequestRefused, "", False),
    ("result", "", "The period of 10/31/2026 is closed. Use a date in an open period.", RecordRefused, "", False),
    ("result", "", "You can't post to a closed accounting period.", RecordRefused, "", False),
    ("result", "DL03000005", "No record exits for the invoicekey 17", RecordRefused, "", False),
    ("result", "BL01001973", "Currently, we can't create the transaction Check the transaction for errors or "
     "inconsistencies, then try again.", RecordRefused, "", False),
    ("result", "BL01001973", "Transactions of this definition can only be created at an entity level", RecordRefused,
     "entity", False),
    ("result", "BL01001973", "Cannot find class with key 'UT01' to delete.", RecordRefused, "", False),
    ("result", "BL34000061", "Another Class with the given value(s) UT01  already exists", AlreadyExists, "", False),
    ("result", "", "Another Class with the given value(s) UT01 already exists", AlreadyExists, "", False),
    ("result", "PL05000104", "", AlreadyExists, "", False),
    ("result", "PL01000127", "Document Number is missing", RecordRefused, "", False),
    ("result", "PL01000127", "", AlreadyExists, "", False),
    ("result", "BL03000018", "Missing unit", RecordRefused, "", False),
    ("result", "BL03000018", "This transaction is missing the Location dimension", RecordRefused, "", False),
    ("result", "BL03000025", "Login ID unittest does not exist.", RequestRefused, "user", False),
    ("result", "BL03000130", "", OutcomeUnknown, "", False),
    ("result", "PL05000053", "", RecordRefused, "", False),
    ("result", "Cannot update non-existing CLASS with CLASSID=UT99.", "", RecordRefused, "", False),
    # Unknown codes: final, by level.
    ("control", "ZZ1", "Never seen", RequestRefused, "", False),
    ("authentication", "ZZ1", "Never seen", SignInRefused, "user", False),
    ("result", "ZZ1", "Never seen", RecordRefused, "", False),
    ("result", "", "", RecordRefused, "", False),
]  # fmt: skip

DIMENSIONS = [
    ("The employee 'E-1' is invalid.", "employee", "E-1"),
    ("Customer 'C 1' specified is not valid.", "customer", "C 1"),
    ("The department '200' is invalid.", "department", "200"),
    ("Department 200 is not valid", "department", "200"),
    ("Invalid Department 200 selected ", "department", "200"),
    ("Department must be 200. This value is auto-filled", "department", "200"),
    ("The location 'EBU' is invalid.", "location", "EBU"),
    ("Location 'EBU' is not valid", "location", "EBU"),
    ("Location must be EBU. This value is auto-filled", "location", "EBU"),
    ("The account number '4010' requires a Department", "department", "4010"),
    ("Account 4010 is not valid", "account", "4010"),
    ("This transaction is missing the Department dimension for the Account 4010", "department", "4010"),
    ("This transaction is missing the Cost Code dimension for the Account 4010.", "cost code", "4010"),
    (
        "Department '200': 'Detail' specified is not valid. Department is restricted by GL account.",
        "department",
        "200",
    ),
    ("GL account '4010': 'Sales' specified is not valid. GL account is restricted", "account", "4010"),
    ("Invalid Project '10064' specified.", "project", "10064"),
    ("Required field Date Due is missing", "date due", ""),
    ("The Date Due field is missing a value.", "", ""),
    ("Invalid Customer", "customer", ""),
]


@pytest.mark.parametrize(("level", "code", "text", "kind", "culprit", "heals"), TABLE)
def test_each_cause_has_its_type_its_sentence_and_its_advice(
    level: Level, code: str, text: str, kind: type[GatewayError], culprit: str, heals: bool
) -> None:
    error = classify([ErrorDetail(code, text, "support-1")], level=level, control_id="c")

    assert type(error) is kind
    assert error.culprit == culprit
    assert error.retryable is heals
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    assert (error.code, error.text, error.support_id) == (code, text, "support-1"), "kept word for word"
    assert (error.level, error.control_id) == (level, "c")
    assert error.nothing_ran is (level != "result" or kind is Throttled)


def test_no_row_of_the_table_is_without_a_test() -> None:
    reached = set()
    answers = [(level, code, text) for level, code, text, *_ in TABLE]
    answers += [("result", "BL01001973", text) for text, *_ in DIMENSIONS]
    for level, code, text in answers:
        for structured in (True, False):
            fitting = [
                row
                for row in ROWS
                if bool(row.codes) is structured and row.match(code, text, level) is not None
            ]
            if fitting:
                reached.add(id(fitting[0]))
                break

    assert [row.message for row in ROWS if id(row) not in reached] == []


@pytest.mark.parametrize(("text", "dimension", "value"), DIMENSIONS)
def test_a_wrong_id_is_named(text: str, dimension: str, value: str) -> None:
    error = classify(
        [ErrorDetail("BL01001973", text), ErrorDetail("BL01001973", "Could not create Document record!")],
        level="result",
    )

    assert type(error) is RecordRefused
    assert (error.dimension, error.value) == (dimension, value)
    assert "{" not in error.message
    assert value in error.message
    assert error.text == text


def test_structured_codes_come_before_texts() -> None:
    error = classify([ErrorDetail("PL04000005", "The Service is Temporarily Off-line")], level="result")

    assert type(error) is PermissionRefused


def test_the_most_specific_error_is_judged_not_its_companions() -> None:
    rolled_back = ErrorDetail("XL03000009", "The entire transaction in this operation has been rolled back.")
    cause = ErrorDetail("BL03000018", "Missing unit")
    generic = ErrorDetail("BL01001973", "Could not create Document record!")

    for errors in ([cause, generic, rolled_back], [rolled_back, generic, cause]):
        assert classify(errors, level="result").code == "BL03000018"


def test_could_not_create_alone_is_ambiguous_for_documents_only() -> None:
    document = ErrorDetail("BL01001973", "Could not create Document record!")
    rolled_back = ErrorDetail("XL03000009", "The entire transaction in this operation has been rolled back.")

    assert type(classify([document, rolled_back], level="result")) is OutcomeUnknown
    assert type(classify([rolled_back, document], level="result")) is OutcomeUnknown
    other = ErrorDetail("BL01001973", "Could not create class record!")
    assert type(classify([other], level="result")) is RecordRefused


def test_a_sentence_in_braces_is_left_alone() -> None:
    error = classify([ErrorDetail("BL01001973", "Department {status} is not valid")], level="result")

    assert "'{status}'" in error.message


HTTP = {
    301: (RequestRefused, "address", False),
    307: (RequestRefused, "address", False),
    400: (RequestRefused, "", False),
    401: (SignInRefused, "user", False),
    403: (PermissionRefused, "permission", False),
    404: (RequestRefused, "address", False),
    405: (RequestRefused, "address", False),
    408: (TemporarilyUnavailable, "", True),
    413: (RequestRefused, "", False),
    418: (ProtocolFault, "", False),
    429: (Throttled, "", True),
    498: (SignInRefused, "user", False),
    500: (TemporarilyUnavailable, "", True),
    503: (TemporarilyUnavailable, "", True),
    524: (TemporarilyUnavailable, "", True),
}


@pytest.mark.parametrize("status", sorted(HTTP.keys() | HTTP_ROWS.keys()))
def test_each_http_status_has_its_type_and_sentence(status: int) -> None:
    kind, culprit, heals = HTTP[status]

    error = http_error(status)

    assert type(error) is kind
    assert (error.culprit, error.retryable, error.http_status) == (culprit, heals, status)
    assert f"HTTP {status}" in error.message
    assert error.advice
    assert error.nothing_ran is (status == 429)
