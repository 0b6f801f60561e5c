"""Checks of a gate, a module each, named as in reports: pure generators of findings."""
