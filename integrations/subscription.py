"""What of this wing a company's subscription includes (U-3)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase

from integrations.providers import Provider, providers
from reconpro.company.access import CompanyRequest, subscription_missing
from reconpro.company.models import Company

P = ParamSpec("P")
View = Callable[Concatenate[CompanyRequest, P], HttpResponseBase]


def provider_of(company: Company) -> Provider | None:
    """The first provider that the company's subscription includes."""
    return next((p for p in providers() if not p.missing_subscription(company)), None)


def report_title(company: Company) -> str:
    """The report's name, with that of the company's provider: "… Integration Status / Warning"."""
    provider = provider_of(company)
    return f"{provider.label if provider else ''} Integration Status / Warning".strip()


def subscription_required(view: View[P]) -> View[P]:
    """Let in only companies whose subscription includes an integration; others are told what is missing."""

    @wraps(view)
    def checked(request: CompanyRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if provider_of(request.company) is None:
            needed = [p.missing_subscription(request.company) for p in providers()]
            return subscription_missing(request, " or ".join(needed) or "an accounting integration")
        return view(request, *args, **kwargs)

    return checked
