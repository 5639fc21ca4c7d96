"""How prices look on pages."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def price(value: Decimal | None) -> str:
    """1,234.50; further decimals only where there are some. Nothing for None."""
    if value is None:
        return ""
    text = f"{value:,.4f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
