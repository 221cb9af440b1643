"""What the import contracts cannot say by themselves: that they name what they should."""

import ast
from configparser import ConfigParser

import pytest

from tests.house.tree import ROOMS, ROOT, files, name

# The modules that know neither a database nor a key, so that they can be tested, and trusted, as plain arithmetic.
PURE = (
    "instruments.kinds",
    "instruments.conditions",
    "instruments.definition",
    "instruments.route",
    "instruments.comparison",
    "instruments.latitude",
    "instruments.canonical",
    "instruments.inspection",
    "instruments.shelf",
    "instruments.foreign",
    "consent.scopes",
    "consent.grants",
    "consent.latitude",
    "survey.sampling",
    "survey.redaction",
    "exports.dataset",
    "exports.codebook",
    "exports.deidentify",
    "exports.disclosure",
    "exports.formats",
)


@pytest.fixture(scope="module")
def contracts() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def _exists(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_every_contract_is_named_by_a_sentence(contracts: ConfigParser) -> None:
    names = [contracts[section]["name"] for section in contracts.sections() if ":contract:" in section]
    assert [called for called in names if len(called.split()) < 4 or not called[0].isupper()] == []


def test_every_pure_module_is_held_to_it_as_soon_as_it_exists(contracts: ConfigParser) -> None:
    section = "importlinter:contract:pure"
    held = contracts[section]["source_modules"].split() if section in contracts else []
    assert held == [module for module in PURE if _exists(module)]


def test_every_room_with_files_in_it_is_exhaustive(contracts: ConfigParser) -> None:
    containers = {
        container
        for section in contracts.sections()
        if contracts[section].get("exhaustive") == "True"
        for container in contracts[section]["containers"].split()
    }
    packages = {name(path.parent).replace("/", ".") for room in ROOMS for path in files(room, "__init__.py")}
    # The audiences' pages, writers and migrations stand side by side: "no circle" is all there is to say about them.
    side_by_side = {"web.participant", "web.interviewer", "web.team", "web.ethics", "exports.formats", "exports.coding"}
    assert packages - side_by_side - {"vault.migrations"} <= containers


def test_nothing_imports_the_composition_root() -> None:
    guilty = []
    for room in ROOMS:
        for path in files(room, "*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    modules = [node.module or ""]
                if "wsgi" in modules:
                    guilty.append(name(path))
    assert guilty == []


def test_no_migration_imports_a_table_that_will_have_changed_by_the_time_it_runs() -> None:
    # What seals keeps its formats for good; a study that was there before may need a key that new ones are given.
    allowed = {"vault.store": {"append_only_triggers"}, "vault.sealing": {"new_key"}, "vault.wraps": {"wrap"}}
    for path in [*files("vault/migrations/main", "*.py"), *files("vault/migrations/keyring", "*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS:
                assert node.module in allowed, f"{name(path)} imports {node.module}"
                assert {alias.name for alias in node.names} <= allowed[node.module or ""], name(path)


# What a writer of files can do without: pip installs them with verbatim[stats] only.
OPTIONAL = {"polars", "pyarrow", "pyarrow.parquet", "pyreadstat", "pyreadstat.pyclasses"}


def _is_optional(node: ast.Import | ast.ImportFrom) -> bool:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return set(modules) <= OPTIONAL


def test_no_import_stands_inside_a_function_or_under_a_condition() -> None:
    guilty = []
    for room in ROOMS:
        for path in files(room, "*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            top = {id(node) for node in tree.body}
            if path.parent == ROOT / "exports/formats":
                tried = [node for node in tree.body if isinstance(node, ast.Try)]
                top |= {
                    id(node)
                    for trial in tried
                    for node in trial.body
                    if isinstance(node, ast.Import | ast.ImportFrom) and _is_optional(node)
                }
            guilty += [
                f"{name(path)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top
            ]
    assert guilty == []
