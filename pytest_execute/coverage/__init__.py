"""Lines and branches that the tests of each gate reach, measured by coverage.py."""
