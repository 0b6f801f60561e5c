"""Small application with a history to be judged: built test-first, or with faults that look honest."""
