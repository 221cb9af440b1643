"""The study's log, as its lead and its auditor read it, keep it and take it away to be checked."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import segno
from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from consent.typesetting import Data, pdf
from exports import evidence
from vault import log_trees, receipts, time_stamps, witnesses
from vault.errors import Missing
from vault.log_trees import LogTree
from vault.studies import Permit
from web.kit import i18n, log_filter, mail
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.rail import Place, Task
from web.kit.visit import Visit
from web.team.deeds import in_words

page = Pages("log", __name__)

_VERIFIER = Path(evidence.__file__).parent / "verify_log.py"
_PAPER = Path(__file__).parent.parent / "templates" / "team" / "checkpoint.typ"


@page.view("/studies/<uuid:study_id>/log", permit=Permit.SEE_LEDGER, place=Place(Task.PLAN, _l("Log")))
def listing(visit: Visit) -> ResponseReturnValue:
    """The lines that the address asks for, a page of them, and how the log can be proved."""
    people = log_filter.people(visit.db, visit.study_id)
    asked = log_filter.asked(request.args, people=people)
    found = log_filter.found(visit.db, visit.study_id, asked)
    tree = log_trees.of_study(visit.db, visit.study_id)
    values = {
        "asked": asked,
        "found": found,
        "lines": [(line.place, in_words(visit.db, line.body)) for line in found.lines],
        "choices": log_filter.choices(people),
        "newest": log_trees.newest(visit.db, tree.number) if tree else None,
        "keys": log_trees.keys(visit.db, tree.number) if tree else [],
        "stamps": time_stamps.of_tree(visit.db, tree.number)[-5:] if tree else [],
        "sent": witnesses.last_sent(visit.db, visit.study_id),
        "mail_possible": mail.possible(visit.settings),
    }
    return render(visit, "team/log.html", **values), 422 if asked.wrong else 200


def _tree(visit: Visit) -> LogTree:
    tree = log_trees.of_study(visit.db, visit.study_id)
    if tree is None:
        raise Missing
    return tree


def _file(name: str, content: str | bytes | Iterator[bytes], kind: str = "text/plain; charset=utf-8") -> Response:
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers)


@page.view("/studies/<uuid:study_id>/log/entries.jsonl", permit=Permit.SEE_LEDGER)
def entries(visit: Visit) -> ResponseReturnValue:
    """Every line that is under the newest checkpoint, as it is stored."""
    number, stores = _tree(visit).number, visit.kit.stores
    size = log_trees.papers(visit.db, number).size

    def written() -> Iterator[bytes]:
        # A log may be long: nothing of it is held, and the visit's own connection is given back by now.
        with stores.work(reading=True) as work:
            for body in log_trees.bodies(work.db, number, size=size):
                yield f"{body}\n".encode()

    return _file("entries.jsonl", written(), "application/jsonl; charset=utf-8")


@page.view("/studies/<uuid:study_id>/log/checkpoint", permit=Permit.SEE_LEDGER)
def checkpoint(visit: Visit) -> ResponseReturnValue:
    """The newest checkpoint; with ``size``, the one over so many lines."""
    tree, size = _tree(visit), request.args.get("size", "")
    if not size:
        return _file("log.checkpoint", log_trees.papers(visit.db, tree.number).texts["log.checkpoint"])
    if not (size.isascii() and size.isdigit() and len(size) < 18):
        raise Missing
    return _file(f"{size}.checkpoint", log_trees.at_size(visit.db, tree.number, int(size)).note)


@page.view("/studies/<uuid:study_id>/log/proof", permit=Permit.SEE_LEDGER)
def proof(visit: Visit) -> ResponseReturnValue:
    """The proof that the line at this ``place`` is in the tree, for ``verify_log.py``."""
    place = request.args.get("place", "")
    if not (place.isascii() and place.isdigit() and len(place) < 18):
        raise Missing
    receipt = receipts.of_line(visit.db, _tree(visit), int(place))
    if receipt is None:
        raise Missing
    return _file(f"line-{receipt.place}.json", receipt.text, "application/json")


@page.view("/studies/<uuid:study_id>/log/stamp", permit=Permit.SEE_LEDGER)
def stamp(visit: Visit) -> ResponseReturnValue:
    """What a time-stamping authority said of the checkpoint of this ``size``."""
    for one in time_stamps.of_tree(visit.db, _tree(visit).number):
        if str(one.size) == request.args.get("size"):
            return _file(f"{one.size}.tsr", one.response, "application/timestamp-reply")
    raise Missing


@page.view("/studies/<uuid:study_id>/log/keys", permit=Permit.SEE_LEDGER)
def keys(visit: Visit) -> ResponseReturnValue:
    """What the checkpoints are verified with."""
    return _file("log.vkey", log_trees.papers(visit.db, _tree(visit).number).texts["log.vkey"])


@page.view("/studies/<uuid:study_id>/log/verify_log.py", permit=Permit.SEE_LEDGER)
def program(visit: Visit) -> ResponseReturnValue:
    """The program that checks all of it on another machine."""
    return _file(_VERIFIER.name, _VERIFIER.read_bytes())


@page.view("/studies/<uuid:study_id>/log/checkpoint.pdf", permit=Permit.SEE_LEDGER)
def paper(visit: Visit) -> ResponseReturnValue:
    """The newest checkpoint on paper, with a square that a telephone reads: paper is not rewritten."""
    tree = _tree(visit)
    newest = log_trees.newest(visit.db, tree.number)
    if newest is None:
        raise Missing
    drawn = BytesIO()
    segno.make(newest.note, error="m", micro=False).save(
        drawn, kind="svg", scale=8, border=2, dark="#000", light="#fff"
    )
    data: dict[str, Data] = {
        "lang": i18n.tag(),
        "title": gettext("Checkpoint of the log"),
        "study": f"{visit.the_study.title} ({visit.the_study.reference})",
        "what": gettext(
            "The log had %(size)s lines on %(day)s. Keep this sheet: a log that was changed later does not fit it.",
            size=newest.size,
            day=f"{newest.signed_at:%Y-%m-%d %H:%M} UTC",
        ),
        "how": gettext(
            "To check, scan the square or type the text below into a file, and give the file to verify_log.py "
            "together with the log."
        ),
        "note": newest.note,
        "key_is": gettext("The key that signed it"),
        "keys": [key.vkey for key in log_trees.keys(visit.db, tree.number)],
        "qr": drawn.getvalue().decode(),
        "square_is": gettext("QR code with the checkpoint"),
    }
    return _file("checkpoint.pdf", pdf(_PAPER.read_text(encoding="utf-8"), data, at=visit.now), "application/pdf")
