"""*Needs attention* on pages: where each cause is mended, and *Retry these* (P-3)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from integrations.exports.attention import SAMPLES, Attention, Trouble, needs_attention, packed, unpacked
from integrations.exports.decisions import start_run
from integrations.exports.models import ExportState
from integrations.exports.views import place_url
from integrations.exports.words import count_of, money
from integrations.providers import Provider
from integrations.subscription import provider_of, subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, role_required
from reconpro.invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class Shown:
    """A cause as the page shows it: `places` are labels with addresses, `list_url` "" where there is none."""

    trouble: Trouble
    sentence: str
    places: list[tuple[str, str]]
    list_url: str
    retry: str
    invoices: list[tuple[int, str]]
    more_invoices: int


def attention_of(request: CompanyRequest) -> dict[str, object] | None:
    """What the section needs; None where nothing can be told since no books are connected."""
    company, provider = request.company, provider_of(request.company)
    connection = provider.open_connection(company) if provider is not None else None
    if provider is None or connection is None:
        return None
    found = needs_attention(company, connection, provider.export_rules(company))
    numbers, currency = found.numbers, company.currency
    return {
        "troubles": [_shown(trouble, numbers, provider, currency) for trouble in found.troubles],
        "is_empty": found.is_empty,
        "kept_back": _kept_back(found, currency),
        "kept_back_url": invoices_url(ExportState.KEPT_BACK),
    }


def _kept_back(found: Attention, currency: str) -> str:
    if not found.kept_back_count:
        return ""
    return f"{count_of(found.kept_back_count)}, {money(found.kept_back_total, currency)}"


def _shown(trouble: Trouble, numbers: dict[int, str], provider: Provider, currency: str) -> Shown:
    first = [(pk, numbers[pk]) for pk in trouble.ids[:SAMPLES] if pk in numbers]
    return Shown(
        trouble,
        trouble.sentence(currency),
        [
            ("Open the settings" if place.kind == "settings" else place.label, place_url(place, provider))
            for place in trouble.named
        ],
        invoices_url(trouble.accounting) if trouble.accounting else "",
        packed(trouble.ids) if trouble.can_retry else "",
        [] if trouble.accounting and not trouble.ids else first,
        max(trouble.count - len(first), 0) if first else 0,
    )


def invoices_url(accounting: str, **more: str) -> str:
    """The list of invoices, narrowed."""
    return f"{reverse('invoices')}?{urlencode({'accounting': accounting, **more})}"


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def attention_retry(request: CompanyRequest) -> HttpResponse:
    """*Retry these*: an export of just what waited for a cause. What is still blocked stays so, and says
    why."""
    ids = unpacked(request.POST.get("invoices", ""))
    if not ids:
        raise Http404
    waiting = Invoice.objects.filter(company=request.company, pk__gte=ids[0], pk__lte=ids[-1])
    wanted = set(ids)
    mine = [pk for pk in waiting.order_by("pk").values_list("pk", flat=True).iterator() if pk in wanted]
    if not mine:
        raise Http404
    return start_run(request, {"only": mine})


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def attention_check(request: CompanyRequest) -> HttpResponse:
    """*Check now*: an export that sends nothing new, and only looks up what is in doubt."""
    return start_run(request, {"only": []})
