"""What the size and the beginning of a page may be."""


def check_page_size(size: int | None, largest: int) -> None:
    """ValueError for a page that the gateway wouldn't give; None leaves the size to the client's limits."""
    if size is not None and not 1 <= size <= largest:
        raise ValueError(f"A page holds 1 to {largest:,} records, not {size:,}.")


def check_start(start: int) -> None:
    """ValueError for a beginning before the first record."""
    if start < 0:
        raise ValueError(f"A list begins at 0 or later, not at {start:,}.")
