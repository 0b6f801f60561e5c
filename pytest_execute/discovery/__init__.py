"""Which tests count for which gates."""
