"""The verdicts, which take many seconds, once for the session."""

from __future__ import annotations

import json

import pytest
from filelock import FileLock

from tests.conformance.verdicts import Verdicts, ask


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Verdicts:
    """Give all verdicts; of several test processes the first asks, the others wait and read."""
    folder = tmp_path_factory.getbasetemp()
    if not hasattr(request.config, "workerinput"):
        return ask(folder)
    shared = folder.parent / "verdicts.json"
    with FileLock(shared.with_suffix(".lock")):
        if shared.exists():
            return Verdicts(**json.loads(shared.read_text()))
        verdicts = ask(folder)
        shared.write_text(json.dumps({"found": verdicts.found, "missing": verdicts.missing}))
        return verdicts
