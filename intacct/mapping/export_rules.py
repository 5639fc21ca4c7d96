"""Settings → the rules that exports go by (S-5, X-1 to X-4)."""

from intacct.models import ClosedPeriod, IntacctSettings, UnitOfMeasure
from integrations.exports.rules import ExportRules


def export_rules_of(settings: IntacctSettings) -> ExportRules:
    """The lengths are ExportRules' own: those that Intacct's Order Entry documents take."""
    return ExportRules(
        start=settings.export_start,
        document_type=settings.transaction_definition,
        document_prefix=settings.document_prefix,
        unit_of_service=settings.unit_of_measure == UnitOfMeasure.ITEM,
        default_terms=settings.default_terms,
        default_location=settings.default_location,
        department_required=settings.department_required,
        several_entities_allowed=settings.several_entities_allowed,
        closed_through=settings.closed_through,
        move_closed=settings.closed_period == ClosedPeriod.MOVE,
    )
