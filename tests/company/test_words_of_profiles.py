"""A field has one name: on the profile, in its form and in the history of changes."""

import pytest
from django.core.exceptions import FieldDoesNotExist

from reconpro.audit.history import label_of
from reconpro.company.kinds import KINDS


def has_column(model, name) -> bool:
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_the_history_and_the_form_call_a_field_as_the_profile_does_i_11(kind):
    named = {
        name: label for label, name in (*kind.details, *kind.own_details) if has_column(kind.model, name)
    }

    assert {name: label_of(kind.model, name) for name in named} == named
    fields = kind.form.base_fields
    assert {name: fields[name].label for name in named if name in fields} == {
        name: label for name, label in named.items() if name in fields
    }
