"""Reports on a verdict, a file for each format: they show what was decided and decide nothing."""
