from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from integrations.duplicates.merging import CannotMerge
from integrations.duplicates.models import Warning
from integrations.duplicates.resolving import resolve
from integrations.reconcile.answers import CannotAnswer
from integrations.subscription import subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, company_object, role_required


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def resolve_warning(request: CompanyRequest, pk: int) -> HttpResponse:
    """A button on a warning: *They are different*, *Link them*, *Archive them*… Answers the page that it
    was on."""
    warning = company_object(request, Warning, pk)
    try:
        answer = resolve(warning, request.user, request.POST.get("answer", ""))
    except (CannotAnswer, CannotMerge) as refusal:
        messages.error(request, str(refusal))
        return _back(request)
    if answer is None:
        messages.info(request, "This warning was closed already.")
    else:
        messages.success(request, f"Noted: {answer.button.lower()}. {answer.then}")
    return _back(request)


def _back(request: CompanyRequest) -> HttpResponse:
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(page)
    return redirect("integration-report")
