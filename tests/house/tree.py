"""The files of this project, as the tests of the house read them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vault", "instruments", "consent", "survey", "exports", "web")

# What is made on this machine and never committed.
_MADE = {
    ".git", ".venv", ".cache", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
    ".import_linter_cache", "var", "build", "verbatim.egg-info",
}  # fmt: skip


def files(folder: str = ".", pattern: str = "*") -> list[Path]:
    """Every file of the project below ``folder``, sorted; what was only made on this machine is left out."""
    return sorted(
        path
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and not _MADE.intersection(path.relative_to(ROOT).parts)
    )


def name(path: Path) -> str:
    """The path from the project's folder on."""
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())
