"""What a crossing costs, in cents."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def discount(people: int, *, resident: bool = False) -> int:
    """The percentage off for a party: half for residents, less for many people."""
    if resident:
        return 50
    if people >= 10:
        return 15
    return 5 if people >= 5 else 0


def party_fare(ages: Sequence[int], *, resident: bool = False, back: bool = False) -> int:
    """The price for people who travel together, at least one of them grown up."""
    if not any(age >= 16 for age in ages):
        raise ValueError("a party needs an adult")
    full = sum(fare(age, back=back) for age in ages)
    return full * (100 - discount(len(ages), resident=resident)) // 100
