"""Access to what is outside of this package: git, processes, temporary directories, the result cache."""
