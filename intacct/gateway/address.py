"""Which addresses may receive two passwords (spec S-3)."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from intacct.gateway.errors import AddressRefused
from intacct.gateway.redaction import redact

INTACCT_DOMAINS = ("intacct.com",)

# Parsers disagree about these; an address that needs them is not the gateway's.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True)
class AddressRule:
    """https on one of the domains or below it, on the default port; http on loopback only where allowed.

    The same rule serves the Post URL and the endpoint that a sign-in answers.
    """

    allowed_domains: tuple[str, ...] = INTACCT_DOMAINS
    allow_loopback_http: bool = False

    def check(self, url: str, secrets: Sequence[str] = ()) -> None:
        """Raise AddressRefused, with a sentence, unless passwords may go there; it masks ``secrets``."""
        fault = self._fault(url, secrets)
        if fault:
            raise AddressRefused(
                fault,
                advice="Correct Post URL; Intacct's own is https://api.intacct.com/ia/xml/xmlgw.phtml.",
                level="address",
                culprit="address",
            )

    def _fault(self, url: str, secrets: Sequence[str]) -> str:
        if not url:
            return "The address is empty."
        if _AMBIGUOUS.search(url):
            return "The address contains blanks, backslashes or control characters."
        try:
            parts = urlsplit(url)
            port = parts.port
            host = parts.hostname or ""
        except ValueError:
            return "The address cannot be read as a URL."
        if "@" in parts.netloc:
            return "The address must not contain a user name or password."
        if not host:
            return "The address has no host; it must begin with https://."
        if parts.fragment:
            return "The address must not contain a # part."
        if self.allow_loopback_http and parts.scheme == "http" and _is_loopback(host):
            return ""
        if parts.scheme != "https":
            return "The address must begin with https://, because it receives two passwords."
        if not self._is_allowed(host):
            domains = " or ".join(self.allowed_domains) or "none"
            return (
                f"The host {_shown(host, secrets)} is not allowed to receive passwords (allowed: {domains})."
            )
        if port not in (None, 443):
            return f"The port {_shown(str(port), secrets)} is not allowed; leave it out."
        return ""

    def _is_allowed(self, host: str) -> bool:
        if not _HOST_NAME.fullmatch(host):
            return False
        domains = [domain.lower().strip(".") for domain in self.allowed_domains]
        return any(host == domain or host.endswith(f".{domain}") for domain in domains if domain)


def _shown(part: str, secrets: Sequence[str]) -> str:
    """A part of an address, in which a secret may stand in small letters and without its outer dots.

    Nothing of what is no name: it may be a secret with half of its signs escaped.
    """
    if not _HOST_NAME.fullmatch(part):
        return "in it"
    spelt = {form for secret in secrets for form in (secret, secret.strip("."))}
    return redact(part, [*spelt, *(form.lower() for form in spelt)])[:100]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
