"""Display of progress while the tests run: a line per stream below pytest's output, or one per task that has ended."""
