"""What had to come out, and what did."""


class Verdicts:
    """Sentences that hold or don't, told as they come and once more at the end."""

    def __init__(self, *, judged: bool) -> None:
        self.judged = judged
        self.missed: list[str] = []

    def expect(self, sentence: str, holds: bool, *, is_about_time: bool = True) -> None:
        """Judge one; sizes that are too small to measure (`judged` False) hold no limit of time or memory."""
        if is_about_time and not self.judged:
            print(f"not judged      {sentence}")
            return
        print(f"{'ok             ' if holds else 'NOT AS EXPECTED'} {sentence}")
        if not holds:
            self.missed.append(sentence)

    def conclude(self) -> int:
        """The exit status; 1 names what missed."""
        if not self.missed:
            print("\nAll as expected.")
            return 0
        print(f"\n{len(self.missed)} not as expected:")
        for sentence in self.missed:
            print(f"  {sentence}")
        return 1
