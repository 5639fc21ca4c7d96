"""Company → Company Info → Integration Settings → Configure: the Intacct Integration Settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from intacct.configuration import (
    PROVIDER,
    SECRETS,
    ChangedMeanwhile,
    RunUnderWay,
    Saved,
    missing_fields,
    recent_changes,
    save_settings,
    settings_of,
)
from intacct.connection_test import Verdict, try_connection
from intacct.forms import SettingsForm
from intacct.operations import operation_cards
from intacct.subscription import missing_for_intacct
from integrations.connections.service import current_connection
from integrations.runs import lifecycle
from integrations.runs.models import Operation
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, role_required, subscription_missing
from reconpro.company.models import Role

P = ParamSpec("P")
View = Callable[Concatenate[CompanyRequest, P], HttpResponseBase]
hide_secrets = sensitive_post_parameters(*SECRETS)


def intacct_page(*roles: Role) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let in the roles named of a company whose subscription has Intacct (U-1, U-3)."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @role_required(*roles)
        @wraps(view)
        def checked(request: CompanyRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if missing := missing_for_intacct(request.company):
                return subscription_missing(request, missing)
            return view(request, *args, **kwargs)

        return checked

    return decorate


@hide_secrets
@require_http_methods(["GET", "HEAD", "POST"])
@intacct_page(*RECORD_KEEPERS)
def intacct_settings(request: CompanyRequest) -> HttpResponse:
    if not request.user.is_administrator:
        if request.method == "POST":
            raise PermissionDenied("Only an administrator may change these settings.")
        return _page(request, None)
    if request.method == "POST":
        return _save(request)
    return _page(request, SettingsForm(instance=settings_of(request.company), company=request.company))


def _save(request: CompanyRequest) -> HttpResponse:
    form = _form_of(request)
    if not form.is_valid():
        return _page(request, form)
    try:
        saved = save_settings(
            request.company,
            form.values,
            secrets=form.passwords,
            by=request.user,
            seen=form.cleaned_data["seen"],
        )
    except ChangedMeanwhile:
        form = _form_of(request)  # over what is stored by now: it says what the other one saved
        form.is_valid()
        return _page(request, form)
    except RunUnderWay as sentence:
        form.add_error(None, str(sentence))
        return _page(request, form)
    _tell(request, saved)
    return redirect("intacct-settings")


def _tell(request: CompanyRequest, saved: Saved) -> None:
    if not saved.changes:
        messages.info(request, "Nothing was changed.")
    else:
        messages.success(request, "The settings are saved.")
    if saved.closed is not None and saved.opened is not None:
        messages.warning(
            request,
            f"From now on you work with other books: {saved.opened}. What was imported and exported before "
            f"still belongs to {saved.closed}; its records get no updates from here.",
        )
    if saved.changes and (missing := missing_fields(saved.settings)):
        messages.warning(request, f"Still needed before anything can be imported: {', '.join(missing)}.")


@hide_secrets
@require_POST
@intacct_page(Role.ADMINISTRATOR)
def test_connection(request: CompanyRequest) -> HttpResponse:
    """Only the verdict for htmx; the whole page where there is no script."""
    form = _form_of(request, for_test=True)
    if form.is_valid():
        verdict = try_connection(form.candidate())
    else:
        sentences = [str(message) for errors in form.errors.values() for message in errors]
        verdict = Verdict("danger", "Nothing was tested.", details=sentences)
    if request.headers.get("HX-Request"):
        return render(request, "intacct/_verdict.html", {"verdict": verdict})
    return _page(request, form, verdict=verdict)


@require_POST
@intacct_page(*RECORD_KEEPERS)
def start(request: CompanyRequest, operation: str) -> HttpResponse:
    """Start an import; its progress then shows in the settings page (R-1)."""
    imports = [Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES]
    if operation not in imports:
        raise Http404("There is no such import.")
    try:
        run, created = lifecycle.start(
            request.company, Operation(operation), provider=PROVIDER, by=request.user
        )
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
    else:
        if not created:
            messages.info(request, f"{run.get_operation_display()} is already under way.")
    return redirect("intacct-settings")


def _form_of(request: CompanyRequest, **options: Any) -> SettingsForm:
    return SettingsForm(
        request.POST, instance=settings_of(request.company), company=request.company, **options
    )


def _page(
    request: CompanyRequest, form: SettingsForm | None, *, verdict: Verdict | None = None
) -> HttpResponse:
    """The page; without a form (an accountant's) it tells no credentials, not even ids (U-1)."""
    settings = settings_of(request.company)
    context = {
        "form": form,
        "verdict": verdict,
        "cards": operation_cards(request.company),
        "missing": missing_fields(settings),
        "settings": settings,
        "connection": current_connection(request.company, PROVIDER) if form else None,
        "changes": recent_changes(request.company) if form else [],
    }
    return render(request, "intacct/settings.html", context)
