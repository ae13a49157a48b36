"""Record what each point of a catalog says, so that no later edit changes it within its version.

Run it once per released version: `python tools/release_catalog.py [CATALOG]`. A version that was
recorded before is never rewritten.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from formgen.catalog import default_catalog_path, load_catalog
from formgen.catalog_check import RELEASED, fingerprints
from formgen.errors import FormgenError


def main() -> int:
    """Write the record; the exit code says whether it stands."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default_catalog_path()
    try:
        catalog = load_catalog(path)
    except FormgenError as error:
        print(error.phrase.en, file=sys.stderr)
        return error.exit_code
    record = RELEASED / catalog.id / f"{catalog.version}.json"
    record.parent.mkdir(parents=True, exist_ok=True)
    try:
        with record.open("x", encoding="utf-8") as file:
            file.write(json.dumps(fingerprints(catalog), indent=2) + "\n")
    except FileExistsError:
        print(f"{record}: already recorded, and unchanged.")
        return 0
    print(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
