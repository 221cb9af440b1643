"""The evidence package of the demo study, made by the command as an operator runs it."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

SECONDS = 20


def measure() -> Iterator[Figure]:
    """Processor time of ``verbatim evidence`` on the demo study, its start included."""
    with tempfile.TemporaryDirectory() as home:
        place = {**os.environ, "VERBATIM_HOME": home}
        command = [str(Path(sys.executable).with_name("verbatim"))]
        subprocess.run([*command, "demo"], env=place, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = _children()
        out = Path(home) / "evidence.zip"
        subprocess.run([*command, "evidence", "MM-DEMO", str(out)], env=place, check=True, stdout=subprocess.DEVNULL)
        taken = _children() - before
        goal = f"≤ {SECONDS} s"
        yield Figure("evidence package of the demo study", taken * 1000, "ms", "", None, goal, taken <= SECONDS)
        yield Figure("its size", out.stat().st_size / 1000, "kB")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
