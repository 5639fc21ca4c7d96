"""Forms that know what their page showed, so that two who save the same thing don't undo each other."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from reconpro.audit.models import AuditEvent
from reconpro.company.models import Company

TYPE_AGAIN = "Type the new password again: a password is never sent back to the page."


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's takes none at run time
    """A form that carries, signed, the values it was shown with.

    Where somebody saved other values meanwhile it doesn't validate (`is_outdated`). What was typed stays;
    a field that nobody typed into takes what is saved now; below both stands what is saved. It is valid
    when it is sent again.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {name: getattr(self.instance, name) for name in self._meta.fields or ()}
        self.is_outdated = False
        if not self.instance._state.adding:
            self.fields["seen"].initial = self._mark()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance._state.adding:
            return cleaned
        shown, last_event = self._read_mark(cleaned.get("seen", ""))
        if shown != self.before:
            self.is_outdated = True
            who = self._who_saved_since(last_event)
            self._bring_together(shown, cleaned)
            raise ValidationError(
                f"{who} saved this {self._kind} after you opened this page. What is saved now stands below "
                "the fields that differ. Save again to keep what you see here."
            )
        return cleaned

    @property
    def status(self) -> int:
        """What the page that shows the form answers with."""
        return HTTPStatus.CONFLICT if self.is_outdated else HTTPStatus.OK

    @property
    def _kind(self) -> str:
        return str(self._meta.model._meta.verbose_name)

    @property
    def _salt(self) -> str:
        return f"seen:{self._kind}:{self.instance.pk}"

    def _mark(self) -> str:
        last = self._events().order_by("-id").values_list("id", flat=True).first()
        return signing.dumps([self.before, last or 0], salt=self._salt)

    def _read_mark(self, mark: str) -> tuple[dict[str, Any], int | None]:
        """The values that the page showed, and the last entry of the audit then; nothing if it is forged."""
        try:
            shown, last_event = signing.loads(mark, salt=self._salt)
        except signing.BadSignature:
            return {}, None
        return shown, last_event

    def _events(self) -> Any:
        company = self.instance if isinstance(self.instance, Company) else self.instance.company
        kind = self.instance._meta.model_name
        return AuditEvent.objects.filter(company=company, subject_kind=kind, subject_id=self.instance.pk)

    def _who_saved_since(self, last_event: int | None) -> str:
        if last_event is None:
            return "Somebody"
        event = self._events().filter(id__gt=last_event).order_by("-id").select_related("user").first()
        return str(event.user) if event and event.user else "Somebody"

    def _bring_together(self, shown: dict[str, Any], cleaned: dict[str, Any]) -> None:
        data = dict(self.data.items()) | {self.add_prefix("seen"): self._mark()}
        for name, saved in self.before.items():
            if name not in self.fields:
                continue
            typed = _plain(cleaned[name]) if name in cleaned else None  # None: what is typed is malformed
            if typed == _plain(saved):
                continue
            if name in shown and typed == _plain(shown[name]):
                data[self.add_prefix(name)] = saved
            field = self[name]
            field.help_text = format_html(
                '{}<span class="theirs d-block"><strong>Now saved:</strong> {}</span>',
                field.help_text,
                self._in_words(name, saved),
            )
        if "password" in self.fields and data.get(self.add_prefix("password")):
            self.add_error("password", TYPE_AGAIN)
        self.data = data

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return "Yes" if value else "No"
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value)) or "(empty)"


def _plain(value: Any) -> Any:
    """Browsers send line ends that nobody typed."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
