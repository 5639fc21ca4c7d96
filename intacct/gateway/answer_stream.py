"""An answer, read while it arrives: bounded, hardened, and never held as a whole.

Bytes go into the parser piece by piece. The records of a list are turned into what the caller wants as
soon as they are complete, and taken out of the tree, so that beside those results there is never more than
one piece of bytes and the few elements around the records.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from intacct.gateway.errors import ProtocolFault
from intacct.gateway.functions.base import Element
from intacct.gateway.plain_records import PlainRecords, TakesRows
from intacct.gateway.settings import Limits
from intacct.gateway.spellings import is_readable, is_utf_8

TakeRecord = Callable[[Element], Any]
"""Makes of one record's element what the caller wants; ProtocolFault if it can't be read. One that is a
``TakesRows`` too is given plain records without their elements."""

RETRY_HINT = "Start it again in a few minutes; if it stays so, check Post URL in the settings."
# What tells a web page, a DOCTYPE or a sentence of a proxy stands at the beginning.
HEAD_BYTES = 2048
MOST_BLOCKS = 50
"""Elements side by side around the records; an answer has five or six. Each piece walks over them again."""
KEPT_MARGIN = 4096
"""So much more is kept until the secrets are out: a secret that is cut in two can't be recognised."""
PIECE_BYTES = 256 * 1024
"""So much is looked at together where plain records are read."""
_LIST = re.compile(rb"<data(?:[ \t\r\n][^<>]*)?>")
_START_OF_A_PAGE = (b"<!doctype html", b"<html")


HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass
class AnswerStream:
    """One answer. Without ``take`` everything stays in the tree: the small answers that are no lists.

    ``most_results``: how many results were asked for. Faults are kept until ``finish``, since the HTTP
    status may matter more.

    It is parsed in a thread of its own, step by step while the caller waits: the parser keeps each name that
    it has met for as long as its thread lives, and a worker's lives for weeks.
    """

    limits: Limits
    most_results: int = 1
    take: TakeRecord | None = None
    piece_bytes: int = PIECE_BYTES
    records: dict[Element, list[Any]] = field(default_factory=dict)
    """What became of the records, by the ``<data>`` that held them."""
    head: bytes = b""
    kept: bytearray = field(default_factory=bytearray, repr=False)

    def __post_init__(self) -> None:
        # Events of rare names only: those of every element would cost a third of the speed.
        self._parser = etree.XMLPullParser(events=("start",), tag=("response", "data"), **HARDENED)
        self._own_thread = ThreadPoolExecutor(1, thread_name_prefix="intacct-answer")
        self._begun = False
        self._fault: ProtocolFault | None = None
        self._response: Element | None = None
        self._data: Element | None = None  # the list's, where it began last
        self._count = 0
        self._in_tree = 0
        self._looks_for_list = self.most_results == 1 and isinstance(self.take, TakesRows)
        self._plain: PlainRecords | None = None
        self._waiting = bytearray()  # a piece of plain records, still too small to be looked at

    def feed(self, part: bytes) -> bool:
        """Take the next piece; False once nothing more of this answer is worth reading."""
        if self.limits.kept_text_bytes:
            self.kept += part[: self.limits.kept_text_bytes + KEPT_MARGIN - len(self.kept)]
        if not self._begun or self._fault is not None:
            self.head += part
            if len(self.head) < HEAD_BYTES:
                return True
            if self._begun:
                return False
            part = self._begin()
        if self._fault is None:
            self._wait_or_parse(part)
        return self._fault is None

    def _wait_or_parse(self, part: bytes) -> None:
        if self._looks_for_list or self._plain is not None:
            self._waiting += part
            if len(self._waiting) < min(self.piece_bytes, self.limits.max_record_bytes):
                return
            part = self._waited()
        self._guarded(lambda: self._parse(part))

    def _waited(self) -> bytes:
        waited, self._waiting = bytes(self._waiting), bytearray()
        return waited

    def finish(self) -> Element:
        """The root of the whole answer; ProtocolFault with a sentence if it is none."""
        if not self._begun and self._fault is None:
            rest = self._begin()
            if self._fault is None:
                self._wait_or_parse(rest)
        root: list[Element] = []
        if self._fault is None:
            self._guarded(lambda: root.append(self._end()))
        self._own_thread.shutdown(wait=False)
        if self._fault is not None:
            raise self._fault
        return root[0]

    def _begin(self) -> bytes:
        """Look at the beginning, and hand it on to be parsed."""
        self._begun = True
        begun, self.head = self.head, self.head[:HEAD_BYTES]
        start = self.head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if not begun.strip():
            self._fault = fault("The answer was empty.")
        elif start.startswith(_START_OF_A_PAGE):
            self._fault = fault("The answer was a web page, not XML.")
        elif b"<!doctype" in start:
            self._fault = _doctype()
        elif not is_readable(begun):
            self._fault = fault("The answer is written in an encoding that is not accepted.")
        self._looks_for_list = self._looks_for_list and is_utf_8(begun)
        return begun

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            self._own_thread.submit(work).result()
        except ProtocolFault as refused:
            self._fault = refused
        except etree.XMLSyntaxError as error:
            self._fault = fault(_syntax_sentence(str(error)))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # What makes something of the records met what it can't take. Let through, it would show its
            # surroundings, which know passwords, and nobody would log the request.
            self._fault = ProtocolFault("The answer holds a record that can't be read.", level="protocol")

    def _parse(self, part: bytes) -> None:
        if self._looks_for_list:
            part = self._look_for_list(part)
        if self._plain is not None and self._data is not None:
            part = self._take_plain(part, self._plain, self._data)
        if part:
            self._parse_tree(part)

    def _look_for_list(self, part: bytes) -> bytes:
        """Parse up to where the list's records begin, if that is where they do; the rest."""
        self._looks_for_list = False
        found = _LIST.search(part)
        if found is None:
            return part
        self._parse_tree(part[: found.end()])
        # The parser says whether these letters really opened an element, and which.
        if self._data is not None and not found[0].endswith(b"/>") and isinstance(self.take, TakesRows):
            self._plain = PlainRecords(self.take, etree.XMLParser(**HARDENED))
        return part[found.end() :]

    def _take_plain(self, part: bytes, plain: PlainRecords, data: Element) -> bytes:
        """What of it is for the parser: nothing as long as plain records come."""
        taken = plain.take(part)
        self._count += len(taken.results)
        self._check_count()
        self.records.setdefault(data, []).extend(taken.results)
        rest = part[taken.length :]
        if taken.is_over:
            self._plain = None
            return rest
        self._waiting[:] = rest
        self._check_piece(len(rest))
        return b""

    def _parse_tree(self, part: bytes) -> None:
        self._in_tree += len(part)
        self._parser.feed(part)
        for _event, element in self._parser.read_events():
            if not isinstance(element, Element):
                continue
            if self._response is None and element.getparent() is None and element.tag == "response":
                _refuse_doctype(element)
                self._response = element
            elif element.tag == "data" and _path(element) == ["result", "operation", "response"]:
                self._data = element
        if self._response is not None and self.take is not None:
            self._take_records(self._response, self.take, whole=False)
        self._check_piece(self._in_tree)

    def _check_piece(self, length: int) -> None:
        if length > self.limits.max_record_bytes:
            raise _bounded(f"holds a piece larger than {self.limits.max_record_bytes:,} bytes")

    def _check_count(self) -> None:
        if self._count > self.limits.max_records:
            raise _bounded(f"holds more than {self.limits.max_records:,} records")

    def _end(self) -> Element:
        if self._waiting:
            self._parse(self._waited())
        if self._waiting:  # of a record that never came to its end
            self._plain = None
            self._parse(self._waited())
        root = self._parser.close()
        _refuse_doctype(root)
        if self._response is not None and self.take is not None:
            self._take_records(self._response, self.take, whole=True)
        return root

    def _take_records(self, response: Element, take: TakeRecord, *, whole: bool) -> None:
        """Convert and remove the records that are complete: all but the one that is still arriving.

        That one is the last child of the last ``<data>``; what stands before it may leave the tree.
        """
        results = self._results(response)
        for result in results:
            _refuse_crowd(result)
            data = result.find("data")
            if data is None:
                continue
            complete = list(data)
            if complete and not whole and result is results[-1]:
                complete.pop()
            self._count += len(complete)
            self._check_count()
            self.records.setdefault(data, []).extend([take(record) for record in complete])
            if complete:
                del data[: len(complete)]
                self._in_tree = 0

    def _results(self, response: Element) -> list[Element]:
        operations = response.findall("operation")
        if len(operations) > 1:
            raise several_operations()
        _refuse_crowd(response)
        if not operations:
            return []
        results = operations[0].findall("result")
        if len(results) > self.most_results:
            raise fault("The answer speaks of functions that were not asked for.")
        _refuse_crowd(operations[0], self.most_results)
        return results


def parse(body: bytes, limits: Limits | None = None) -> Element:
    """The root of a well-formed answer; ProtocolFault with a sentence otherwise."""
    stream = AnswerStream(limits or Limits())
    stream.feed(body)
    return stream.finish()


def fault(sentence: str) -> ProtocolFault:
    """What came is no answer. A proxy's page or a cut line may be gone the next time; for reads, asking
    again does no harm."""
    return ProtocolFault(sentence, advice=RETRY_HINT, level="protocol", retryable=True)


def several_operations() -> ProtocolFault:
    """An answer has one."""
    return fault("The answer has no operation, or several.")


def _path(element: Element) -> list[str]:
    """The tags around it, from the inside out."""
    return [str(around.tag) for around in element.iterancestors()]


def _refuse_crowd(holder: Element, beside: int = 0) -> None:
    if len(holder) > MOST_BLOCKS + beside:
        raise _bounded(f"holds more than {MOST_BLOCKS} blocks around the records")


def _bounded(what: str) -> ProtocolFault:
    return ProtocolFault(f"The answer {what}.", advice="Ask for smaller pages.", level="protocol")


def _doctype() -> ProtocolFault:
    return fault("The answer holds a DOCTYPE, which is never accepted.")


def _refuse_doctype(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()


def _syntax_sentence(error: str) -> str:
    if "Extra content at the end" in error:
        return "Two answers came at once."
    if "Premature end" in error or "EndTag" in error:
        return "The answer was cut off."
    return "The answer is not well-formed XML."
