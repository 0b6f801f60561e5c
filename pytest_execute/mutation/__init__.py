"""Extreme mutation: replaces whole function bodies that the topic added or changed, and looks for tests that notice."""
