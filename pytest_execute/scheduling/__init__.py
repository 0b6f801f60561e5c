"""Dependents wait for what they need and for nothing else: a pure queue, and its adapters to xdist and to one process."""
