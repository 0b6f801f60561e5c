"""Engine that writes trees out and runs tests in them, in forks of a warm pytest; replay and mutation are built on it."""
