"""Start `formparse`, as a script or as a module."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command; Ctrl-C ends it quietly even while its modules are still being loaded."""
    try:
        from formparse.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
