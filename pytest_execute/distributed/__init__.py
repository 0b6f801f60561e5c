"""Exchange with workers besides xdist's own: the run's settings before pytest starts there, the coverage when it ends."""
