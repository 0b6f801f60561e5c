"""What a worker is given before pytest runs there, on this machine or another, and what it brings back."""
