"""Settings → the rules that exports go by (S-5, X-1 to X-4, X-8)."""

from intacct.mapping.invoices import AR_INVOICE
from intacct.models import ClosedPeriod, DocumentType, IntacctSettings, UnitOfMeasure
from integrations.exports.rules import ExportRules, ReversalWay

ON_ACCOUNT = frozenset({AR_INVOICE})


def export_rules_of(settings: IntacctSettings) -> ExportRules:
    """The rules of the document type that is set."""
    if settings.document_type == DocumentType.AR_INVOICE:
        return _ar_invoices(settings)
    return _order_entry(settings)


def _order_entry(settings: IntacctSettings) -> ExportRules:
    """The lengths are ExportRules' own: those that Intacct's Order Entry documents take."""
    credit_type = settings.credit_definition
    return ExportRules(
        start=settings.export_start,
        document_type=settings.transaction_definition,
        document_prefix=settings.document_prefix,
        credit_type=credit_type,
        no_credit_reason="No credit definition is set.",
        reversal=ReversalWay.CREDIT if credit_type else ReversalWay.BY_HAND,
        # For an AR invoice that was sent before the settings changed, and has to go again as what it was.
        on_account=ON_ACCOUNT,
        account=settings.revenue_account,
        account_label=_label(settings),
        unit_of_service=settings.unit_of_measure == UnitOfMeasure.ITEM,
        default_terms=settings.default_terms,
        default_location=settings.default_location,
        department_required=settings.department_required,
        several_entities_allowed=settings.several_entities_allowed,
        closed_through=settings.closed_through,
        move_closed=settings.closed_period == ClosedPeriod.MOVE,
    )


def _ar_invoices(settings: IntacctSettings) -> ExportRules:
    """The lengths are those that Intacct's AR invoices take."""
    return ExportRules(
        start=settings.export_start,
        document_type=AR_INVOICE,
        document_prefix=settings.document_prefix,
        no_credit_reason="An AR invoice can't be negative; only Order Entry takes credits.",
        reversal=ReversalWay.BOOKS,
        on_account=ON_ACCOUNT,
        account=settings.revenue_account,
        account_label=_label(settings),
        default_terms=settings.default_terms,
        default_location=settings.default_location,
        department_required=settings.department_required,
        several_entities_allowed=settings.several_entities_allowed,
        closed_through=settings.closed_through,
        move_closed=settings.closed_period == ClosedPeriod.MOVE,
        number_length=30,
        message_length=80,
    )


def _label(settings: IntacctSettings) -> str:
    """A line names its account in one way: the number goes before the label."""
    return "" if settings.revenue_account else settings.account_label
