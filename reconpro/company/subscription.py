"""What a company subscribed to (U-3)."""

from collections.abc import Iterable

from reconpro.company.models.tenant import Company, Edition, Feature


def missing_subscription(company: Company, *, edition: Edition, features: Iterable[Feature]) -> str:
    """What of it the company lacks, in words for a sentence; "" if nothing is missing."""
    missing = []
    if company.edition != edition:
        missing.append(f"the {edition.label} edition")
    missing += [f"the feature {f.label}" for f in features if f not in company.features]
    return " and ".join(missing)
