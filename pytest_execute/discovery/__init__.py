"""Collected tests, mapped to the gates for which they count."""
