"""The table that is printed, in columns that can be pasted into docs/benchmarks.md."""

COLUMNS = {
    "database": ("database", 10),
    "customers": ("customers", 9),
    "what": ("what", 20),
    "seconds": ("seconds", 8),
    "own": ("own s", 7),
    "rate": ("records/s", 9),
    "floor": ("of floor", 8),
    "reading": ("of reading", 10),
    "usual": ("of usual", 8),
    "share": ("simulator", 9),
    "peak": ("peak MiB", 8),
}
LEFT = ("database", "what")


class Table:
    """One line for each thing measured."""

    def head(self) -> None:
        self._line({name: title for name, (title, _) in COLUMNS.items()})
        print(
            "| "
            + " | ".join(
                "-" * width if name in LEFT else "-" * (width - 1) + ":"
                for name, (_, width) in COLUMNS.items()
            )
            + " |"
        )

    def row(self, **cells: str) -> None:
        self._line(cells)

    def _line(self, cells: dict[str, str]) -> None:
        shown = []
        for name, (_, width) in COLUMNS.items():
            text = cells.get(name, "")
            shown.append(text.ljust(width) if name in LEFT else text.rjust(width))
        print(f"| {' | '.join(shown)} |", flush=True)


def seconds(number: float) -> str:
    return f"{number:.2f}"


def times(ratio: float) -> str:
    return f"{ratio:.2f}"
