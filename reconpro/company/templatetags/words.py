"""Texts in narrow columns."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

AN_ADDRESS = re.compile(r"\S+@\S+")
JOINTS = re.compile(r"(?<=\w)(?=[@.]\w)")


@register.filter
def breaks_addresses(value: str) -> SafeString:
    """The text as HTML in which an e-mail address may break before its @ and its dots, sooner than within a
    word."""
    escaped = conditional_escape(value)
    broken = AN_ADDRESS.sub(lambda address: JOINTS.sub("<wbr>", address.group()), escaped)
    return mark_safe(broken)  # noqa: S308  (escaped above)
