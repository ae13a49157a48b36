"""Measurements: `python -m bench [build|read]`. What they say, they say of one machine and day."""
