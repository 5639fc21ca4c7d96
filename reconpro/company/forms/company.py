"""Forms of Company Info and of teams."""

import re
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from reconpro.company.forms.seen import SeenForm
from reconpro.company.models import Company, Team

CURRENCY = re.compile(r"^[A-Z]{3}$")


class CompanyForm(SeenForm):
    """What an administrator changes; code, edition and features belong to the subscription."""

    class Meta:
        model = Company
        fields = ["name", "time_zone", "currency", "phone", "address", "default_sign_ins"]
        widgets = {"address": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "currency": "Three letters, such as USD.",
            "default_sign_ins": "Employees that an import adds may sign in once with the five digits of their"
            " Employee ID, within 14 days, to choose a password of their own.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone or zone == "UTC")
        if self.instance.time_zone not in zones:
            zones.insert(0, self.instance.time_zone)
        self.fields["time_zone"] = forms.ChoiceField(
            choices=[(zone, zone.replace("_", " ")) for zone in zones],
            help_text="Times on all pages, and the days of invoices and reports, are in this zone.",
        )

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        if not CURRENCY.match(currency):
            raise ValidationError("A currency has three letters, such as USD.")
        return currency


class TeamForm(SeenForm):
    class Meta:
        model = Team
        fields = ["name", "location"]

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.company = company

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        teams = Team.objects.filter(company=self.instance.company).exclude(pk=self.instance.pk)
        if teams.annotate(folded=Lower("name")).filter(folded=name.lower()).exists():
            raise ValidationError("There is a team of this name already.")
        return name
