"""Engine of replay and mutation: writes trees out, and runs tests in them in forks of a warm pytest."""
