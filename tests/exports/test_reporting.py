"""Reporting checklists: complete, filled in from the records, added to by the team, and the same in every file."""

import io
from datetime import timedelta

import docx
import pytest

from exports.reporting import remarks, report
from exports.reporting.checklists import CHECKLISTS, COREQ, SRQR, Checklist, Source
from exports.reporting.report import Filled
from survey import withdrawals
from survey.withdrawals import Way
from tests.exports.setting import Setting, add, interview
from vault import ledger
from vault.errors import Invalid, Missing


@pytest.fixture
def told(at: Setting) -> Setting:
    """Three people who filled in the survey, one interviewed, one gone."""
    with at.stores.work() as work:
        people = [add(work, at, name, "It matters.") for name in ("Wren", "Robin", "Jay")]
        interview(work, at, people[0], "Notes.", "And?", "Memo.")
        withdrawals.withdraw(work.db, work.keyring, people[2].participant, Way.STOP, now=at.now)
        work.commit()
    return at


def filled(at: Setting, checklist: Checklist) -> Filled:
    """The checklist as it stands."""
    with at.stores.work(reading=True) as work:
        return report.filled(work.db, at.study_id, checklist, now=at.now)


def beside(of: Filled, item: int) -> str:
    """What is reported beside an item."""
    return of.lines[item - 1].text


def test_the_checklists_have_all_of_their_items_in_order() -> None:
    assert [item.number for item in COREQ.items] == list(range(1, 33))
    assert [item.number for item in SRQR.items] == list(range(1, 22))
    assert all(len({item.name for item in one.items}) == len(one.items) for one in CHECKLISTS)


def test_what_the_records_tell_is_filled_in_and_the_paper_is_pointed_to(told: Setting) -> None:
    coreq, srqr = filled(told, COREQ), filled(told, SRQR)
    assert beside(coreq, 1) == "Interviews were conducted by Ian (1 interview)."
    assert beside(coreq, 12) == "2 people took part; 1 was interviewed in 1 interviews."
    assert beside(coreq, 13) == "Of those who were approached, 1 withdrew. Nobody was asked for a reason."
    assert beside(coreq, 17) == "The guide list_one had 2 topics and did not change."
    assert beside(coreq, 18) == "Nobody was interviewed more than once."
    assert beside(coreq, 2) == "Not filled in yet."
    assert beside(coreq, 29).startswith("To be written in the paper")
    assert beside(srqr, 9).startswith("The study was approved by ")
    for one in (coreq, srqr):
        assert all(line.known for line in one.lines if line.item.key in {"12"})
        assert not any(line.known for line in one.lines if line.item.source is not Source.RECORDS)


def test_a_study_in_which_nothing_happened_tells_nothing_wrong(at: Setting) -> None:
    for checklist in CHECKLISTS:
        text = report.markdown(filled(at, checklist)).decode()
        assert "0 people" not in text
        assert "None" not in text


def test_what_the_team_says_is_added_changed_and_taken_back_and_the_log_names_the_items(told: Setting) -> None:
    def keep(**said: str) -> int:
        with told.stores.work() as work:
            words = {name.removeprefix("i"): text for name, text in said.items()}
            changed = remarks.keep(work.db, told.study_id, COREQ, words, by=told.field.lead.id, now=told.now)
            work.commit()
            return changed

    assert keep(i2=" PhD, MD ", i12="As planned.", i3="") == 2
    assert keep(i2="PhD, MD") == 0
    assert beside(filled(told, COREQ), 12) == "2 people took part; 1 was interviewed in 1 interviews. As planned."
    assert keep(i2="") == 1
    assert beside(filled(told, COREQ), 2) == "Not filled in yet."
    assert "As planned." not in beside(filled(told, SRQR), 12)
    with pytest.raises(Invalid):
        keep(i2="x" * 5_001)
    with pytest.raises(Missing):
        keep(i33="No such item.")
    with told.stores.work(reading=True) as work:
        lines = [one for one in ledger.of_study(work.db, told.study_id) if one["action"] == "reporting.written"]
    assert [one["facts"] for one in reversed(lines)] == [
        {"checklist": "COREQ", "items": ["2", "12"]}, {"checklist": "COREQ", "items": ["2"]},
    ]  # fmt: skip


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda one: one.key)
def test_every_file_has_every_item_and_what_was_typed_as_text(told: Setting, checklist: Checklist) -> None:
    nasty = "a | b # c *d* \n<script>alert(1)</script>"
    with told.stores.work() as work:
        remarks.keep(work.db, told.study_id, checklist, {"2": nasty}, by=told.field.lead.id, now=told.now)
        work.commit()
    of = filled(told, checklist)
    text = report.markdown(of).decode()
    rows = [line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert len(rows) == len(checklist.items)
    assert "a \\| b \\# c \\*d\\* \\<script\\>" in text
    document = docx.Document(io.BytesIO(report.word(of, at=told.now)))
    cells = [row.cells[0].text for table in document.tables for row in table.rows[1:]]
    assert cells == [f"{item.number} {item.name}" for item in checklist.items]
    assert any(nasty in row.cells[2].text for table in document.tables for row in table.rows)
    assert document.core_properties.author == ""
    paper = report.paper(of, at=told.now + timedelta(days=1))
    assert paper.startswith(b"%PDF")
    assert b"StructTreeRoot" in paper
