"""CSV and XLSX downloads: the one place that makes them, safe against formulas.

A cell that a spreadsheet would take for a formula gets a leading apostrophe, which spreadsheets
show as text. Only text is at risk: numbers and dates go as what they are.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook

R = TypeVar("R", bound=HttpResponseBase)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The full-width forms are taken for formulas by spreadsheets in East Asian settings.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CSV_ROWS_PER_CHUNK = 500


def safe_text(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(
    filename: str, headers: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Rows stream as they are read. Times are in the time zone of the request."""
    # The response is streamed after the middleware left the company's zone.
    zone = timezone.get_current_timezone()
    response = StreamingHttpResponse(_csv_chunks(headers, rows, zone), content_type="text/csv; charset=utf-8")
    return _as_attachment(response, filename)


def xlsx_response(filename: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> FileResponse:
    """A workbook of one sheet, written row by row to a temporary file: memory stays flat."""
    zone = timezone.get_current_timezone()
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("List")
    sheet.freeze_panes = "A2"
    sheet.append([safe_text(header) for header in headers])
    for row in rows:
        sheet.append([_xlsx_cell(value, zone) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    workbook.save(file)
    file.seek(0)
    return _as_attachment(FileResponse(file, content_type=XLSX), filename)


def _csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[object]], zone: tzinfo) -> Iterator[str]:
    lines: list[str] = []
    writer = csv.writer(_Lines(lines))
    lines.append("\ufeff")  # so that Excel reads UTF-8
    writer.writerow([safe_text(header) for header in headers])
    for row in rows:
        writer.writerow([_csv_cell(value, zone) for value in row])
        if len(lines) >= _CSV_ROWS_PER_CHUNK:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


class _Lines:
    """A file for csv.writer that keeps the lines."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _csv_cell(value: object, zone: tzinfo) -> object:
    plain = _plain(value, zone)
    if isinstance(plain, datetime):
        return plain.strftime("%Y-%m-%d %H:%M")
    if isinstance(plain, date):
        return plain.isoformat()
    return plain


def _xlsx_cell(value: object, zone: tzinfo) -> Any:
    return _plain(value, zone)


def _plain(value: object, zone: tzinfo) -> object:
    """None, text, a number, a date or a time without zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return timezone.make_naive(value, zone) if timezone.is_aware(value) else value
    if isinstance(value, (int, float, Decimal, date)):
        return value
    return safe_text(_UNPRINTABLE.sub("", str(value)))


def _as_attachment(response: R, filename: str) -> R:
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
