"""Judging: pure functions from plan, policy and evidence to a verdict. Nothing else decides."""
