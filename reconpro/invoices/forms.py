"""The form of an invoice: its head and its lines. What it refuses, it says beside the field."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reconpro.company.forms.choosing import offer
from reconpro.company.models import Client, Company, Employee, Service, Team, User
from reconpro.invoices.fields import OneLineField, RecordField, TypedDecimalField
from reconpro.invoices.finding import Finder
from reconpro.invoices.models import Invoice, line_amount
from reconpro.invoices.services import LARGEST_AMOUNT, HeadValues, LineValues

MOST_LINES = 300
_NUMBER = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9 ._/#-]*[A-Za-z0-9])?$")
_VIN = re.compile(r"^[A-HJ-NPR-Z0-9]{17}$")
EARLIEST_DATE = dt.date(2000, 1, 1)
LATEST_DATE = dt.date(2099, 12, 31)


class DateBox(forms.DateInput):
    """The browser's own date picker, which wants and gives 2026-03-31."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Finders:
    """What may be put on one invoice; archived records only where they are on it already."""

    def __init__(self, company: Company, invoice: Invoice | None) -> None:
        lines = list(invoice.lines.select_related("service", "employee")) if invoice else []
        self.clients = Finder(company, Client, [invoice.client_id] if invoice else [])
        self.services = Finder(company, Service, [line.service_id for line in lines])
        self.employees = Finder(company, Employee, [pk for line in lines if (pk := line.employee_id)])
        if invoice:
            self.clients.remember(invoice.client)
        for line in lines:
            self.services.remember(line.service)
            if line.employee:
                self.employees.remember(line.employee)


class InvoiceForm(forms.Form):
    """An invoice without its lines. The number is an administrator's to type; others get the next one."""

    client = forms.Field()  # made in __init__, where the company is known
    date = forms.DateField(
        widget=DateBox(),
        error_messages={"required": "Choose the date.", "invalid": "Write the date as 2026-03-31."},
    )
    number = OneLineField(required=False, max_length=30)
    team = forms.ModelChoiceField(
        Team.objects.none(),
        required=False,
        empty_label="No team",
        error_messages={"invalid_choice": "Choose a team from the list."},
    )
    terms = OneLineField(required=False, max_length=60, help_text="Leave empty to use the client's terms.")
    memo = OneLineField(required=False, max_length=500)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        company: Company,
        user: User,
        finders: Finders,
        invoice: Invoice | None = None,
        client: Client | None = None,
    ) -> None:
        self.invoice = invoice
        super().__init__(data, initial=_head_initial(invoice, client), label_suffix="")
        self.fields["client"] = RecordField(finder=finders.clients, label="Client")
        usable = Q(archived_at=None)
        if invoice and invoice.team_id:
            usable |= Q(pk=invoice.team_id)
        offer(self.fields["team"], Team.objects.filter(usable, company=company))
        if not user.is_administrator:
            del self.fields["number"]
        elif invoice is None:
            self.fields["number"].help_text = "Leave empty to get the next number."
        its_client = invoice.client if invoice else client
        self.fields["terms"].widget.attrs |= {
            "data-terms": "",
            "placeholder": its_client.terms if its_client else "",
        }

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and not _NUMBER.match(number):
            raise ValidationError(
                "Use letters, digits, spaces and . _ / # - only, with a letter or digit at both ends."
            )
        return number

    def clean_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["date"]
        if not EARLIEST_DATE <= day <= LATEST_DATE:
            raise ValidationError("Choose a date between 2000 and 2099.")
        return day

    @property
    def version_seen(self) -> dt.datetime | None:
        """The `updated_at` that the page was made from; something that is no time counts as out of date."""
        return version_in(self.data)

    def head(self) -> HeadValues:
        """What was entered; call it when the form is valid."""
        values = self.cleaned_data
        return HeadValues(
            client=values["client"],
            date=values["date"],
            number=values.get("number", ""),
            team=values["team"],
            terms=values["terms"],
            memo=values["memo"],
        )


def version_in(data: Mapping[str, Any]) -> dt.datetime | None:
    """The posted `version`; the beginning of time if it is missing or unreadable: nothing matches that."""
    try:
        version = parse_datetime(str(data.get("version", "")))
    except ValueError:
        version = None
    if version is None or timezone.is_naive(version):
        return dt.datetime.min.replace(tzinfo=timezone.get_default_timezone())
    return version


def _head_initial(invoice: Invoice | None, client: Client | None) -> dict[str, Any]:
    if invoice is None:
        return {"date": timezone.localdate(), "client": client}
    return {
        "client": invoice.client,
        "date": invoice.date,
        "number": invoice.number,
        "team": invoice.team_id,
        "terms": invoice.terms,
        "memo": invoice.memo,
        "version": invoice.updated_at.isoformat(),
    }


class LineForm(forms.Form):
    """One line. Without a price it takes the service's."""

    service = forms.Field()  # both made in __init__
    employee = forms.Field(required=False)
    quantity = TypedDecimalField(
        max_digits=12,
        decimal_places=4,
        initial=Decimal(1),
        error_messages={
            "required": "Enter a quantity.",
            "invalid": "Write the quantity as a number, such as 1 or 2.5.",
        },
    )
    price = TypedDecimalField(
        max_digits=14,
        decimal_places=4,
        least_digits=2,
        required=False,
        error_messages={"invalid": "Write the price as a number, such as 185.00."},
    )
    vin = OneLineField(
        label="VIN", required=False, widget=forms.TextInput(attrs={"autocapitalize": "characters"})
    )
    stock_number = OneLineField(required=False, max_length=40)
    description = OneLineField(required=False, max_length=200)

    def __init__(self, *, finders: Finders, **given_by_formset: Any) -> None:
        super().__init__(**(given_by_formset | {"label_suffix": ""}))
        self.fields["service"] = RecordField(finder=finders.services, label="Service")
        self.fields["employee"] = RecordField(finder=finders.employees, label="Employee", required=False)
        self.fields["vin"].widget.attrs |= {"maxlength": "17", "spellcheck": "false", "autocomplete": "off"}

    @property
    def is_blank(self) -> bool:
        """Nothing was entered; the quantity that the page proposes doesn't count."""
        entered = {name: self[name].data for name in self.fields if name != "DELETE"}
        if entered.pop("quantity") not in (None, "", "1"):
            return False
        return all(not any(value) if isinstance(value, tuple) else not value for value in entered.values())

    def has_changed(self) -> bool:
        return not self.is_blank

    def clean_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise ValidationError("A quantity is more than 0. For a discount, make the price negative.")
        return quantity

    def clean_vin(self) -> str:
        vin = str(self.cleaned_data["vin"]).upper().replace(" ", "")
        if vin and len(vin) != 17:
            raise ValidationError(f"A VIN has 17 characters; this one has {len(vin)}.")
        if vin and not _VIN.match(vin):
            raise ValidationError("A VIN has only digits and letters, without I, O and Q.")
        return vin

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "price" in values and values["price"] is None and (service := values.get("service")):
            if service.price is None:
                self.add_error("price", f"{service} has no price of its own. Enter one.")
            else:
                values["price"] = service.price
        quantity, price = values.get("quantity"), values.get("price")
        if quantity and price and abs(line_amount(quantity, price)) > LARGEST_AMOUNT:
            self.add_error("price", "Quantity × price is more than an invoice can hold.")
        return values

    @property
    def amount(self) -> Decimal | None:
        """For the page; None while the numbers don't make sense."""
        values = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else self.initial
        quantity, price = values.get("quantity"), values.get("price")
        return None if quantity is None or price is None else line_amount(quantity, price)

    def line(self) -> LineValues:
        """What was entered; call it when the form is valid."""
        values = self.cleaned_data
        return LineValues(
            service=values["service"],
            quantity=values["quantity"],
            price=values["price"],
            employee=values["employee"],
            description=values["description"],
            vin=values["vin"],
            stock_number=values["stock_number"],
        )


class _LineFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # Django's takes none at run time
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": "The page was incomplete when sent. Look at the lines and save again.",
        "too_many_forms": "An invoice has at most %(num)d lines.",
    }

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, finders: Finders, initial: Any = None
    ) -> None:
        super().__init__(data, prefix="lines", form_kwargs={"finders": finders}, initial=initial)
        if self.is_bound:  # one query for all services, one for all employees
            finders.services.preload(self._posted("service"))
            finders.employees.preload(self._posted("employee"))

    def _posted(self, name: str) -> Iterable[str]:
        return (str(self.data.get(f"lines-{i}-{name}", "")) for i in range(self.total_form_count()))

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove this line"
        form.empty_permitted = True  # a line that was left or made empty is no line

    def lines(self) -> list[LineValues]:
        """The lines to keep, in order; call it when the formset is valid."""
        return [
            form.line() for form in self.forms if not form.is_blank and not form.cleaned_data.get("DELETE")
        ]

    @property
    def shown_total(self) -> Decimal:
        """For the page: the sum of the lines that make sense."""
        return sum((form.amount or Decimal(0) for form in self.forms), Decimal("0.00"))


_LineForms: Any = forms.formset_factory(
    LineForm,
    formset=_LineFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES + 1,
    validate_max=True,
)


def line_forms(
    data: Mapping[str, Any] | None, *, finders: Finders, invoice: Invoice | None, blank: int = 0
) -> Any:
    """The formset of an invoice's lines, with so many blank ones at the end.

    What was posted stands for itself: it is not compared with lines that somebody may have changed since.
    """
    if data is not None:
        return _LineForms(data, finders=finders)
    initial = [
        {
            "service": line.service,
            "employee": line.employee,
            "quantity": line.quantity,
            "price": line.price,
            "vin": line.vin,
            "stock_number": line.stock_number,
            "description": line.description,
        }
        for line in (invoice.lines.select_related("service", "employee") if invoice else [])
    ]
    forms_of_lines = _LineForms(finders=finders, initial=initial)
    forms_of_lines.extra = blank
    return forms_of_lines
