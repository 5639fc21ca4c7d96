"""Texts in narrow columns."""

import re

from django import template
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

AN_ADDRESS = re.compile(r"\S+@\S+")
JOINTS = re.compile(r"(?<=\w)(?=[@.]\w)")
HERE = "\0"  # which no kept text holds


@register.filter
def breaks_addresses(value: str) -> SafeString:
    """The text as HTML in which an e-mail address may break before its @ and its dots, sooner than within a
    word."""
    *before, last = AN_ADDRESS.sub(lambda address: JOINTS.sub(HERE, address.group()), value).split(HERE)
    return format_html_join("", "{}<wbr>", ((piece,) for piece in before)) + escape(last)
