"""Company → Company Info, with its sub-tab Integration Settings."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reconpro.company.access import BACK_OFFICE, CompanyRequest, role_required
from reconpro.company.models.tenant import Feature
from reconpro.registry import registry


@role_required(*BACK_OFFICE)
def company_info(request: CompanyRequest) -> HttpResponse:
    features = [Feature(name).label for name in request.company.features if name in Feature.values]
    return render(request, "company/company_info.html", {"features": features})


@role_required(*BACK_OFFICE)
def integration_settings(request: CompanyRequest) -> HttpResponse:
    """Each integration that the subscription includes, with its link *Configure* (U-3)."""
    sections = registry.integration_sections
    return render(
        request,
        "company/integration_settings.html",
        {
            "sections": [
                {"title": s.title, "description": s.description, "url": reverse(s.url_name)}
                for s in sections
                if s.available(request.company)
            ],
            "unavailable": [
                {"title": s.title, "missing": s.missing(request.company)}
                for s in sections
                if not s.available(request.company)
            ],
        },
    )


@role_required(*BACK_OFFICE)
def reports(request: CompanyRequest) -> HttpResponse:
    """The Reports tab: what the company's subscription includes."""
    links = [link for link in registry.reports if link.available(request.company)]
    return render(
        request,
        "reports/index.html",
        {
            "reports": [
                {"title": link.title, "description": link.description, "url": reverse(link.url_name)}
                for link in links
            ]
        },
    )
