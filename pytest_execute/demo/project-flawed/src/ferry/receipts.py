"""What a passenger gets printed."""

from __future__ import annotations

from collections.abc import Sequence

from ferry.fares import fare


def receipt(ages: Sequence[int]) -> list[str]:
    """One line for each passenger, and the total below."""
    if not ages:
        return ["Nothing to pay"]
    prices = [fare(age) for age in ages]
    lines = [f"age {age:>3}  {_money(price)}" for age, price in zip(ages, prices, strict=True)]
    return [*lines, f"total    {_money(sum(prices))}"]


def _money(cents: int) -> str:
    return f"{cents // 100:>3}.{cents % 100:02d}"
