def register() -> None:
    """Make Intacct known to `integrations`."""
