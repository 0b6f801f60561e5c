"""Display of progress while the tests run: a line per stream below pytest's output, or a line per task that has ended."""
