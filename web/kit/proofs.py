"""The proof that a line stands in the log, as a file to take along."""

from flask import make_response
from flask.typing import ResponseReturnValue

from vault.errors import Busy
from vault.receipts import Receipt


class NotInTheLogYet(Busy):
    """A line is put into the tree within a second of its deed."""

    public = "This is being put into the study's log at this moment. Try again in a few seconds."


def receipt_file(receipt: Receipt | None) -> ResponseReturnValue:
    """The receipt as a file; NotInTheLogYet in the first second of its line's life."""
    if receipt is None:
        raise NotInTheLogYet
    response = make_response(receipt.text, 200)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return response
