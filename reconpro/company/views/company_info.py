"""Company → Company Info, with its sub-tab Integration Settings."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from reconpro.audit.log import record_event
from reconpro.company.access import ADMINISTRATORS, BACK_OFFICE, CompanyRequest, role_required
from reconpro.company.forms.company import CompanyForm
from reconpro.company.models import Company
from reconpro.company.models.tenant import Feature
from reconpro.registry import registry


@role_required(*BACK_OFFICE)
def company_info(request: CompanyRequest) -> HttpResponse:
    features = [Feature(name).label for name in request.company.features if name in Feature.values]
    return render(request, "company/company_info.html", {"features": features})


@role_required(*ADMINISTRATORS)
@transaction.atomic
def company_edit(request: CompanyRequest) -> HttpResponse:
    companies = Company.objects.all()
    if request.method == "POST":
        # Two who save at once: the second one sees what the first one saved.
        companies = companies.select_for_update()
    company = companies.get(pk=request.company.pk)  # not the one in the page's head, which stays as saved
    form = CompanyForm(request.POST or None, instance=company)
    if request.method == "POST" and form.is_valid():
        form.save()
        after = {name: getattr(company, name) for name in form.before}
        if after != form.before:
            record_event(
                company=company,
                action="company.changed",
                sentence=f"{request.user} changed Company Info.",
                user=request.user,
                subject=company,
                details={"before": form.before, "after": after},
            )
        messages.success(request, "Company Info is saved.")
        return redirect("company-info")
    context = {"form": form, "back": reverse("company-info")}
    return render(request, "company/company_form.html", context, status=form.status)


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
