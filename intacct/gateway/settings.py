"""What a client is told once: who it is, and how far it may go."""

from dataclasses import dataclass, field

from intacct.gateway.functions.get_list import LARGEST_LIST_PAGE
from intacct.gateway.functions.page_sizes import check_page_size
from intacct.gateway.functions.query import LARGEST_PAGE

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Credentials:
    """Two pairs of secrets: the sender's belongs to the integration, the user's to the company.

    ``entity_id`` empty means the whole company (top level).
    """

    sender_id: str
    sender_password: str = field(repr=False)
    user_id: str
    company_id: str
    user_password: str = field(repr=False)
    entity_id: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never appear in a text that leaves the client."""
        return tuple(secret for secret in (self.sender_password, self.user_password) if secret)


@dataclass(frozen=True)
class Limits:
    """How long, how much and how often (spec G-3); the defaults suit the real gateway."""

    connect_timeout_seconds: float = 10
    read_timeout_seconds: float = 60
    """Longest silence while an answer arrives."""
    answer_timeout_seconds: float = 900
    """Longest time for one whole answer; the gateway itself gives up after about 15 minutes."""

    query_page_size: int = 2000
    list_page_size: int = 1000
    document_batch_size: int = 1000
    """Document numbers asked for in one read-back: a list of values may have no more on many databases."""

    max_answer_bytes: int = 64 * MEBIBYTE
    """After unpacking: a small packed answer can hide a huge one."""
    max_record_bytes: int = 4 * MEBIBYTE
    """Of one record, and of all that stands around the records: so much of an answer is held at a time."""
    max_records: int = 20_000
    """In one answer."""
    max_list_records: int = 5_000_000
    """In one whole list: a gateway that never comes to an end would else be read for ever."""
    max_depth: int = 32
    """Of one record."""
    kept_text_bytes: int = 0
    """How much of each request and answer its record keeps, secrets removed (spec G-4); 0: nothing."""

    read_retries: int = 5
    first_backoff_seconds: float = 2
    longest_backoff_seconds: float = 32
    longest_retry_after_seconds: float = 120

    def __post_init__(self) -> None:
        check_page_size(self.query_page_size, LARGEST_PAGE)
        check_page_size(self.list_page_size, LARGEST_LIST_PAGE)
