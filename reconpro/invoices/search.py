"""The search of the list of invoices: what the address holds, and which invoices it means."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from reconpro.company.forms.choosing import offer
from reconpro.company.keys import search_key
from reconpro.company.models import Client, Company, Team
from reconpro.invoices.fields import RecordField
from reconpro.invoices.finding import Finder
from reconpro.invoices.forms import DateBox
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.lists import starts_with
from reconpro.registry import registry

CLIENTS_NAMED = 500  # up to so many clients of a name are looked up by their ids


class InvoiceSearch(forms.Form):
    """Search and filters; an invalid one finds nothing and says why beside the field."""

    search = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Number or client begins with"}),
    )
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any state"), *InvoiceState.choices]
    )
    date_from = forms.DateField(label="Date from", required=False, widget=DateBox())
    date_to = forms.DateField(label="Date to", required=False, widget=DateBox())
    client = forms.Field()  # made in __init__, where the company is known
    team = forms.ModelChoiceField(Team.objects.none(), label="Team", required=False, empty_label="Any team")

    def __init__(self, data: Mapping[str, Any], *, company: Company) -> None:
        super().__init__(data, label_suffix="", auto_id="search_%s")
        self.company = company
        # Invoices of archived clients can be looked for too.
        self.fields["client"] = RecordField(
            finder=_AnyClient(company, Client), label="Client", required=False
        )
        offer(self.fields["team"], Team.objects.filter(company=company))
        for one in registry.invoice_filters:
            self.fields[one.name] = forms.ChoiceField(
                label=one.label, required=False, choices=[("", one.any_label), *one.choices]
            )
        for name in ("date_from", "date_to"):
            self.fields[name].error_messages["invalid"] = "Write the date as 2026-03-31."

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and first > last:
            self.add_error("date_to", "This is before Date from.")
        return values

    @property
    def is_narrowed(self) -> bool:
        """Something is searched for, so that an empty list doesn't mean that there are no invoices."""
        return not self.is_valid() or any(self.cleaned_data.values())

    @property
    def uses_filters(self) -> bool:
        """Something is chosen in the part of the search that is folded away."""
        unfolded = {"search", "state", *(one.name for one in registry.invoice_filters)}
        return not self.is_valid() or any(
            value for name, value in self.cleaned_data.items() if name not in unfolded
        )

    def found(self) -> QuerySet[Invoice]:
        """The company's invoices that match, newest first."""
        invoices = Invoice.objects.filter(company=self.company).order_by("-date", "-id")
        if not self.is_valid():
            return invoices.none()
        values = self.cleaned_data
        if text := values["search"].strip():
            invoices = invoices.filter(self._matches(text))
        exact = {
            "state": values["state"],
            "client": values["client"],
            "team": values["team"],
            "date__gte": values["date_from"],
            "date__lte": values["date_to"],
        }
        invoices = invoices.filter(**{name: value for name, value in exact.items() if value})
        for one in registry.invoice_filters:
            if value := values[one.name]:
                invoices = one.narrow(invoices, value)
        return invoices

    @property
    def filters(self) -> list[forms.BoundField]:
        """What the integrations add."""
        return [self[one.name] for one in registry.invoice_filters]

    def _matches(self, text: str) -> Q:
        """The number starts with the text, or the client's name does."""
        condition = starts_with("number", text) | starts_with("number", text.upper())
        if key := search_key(text):
            clients = Client.objects.filter(starts_with("search_key", key), company=self.company)
            # Few ids let the database use the clients' index; for many it walks the list in order.
            ids = list(clients.values_list("pk", flat=True)[: CLIENTS_NAMED + 1])
            few = len(ids) <= CLIENTS_NAMED
            condition |= Q(client_id__in=ids) if few else Q(client__in=clients)
        return condition


class _AnyClient(Finder[Client]):
    """Clients to look for: active and archived ones."""

    def _choosable(self) -> QuerySet[Client]:
        return Client.objects.filter(company=self.company)
