"""An answer, checked layer by layer: document, control, authentication, results.

Answers are untrusted: no DTD, no entities, no network, bounded depth. They are read by name and never by
position, since the published response DTD describes an older gateway than the one that answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from intacct.gateway.answer_stream import AnswerStream, fault, several_operations
from intacct.gateway.error_table import ErrorDetail, classify
from intacct.gateway.errors import GatewayError, Level
from intacct.gateway.functions.base import Element
from intacct.gateway.redaction import redact
from intacct.gateway.text import people_text

LONGEST_QUOTE = 20_000
QUOTE_MARGIN = 2000
"""Characters behind it that help to recognise a secret in the cut."""
MOST_ERRORS = 50
"""Of one result, or of the answer as a whole; of the rest it is told how many there were."""
LONGEST_TEXT = 2000
LONGEST_NUMBER = 200


@dataclass(frozen=True)
class ResultPart:
    """One ``<result>``, as it stands. ``data`` and ``listtype`` are its elements, if any.

    ``records``: what was made of the records while they arrived; they are no longer in ``data`` then.
    """

    status: str
    function: str
    control_id: str
    key: str
    errors: tuple[ErrorDetail, ...]
    data: Element | None
    listtype: Element | None
    records: Sequence[Any] = ()


@dataclass(frozen=True)
class Answer:
    """A whole answer that got past control and authentication."""

    authentication: Element
    results: tuple[ResultPart, ...]

    @property
    def session_seconds(self) -> float | None:
        """How long the session lives from now on, by the gateway's own clock; None if it doesn't say."""
        begun = aware_time(self.authentication.findtext("sessiontimestamp") or "")
        ends = self.session_timeout
        return None if begun is None or ends is None else (ends - begun).total_seconds()

    @property
    def session_timeout(self) -> datetime | None:
        """When the session ends, with its offset."""
        return aware_time(self.authentication.findtext("sessiontimeout") or "")


def aware_time(text: str) -> datetime | None:
    """An ISO 8601 time with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@dataclass(frozen=True)
class AnswerReader:
    """Reads the answer to one request, whose control id and functions' control ids it knows.

    ``secrets`` are values that are masked wherever the gateway's words should repeat them.
    """

    control_id: str
    control_ids: Sequence[str]
    http_status: int | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def read(self, stream: AnswerStream) -> Answer:
        """Judge what has arrived. Raises ProtocolFault if this is no answer to the request, and the typed
        error if control or authentication failed (then nothing ran). Failed results are left to the caller.
        """
        response = stream.finish()
        if response.tag != "response":
            raise fault("The answer was XML, but not the gateway's.")
        control = response.find("control")
        if control is None:
            if response.find("acknowledgement") is None:
                raise fault("The answer has no control block.")
            raise fault("The gateway put the request aside instead of answering it.")
        errors = self._errors(response)
        status = _text(control, "status")
        if status == "failure" or errors:
            # A failure of the gateway itself may echo nothing; an echo, if there is one, must be ours.
            self._check_echo(control, required=False)
            raise self._refusal(errors, "control")
        if status != "success":
            raise fault("The answer's control block tells neither success nor failure.")
        self._check_echo(control, required=True)
        operations = response.findall("operation")
        if len(operations) != 1:
            raise several_operations()
        return self._read_operation(operations[0], stream.records)

    def _read_operation(self, operation: Element, records: Mapping[Element, Sequence[Any]]) -> Answer:
        errors = self._errors(operation)
        authentication = operation.find("authentication")
        if authentication is None:
            raise fault("The answer has no authentication block.")
        status = _text(authentication, "status")
        if status == "failure":
            raise self._refusal(errors, "authentication")
        if status != "success":
            raise fault("The answer's authentication block tells neither success nor failure.")
        if errors:
            raise self._refusal(errors, "result")
        elements = operation.findall("result")
        if len(elements) > len(self.control_ids):
            raise fault("The answer speaks of functions that were not asked for.")
        results = tuple(self._result(element, records) for element in elements)
        answered = [result.control_id for result in results]
        if len(set(answered)) != len(answered) or not set(answered) <= set(self.control_ids):
            raise fault("The answer speaks of functions that were not asked for.")
        if any(result.status not in ("success", "failure", "aborted") for result in results):
            raise fault("A result tells neither success nor failure.")
        return Answer(authentication, results)

    def _result(self, element: Element, records: Mapping[Element, Sequence[Any]]) -> ResultPart:
        data = element.find("data")
        return ResultPart(
            status=_text(element, "status"),
            function=_text(element, "function"),
            control_id=_text(element, "controlid"),
            key=_text(element, "key"),
            errors=self._errors(element),
            data=data,
            listtype=element.find("listtype"),
            records=() if data is None else records.get(data, ()),
        )

    def _errors(self, holder: Element) -> tuple[ErrorDetail, ...]:
        elements = holder.findall("errormessage/error")
        found = [self._error(element) for element in elements[:MOST_ERRORS]]
        left_out = len(elements) - len(found)
        if left_out:
            last = found[-1]
            found[-1] = replace(last, text=f"{last.text} (and {left_out:,} more errors)".strip())
        return tuple(found)

    def _error(self, error: Element) -> ErrorDetail:
        # Masked before the tags go, since the gateway may quote a request, and again afterwards, since a
        # name and its value may have stood in different entities.
        parts = (error.findtext(part) for part in ("description", "description2", "correction"))
        text, support_id = people_text(*(self._masked(part or "") for part in parts))
        number = self._masked(error.findtext("errorno") or "").strip()
        return ErrorDetail(
            number[:LONGEST_NUMBER],
            self._masked(text)[:LONGEST_TEXT],
            self._masked(support_id)[:LONGEST_NUMBER],
        )

    def _masked(self, text: str) -> str:
        return redact(text[: LONGEST_QUOTE + QUOTE_MARGIN], self.secrets, most=LONGEST_QUOTE)

    def _check_echo(self, control: Element, *, required: bool) -> None:
        echoed = _text(control, "controlid")
        if (echoed or required) and echoed != self.control_id:
            raise fault("The answer belongs to another request.")

    def _refusal(self, errors: tuple[ErrorDetail, ...], level: Level) -> GatewayError:
        return classify(errors, level=level, control_id=self.control_id, http_status=self.http_status)


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
