"""Prints the README's table of programs: `python -m tests.engines`."""

from __future__ import annotations

import sys

from tests.engines.table import table

sys.stdout.write(table() + "\n")
