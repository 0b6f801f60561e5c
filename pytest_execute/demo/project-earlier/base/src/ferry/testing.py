"""Fixtures for the tests of the ferry."""
