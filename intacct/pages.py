"""Where the Intacct integration shows itself on pages of ReconPro."""

from intacct.subscription import has_subscription, missing_for_intacct
from reconpro.registry import IntegrationSection, registry


def register() -> None:
    """Show this wing on pages of ReconPro."""
    registry.integration_sections.append(
        IntegrationSection(
            title="Intacct Integration Settings",
            description="Import customers, services and employees from Intacct, and export invoices to it.",
            url_name="intacct-settings",
            available=has_subscription,
            missing=missing_for_intacct,
        )
    )
