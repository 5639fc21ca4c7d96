"""What a record must look like before it is staged (I-11). Pure: no database.

Control characters and halves of surrogate pairs go, outer white space is trimmed, what is too long
is cut. One bad record never stops a run: each finding is a `Problem`, which becomes a warning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from integrations.duplicates.codes import Code
from integrations.reconcile.external import ExternalColumns, ExternalRecord
from integrations.reconcile.kinds import Kind
from integrations.reconcile.models import EMPTIED
from reconpro.company.keys import keys_of, keys_of_all

KEY_MAX_LENGTH = 60
EMAIL_MAX_LENGTH = 254
# NUL can't be stored in PostgreSQL at all, a lone surrogate not be encoded; the others only confuse.
ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
SEAM = "|"  # between texts that are looked at together
LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_PLAIN_EMAIL = r"[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
PLAIN_EMAIL = re.compile(_PLAIN_EMAIL)
# A line each, or an empty one. Atomic, so that one that is none ends the search at once.
PLAIN_EMAILS = re.compile(rf"(?>(?>{_PLAIN_EMAIL})?\n)*")
# Of ASCII, all that `str.isprintable` refuses; one by one they are found several times faster.
ASCII_CONTROLS = "".join(map(chr, (*range(0x20), 0x7F)))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a record: what to warn of, and what tells it from others over many runs."""

    code: Code
    message: str
    label: str
    fingerprint: str


@dataclass(slots=True)
class CleanRecord:
    """A record as it is staged; `skipped` says why it must not become one of ours, or ""."""

    external_key: str | None
    values: dict[str, str | Decimal | bool] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: str = ""


Columns = dict[str, Sequence[Any]]
EXTERNAL_KEY = "external_key"


@dataclass(frozen=True, slots=True)
class Block:
    """Records at these places of a page, as the columns of their stage rows, `external_key` among them."""

    places: Sequence[int]
    columns: Columns


@dataclass(slots=True)
class CleanPage:
    """A page as it is staged: most in blocks. Where a place is among `singles` too, that record counts."""

    size: int
    blocks: list[Block] = field(default_factory=list)
    singles: dict[int, CleanRecord] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.size


class Cleaner:
    """Cleans the records of one kind; `provider_name` ("Intacct") is for the sentences."""

    def __init__(self, kind: Kind, provider_name: str) -> None:
        self.kind = kind
        self.provider_name = provider_name
        self._text: list[tuple[str, int, bool]] = []
        self._decimals: list[models.DecimalField[Any, Any]] = []
        self._labels: dict[str, str] = {}
        for column in kind.from_accounting._meta.local_fields:
            if column.name in kind.from_accounting.derived:
                continue
            words = str(column.verbose_name)
            self._labels[column.name] = words[:1].upper() + words[1:]
            if isinstance(column, models.DecimalField):
                self._decimals.append(column)
            else:
                has_lines = isinstance(column, models.TextField)
                self._text.append((column.name, column.max_length or 0, has_lines))

    def clean_page(self, page: Sequence[ExternalRecord]) -> CleanPage:
        """`clean` of each, several times faster where nearly all are clean as they came."""
        if isinstance(page, ExternalColumns):
            alike = {tuple(page.columns): list(range(len(page)))}
        else:
            alike = {}
            for place, external in enumerate(page):
                alike.setdefault(tuple(external.values), []).append(place)
        cleaned = CleanPage(len(page))
        for brought, places in alike.items():
            self._clean_alike(page, brought, places, cleaned)
        return cleaned

    def _clean_alike(
        self,
        page: Sequence[ExternalRecord],
        brought: tuple[str, ...],
        places: Sequence[int],
        cleaned: CleanPage,
    ) -> None:
        """Clean the records at these places, which bring the same columns: all texts of a column are looked
        at together, and only those that may need any cleaning or warning are cleaned by themselves."""
        limits = {name: (max_length, has_lines) for name, max_length, has_lines in self._text}
        doubtful: Collection[int] = range(len(places))
        if {"accounting_id", *self.kind.name_columns} <= set(brought) <= set(limits):
            columns = _columns(page, brought, places)
            try:
                doubtful = self._doubtful_ones(columns, limits)
            except TypeError:  # a value that is no text
                doubtful = range(len(places))
            else:
                cleaned.blocks.append(self._block(places, columns, _whole_names(columns, self.kind)))
        for i in doubtful:
            cleaned.singles[places[i]] = self.clean(page[places[i]])

    def _doubtful_ones(self, columns: Columns, limits: Mapping[str, tuple[int, bool]]) -> set[int]:
        """Which of them may need cleaning. TypeError if a value is no text."""
        doubtful: set[int] = set()
        for name, (max_length, has_lines) in limits.items():
            if name in columns:
                doubtful |= _doubtful(columns[name], max_length, has_lines)
        if not _are_plain_emails(addresses := columns.get("email", ())):
            doubtful.update(i for i, text in enumerate(addresses) if text and not _is_email(text))
        for required in (columns["accounting_id"], _whole_names(columns, self.kind)):
            if not all(required):
                doubtful.update(i for i, text in enumerate(required) if not text)
        keys = columns[EXTERNAL_KEY]
        # Nearly all keys are numbers, which need no look at each letter.
        told = "".join(filter(None, keys))
        longest = max(map(len, filter(None, keys)), default=0)
        if "" in keys or (told and not told.isalnum()) or longest > KEY_MAX_LENGTH:
            doubtful.update(i for i, key in enumerate(keys) if _clean_key(key) != key)
        return doubtful

    def _block(self, places: Sequence[int], columns: Columns, names: Sequence[str]) -> Block:
        searched, alike = keys_of_all(names)
        return Block(places, {**columns, "search_key": searched, "name_key": alike})

    def clean(self, external: ExternalRecord) -> CleanRecord:
        record = CleanRecord(_clean_key(external.external_key))
        values = record.values
        odd: list[str] = []
        too_long: list[tuple[str, int]] = []
        for name, max_length, has_lines in self._text:
            raw = external.values.get(name)
            if raw is None:
                continue
            text = str(raw)
            if not text.isprintable():
                text, was_odd = _without_odd_characters(text, has_lines)
                if was_odd:
                    odd.append(name)
            text = text.strip()
            if len(text) > max_length:
                too_long.append((name, max_length))
            values[name] = text
        if odd or too_long:
            self._tell_shape(record, odd, too_long)
        self._clean_email(record)
        for column in self._decimals:
            self._clean_decimal(record, column, external.values.get(column.name))
        self._check_identity(record, external)
        self._add_derived(record, external)
        return record

    def _problem(self, record: CleanRecord, code: Code, about: str, message: str) -> None:
        label = self._label(record)
        identity = record.external_key or record.values.get("accounting_id") or label
        record.problems.append(Problem(code, message, label, f"{about}:{identity}"))

    def _label(self, record: CleanRecord) -> str:
        """ "C-17 Acme Motors", or what is known of it."""
        known = [str(record.values.get("accounting_id") or "")[:60], self._name(record)]
        label = " ".join(part for part in known if part)
        return label or (f"with record number {record.external_key}" if record.external_key else "")

    def _name(self, record: CleanRecord) -> str:
        return " ".join(str(record.values[c]) for c in self.kind.name_columns if record.values.get(c))

    def _tell_shape(self, record: CleanRecord, odd: list[str], too_long: list[tuple[str, int]]) -> None:
        """Warn of characters left out, and cut what is too long: but never an id."""
        values = record.values
        for name, max_length in too_long:
            if name == "email":
                continue  # a cut address is another one: it is told as malformed
            if name not in self.kind.id_columns:
                values[name] = str(values[name])[:max_length].rstrip()
        what = f"the {self.kind.singular} {self._label(record)}".rstrip()
        for name in odd:
            self._problem(
                record,
                Code.FIELD_MALFORMED,
                name,
                f"{self._labels[name]} of {what} held characters that can't be kept; they are left out.",
            )
        for name, max_length in too_long:
            if name == "email":
                continue
            if name in self.kind.id_columns:
                record.skipped = Code.FIELD_TOO_LONG.value
                end = f"an id can't be cut, so the {self.kind.singular} is skipped."
            else:
                end = "the rest is cut off."
            self._problem(
                record,
                Code.FIELD_TOO_LONG,
                name,
                f"{self._labels[name]} of {what} is longer than {max_length} characters; {end}",
            )

    def _clean_email(self, record: CleanRecord) -> None:
        address = str(record.values.get("email") or "")
        if not address or _is_email(address):
            return
        del record.values["email"]  # not brought: what is here stays
        self._problem(
            record,
            Code.FIELD_MALFORMED,
            "email",
            f"{self._labels['email']} of the {self.kind.singular} {self._label(record)} is malformed "
            f"({address[:80]}) and left out.",
        )

    def _clean_decimal(
        self, record: CleanRecord, column: models.DecimalField[Any, Any], raw: str | Decimal | None
    ) -> None:
        if raw is None:
            return
        if isinstance(raw, str) and not raw.strip():
            record.values[column.name + EMPTIED] = True
            return
        if (number := _decimal(raw, column.max_digits or 0, column.decimal_places or 0)) is not None:
            record.values[column.name] = number
            return
        shown = _without_odd_characters(str(raw), has_lines=False)[0][:80]
        self._problem(
            record,
            Code.FIELD_MALFORMED,
            column.name,
            f"{self._labels[column.name]} of the {self.kind.singular} {self._label(record)} is malformed "
            f"({shown}) and left out.",
        )

    def _check_identity(self, record: CleanRecord, external: ExternalRecord) -> None:
        """Without an id or a name a record is skipped, and the warning says what is known of it."""
        if record.skipped:
            _drop_long_ids(record, self.kind)
            return
        if external.external_key and record.external_key is None:
            self._skip(record, Code.FIELD_TOO_LONG, "has a record number that can't be kept")
        elif not record.values.get("accounting_id"):
            self._skip(record, Code.NO_ACCOUNTING_ID, f"has no Accounting ID in {self.provider_name}")
        # A name that was not brought at all (the user may not see it) leaves the one that is here.
        elif self._brings_whole_name(record) and not self._name(record):
            self._skip(record, Code.NO_NAME, f"has no name in {self.provider_name}")

    def _skip(self, record: CleanRecord, code: Code, why: str) -> None:
        record.skipped = code.value
        what = f"The {self.kind.singular} {self._label(record)}".rstrip()
        self._problem(record, code, "", f"{what} {why} and is skipped.")

    def _brings_whole_name(self, record: CleanRecord) -> bool:
        return all(column in record.values for column in self.kind.name_columns)

    def _add_derived(self, record: CleanRecord, external: ExternalRecord) -> None:
        record.values["accounting_status"] = "active" if external.is_active else "inactive"
        if self._brings_whole_name(record):
            record.values["search_key"], record.values["name_key"] = keys_of(self._name(record))


def _columns(page: Sequence[ExternalRecord], brought: tuple[str, ...], places: Sequence[int]) -> Columns:
    if isinstance(page, ExternalColumns):
        values, keys, active = dict(page.columns), page.external_keys, page.are_active
    else:
        records = [page[place] for place in places]
        rows = zip(*(record.values.values() for record in records), strict=True)
        values = dict(zip(brought, rows, strict=True))
        keys, active = [r.external_key for r in records], [r.is_active for r in records]
    statuses = ["active" if is_active else "inactive" for is_active in active]
    return {**values, EXTERNAL_KEY: keys, "accounting_status": statuses}


def _whole_names(columns: Columns, kind: Kind) -> Sequence[str]:
    if len(kind.name_columns) == 1:
        return columns[kind.name_columns[0]]
    parts = zip(*(columns[name] for name in kind.name_columns), strict=True)
    return [" ".join(filter(None, each)) for each in parts]


def _drop_long_ids(record: CleanRecord, kind: Kind) -> None:
    """An id that is too long doesn't fit into the stage either; the row is skipped anyway."""
    limits = {f.name: f.max_length or 0 for f in kind.from_accounting._meta.local_fields}
    for name in kind.id_columns:
        if len(str(record.values.get(name, ""))) > limits[name]:
            del record.values[name]


def _doubtful(texts: Sequence[str], max_length: int, has_lines: bool) -> set[int]:
    """The places of texts that may need cleaning; none, as a rule. TypeError if one is no text.

    What is printable has no white space but blanks, and a blank at either end of a text stands at a seam.
    """
    joined = f"{SEAM}{SEAM.join(texts)}{SEAM}"
    if has_lines:
        joined = joined.replace("\n", " ")
    has_outer_blanks = " " in joined and (f" {SEAM}" in joined or f"{SEAM} " in joined)
    if _is_printable(joined) and not has_outer_blanks and max(map(len, texts)) <= max_length:
        return set()
    return {
        place
        for place, text in enumerate(texts)
        if len(text) > max_length
        or text != text.strip()
        or not (text.replace("\n", "") if has_lines else text).isprintable()
    }


def _is_printable(text: str) -> bool:
    if text.isascii():
        return not any(control in text for control in ASCII_CONTROLS)
    return text.isprintable()


def _clean_key(key: str | None) -> str | None:
    if key is None:
        return None
    key = key.strip()
    if not key or len(key) > KEY_MAX_LENGTH:
        return None
    # One of several lines would be several rows to COPY.
    return key if key.isprintable() or not (ODD.search(key) or "\n" in key or "\r" in key) else None


def _without_odd_characters(text: str, has_lines: bool) -> tuple[str, bool]:
    """The text without what can't be kept, and whether there was any. Breaks and tabs become blanks."""
    cleaned = ODD.sub("", text)
    was_odd = cleaned != text
    cleaned = LINE_BREAKS.sub("\n" if has_lines else " ", cleaned).replace("\t", " ")
    return cleaned, was_odd


def _are_plain_emails(addresses: Sequence[str]) -> bool:
    """Whether each is one, or empty. False may be wrong."""
    lines = "".join([f"{address}\n" for address in addresses])
    return (
        PLAIN_EMAILS.fullmatch(lines) is not None
        and lines.count("\n") == len(addresses)
        and max(map(len, addresses), default=0) <= EMAIL_MAX_LENGTH
    )


def _is_email(address: str) -> bool:
    if len(address) > EMAIL_MAX_LENGTH:
        return False
    if PLAIN_EMAIL.fullmatch(address):  # nearly all, and several times faster than the validator
        return True
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _decimal(raw: str | Decimal, digits: int, places: int) -> Decimal | None:
    """The number rounded to the column's places, or None if it is none or has too many digits."""
    try:
        number = Decimal(raw.strip()) if isinstance(raw, str) else raw
        if not number.is_finite() or number.adjusted() >= digits - places:
            return None
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return number if number.adjusted() < digits - places else None
