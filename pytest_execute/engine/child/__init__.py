"""The side of the engine that runs in a tree: standard library and pytest only, loaded by its path and never imported there."""
