"""Trees written out, and tests run in them by forks of a warm pytest: the engine below the replay, and below whatever runs tests again."""
