"""Amounts on pages of exports."""

from decimal import Decimal

from django import template

from integrations.exports import words

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """$1,234.50, or 1,234.50 EUR."""
    return words.money(amount, currency)


@register.filter
def invoices(number: int) -> str:
    """1 invoice; 1,234 invoices."""
    return words.count_of(number)
