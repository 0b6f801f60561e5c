"""Renderings of a verdict: they read what was decided and compute nothing."""
