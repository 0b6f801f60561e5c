"""Code that runs in the processes of tests: it uses the standard library and pytest only, and is loaded by its path."""
