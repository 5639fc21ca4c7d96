"""Company → Teams."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reconpro.audit.log import record_event
from reconpro.company.access import (
    BACK_OFFICE,
    RECORD_KEEPERS,
    CompanyRequest,
    company_object,
    of_company,
    role_required,
)
from reconpro.company.forms.company import TeamForm
from reconpro.company.letting_in import still_on_default, without_sign_in
from reconpro.company.models import ArchivedReason, Team
from reconpro.company.tables import TeamTable
from reconpro.lists import on_page


@role_required(*BACK_OFFICE)
@require_safe
def teams(request: CompanyRequest) -> HttpResponse:
    active = Q(employees__archived_reason=ArchivedReason.NONE)
    found = of_company(request, Team).filter(archived_at=None).annotate(members=Count("employees", active))
    table = on_page(TeamTable(found, may_edit=request.user.keeps_records), request)
    return render(request, "company/teams.html", {"table": table})


@role_required(*RECORD_KEEPERS)
def team_new(request: CompanyRequest) -> HttpResponse:
    form = TeamForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid() and _save(request, form, "added"):
        return redirect("teams")
    return render(request, "company/team_form.html", {"form": form, "back": reverse("teams")})


@role_required(*RECORD_KEEPERS)
@transaction.atomic
def team_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    found = of_company(request, Team)
    if request.method == "POST":
        # Two who save at once: the second one sees what the first one saved.
        found = found.select_for_update()
    team = company_object(request, found, pk)
    name = team.name
    form = TeamForm(request.POST or None, instance=team, company=request.company)
    if request.method == "POST" and form.is_valid() and _save(request, form, "changed"):
        return redirect("teams")
    context = {"form": form, "name": name, "back": reverse("teams")}
    if request.user.is_administrator:
        without = without_sign_in(request.company).filter(team=team)
        context |= {
            "team": team,
            "members_without": without.count(),
            "members_on_default": still_on_default(request.company).filter(team=team).count(),
        }
    return render(request, "company/team_form.html", context, status=form.status)


def _save(request: CompanyRequest, form: TeamForm, verb: str) -> bool:
    """Save and record it; False where somebody took the name meanwhile."""
    try:
        with transaction.atomic():
            team = form.save()
            record_event(
                company=request.company,
                action=f"team.{verb}",
                sentence=f"{request.user} {verb} the team {team}.",
                user=request.user,
                subject=team,
                details={"before": form.before, "after": {n: getattr(team, n) for n in form.before}},
            )
    except IntegrityError:
        form.add_error("name", "There is a team of this name already.")
        return False
    messages.success(request, f"The team {team} is {'added' if verb == 'added' else 'saved'}.")
    return True
