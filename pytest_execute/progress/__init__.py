"""What a person sees while the tests run: a line per stream below pytest's own output, or a line per task that has ended."""
