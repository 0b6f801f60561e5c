"""Referee of plan-driven, test-first development, as a pytest plugin and a command."""
