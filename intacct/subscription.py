"""What a company must have subscribed to (U-3)."""

from reconpro.company.models import Company
from reconpro.company.models.tenant import Edition, Feature
from reconpro.company.subscription import missing_subscription


def missing_for_intacct(company: Company) -> str:
    """What of edition and feature the company lacks, in words; "" if nothing."""
    return missing_subscription(company, edition=Edition.ENTERPRISE, features=[Feature.INTACCT])


def has_subscription(company: Company) -> bool:
    return not missing_for_intacct(company)
