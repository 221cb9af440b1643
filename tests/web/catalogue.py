"""The catalogue of translations: found in the code, kept in ``web/locale``, compiled. ``make catalogue`` runs this.

Besides what gettext usually marks, it finds what the rooms below the web say without knowing gettext: whatever reads
like a sentence in their code, what an error is raised with, what they mark by ``Sentence``, ``counted`` or ``said``,
and the labels of the ready consent documents.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from consent import examples
from tests.house.tree import ROOMS, ROOT, files, name

LOCALE = ROOT / "web/locale"
# The functions that mark a text, and how many texts each takes: the message, or the message and its plural.
_MARKS = {"_": 1, "_l": 1, "gettext": 1, "lazy_gettext": 1, "Sentence": 1, "said": 1, "ngettext": 2, "counted": 2}
_TEMPLATES = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
# What only an operator reads, in a terminal, stays English.
_FOR_OPERATORS = ("web/cli/", "vault/settings.py", "vault/migrations/", "exports/evidence/verify_log.py")
# What a release says inside its files is English in every language; of these rooms only what an error says is shown.
_IN_FILES = ("exports/",)
_ON_PAGES_AS_WELL = {"exports/worker.py"}
_FAULTS_OF_OURS = {"ValueError", "TypeError", "RuntimeError", "KeyError", "NotSetUp", "AssertionError", "LookupError"}
# What is written in its own languages beside the code, or belongs to a study that is shown as an example.
_NOT_FOR_GETTEXT = {
    "consent/paper_words.py",
    "instruments/foreign/printed_words.py",
    "instruments/foreign/redcap_fields.py",  # names of columns
    "instruments/shelf.py",
}
_SENTENCE = re.compile(r"[A-Z“%][^\n]*\s[^\n]*[.?]")

Found = tuple[str, str | tuple[str, ...]]  # the file, the message (with its plural)


def found() -> Iterator[Found]:
    """Every sentence of the program that a page, a letter or a mail may show."""
    for template in [*files("web/templates", "*.html"), *files("web/templates", "*.txt")]:
        with template.open("rb") as file:
            for _, message, _, _ in extract("jinja2", file, DEFAULT_KEYWORDS, (), _TEMPLATES):
                yield name(template), message
    for room in ROOMS:
        for module in files(room, "*.py"):
            if not name(module).startswith(_FOR_OPERATORS):
                yield from in_code(name(module), module.read_text(encoding="utf-8"))
    for example in examples.library():
        yield "consent/library", example.label


def in_code(where: str, code: str) -> Iterator[Found]:
    """What a module says: what is marked, in f-strings as well, else what reads like a sentence."""
    tree = ast.parse(code)
    marked = [message for node in ast.walk(tree) for message in _marked(node)]
    yield from ((where, message) for message in marked)
    if where not in _NOT_FOR_GETTEXT:
        known = {part for message in marked for part in ([message] if isinstance(message, str) else message)}
        errors_only = where.startswith(_IN_FILES) and where not in _ON_PAGES_AS_WELL
        yield from ((where, text) for text in _sentences(tree, errors_only=errors_only) if text not in known)


def _marked(node: ast.AST) -> Iterator[str | tuple[str, ...]]:
    match node:
        case ast.Call(func=ast.Name(id=mark), args=[*given]) if mark in _MARKS:
            texts = [text.value for text in given[: _MARKS[mark]] if isinstance(text, ast.Constant)]
            if len(texts) == _MARKS[mark]:
                yield str(texts[0]) if len(texts) == 1 else tuple(map(str, texts))


def _sentences(node: ast.AST, *, errors_only: bool = False) -> Iterator[str]:
    """Texts that read like a sentence, and whatever an error says (``public``) or is raised with; not docstrings, parts
    of f-strings, and what is said to developers only. With ``errors_only``, only what errors say."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.JoinedStr():
            return
        case ast.Raise(exc=ast.Call(func=ast.Name(id=error))) if error in _FAULTS_OF_OURS:
            return
        case ast.Raise(exc=ast.Call(func=ast.Name(), args=[ast.Constant(value=str(text)), *_])):
            yield text
        case ast.Assign(targets=[ast.Name(id="public")], value=ast.Constant(value=str(text))):
            yield text
        case ast.Constant(value=str(text)) if _SENTENCE.fullmatch(text) and not errors_only:
            yield text
    for below in ast.iter_child_nodes(node):
        yield from _sentences(below, errors_only=errors_only)


def po_of(language: str) -> Path:
    """What translators write."""
    return LOCALE / language / "LC_MESSAGES/messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one if there is none yet."""
    path = po_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def wanted() -> Catalog:
    """Everything that was found, each sentence once, with the files in which it stands."""
    catalog = Catalog()
    for where, message in found():
        catalog.add(message, locations=[(where, 0)])
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    packed = io.BytesIO()
    write_mo(packed, catalog)
    return packed.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """The sentences that ``catalog`` does not say yet."""
    return [str(one.id) for one in wanted() if one.id and not _said(catalog.get(_key(one.id)))]


def _key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _said(message: Message | None) -> bool:
    said = message.string if message else None
    return all(said) if isinstance(said, list | tuple) else bool(said)


def renew(language: str) -> list[str]:
    """The files of the language hold what the code says now; returns what is still to be translated."""
    catalog = read(language)
    catalog.update(wanted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.project, catalog.version, catalog.fuzzy = "Verbatim", "", False
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "Verbatim's maintainers"
    catalog.header_comment = f"# What Verbatim's pages say, in {language!r}. Renewed by: make catalogue"
    # The same code makes the same file, whenever and by whomever it is made.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    po = po_of(language)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False)
    po.with_suffix(".mo").write_bytes(compiled(read(language)))
    return missing(catalog)


if __name__ == "__main__":
    left = renew("fr")
    sys.stdout.write("\n".join([*left, f"{len(left)} sentences still to be translated into French.", ""]))
