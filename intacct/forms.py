"""The form of the Intacct Integration Settings: the guide's eight fields in its order and words (S-1),
and those under Advanced (S-5)."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings as deployment
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.safestring import SafeString

from intacct.configuration import NEEDED, PROVIDER, SECRETS, WEEKDAYS, label_of, version_token
from intacct.connecting import address_rule
from intacct.form_fields import AddressesField, ChoicesField, FieldNameField, ListField, refuse_odd_characters
from intacct.form_texts import ADVANCED, EIGHT, GROUPS, GUIDE, HELP, SCHEDULE, Group
from intacct.gateway import AddressRefused, Version
from intacct.lists import ITEM_TYPES, kept_lists, offered, offered_fields
from intacct.models import AUTOMATIC, DEFAULT_POST_URL, DocumentType, IntacctLists, IntacctSettings
from intacct.saved_meanwhile import SavedMeanwhileForm
from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.connections.service import current_connection
from integrations.schedules.service import SCHEDULABLE, Plan, plan_of, schedule_of
from integrations.secrets.fields import Secret
from reconpro.company.forms.choosing import offer
from reconpro.company.forms.suggesting import SuggestingInput
from reconpro.company.models import Company, Team

IDS = ("sender_id", "auth_user_id", "auth_company_id", "entity")
ON_DOCUMENTS = (
    *("transaction_definition", "credit_definition", "revenue_account", "account_label"),
    *("default_terms", "default_location"),
)
NO_MAIL_SERVER = (
    "This ReconPro sends no e-mail yet: whoever operates it has not named a mail server (EMAIL_URL)."
)
AS_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*|")


@dataclass(frozen=True)
class ShownGroup:
    """A group of fields under Advanced, as a page shows it."""

    group: Group
    fields: list[forms.BoundField]


def _id_field(name: str, max_length: int = 100) -> forms.CharField:
    return forms.CharField(
        label=label_of(name), required=False, max_length=max_length, widget=forms.TextInput(attrs=AS_TYPED)
    )


def _password_field(name: str) -> forms.CharField:
    return forms.CharField(
        label=label_of(name),
        required=False,
        max_length=200,
        strip=False,
        # Never filled: what is stored doesn't go back to the browser (S-2).
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )


class SettingsForm(SavedMeanwhileForm):
    """All settings, and the state of them that the form was shown for.

    With `for_test` it only has to be enough to sign in with.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    sender_id = _id_field("sender_id")
    sender_password = _password_field("sender_password")
    # Not `required`, which would mark two of eight fields that are all needed: they answer for themselves.
    dtd_version = forms.CharField(
        label=label_of("dtd_version"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    auth_user_id = _id_field("auth_user_id")
    auth_company_id = _id_field("auth_company_id")
    auth_password = _password_field("auth_password")
    post_url = forms.CharField(
        label=label_of("post_url"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    entity = _id_field("entity", 60)
    client_id_2_field = FieldNameField(
        label=label_of("client_id_2_field"), none="None: it is typed on each client"
    )
    service_id_2_field = FieldNameField(
        label=label_of("service_id_2_field"), none="None: it is typed on each service", automatic=True
    )
    item_types = ListField(label=label_of("item_types"))
    employee_types = ListField(label=label_of("employee_types"))
    scope_departments = ListField(label=label_of("scope_departments"))
    scope_locations = ListField(label=label_of("scope_locations"))
    schedule_operations = ChoicesField(
        label="Import by itself",
        widget=forms.CheckboxSelectMultiple(choices=[(each.value, each.label) for each in SCHEDULABLE]),
    )
    schedule_at = forms.TimeField(
        label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), required=False
    )
    schedule_weekdays = ChoicesField(
        label="On these days",
        widget=forms.CheckboxSelectMultiple(choices=[(str(n), day) for n, day in enumerate(WEEKDAYS)]),
    )
    notify_addresses = AddressesField(label=label_of("notify_addresses"), most=20)

    class Meta:
        model = IntacctSettings
        # Passwords are no fields of the model form: see `candidate` and `passwords`.
        fields = [name for name in (*EIGHT, *ADVANCED) if name not in (*SECRETS, *SCHEDULE)]
        widgets = {
            "closed_through": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "export_start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, company: Company, for_test: bool = False, **kwargs: Any) -> None:
        self.plan_before = plan_of(schedule_of(company, PROVIDER))
        schedule = _as_fields(self.plan_before)
        super().__init__(*args, **{"initial": schedule, **kwargs})
        self.company = company
        self.for_test = for_test
        self.differing = []
        stored: IntacctSettings = self.instance
        self.before = {name: getattr(stored, name) for name in self._meta.fields or ()} | schedule
        self.stored_secrets = {name: getattr(stored, name) for name in SECRETS}
        self.fields["seen"].initial = version_token(stored)
        for name in self.before:
            self.fields[name].show_hidden_initial = True
        for name, sentence in {**GUIDE, **HELP}.items():
            self.fields[name].help_text = sentence
        for name, secret in self.stored_secrets.items():
            told = "stored; leave empty to keep" if secret else "not set"
            self.fields[name].widget.attrs["placeholder"] = told
        self._explain_what_depends()
        self._choose_from_teams()
        self.connection = current_connection(company, PROVIDER)
        self.lists = kept_lists(self.connection)
        self._choose_from_intacct(self.connection, self.lists)

    @property
    def eight(self) -> list[forms.BoundField]:
        return [self[name] for name in EIGHT]

    @property
    def groups(self) -> list[ShownGroup]:
        return [ShownGroup(group, [self[name] for name in group.fields]) for group in GROUPS]

    @property
    def advanced_is_open(self) -> bool:
        return self.is_bound and any(name in self.errors or name in self.differing for name in ADVANCED)

    @property
    def shown_values(self) -> list[SafeString]:
        """Hidden inputs with what was shown: they tell what this person changed."""
        return [self[name].as_hidden(only_initial=True) for name in self.before]

    @property
    def has_teams(self) -> bool:
        return self._teams.exists()

    @property
    def values(self) -> dict[str, Any]:
        """What is to be stored, without the passwords and the schedule."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords as typed; "" keeps the stored one (S-2)."""
        return {name: self.cleaned_data.get(name, "") for name in SECRETS}

    @property
    def plan(self) -> Plan:
        """The schedule as it is to be."""
        cleaned = self.cleaned_data
        return Plan(
            tuple(each.value for each in SCHEDULABLE if each.value in cleaned["schedule_operations"]),
            cleaned["schedule_at"] or self.plan_before.at,
            tuple(sorted(int(day) for day in cleaned["schedule_weekdays"])),
        )

    def candidate(self) -> IntacctSettings:
        """The settings as they would be, never saved: what Test Connection signs in with (S-4)."""
        settings: IntacctSettings = self.instance
        for name, typed in self.passwords.items():
            setattr(settings, name, Secret.of(typed) if typed else self.stored_secrets[name])
        return settings

    def say_nothing(self) -> None:
        """Show what was typed without judging it: the person only asked for Intacct's lists."""
        self._errors = ErrorDict()

    def clean_dtd_version(self) -> str:
        try:
            return f"v{Version.parse(self.cleaned_data['dtd_version'])}"
        except ValueError as sentence:
            raise ValidationError(str(sentence)) from None

    def clean_post_url(self) -> str:
        url: str = self.cleaned_data["post_url"]
        try:
            address_rule().check(url)
        except AddressRefused as refusal:
            raise ValidationError(f"{refusal.message} Intacct's own is {DEFAULT_POST_URL}.") from None
        return url

    def clean_document_prefix(self) -> str:
        prefix: str = self.cleaned_data["document_prefix"]
        if not _PREFIX.fullmatch(prefix):
            raise ValidationError("Use letters, digits and . _ / - and begin with a letter or digit.")
        return prefix

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in (*IDS, *ON_DOCUMENTS):
            try:
                refuse_odd_characters(label_of(name), cleaned.get(name, ""))
            except ValidationError as refusal:
                self.add_error(name, refusal)
        if self.for_test:
            self._require_what_signs_in(cleaned)
            return cleaned
        self._check_documents(cleaned)
        if cleaned.get("schedule_operations") and not cleaned.get("schedule_weekdays"):
            self.add_error("schedule_weekdays", "Choose at least one day.")
        emptied = "auth_company_id" in cleaned and not cleaned["auth_company_id"]
        if emptied and self.before["auth_company_id"]:
            self.add_error("auth_company_id", "Enter the Company ID: what was imported belongs to it.")
        if cleaned.get("seen") != version_token(self.instance):
            self.show_what_was_saved_meanwhile(cleaned)
        return cleaned

    def _require_what_signs_in(self, cleaned: dict[str, Any]) -> None:
        for name in NEEDED:
            stored = self.stored_secrets.get(name)
            if not cleaned.get(name) and not stored and name not in self.errors:
                self.add_error(name, f"Enter {label_of(name)}.")

    def _check_documents(self, cleaned: dict[str, Any]) -> None:
        """What the chosen document type needs (S-5)."""
        if cleaned.get("document_type") == DocumentType.AR_INVOICE:
            account, label = cleaned.get("revenue_account"), cleaned.get("account_label")
            if not account and not label:
                self.add_error(
                    "revenue_account", "An AR invoice needs a revenue account, or an account label below."
                )
            elif account and label:
                self.add_error(
                    "account_label",
                    "Enter a revenue account or an account label, not both: Intacct takes one.",
                )
        credit = cleaned.get("credit_definition", "")
        if credit and credit.casefold() == cleaned.get("transaction_definition", "").casefold():
            self.add_error(
                "credit_definition",
                "A credit must be another transaction than an invoice: its amounts count the other way.",
            )

    def _explain_what_depends(self) -> None:
        first = timezone.localdate().replace(day=1)
        self.fields["export_start"].help_text = (
            "Approved invoices of this day and later are exported. It must be set before the first export; "
            f"proposed: {first:%B} {first.day}, {first.year}."
        )
        self.fields["service_id_2_field"].help_text += self._what_was_found()
        self.fields["schedule_at"].help_text = f"On the clock of your company, {self.company.time_zone}."
        if not deployment.SENDS_EMAIL:
            self.fields["notify_addresses"].help_text = NO_MAIL_SERVER

    def _what_was_found(self) -> str:
        """Which field Automatic takes (S-6)."""
        stored: IntacctSettings = self.instance
        if stored.service_id_2_field != AUTOMATIC:
            return ""
        if stored.item_department_field is None:
            return " The first Import Services finds out."
        if not stored.item_department_field:
            return " It found none, so type the Department ID on each service."
        return f" It found the field {stored.item_department_field}."

    def _choose_from_teams(self) -> None:
        current = self.instance.default_team_id
        self._teams: QuerySet[Team] = self.company.teams.filter(Q(archived_at=None) | Q(pk=current))
        offer(self.fields["default_team"], self._teams, empty_label="Choose a team")

    def _choose_from_intacct(self, connection: Connection | None, lists: IntacctLists | None) -> None:
        """Offer what Intacct has told, in imports or when it was asked for its lists."""
        listed = _listed(connection)
        stored: IntacctSettings = self.instance
        are_whole = bool(lists and lists.fields_are_whole)
        for name, fields in (
            ("client_id_2_field", offered_fields(lists, "client_fields")),
            ("service_id_2_field", offered_fields(lists, "service_fields")),
        ):
            field = self.fields[name]
            assert isinstance(field, FieldNameField)
            field.offer(
                fields,
                are_whole=are_whole,
                stored=getattr(stored, name),
                found=stored.item_department_field,
            )
        places = listed[ReferenceKind.LOCATION] or listed[ReferenceKind.ENTITY]
        for name, known in (
            ("item_types", [*((each, "") for each in ITEM_TYPES), *offered(lists, "item_types")]),
            ("employee_types", offered(lists, "employee_types")),
            ("scope_departments", _with_codes(listed[ReferenceKind.DEPARTMENT])),
            ("scope_locations", _with_codes(places)),
        ):
            field = self.fields[name]
            assert isinstance(field, ListField)
            if known:
                field.choose_from(known, chosen=getattr(stored, name))
            else:
                field.help_text = f"{field.help_text} Type one a line, or read Intacct's lists to choose."
        for name, pairs in (
            ("entity", listed[ReferenceKind.ENTITY]),
            ("default_terms", listed[ReferenceKind.TERM]),
            ("default_location", places),
            ("transaction_definition", offered(lists, "definitions")),
            ("credit_definition", offered(lists, "definitions")),
            ("revenue_account", offered(lists, "accounts")),
            ("account_label", offered(lists, "account_labels")),
        ):
            self.fields[name].widget = SuggestingInput(pairs, {**self.fields[name].widget.attrs, **AS_TYPED})


def _as_fields(plan: Plan) -> dict[str, Any]:
    return {
        "schedule_operations": sorted(plan.operations),
        "schedule_at": plan.at,
        "schedule_weekdays": [str(day) for day in plan.weekdays],
    }


def _listed(connection: Connection | None) -> dict[ReferenceKind, list[tuple[str, str]]]:
    """Codes and names of what is in use, by kind, as it was last read."""
    listed: dict[ReferenceKind, list[tuple[str, str]]] = {kind: [] for kind in ReferenceKind}
    if connection is not None:
        entries = ReferenceEntry.objects.filter(connection=connection, is_active=True).order_by("code")
        for kind, code, name in entries.values_list("kind", "code", "name"):
            listed[ReferenceKind(kind)].append((code, name))
    return listed


def _with_codes(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, f"{code} {name}".strip()) for code, name in pairs]
