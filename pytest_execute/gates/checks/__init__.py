"""The checks of a gate, one module for each name that a report has: generators of findings, all pure."""
