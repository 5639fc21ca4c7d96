"""Forms of clients, services and employees.

What an import brings is not a field of the form: it follows accounting (I-3). A record that
accounting doesn't know is edited whole, its Accounting ID too.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.html import format_html

from reconpro.audit.models import FieldChange
from reconpro.company.forms.choosing import offer
from reconpro.company.forms.suggesting import SuggestingInput
from reconpro.company.keeping import Record
from reconpro.company.models import Client, Company, Employee, FromAccounting, Service
from reconpro.company.templatetags.amounts import price
from reconpro.registry import registry

WIDE = {"data-wide": "true"}  # over both columns of the form
MALFORMED_EMAIL = "This e-mail address is malformed. Type one, such as pat@example.com."
TAKEN = "The {kind} {name} has this Accounting ID already{archived}. Each one is used once."


def accounting_fields(model: type[FromAccounting]) -> frozenset[str]:
    """The columns of this kind that accounting owns, as declared once on its abstract model."""
    owner: type[FromAccounting] = next(base for base in model.__mro__ if FromAccounting in base.__bases__)
    return frozenset(field.name for field in owner._meta.get_fields())


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's takes none at run time
    """A record's fields, and the state of the record that they were shown for.

    Where somebody saved the record meanwhile the form doesn't validate: it keeps what was typed, shows
    the other's values beside it and is valid when it is sent again.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Record = self.instance
        if record._state.adding:
            record.company = company
        self.company = company
        if record.is_imported:
            for name in accounting_fields(self._meta.model):
                self.fields.pop(name, None)
        if getattr(record, "accounting_id_2", ""):
            # S-6: what accounting brings counts, so there is nothing to type.
            self.fields.pop("accounting_id_2_typed", None)
        self._offer_known_codes()
        self.before = {name: getattr(record, name) for name in self.fields if name != "seen"}
        self.fields["seen"].initial = self._state_of_record()

    @property
    def changes(self) -> dict[str, Any]:
        """The values of all columns that the form writes, as they will be saved."""
        return {name: getattr(self.instance, name) for name in self.before}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if isinstance(value, str):  # browsers send line ends that nobody typed
                cleaned[name] = value.replace("\r\n", "\n")
        if not self.instance._state.adding and cleaned.get("seen") != self._state_of_record():
            self._show_what_was_saved_meanwhile(cleaned)
        return cleaned

    def clean_accounting_id(self) -> str:
        accounting_id: str = self.cleaned_data["accounting_id"].strip()
        if accounting_id != self.before["accounting_id"]:
            self.refuse_taken(accounting_id)
        return accounting_id

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        if email and email != self.before["email"]:
            try:
                validate_email(email)  # as an import does
            except ValidationError as malformed:
                raise ValidationError(MALFORMED_EMAIL) from malformed
        return email

    def refuse_taken(self, accounting_id: str) -> None:
        """Raises ValidationError where another record of the company's books has the Accounting ID (I-2)."""
        if not accounting_id:
            return
        same_scope = Q(books=self.company.books) if self.company.books_id else Q(books=None)
        others = self._meta.model._default_manager.filter(
            same_scope, company=self.company, accounting_id=accounting_id
        ).exclude(pk=self.instance.pk)
        if other := others.first():
            archived = " (it is archived)" if other.is_archived else ""
            raise ValidationError(TAKEN.format(kind=other.kind, name=other, archived=archived))

    def _offer_known_codes(self) -> None:
        for known in registry.known_codes:
            if known.kind == self.instance.kind and known.field in self.fields:
                field = self.fields[known.field]
                field.widget = SuggestingInput(known.offered(self.company), field.widget.attrs)
                if odd := known.odd(self.company, getattr(self.instance, known.field)):
                    said = '<span class="said-of-value d-block"><strong>{}</strong></span>{}'
                    field.help_text = format_html(said, odd, field.help_text)

    def _state_of_record(self) -> str:
        return "" if self.instance._state.adding else self.instance.updated_at.isoformat()

    def _show_what_was_saved_meanwhile(self, cleaned: dict[str, Any]) -> None:
        for name, theirs in self.before.items():
            if name in cleaned and cleaned[name] != theirs:
                self[name].help_text = format_html(
                    '<span class="theirs"><strong>Now saved:</strong> {}</span>',
                    in_words(theirs),
                )
        self.data = dict(self.data.items()) | {self.add_prefix("seen"): self._state_of_record()}
        raise ValidationError(
            f"{who_saved_last(self.instance)} saved this {self.instance.kind} after you opened this page. "
            "What is saved now stands below the fields that differ. Save again to keep what you typed."
        )


def in_words(value: Any) -> str:
    if isinstance(value, Decimal):
        return price(value)
    return str(value) if value not in (None, "") else "(empty)"


def odd_codes(record: Record) -> list[str]:
    """What is odd about the codes that count of a record in use, by the lists that other wings know (S-6)."""
    if record.is_archived:
        return []
    return [
        sentence
        for known in registry.known_codes
        if known.kind == record.kind
        and (sentence := known.odd(record.company, getattr(record, known.counts)))
    ]


def who_saved_last(record: Record) -> str:
    change = (
        FieldChange.objects.filter(company=record.company, record_kind=record.kind, record_id=record.pk)
        .order_by("-at", "-id")
        .select_related("user")
        .first()
    )
    if change is None:
        return "Somebody"
    return str(change.user) if change.user else "An import"


class ClientForm(RecordForm):
    class Meta:
        model = Client
        fields = [
            "name",
            "accounting_id",
            "accounting_id_2_typed",
            "terms",
            "contact_name",
            "phone",
            "email",
            "bill_to",
            "ship_to",
            "bill_to_address",
            "ship_to_address",
            "notes",
        ]
        widgets = {
            "bill_to_address": forms.Textarea(attrs={"rows": 3}),
            "ship_to_address": forms.Textarea(attrs={"rows": 3}),
            "email": forms.EmailInput(attrs=WIDE),
            "notes": forms.Textarea(attrs={"rows": 4, **WIDE}),
        }
        help_texts = {"terms": "Such as Net 30: the name of the terms in accounting."}


class ServiceForm(RecordForm):
    class Meta:
        model = Service
        fields = [
            "name",
            "accounting_id",
            "accounting_id_2_typed",
            "unit",
            "own_price",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 4, **WIDE})}
        help_texts = {
            "accounting_id_2_typed": "The Department ID that invoice lines of this service carry.",
            "own_price": "Proposed on invoice lines.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service: Service = self.instance
        self.fields["own_price"].widget.attrs["step"] = "any"
        if service.list_price is not None:
            self.fields["own_price"].help_text = "Leave empty to use the price in accounting."


class EmployeeForm(RecordForm):
    """The Accounting ID is made of Employee ID and Entity ID (I-1), so those two are typed."""

    class Meta:
        model = Employee
        labels = {"first_name": "First Name", "last_name": "Last Name"}
        fields = [
            "first_name",
            "last_name",
            "accounting_employee_id",
            "accounting_entity_id",
            "email",
            "team",
            "notes",
        ]
        widgets = {"notes": forms.Textarea(attrs={"rows": 4, **WIDE})}
        help_texts = {
            "accounting_employee_id": "Such as E-00148. Employee ID and Entity ID make the Accounting ID.",
            "accounting_entity_id": "Such as EBU; empty for none. The Accounting ID is then E-00148:EBU.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.company.teams.filter(Q(archived_at=None) | Q(pk=self.instance.team_id))
        offer(self.fields["team"], teams, empty_label="No team")
        self.accounting_id_before = self.instance.accounting_id

    @property
    def changes(self) -> dict[str, Any]:
        changes = super().changes
        if "accounting_employee_id" in self.fields:
            changes["accounting_id"] = self.instance.accounting_id
        return changes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "first_name" in self.fields and not (cleaned.get("first_name") or cleaned.get("last_name")):
            self.add_error("last_name", "Type a first or a last name.")
        if "accounting_employee_id" in self.fields:
            self._make_accounting_id(cleaned)
        return cleaned

    def _make_accounting_id(self, cleaned: dict[str, Any]) -> None:
        employee_id = cleaned.get("accounting_employee_id", "")
        entity_id = cleaned.get("accounting_entity_id", "")
        if entity_id and not employee_id:
            self.add_error("accounting_employee_id", "An Entity ID needs an Employee ID before it.")
            return
        self.before["accounting_id"] = self.accounting_id_before
        parts = {"accounting_employee_id": employee_id, "accounting_entity_id": entity_id}
        if all(self.before[name] == typed for name, typed in parts.items()):
            return
        accounting_id = f"{employee_id}:{entity_id}" if entity_id else employee_id
        try:
            self.refuse_taken(accounting_id)
        except ValidationError as taken:
            self.add_error("accounting_employee_id", taken)
            return
        self.instance.accounting_id = accounting_id
