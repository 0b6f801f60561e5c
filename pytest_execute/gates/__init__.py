"""The one place that decides: pure functions from plan, policy and evidence to a verdict."""
