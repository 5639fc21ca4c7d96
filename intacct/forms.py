"""The form of the Intacct Integration Settings: the guide's eight fields in its order and words (S-1),
and those under Advanced (S-5)."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from intacct.configuration import (
    NEEDED,
    PROVIDER,
    SECRETS,
    label_of,
    saved_after,
    version_token,
)
from intacct.connecting import address_rule
from intacct.gateway import AddressRefused, Version
from intacct.models import DEFAULT_POST_URL, IntacctSettings
from integrations.connections.models import ReferenceEntry, ReferenceKind
from integrations.connections.service import current_connection
from integrations.secrets.fields import Secret
from reconpro.company.models import Company

EIGHT = (
    "sender_id",
    "sender_password",
    "dtd_version",
    "auth_user_id",
    "auth_company_id",
    "auth_password",
    "post_url",
    "default_team",
)
ADVANCED = (
    "entity",
    "transaction_definition",
    "document_prefix",
    "unit_of_measure",
    "default_terms",
    "default_location",
    "department_required",
    "several_entities_allowed",
    "closed_through",
    "closed_period",
    "export_start",
)
# The guide's own sentences.
GUIDE = {
    "sender_id": (
        "The registered username assigned to you by Intacct for integration purposes. Note that the Sender "
        "ID does not change and it is not your Intacct application login username."
    ),
    "sender_password": (
        "The registered password to the integration gateway provided by Intacct. Note that Sender Password "
        "is not your Intacct application login password."
    ),
    "dtd_version": (
        "The version of the Intacct API. For example, v2.1, v3.0, etc. Note that v2.1 brings no item prices."
    ),
    "auth_user_id": "Your Intacct application login User ID.",
    "auth_company_id": "Your Intacct application login Company ID.",
    "auth_password": "Your Intacct application login password.",
    "post_url": (
        "The URL to which you would like to connect. For example, https://www.intacct.com/ia/xml/xmlgw.phtml "
        "which is the URL provided in Intacct documentation."
    ),
    "default_team": (
        "The initial team to which each newly imported employee is automatically assigned. Note that you can "
        "assign imported employees to other teams and such assignments will not be overridden during the "
        "next import."
    ),
}
HELP = {
    "entity": (
        "Work in one entity, by its Location ID in Intacct. Empty: the whole company. What was imported and "
        "exported belongs to company and entity, so another one starts with other books."
    ),
    "transaction_definition": "The Order Entry transaction that an invoice becomes in Intacct.",
    "document_prefix": "Stands before ReconPro's invoice number to make Intacct's document number.",
    "unit_of_measure": "The unit on each line of an exported invoice; Intacct knows it letter by letter.",
    "default_terms": "For invoices whose client has no terms. The name of an AR term in Intacct.",
    "default_location": "For lines where neither team nor employee tells a location. A Location ID.",
    "department_required": "Don't export an invoice while one of its services has no Accounting ID 2.",
    "several_entities_allowed": "Otherwise an invoice whose lines are of several entities isn't exported.",
    "closed_through": "The last day of the period that is closed in Intacct. Empty: none is closed.",
    "closed_period": "For an invoice that is dated in the closed period.",
}
_NEVER_IN_AN_ID = re.compile(r'[\x00-\x1f\x7f"\\<>]')
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*|")


def _id_field(name: str, max_length: int = 100) -> forms.CharField:
    return forms.CharField(
        label=label_of(name),
        required=False,
        max_length=max_length,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
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


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """All settings, and the state of them that the form was shown for.

    Where somebody saved meanwhile the form doesn't validate: it keeps what was typed, shows the other's
    values beside it, and is valid when it is sent again. With `for_test` it only has to be enough to
    sign in with.
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

    class Meta:
        model = IntacctSettings
        # Passwords are no fields of the model form: see `candidate` and `passwords`.
        fields = [name for name in (*EIGHT, *ADVANCED) if name not in SECRETS]
        widgets = {
            "closed_through": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "export_start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, company: Company, for_test: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.for_test = for_test
        self.differing: list[str] = []  # changed by this person and, meanwhile, by another
        stored: IntacctSettings = self.instance
        self.before = {name: getattr(stored, name) for name in self._meta.fields or ()}
        self.stored_secrets = {name: getattr(stored, name) for name in SECRETS}
        self.fields["seen"].initial = version_token(stored)
        for name in self.before:
            self.fields[name].show_hidden_initial = True
        for name, sentence in {**GUIDE, **HELP}.items():
            self.fields[name].help_text = sentence
        for name, secret in self.stored_secrets.items():
            told = "stored; leave empty to keep" if secret else "not set"
            self.fields[name].widget.attrs["placeholder"] = told
        first = timezone.localdate().replace(day=1)
        self.fields["export_start"].help_text = (
            "Approved invoices of this day and later are exported. It must be set before the first export; "
            f"proposed: {first:%B} {first.day}, {first.year}."
        )
        self._choose_from_teams()
        self.suggestions = self._suggest_from_reference()

    @property
    def eight(self) -> list[forms.BoundField]:
        return [self[name] for name in EIGHT]

    @property
    def advanced(self) -> list[forms.BoundField]:
        return [self[name] for name in ADVANCED]

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
        """What is to be stored, without the passwords."""
        return {name: self.cleaned_data[name] for name in self.before}

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords as typed; "" keeps the stored one (S-2)."""
        return {name: self.cleaned_data.get(name, "") for name in SECRETS}

    def candidate(self) -> IntacctSettings:
        """The settings as they would be, never saved: what Test Connection signs in with (S-4)."""
        settings: IntacctSettings = self.instance
        for name, typed in self.passwords.items():
            setattr(settings, name, Secret.of(typed) if typed else self.stored_secrets[name])
        return settings

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
        for name in ("sender_id", "auth_user_id", "auth_company_id", "entity"):
            if _NEVER_IN_AN_ID.search(cleaned.get(name, "")):
                self.add_error(name, f"{label_of(name)} can't have \" \\ < > or control characters.")
        if self.for_test:
            self._require_what_signs_in(cleaned)
            return cleaned
        emptied = "auth_company_id" in cleaned and not cleaned["auth_company_id"]
        if emptied and self.before["auth_company_id"]:
            self.add_error("auth_company_id", "Enter the Company ID: what was imported belongs to it.")
        if cleaned.get("seen") != version_token(self.instance):
            self._show_what_was_saved_meanwhile(cleaned)
        return cleaned

    def _require_what_signs_in(self, cleaned: dict[str, Any]) -> None:
        for name in NEEDED:
            stored = self.stored_secrets.get(name)
            if not cleaned.get(name) and not stored and name not in self.errors:
                self.add_error(name, f"Enter {label_of(name)}.")

    def _show_what_was_saved_meanwhile(self, cleaned: dict[str, Any]) -> None:
        """Take over what the other one changed and this person did not touch; show the rest beside it."""
        touched = set(self.changed_data)
        data = {name: self.data[name] for name in self.fields if name in self.data}
        data["seen"] = version_token(self.instance)
        for name, theirs in self.before.items():
            data[self.add_initial_prefix(name)] = _as_typed(theirs)
            if name not in touched:
                data[name] = _as_typed(theirs)
            elif self._was_changed_by_another(name) and cleaned.get(name) != theirs:
                self.differing.append(name)
                shown = self[name]  # it took its help text over when it was bound
                shown.help_text = format_html(
                    '<span class="theirs d-block"><strong>Now saved:</strong> {}</span>{}',
                    _in_words(theirs),
                    shown.help_text,
                )
        self.data = data
        raise ValidationError(self._conflict_sentence(cleaned))

    def _was_changed_by_another(self, name: str) -> bool:
        """Whether what is saved now is not what this person was shown."""
        try:
            shown = self.fields[name].to_python(self.data.get(self.add_initial_prefix(name)))
        except ValidationError:
            return True
        return bool(shown != self.before[name])

    def _conflict_sentence(self, cleaned: dict[str, Any]) -> str:
        events = saved_after(self.company, cleaned.get("seen", ""))
        people = ", ".join(dict.fromkeys(str(event.user or "a command") for event in events))
        sentence = (
            f"These settings were saved by {people or 'somebody else'} while you were editing, so yours are "
            "not stored yet. What you did not change stands here as it is saved now. "
        )
        if self.differing:
            sentence += "Where both of you changed a field, what is saved now stands below it. "
        if any(self.passwords.values()):
            sentence += "Type the new password again. "
        return f"{sentence}Save Settings stores what you see."

    def _choose_from_teams(self) -> None:
        field = self.fields["default_team"]
        current = self.instance.default_team_id
        self._teams = self.company.teams.filter(Q(archived_at=None) | Q(pk=current))
        field.queryset = self._teams  # type: ignore[attr-defined]
        field.empty_label = "Choose a team"  # type: ignore[attr-defined]

    def _suggest_from_reference(self) -> dict[str, list[str]]:
        """What Intacct's own lists offer, by the id of a datalist."""
        connection = current_connection(self.company, PROVIDER)
        if connection is None:
            return {}
        kinds = {
            "default_terms": [ReferenceKind.TERM],
            "default_location": [ReferenceKind.LOCATION, ReferenceKind.ENTITY],
            "entity": [ReferenceKind.ENTITY],
        }
        suggestions = {}
        for name, of in kinds.items():
            codes = ReferenceEntry.objects.filter(connection=connection, kind__in=of, is_active=True)
            known = list(codes.order_by("code").values_list("code", flat=True).distinct()[:200])
            if known:
                list_id = f"known-{name.replace('_', '-')}"
                self.fields[name].widget.attrs["list"] = list_id
                suggestions[list_id] = known
        return suggestions


def _as_typed(value: Any) -> str:
    """A stored value as a form sends it."""
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else "" if value in (None, False) else str(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(empty)" if value in (None, "") else str(value)
