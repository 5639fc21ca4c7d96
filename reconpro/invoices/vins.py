"""Vehicle identification numbers as ISO 3779 and 49 CFR 565 describe them."""

import random

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # without I, O and Q
_MAKERS = ("1FT", "1G1", "1HG", "2T1", "3VW", "4T1", "5YJ", "JTD", "KMH", "WBA")
_YEARS = "JKLMNPRST"  # 2018 to 2026
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    **dict(zip("PR", (7, 9), strict=True)),
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}


def check_digit(vin: str) -> str:
    """The ninth character that these 17 should have: the weighted sum modulo 11, X for ten."""
    remainder = sum(_VALUES[c] * weight for c, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def a_vin(chance: random.Random) -> str:
    """A VIN that looks real and whose check digit is right."""
    model = "".join(chance.choice(_LETTERS + "0123456789") for _ in range(5))
    year_and_plant = chance.choice(_YEARS) + chance.choice(_LETTERS)
    unchecked = f"{chance.choice(_MAKERS)}{model}0{year_and_plant}{chance.randrange(1_000_000):06}"
    return f"{unchecked[:8]}{check_digit(unchecked)}{unchecked[9:]}"
