def register() -> None:
    """Show this wing on pages of ReconPro."""
