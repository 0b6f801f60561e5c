"""What a crossing costs, in cents."""

from __future__ import annotations

import math

ADULT = 900
SENIOR = 700
BICYCLE = 200
CAR = 2500
FURTHER_METRE = 600


def fare(age: int, *, back: bool = False) -> int:
    """The price for one passenger: one way, or there and `back` for a tenth less."""
    if age < 0:
        raise ValueError("an age cannot be below 0")
    if age < 4:
        single = 0
    elif age < 16:
        single = ADULT // 2
    elif age < 65:
        single = ADULT
    else:
        single = SENIOR
    return single * 2 * 9 // 10 if back else single


def vehicle_fare(metres: float) -> int:
    """The price for a vehicle: a bicycle is below 2 m, a car has up to 5 m, each further metre begun is extra."""
    if metres <= 0:
        raise ValueError("a vehicle must have a length")
    if metres < 2:
        return BICYCLE
    return CAR + max(0, math.ceil(metres - 5)) * FURTHER_METRE
