"""What of this wing is shown on pages of ReconPro."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconpro.registry import ReportLink, registry

if TYPE_CHECKING:
    from integrations.providers import Provider


def register() -> None:
    """Show this wing on pages of ReconPro."""
    from integrations.connections import departments
    from integrations.duplicates import pages as duplicates
    from integrations.exports import pages as exports

    exports.register()
    duplicates.register()
    departments.register()


def show_report_of(provider: Provider) -> None:
    """The report on the Reports tab, under the provider's name, where the subscription has it (U-3)."""
    link = ReportLink(
        title=f"{provider.label} Integration Status / Warning",
        description="What imports and exports did, and warnings on duplicate records.",
        url_name="integration-report",
        available=lambda company: not provider.missing_subscription(company),
    )
    month = ReportLink(
        title="Close month",
        description=f"What of a month is open, and what differs from {provider.label}; signed off by name.",
        url_name="close-month",
        available=lambda company: not provider.missing_subscription(company),
    )
    ours = (link.title, month.title)
    others = [other for other in registry.reports if other.title not in ours]
    registry.reports[:] = [*others, link, month]
