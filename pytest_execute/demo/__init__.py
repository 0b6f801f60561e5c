"""A small application whose history shows what this package judges: built honestly, or with faults that look honest."""
