"""Test-first, proven by running today's tests on the trees of older commits."""
