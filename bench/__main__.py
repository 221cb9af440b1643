"""``python -m bench [names]``: measure, and say whether every goal is reached; exit code 1 if one is not.

A further figure is a module of this folder with ``measure()``, which yields what it found, and a line in ``FIGURES``.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    authoring,
    comparing,
    deid,
    evidence,
    exports,
    forms,
    guarded_page,
    interview,
    journey,
    keys,
    log,
    participant_pages,
    qdpx,
    saves,
    sign_ins,
    verify,
)
from bench.figure import Figure

FIGURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "authoring": authoring.measure,
    "comparing": comparing.measure,
    "deid": deid.measure,
    "evidence": evidence.measure,
    "keys": keys.measure,
    "log": log.measure,
    "sign-ins": sign_ins.measure,
    "guarded-page": guarded_page.measure,
    "interview": interview.measure,
    "participant-pages": participant_pages.measure,
    "journey": journey.measure,
    "saves": saves.measure,
    "qdpx": qdpx.measure,
    "exports": exports.measure,
    "forms": forms.measure,
    "verify": verify.measure,
}


def _line(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} ×"
    kept = "" if figure.holds is None else "yes" if figure.holds else "NO"
    value = f"{figure.value:,.0f} {figure.unit}"
    return f"| {figure.what} | {value} | {figure.reference} | {ratio} | {figure.goal} | {kept} |"


def _machine() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"


def main() -> int:
    """Measure what was asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what docs/performance.md states.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(FIGURES)}; without any, all")
    wanted = parser.parse_args().names or list(FIGURES)
    unknown = sorted(set(wanted) - set(FIGURES))
    if unknown:
        parser.error(f"there is no figure called {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}: python -m bench {' '.join(wanted)}\n")
    print("| Figure | Measured | Against | Ratio | Goal | Reached |\n|---|---:|---|---:|---|---|")
    missed = 0
    for name in wanted:
        for figure in FIGURES[name]():
            print(_line(figure), flush=True)
            missed += figure.holds is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
