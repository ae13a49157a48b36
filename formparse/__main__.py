"""Run `formparse` as a module."""

from formparse.cli import main

if __name__ == "__main__":
    main()
