"""One module per outside thing: git, processes."""
