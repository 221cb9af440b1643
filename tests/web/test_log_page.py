"""The page of the log: lines by kind, person and day, and everything that is needed to prove them elsewhere."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pypdf import PdfReader

from tests.exports.log_making import verify
from tests.web.conftest import Team
from tests.web.pages import Page
from vault import checkpoints, ledger, log_trees, time_stamps
from vault.studies import Role
from web.kit import guard
from web.kit.log_filter import GROUPS
from web.team.deeds import DEEDS

BOTH = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


def sequence(team: Team) -> None:
    guard.kit_of(team.house.app).sequencing.run()


def done(team: Team, action: str, *, at: datetime | None = None, by: UUID | None = None, times: int = 1) -> None:
    now = at or team.house.clock.time
    with team.house.stores.work() as work:
        for _ in range(times):
            actor = ledger.staff(by) if by else ledger.participant("ab" * 32)
            ledger.append(work.db, action, actor=actor, now=now, study=team.study)
        work.commit()


def rows(page: Page) -> list[str]:
    cells = [[cell.text_content() for cell in row.cssselect("td")] for row in page.document.cssselect("tbody tr")]
    return [" ".join(" ".join(row).split()) for row in cells]


@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_every_deed_that_has_words_is_of_one_kind_that_can_be_asked_for(deed: str) -> None:
    kinds = [
        key
        for key, (_, names) in GROUPS.items()
        if any(deed == name or (name.endswith(".") and deed.startswith(name)) for name in names)
    ]
    assert len(kinds) == 1, f"{deed} is in {kinds or 'none'}: give it a place in web/kit/log_filter.py"


@BOTH
def test_a_board_asks_in_words_who_looked_at_names_and_when(team: Team) -> None:
    auditor, coordinator = team.browsers[Role.AUDITOR], team.people[Role.COORDINATOR]
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    done(team, "identity.read", at=noon, by=coordinator.id)
    done(team, "identity.read", at=noon + timedelta(days=3, hours=12, seconds=-1), by=coordinator.id)
    done(team, "answers.read", at=noon, by=team.people[Role.ANALYST].id)
    done(team, "participant.enrolled", at=noon)

    page = auditor.get(f"{team.at}/log?what=names")
    assert [row.partition("UTC ")[2] for row in rows(page)] == [
        "Coordinator Read a participant's name and contacts."
    ] * 2
    page = auditor.get(f"{team.at}/log?what=names&who={coordinator.id}&since=2026-11-21&until=2026-11-23")
    assert len(rows(page)) == 1
    assert "2026-11-23 23:59" in rows(page)[0]
    assert len(rows(auditor.get(f"{team.at}/log?since=2026-11-20&until=2026-11-20"))) == 3
    assert [row.partition("UTC ")[2] for row in rows(auditor.get(f"{team.at}/log?who=participants"))] == [
        "A participant Enrolled a participant."
    ]
    empty = auditor.get(f"{team.at}/log?what=leaving")
    assert "No line of this kind." in empty.words()
    # The form says in the address what it was asked, and remembers it.
    form = page.form("/log")
    assert (form.value("what"), form.value("who"), form.value("since")) == (
        "names", str(coordinator.id), "2026-11-21",
    )  # fmt: skip


@pytest.mark.parametrize("asked", ["what=xyz", "who=nobody", "since=yesterday", "until=20261122", "since=9999-12-31"])
def test_what_cannot_be_asked_for_is_said_in_a_sentence_and_the_lines_are_shown(team: Team, asked: str) -> None:
    page = team.lead.get(f"{team.at}/log?{asked}")
    assert page.status == 422
    assert "Choose from the lists." in page.words() or "Write a date like 2026-11-22." in page.words()
    assert rows(page)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, ""])
def test_a_page_number_that_is_none_shows_the_newest(team: Team, before: str) -> None:
    assert team.lead.get(f"{team.at}/log?before={before}").status == 200


def test_older_lines_stand_on_further_pages_and_each_line_stands_once(team: Team) -> None:
    done(team, "interview.started", by=team.people[Role.INTERVIEWER].id, times=250)
    sequence(team)
    seen: list[str] = []
    page = team.lead.get(f"{team.at}/log?what=asking")
    for _ in range(3):
        seen += [row.split()[0] for row in rows(page)]
        older = [link for link in page.links() if "before=" in link]
        if older:
            assert "what=asking" in older[0]
            page = team.lead.get(older[0])
    assert len(seen) == len(set(seen)) == 250
    assert "250 lines, the newest first" in page.words()
    assert [int(number) for number in seen] == sorted(map(int, seen), reverse=True)


def test_pages_that_were_answered_are_shown_to_whoever_asks_for_them_only(team: Team) -> None:
    done(team, "answers.saved", times=3)
    assert "Answered a page" not in team.lead.get(f"{team.at}/log").words()
    assert len(rows(team.lead.get(f"{team.at}/log?what=pages"))) == 3


def test_a_line_shows_its_number_as_soon_as_it_has_one(team: Team) -> None:
    assert "The first checkpoint is made within a second" in team.lead.get(f"{team.at}/log").words()
    assert {row.split()[0] for row in rows(team.lead.get(f"{team.at}/log"))} == {"…"}
    sequence(team)
    numbers = [int(row.split()[0]) for row in rows(team.lead.get(f"{team.at}/log"))]
    assert numbers == list(range(len(numbers)))[::-1]


@pytest.mark.parametrize("role", [Role.LEAD, Role.AUDITOR])
def test_whoever_may_read_the_log_takes_away_all_that_proves_it(team: Team, role: Role) -> None:
    sequence(team)
    browser = team.browsers[role]
    page = browser.get(f"{team.at}/log")
    links = {link.rpartition("/")[2]: link for link in page.links() if "/log/" in link and "/proof?" not in link}
    assert set(links) == {"entries.jsonl", "checkpoint", "keys", "verify_log.py", "checkpoint.pdf"}
    files = {name: browser.get(link).response.get_data() for name, link in links.items()}
    note, key = files["checkpoint"].decode(), files["keys"].decode().strip()
    said = checkpoints.verified(note, key)
    lines = files["entries.jsonl"].decode().splitlines()
    assert said.size == len(lines)
    assert {json.loads(line)["study"] for line in lines} == {str(team.study)}
    assert files["verify_log.py"].startswith(b"#!/usr/bin/env python3")
    paper = PdfReader(io.BytesIO(files["checkpoint.pdf"]))
    text = "".join(page.extract_text() for page in paper.pages).replace("\u200b", "").replace("\n", "")
    assert note.split("\n")[0] in text
    assert note.split("\n")[2] in text
    assert note in page.document.cssselect("pre.checkpoint")[0].text_content() + "\n"
    assert browser.get(f"{team.at}/log/checkpoint?size={said.size}").response.get_data().decode() == note
    for size in ("0", "x", "999999", "9" * 30):
        assert browser.get(f"{team.at}/log/checkpoint?size={size}").status == 404


def test_time_stamps_of_an_authority_stand_on_the_page_and_are_taken_away(team: Team) -> None:
    sequence(team)
    with team.house.stores.work() as work:
        tree = log_trees.of_study(work.db, team.study)
        assert tree is not None
        newest = log_trees.newest(work.db, tree.number)
        assert newest is not None
        time_stamps.keep(work.db, tree.number, newest.size, b"as it was signed", now=team.house.clock.time)
        work.commit()
    auditor = team.browsers[Role.AUDITOR]
    page = auditor.get(f"{team.at}/log")
    address = next(link for link in page.links() if "/log/stamp?" in link)
    assert auditor.get(address).response.get_data() == b"as it was signed"
    assert auditor.get(f"{team.at}/log/stamp?size=1").status == 404


def test_a_deed_that_others_should_hear_of_is_a_leaf_once_its_answer_is_out(team: Team) -> None:
    sequence(team)
    answer = team.lead.send(f"{team.at}/members/{team.members[Role.ANALYST]}/leave")
    assert answer.status == 303
    assert {row.split()[0] for row in rows(team.lead.get(f"{team.at}/log?what=team"))} >= {"…"}
    # The server closes an answer when it is out; whoever waited for it waits no more.
    answer.response.close()
    assert "…" not in {row.split()[0] for row in rows(team.lead.get(f"{team.at}/log"))}


def test_each_line_has_a_proof_that_is_checked_by_itself(team: Team, tmp_path: Path) -> None:
    done(team, "identity.read", by=team.people[Role.COORDINATOR].id)
    sequence(team)
    auditor = team.browsers[Role.AUDITOR]
    links = [link for link in auditor.get(f"{team.at}/log").links() if "/log/proof?place=" in link]
    assert links
    receipt = tmp_path / "line.json"
    receipt.write_bytes(auditor.get(links[0]).response.data)
    assert verify("--receipt", receipt).code == 0
    told = json.loads(receipt.read_text())
    receipt.write_text(json.dumps({**told, "body": told["body"].replace("identity.read", "identity.seen")}))
    assert verify("--receipt", receipt).code == 1
    for wrong in ("", "x", "-1", "999999", "9" * 30):
        assert auditor.get(f"{team.at}/log/proof?place={wrong}").status == 404
    assert team.browsers[Role.ANALYST].get(links[0]).status == 403
