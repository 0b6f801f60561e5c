"""Commands of `pytest-execute`, a module each: `add_arguments(parser)` and `run(options) -> exit status`."""
