"""One module per command of `pytest-execute`: its arguments, and `run`, which returns the exit status."""
