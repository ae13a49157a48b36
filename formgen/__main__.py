"""Run `formgen` as a module."""

from formgen.cli import main

if __name__ == "__main__":
    main()
