"""What a warning can be about. The codes are stored; the labels are headings in lists and downloads."""

from django.db import models


class Code(models.TextChoices):
    # Duplicates (I-8): shown first.
    SAME_ACCOUNTING_ID = "same_accounting_id", "Same Accounting ID twice"
    SIMILAR_ACCOUNTING_ID = "similar_accounting_id", "Accounting IDs differ only in case or spaces"
    SAME_NAME = "same_name", "Same name under several Accounting IDs"
    LOCAL_TWIN = "local_twin", "Local record like an imported one"
    SAME_DEFAULT_PASSWORD = "same_default_password", "Same default password"

    # The list and what it would do (I-4, I-5)
    BRAKE = "brake", "Many records are no longer listed"
    TOTAL_DIFFERS = "total_differs", "The list has another length than announced"
    ARCHIVED_WITH_INVOICES = "archived_with_invoices", "Archived with invoices not yet exported"
    ARCHIVED_BY_HAND = "archived_by_hand", "Stays archived by hand"
    LINK_PROPOSED = "link_proposed", "May be the same as a record that is here"
    ID_TAKEN = "id_taken", "Accounting ID belongs to another record"

    # Single records and fields (I-11)
    NO_ACCOUNTING_ID = "no_accounting_id", "No Accounting ID"
    NO_NAME = "no_name", "No name"
    NO_DEFAULT_SIGN_IN = "no_default_sign_in", "No default sign-in"
    FIELD_TOO_LONG = "field_too_long", "Field too long"
    FIELD_MALFORMED = "field_malformed", "Field malformed"
    FIELD_REFUSED = "field_refused", "Field not shown to this user"
    NO_DEPARTMENT_FIELD = "no_department_field", "No field for the Department ID"
    UNKNOWN_REFERENCE = "unknown_reference", "Unknown in accounting"

    # Exports
    INVOICE_BLOCKED = "invoice_blocked", "Invoice can't be exported yet"
    INVOICE_FAILED = "invoice_failed", "Invoice refused"
    INVOICE_UNKNOWN = "invoice_unknown", "Invoice being checked"
    INVOICE_CONFLICT = "invoice_conflict", "Document number used by another document"
    TOTAL_CHANGED = "total_changed", "Accounting added to the total"
    DATE_MOVED = "date_moved", "Posted on another date"
    REVERSAL_OPEN = "reversal_open", "Not reversed yet"


DUPLICATES = (
    Code.SAME_ACCOUNTING_ID,
    Code.SIMILAR_ACCOUNTING_ID,
    Code.SAME_NAME,
    Code.LOCAL_TWIN,
    Code.SAME_DEFAULT_PASSWORD,
)

# Those whose sides are records that may be one and the same, to be merged (I-10).
MERGEABLE = (Code.SIMILAR_ACCOUNTING_ID, Code.SAME_NAME, Code.LOCAL_TWIN)
