"""One table from the gateway's codes and words to typed errors; closed by default.

An unknown code is final and kept word for word. ``errorno`` is matched before any text, since it is the
structured part; only where one code covers many causes (``XL03000006``, ``BL01001973``), or no code is
given, does the text decide. The rows of the table are in ``error_rows.py`` and ``http_rows.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intacct.gateway.error_rows import ROWS, UNCLEAR_DOCUMENT, UNKNOWN, Row
from intacct.gateway.errors import Details, FieldsRefused, GatewayError, Level, RecordRefused
from intacct.gateway.http_rows import HTTP_ROWS, OTHER_HTTP, REDIRECT, SERVER_FAULT

# Codes that say "one of the fields cannot be read" when a query answers them (spec I-11).
FIELD_CODES = ("DL02000001", "XL03000010")


@dataclass(frozen=True)
class ErrorDetail:
    """One ``<error>`` of an answer: number, words without tags, and the support id cut off from them."""

    number: str
    text: str
    support_id: str = ""


def classify(
    errors: Sequence[ErrorDetail],
    *,
    level: Level,
    control_id: str = "",
    http_status: int | None = None,
    queried_fields: Iterable[str] = (),
) -> GatewayError:
    """Turn what one level of an answer complained of into the error that says who can mend it.

    ``queried_fields``: the fields of the query that failed, to name those that the text points at.
    """
    telling = _most_telling(errors)
    row, values = _row_for(errors, telling, level)
    details: Details = {
        "advice": row.advice,
        "code": telling.number,
        "text": telling.text,
        "support_id": next((error.support_id for error in errors if error.support_id), ""),
        "level": level,
        "control_id": control_id,
        "culprit": row.culprit,
        "http_status": http_status,
        "retryable": row.retryable,
        "most_retries": row.most_retries,
        # Control and authentication are judged before any function runs.
        "nothing_ran": True if level in ("control", "authentication") else None,
        "recognised": row not in UNKNOWN.values(),
    }
    kind = row.kind
    fields = tuple(queried_fields)
    if fields and telling.number in FIELD_CODES:
        kind = FieldsRefused
    sentence = row.sentence(values)
    if issubclass(kind, FieldsRefused):
        return kind(sentence, fields=fields_named(telling.text, fields), **details)
    if issubclass(kind, RecordRefused):
        dimension = values.get("dimension", "").lower()
        return kind(sentence, dimension=dimension, value=values.get("value", ""), **details)
    return kind(sentence, **details)


def http_error(status: int, *, text: str = "") -> GatewayError:
    """The error for an HTTP status whose body tells nothing."""
    row = HTTP_ROWS.get(status)
    if row is None:
        row = SERVER_FAULT if status >= 500 else REDIRECT if 300 <= status < 400 else OTHER_HTTP
    return row.kind(
        row.sentence({"status": str(status)}),
        advice=row.advice,
        text=text,
        level="http",
        culprit=row.culprit,
        http_status=status,
        retryable=row.retryable,
    )


def fields_named(text: str, queried: Iterable[str]) -> tuple[str, ...]:
    """Which of the queried fields a refusal names, in the query's order."""
    words = {word.strip(".") for word in _words(text)}
    return tuple(field for field in queried if field in words)


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() or sign in "._" else " " for sign in text).split()


def _most_telling(errors: Sequence[ErrorDetail]) -> ErrorDetail:
    """The first error that says more than "rolled back" or "could not create": that is the specific one."""
    for error in errors:
        if not is_companion(error):
            return error
    return errors[0] if errors else ErrorDetail("", "")


def is_companion(error: ErrorDetail) -> bool:
    """Whether this error only accompanies the one that tells the cause."""
    if error.number == "XL03000009":
        return True
    return error.number == "BL01001973" and _is_could_not_create(error.text)


def _is_could_not_create(text: str) -> bool:
    return text.startswith("Could not create ") and text.rstrip("!. ").endswith(" record")


def _row_for(errors: Sequence[ErrorDetail], telling: ErrorDetail, level: Level) -> tuple[Row, dict[str, str]]:
    if is_companion(telling) and any(
        error.number == "BL01001973" and "Document record" in error.text for error in errors
    ):
        return UNCLEAR_DOCUMENT, {}
    for structured in (True, False):
        for row in ROWS:
            if bool(row.codes) is structured:
                values = row.match(telling.number, telling.text, level)
                if values is not None:
                    return row, values
    return UNKNOWN.get(level, UNKNOWN["control"]), {}
