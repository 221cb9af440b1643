"""Receipts: a small file that proves a participant's consent and withdrawal, made by us and checked by others."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from exports import evidence
from survey.withdrawals import Way
from tests.vault.logs import tree_of
from tests.web.pages import Page
from tests.web.participant.conftest import Place
from tests.web.visitors import Visitor
from vault import ledger, log_trees, participant_keys
from vault.errors import CannotOpen
from vault.keyring import Salt
from web.kit import guard

VERIFIER = Path(evidence.__file__).parent / "verify_log.py"


def sequence(place: Place) -> None:
    guard.kit_of(place.house.app).sequencing.run()


def verified(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(VERIFIER), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def link(page: Page, ending: str) -> str:
    return next(one for one in page.links() if one.endswith(ending))


def text(browser: Visitor, address: str) -> str:
    page = browser.get(address)
    assert page.status == 200, page.words()
    return page.response.get_data().decode()


def test_the_copy_of_a_consent_comes_with_the_proof_that_it_stands_in_the_log(place: Place, tmp_path: Path) -> None:
    browser, enrolled, _ = place.agreed()
    sequence(place)
    copy = browser.get("/p/consent/copy")
    receipt = text(browser, link(copy, ".json"))
    (tmp_path / "receipt.json").write_text(receipt)

    checked = verified(tmp_path / "receipt.json")

    assert checked.returncode == 0, checked.stdout + checked.stderr
    told = json.loads(receipt)
    body = json.loads(told["body"])
    assert (told["format"], told["kind"], body["action"]) == ("verbatim-receipt/1", "consent", "consent.decided")
    paper = browser.get(link(copy, ".pdf")).response.get_data()
    reader = PdfReader(io.BytesIO(paper))
    assert reader.attachments["receipt.json"] == [receipt.encode()]
    assert f"number {told['index']} of {told['size']}" in " ".join(reader.pages[-1].extract_text().split())
    # Whatever is done later, it is the same receipt and the same paper.
    browser.get("/p/leave/stop").form("stop").submit()
    sequence(place)
    browser, _ = place.come_in(enrolled)
    assert text(browser, link(copy, ".json")) == receipt
    assert browser.get(link(copy, ".pdf")).response.get_data() == paper


def test_a_receipt_that_was_altered_proves_nothing(place: Place, tmp_path: Path) -> None:
    browser, _, _ = place.agreed()
    sequence(place)
    receipt = json.loads(text(browser, link(browser.get("/p/consent/copy"), ".json")))
    altered = {
        "no": {**receipt, "body": receipt["body"].replace('"no":[', '"no":["take-part",')},
        "place": {**receipt, "index": receipt["index"] + 1},
        "kind": {**receipt, "kind": "withdrawal"},
        "size": {**receipt, "checkpoint": receipt["checkpoint"].replace("\n", "0\n", 2)},
    }
    for name, one in altered.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(one))
        assert verified(tmp_path / f"{name}.json").returncode in {1, 2}, name


def test_before_it_stands_in_the_log_the_page_works_and_says_to_come_again(place: Place) -> None:
    browser, _, _ = place.agreed()
    copy = browser.get("/p/consent/copy")
    early = browser.get(link(copy, ".json"))
    assert early.status == 503
    assert "Try again in a few seconds." in early.words()
    assert "receipt.json" not in PdfReader(io.BytesIO(browser.get(link(copy, ".pdf")).response.get_data())).attachments


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("way", list(Way))
def test_whoever_leaves_gets_a_proof_that_needs_no_code(place: Place, way: Way, tmp_path: Path) -> None:
    browser, enrolled, _ = place.agreed()
    with place.house.stores.work(reading=True) as work:
        subject = participant_keys.commitment(work.keyring, enrolled.participant.id)
        salt = work.keyring.scalar(select(Salt.salt).where(Salt.participant_id == enrolled.participant.id))
    receipt = browser.get(f"/p/leave/{way.value}").form(way.value).submit()
    address = next(one for one in receipt.links() if "/receipts/W-" in one)
    stranger = place.house.visitor()
    assert stranger.get(address).status == 503
    sequence(place)

    file = text(stranger, address)

    (tmp_path / "receipt.json").write_text(file)
    checked = verified(tmp_path / "receipt.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    body = json.loads(json.loads(file)["body"])
    assert (body["action"], body["subject"], body["facts"]["way"]) == ("participant.withdrew", subject, way.value)
    assert (salt or b"").hex() not in file
    assert str(enrolled.participant.id) not in file
    assert enrolled.participant.pseudonym not in file


def test_nobody_gets_a_receipt_for_a_number_that_was_given_to_nobody(place: Place) -> None:
    assert place.house.visitor().get("/receipts/W-AAAA-AAAA").status == 404


def test_after_an_erasure_the_log_verifies_as_before_and_its_lines_mean_nobody(place: Place, tmp_path: Path) -> None:
    browser, enrolled, _ = place.agreed()
    study = place.made.study.id
    with place.house.stores.work(reading=True) as work:
        subject = participant_keys.commitment(work.keyring, enrolled.participant.id)
    sequence(place)
    before = exported(place, tmp_path / "before")
    assert verified(before).returncode == 0, verified(before).stdout
    browser.get("/p/leave/erase").form("erase").submit()
    sequence(place)

    after = exported(place, tmp_path / "after")

    checked = verified(after, before / "log.checkpoint")
    assert checked.returncode == 0, checked.stdout
    lines = (after / "entries.jsonl").read_text().splitlines()
    assert (
        lines[: len((before / "entries.jsonl").read_text().splitlines())]
        == (before / "entries.jsonl").read_text().splitlines()
    )
    assert sum(subject in line for line in lines) > 3
    with place.house.stores.work(reading=True) as work:
        assert tree_of(work.db, study).study_id == study
        with pytest.raises(CannotOpen):
            participant_keys.commitment(work.keyring, enrolled.participant.id)
        salts = work.keyring.scalars(select(Salt.salt)).all()
    # No salt that is left makes one of the commitments of whoever is gone.
    assert not any(ledger.committed(salt, enrolled.participant.id.bytes) == subject for salt in salts)


def exported(place: Place, folder: Path) -> Path:
    folder.mkdir()
    with place.house.stores.work(reading=True) as work:
        number = tree_of(work.db, place.made.study.id).number
        papers = log_trees.papers(work.db, number)
        lines = log_trees.bodies(work.db, number, size=papers.size)
        (folder / "entries.jsonl").write_text("".join(f"{line}\n" for line in lines))
        for name, content in papers.texts.items():
            (folder / name).write_text(content)
    return folder
