"""Exchange with workers in addition to xdist's: settings before pytest starts there, coverage when it ends."""
