"""Two administrators who save the settings at the same time lose nothing of each other's."""

from datetime import date, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.html import format_html

from intacct.configuration import SECRETS, saved_after, version_token
from intacct.models import IntacctSettings
from reconpro.company.models import Company

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[IntacctSettings]
else:
    ModelForm = forms.ModelForm  # Django's own class takes no parameter


class SavedMeanwhileForm(ModelForm):
    """Knows the state of the settings that it was shown for.

    Where somebody saved meanwhile it doesn't validate: it keeps what was typed, shows the other's values
    beside it, and is valid when it is sent again.
    """

    company: Company
    before: dict[str, Any]  # what is stored, by field
    differing: list[str]  # changed by this person and, meanwhile, by another

    def show_what_was_saved_meanwhile(self, cleaned: dict[str, Any]) -> None:
        """Take over what the other one changed and this person did not touch; show the rest beside it.

        Raises ValidationError, with who it was.
        """
        touched = set(self.changed_data)
        data = {
            name: field.widget.value_from_datadict(self.data, self.files, name)
            for name, field in self.fields.items()
        }
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
                    _in_words(theirs, self.fields[name]),
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
        if any(cleaned.get(name) for name in SECRETS):
            sentence += "Type the new password again. "
        return f"{sentence}Save Settings stores what you see."


def _as_typed(value: Any) -> str:
    """A stored value as a form sends it."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value in (None, False) else str(value)


def _in_words(value: Any, field: forms.Field) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        named = dict(field.widget.choices) if isinstance(field.widget, forms.CheckboxSelectMultiple) else {}
        return ", ".join(str(named.get(each, each)) for each in value) or "(empty)"
    return "(empty)" if value in (None, "") else str(value)
