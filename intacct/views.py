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
    label_of,
    missing_fields,
    recent_changes,
    save_settings,
    settings_of,
    words_of,
)
from intacct.connection_test import Verdict, try_connection
from intacct.forms import SettingsForm
from intacct.lists import read_lists as read_intacct
from intacct.operations import operation_cards
from intacct.subscription import missing_for_intacct
from integrations.connections.service import current_connection
from integrations.runs import lifecycle
from integrations.runs.models import Mode, Operation
from integrations.schedules.service import plan_of, resume, schedule_of
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, role_required, subscription_missing
from reconpro.company.models import Role

CHOOSES = [label_of(n) for n in ("item_types", "employee_types", "scope_departments", "scope_locations")]
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
            plan=form.plan,
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
    if narrowed := [change.label for change in saved.changes if change.label in CHOOSES]:
        messages.warning(
            request,
            f"{', '.join(narrowed)}: what the choice leaves out is archived by the next import, and restored "
            "when it is chosen again. Check first shows which records that are.",
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


@hide_secrets
@require_POST
@intacct_page(Role.ADMINISTRATOR)
def read_lists(request: CompanyRequest) -> HttpResponse:
    """Ask Intacct what there is to choose from, over the settings that are saved; what was typed stays (S-5).

    Only the fields under Advanced for htmx; the whole page where there is no script.
    """
    settings = settings_of(request.company)
    connection = current_connection(request.company, PROVIDER)
    if connection is None or (missing := missing_fields(settings)):
        names = ", ".join(missing) if connection else label_of("auth_company_id")
        read = Verdict("warning", f"Enter and save {names} first. Nothing was read.")
    else:
        read = read_intacct(settings, connection)
    form = _form_of(request)
    form.say_nothing()
    if request.headers.get("HX-Request"):
        return render(request, "intacct/_advanced.html", {"form": form, "read": read})
    return _page(request, form, read=read)


@require_POST
@intacct_page(Role.ADMINISTRATOR)
def resume_schedule(request: CompanyRequest) -> HttpResponse:
    """Let the schedule go on that paused itself (S-7, I-9)."""
    if resume(request.company, PROVIDER, request.user):
        messages.success(request, "The schedule goes on.")
    else:
        messages.info(request, "The schedule was not paused.")
    return redirect("intacct-settings")


@require_POST
@intacct_page(*RECORD_KEEPERS)
def start(request: CompanyRequest, operation: str) -> HttpResponse:
    """Start an import, or *Check first*; its progress then shows in the settings page (R-1). An import that
    must be checked first is (I-9, S-7), and the page says why."""
    imports = [Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES]
    if operation not in imports:
        raise Http404("There is no such import.")
    mode = Mode.CHECK if request.POST.get("mode") == Mode.CHECK else Mode.WHOLE
    try:
        try:
            _start(request, Operation(operation), mode)
        except lifecycle.MustBeChecked as sentence:
            _start(request, Operation(operation), Mode.CHECK)
            messages.info(request, f"{sentence} Nothing is changed until you have looked at it and apply it.")
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
    return redirect("intacct-settings")


def _start(request: CompanyRequest, operation: Operation, mode: Mode) -> None:
    run, created = lifecycle.start(request.company, operation, provider=PROVIDER, by=request.user, mode=mode)
    if not created:
        messages.info(request, f"{run.title} is already under way.")


def _form_of(request: CompanyRequest, **options: Any) -> SettingsForm:
    return SettingsForm(
        request.POST, instance=settings_of(request.company), company=request.company, **options
    )


def _page(
    request: CompanyRequest,
    form: SettingsForm | None,
    *,
    verdict: Verdict | None = None,
    read: Verdict | None = None,
) -> HttpResponse:
    """The page; without a form (an accountant's) it tells no credentials, not even ids (U-1)."""
    settings = settings_of(request.company)
    schedule = schedule_of(request.company, PROVIDER)
    context = {
        "form": form,
        "verdict": verdict,
        "cards": operation_cards(request.company),
        "missing": missing_fields(settings),
        "settings": settings,
        "connection": current_connection(request.company, PROVIDER) if form else None,
        "changes": recent_changes(request.company) if form else [],
        "schedule": schedule,
        "schedule_words": words_of(plan_of(schedule)),
        "read": read,
    }
    return render(request, "intacct/settings.html", context)
