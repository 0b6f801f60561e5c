"""Order of the tests: a pure queue, with plugins for xdist's controller, its workers, and a process without workers."""
