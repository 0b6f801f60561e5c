"""Frozen values and the pure functions on them: what every stage shares."""
