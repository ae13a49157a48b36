"""The whole job on six fictional suppliers: `python -m demo`, or `make demo`."""
