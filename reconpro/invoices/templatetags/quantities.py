"""How quantities look on pages."""

from decimal import Decimal

from django import template

from reconpro.invoices.fields import typed_decimal

register = template.Library()


@register.filter
def quantity(value: Decimal) -> str:
    """2 rather than 2.0000."""
    return typed_decimal(value)
