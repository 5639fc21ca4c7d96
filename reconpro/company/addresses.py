"""Where a request comes from: for the brake on guessing, and for who signed in first from where (I-7)."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The browser's address; behind our own proxy the one that the proxy saw, which it writes last.

    None where neither is an address.
    """
    told: str = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2] or told
    try:
        return str(ip_address(told.strip()))
    except ValueError:
        return None
