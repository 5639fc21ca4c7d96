"""Intacct's STATUS. Whether a record is in use decides between Active and Archived (spec I-4)."""

ACTIVE = "active"
INACTIVE = "inactive"
KNOWN = (ACTIVE, INACTIVE)


def is_active(status: str) -> bool:
    """Only Intacct's own word for it: whatever else it may say is not in use."""
    return status == ACTIVE or status.strip().lower() == ACTIVE


def is_known(status: str) -> bool:
    """False for a word that no gateway was seen to use; worth a warning."""
    return status.strip().lower() in KNOWN
