"""How large the benchmark is: BENCH_SIZES is a name below, or `large=20000,rounds=2` over the full one."""

import os
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Sizes:
    """Numbers of customers, save for rounds and invoices. `judged` False: too small for any limit of time."""

    small: int = 10_000  # the usual way takes part in this one only
    large: int = 100_000
    memory_small: int = 50_000
    memory_large: int = 500_000
    slow: int = 100_000  # read from a gateway that takes 800 ms a page
    few: int = 10  # an import of so few takes as many statements as one of `large`
    rounds: int = 5
    usual_rounds: int = 2
    invoices: int = 10_000
    invoices_few: int = 2_000
    judged: bool = True


FULL = Sizes()
NAMED = {
    "full": FULL,
    "small": replace(FULL, large=20_000, memory_large=100_000, slow=20_000, rounds=3, usual_rounds=1),
    "tiny": Sizes(
        small=120,
        large=120,
        memory_small=100,
        memory_large=200,
        slow=100,
        rounds=1,
        usual_rounds=1,
        invoices=60,
        invoices_few=20,
        judged=False,
    ),
}


def sizes(text: str | None = None) -> Sizes:
    """The sizes that BENCH_SIZES (or `text`) asks for; ValueError with a sentence for anything else."""
    asked = (os.environ.get("BENCH_SIZES", "") if text is None else text).strip() or "full"
    if asked in NAMED:
        return NAMED[asked]
    numbers = {field.name for field in fields(Sizes)} - {"judged"}
    changed = {}
    for word in asked.split(","):
        name, _, number = word.strip().partition("=")
        if name not in numbers or not number.isdigit() or int(number) < 1:
            raise ValueError(
                f"BENCH_SIZES: {word!r} is neither {', '.join(NAMED)} nor NAME=NUMBER with one of"
                f" {', '.join(sorted(numbers))}."
            )
        changed[name] = int(number)
    return replace(FULL, **changed)
