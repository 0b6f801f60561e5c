"""Vouchers that pay for a part of a fare."""

from __future__ import annotations


def redeem(cents: int, voucher: int) -> tuple[int, int]:
    """What is left to pay, and what is left on the voucher."""
    used = min(cents, voucher)
    return cents - used, voucher - used
