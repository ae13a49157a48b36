"""Measurements: `python -m bench [NAME…]`. What they say, they say of one machine and day."""
