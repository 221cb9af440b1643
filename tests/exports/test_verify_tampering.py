"""A study's log that was tampered with behind the product's back, checked as an auditor checks it (ASVS 16.4.2).

Each way is tried without a checkpoint that was kept, and with one; what is not found without one is said by name.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.exports import log_scenario
from tests.exports.log_making import Signer, Verdict, lines_of, verify, written
from tests.exports.log_scenario import FORGET, Played, behind, copied, handed_over, newest, played, sequenced
from tests.exports.setting import Setting, add, built, fetched, interview
from vault import log_trees, passphrases, receipts
from vault.ledger import committed


@pytest.fixture(scope="module")
def study(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A study that was run through its verbs, once for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "STRETCH", passphrases.FLOOR)
        yield played(sqlite_template, tmp_path_factory.mktemp("played") / "home", now=NOON)


class Copy:
    """The study's databases in a folder of their own, to be tampered with."""

    def __init__(self, study: Played, folder: Path) -> None:
        self.study, self.folder, self.home = study, folder, copied(study.home, folder / "home")
        self._handed = 0

    def behind(self, *statements: str, **values: object) -> None:
        """Statements by the database's own tools."""
        behind(self.home, *statements, **values)

    def handed_over(self) -> Path:
        """What the study hands over now."""
        self._handed += 1
        with closing(log_scenario.Databases(self.home)) as place:
            return handed_over(place.stores, self.study.study, self.folder / f"log{self._handed}", self.study.now)

    def kept(self, number: int = -1) -> Path:
        """One of the checkpoints that the auditor kept, by default the last."""
        path = self.folder / f"kept{number}.checkpoint"
        path.write_text(list(self.study.kept.values())[number], encoding="utf-8")
        return path

    def judged(self) -> tuple[Verdict, Verdict]:
        """What the file says without and with the newest checkpoint that was kept."""
        folder = self.handed_over()
        return verify(folder), verify(folder, self.kept())


@pytest.fixture
def copy(study: Played, tmp_path: Path) -> Copy:
    """A copy of the study."""
    return Copy(study, tmp_path)


def test_nothing_is_wrong_with_the_log_of_a_study_that_was_run_by_its_verbs(copy: Copy) -> None:
    folder = copy.handed_over()
    found = verify(folder, copy.kept(0), copy.kept(1), copy.kept(2))
    assert (found.code, found.wrong) == (0, []), found.said
    assert found.said.count("everything that stood in the log then stands there unchanged") == 3
    assert "no rule in this file" not in found.said
    alone = verify(folder)
    assert alone.code == 0
    assert "you gave no checkpoint" in alone.said


def test_nothing_is_wrong_with_it_whichever_database_it_was_kept_in(at: Setting, tmp_path: Path) -> None:
    with at.stores.work() as work:
        who = add(work, at, "wren", "what Wren said")
        interview(work, at, who, "notes", "an aside", "a memo")
        work.commit()
    kept = tmp_path / "kept.txt"
    sequenced(at.stores, at.now)
    kept.write_text(newest(at.stores, at.study_id)[1], encoding="utf-8")
    fetched(at, built(at))
    found = verify(handed_over(at.stores, at.study_id, tmp_path / "log", at.now), kept)
    assert (found.code, found.wrong) == (0, []), found.said


TAMPERING = {
    "a line is edited": [
        "UPDATE ledger_entry SET body = replace(body, 'quoted', 'Quoted') WHERE number = "
        "(SELECT min(number) FROM ledger_entry WHERE action = 'consent.decided')"
    ],
    "a line is deleted": [
        "DELETE FROM ledger_entry WHERE number = "
        "(SELECT min(number) FROM ledger_entry WHERE action = 'consent.decided')"
    ],
    "a line is deleted and the others move up": [
        "DELETE FROM log_leaf WHERE entry = (SELECT min(number) FROM ledger_entry WHERE action = 'consent.decided')",
        "UPDATE log_leaf SET place = (SELECT count(*) FROM log_leaf other WHERE other.place < log_leaf.place)",
    ],
    "a line is put in": [
        "INSERT INTO ledger_entry (number, study_id, action, body) SELECT 100000, study_id, action, body "
        "FROM ledger_entry WHERE number = (SELECT min(number) FROM ledger_entry WHERE action = 'consent.decided')",
        "UPDATE log_leaf SET place = -place - 1 WHERE place > 4",
        "UPDATE log_leaf SET place = -place WHERE place < 0",
        "INSERT INTO log_leaf (tree, place, entry, hash) SELECT tree, 5, 100000, hash FROM log_leaf WHERE place = 4",
        "UPDATE log_checkpoint SET size = size + 1 WHERE size = (SELECT max(size) FROM log_checkpoint)",
    ],
    "two lines change places": [
        "UPDATE log_leaf SET place = -1 WHERE place = 5",
        "UPDATE log_leaf SET place = 5 WHERE place = 6",
        "UPDATE log_leaf SET place = 6 WHERE place = -1",
    ],
    "the last lines are cut off": [
        "DELETE FROM log_leaf WHERE place > (SELECT max(place) - 3 FROM log_leaf)",
        "DELETE FROM ledger_entry WHERE number > (SELECT max(number) - 3 FROM ledger_entry)",
    ],
}


@pytest.mark.parametrize("way", TAMPERING)
def test_whatever_is_done_to_lines_is_found_even_without_a_kept_checkpoint(way: str, copy: Copy) -> None:
    # One tree only, so that places can be told apart.
    copy.behind(
        "DELETE FROM log_leaf WHERE tree <> (SELECT number FROM log_tree WHERE origin LIKE '%/studies/%')",
        "DELETE FROM ledger_entry WHERE study_id IS NULL", *TAMPERING[way],
    )  # fmt: skip
    alone, kept = copy.judged()
    assert (alone.code, kept.code) == (1, 1), alone.said
    assert any("root" in line or "not the ones" in line or "taken away" in line for line in alone.wrong), alone.said


def test_a_log_that_was_cut_back_to_an_earlier_checkpoint_is_found_with_a_newer_one_only(copy: Copy) -> None:
    """Not found without a kept checkpoint: it is the log as it was some time ago."""
    size = list(copy.study.kept)[1]
    tree = _tree(copy)
    copy.behind(
        "DELETE FROM ledger_entry WHERE number IN (SELECT entry FROM log_leaf WHERE place >= :size AND tree = :tree)",
        "DELETE FROM log_leaf WHERE place >= :size AND tree = :tree",
        "DELETE FROM log_checkpoint WHERE size > :size AND tree = :tree", size=size, tree=tree,
    )  # fmt: skip
    folder = copy.handed_over()
    assert verify(folder).code == 0
    assert verify(folder, copy.kept(1)).code == 0
    (wrong,) = verify(folder, copy.kept(2)).wrong
    assert "entries were taken away" in wrong


def _tree(copy: Copy) -> int:
    with closing(log_scenario.Databases(copy.home)) as place, place.stores.work(reading=True) as work:
        found = log_trees.of_study(work.db, copy.study.study)
        assert found is not None
        return found.number


REWRITES = {
    "edited": [
        "UPDATE ledger_entry SET body = replace(body, '\"quoted\"', '\"quotes\"') WHERE number = "
        "(SELECT min(number) FROM ledger_entry WHERE action = 'consent.decided')"
    ],
    "without its last page": ["DELETE FROM ledger_entry WHERE number = (SELECT max(number) FROM ledger_entry "
                              "WHERE action = 'answers.saved')"],
    "without a look at a name": ["DELETE FROM ledger_entry WHERE action = 'identity.read'"],
    "with an approval that began a month earlier": [
        "UPDATE ledger_entry SET body = replace(body, '2026-10-01', '2026-09-01') WHERE action = 'approval.recorded'"
    ],
}  # fmt: skip


@pytest.mark.parametrize("way", REWRITES)
def test_a_log_written_anew_and_signed_with_the_real_key_is_found_with_a_kept_checkpoint_only(
    way: str, copy: Copy
) -> None:
    """Not found without one: whoever has the server can do it, and that is why checkpoints leave the server."""
    copy.behind(*REWRITES[way], *FORGET)
    alone, kept = copy.judged()
    assert (alone.code, alone.wrong) == (0, []), alone.said
    assert "signed again by whoever has its key: you gave no" in alone.said
    assert kept.code == 1
    assert any("LOG WAS CHANGED" in line or "taken away" in line for line in kept.wrong), kept.said


def test_a_log_signed_with_another_key_is_found_by_whoever_kept_the_key_or_a_checkpoint(copy: Copy) -> None:
    """Not found without either: the key that comes with the files is believed, and the report says so."""
    own = copy.handed_over()
    bodies = lines_of(own / "entries.jsonl")
    signer = Signer(f"{log_scenario.HOST}/studies/{copy.study.study}")
    forged = written(copy.folder / "forged", bodies, signer)
    alone = verify(forged)
    assert alone.code == 0
    assert "Whether the key is the log's: it came with the files." in alone.said
    assert any("not signed by the key" in line for line in verify(forged, copy.kept()).wrong)
    assert any("not signed by the key" in line for line in verify(forged, "--key", own / "log.vkey").wrong)
    assert verify(own, "--key", own / "log.vkey").code == 0


def test_a_change_of_key_is_followed_and_a_key_that_nobody_announced_is_not(copy: Copy, tmp_path: Path) -> None:
    former, signer = Signer(), Signer()
    bodies = [body.replace(str(copy.study.study).encode(), b"5b0c1d3e-0000-4000-8000-000000000001")
              for body in lines_of(copy.handed_over() / "entries.jsonl")]  # fmt: skip
    old = former.checkpoint(bodies)
    announced = json.loads(bodies[-1]) | {
        "action": "log.key-changed", "actor": "operator", "subject": "", "detail": "",
        "facts": {"former": former.vkey, "key": signer.vkey, "lost": False},
    }  # fmt: skip
    after = [*bodies, json.dumps(announced, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()]
    further = [*after, after[0].replace(b"study.founded", b"board.settled")]
    folder = written(tmp_path / "log2", further, signer)
    (folder / "log.vkey").write_text(f"{former.vkey}\n{signer.vkey}\n", encoding="utf-8")
    (folder / "key-changes").mkdir()
    both = folder / "key-changes/1.checkpoint"
    both.write_text(signer.checkpoint(after, former), encoding="utf-8")
    kept = tmp_path / "kept.txt"
    kept.write_text(old, encoding="utf-8")
    good = verify(folder, kept)
    assert (good.code, good.wrong) == (0, []), good.said
    assert verify(folder, kept, "--key", signer.vkey).code == 0  # the newer key was kept, and the log tells the rest
    both.write_text(signer.checkpoint(after), encoding="utf-8")
    assert any("no checkpoint here is signed by both" in line for line in verify(folder, kept).wrong)
    stranger = Signer()
    (folder / "log.checkpoint").write_text(stranger.checkpoint(further), encoding="utf-8")
    assert any("not signed by the key that was in force" in line for line in verify(folder).wrong)


def test_the_installations_own_lines_are_checked_in_their_form_and_no_other_study_is_taken_for_this(copy: Copy) -> None:
    with closing(log_scenario.Databases(copy.home)) as place:
        own = handed_over(place.stores, log_trees.INSTALLATION, copy.folder / "own", copy.study.now)
    found = verify(own)
    assert (found.code, found.wrong) == (0, []), found.said
    assert "These entries belong to no study" in found.said
    bodies = lines_of(copy.handed_over() / "entries.jsonl")
    (wrong,) = verify(written(copy.folder / "another", bodies, Signer(f"{log_scenario.HOST}/studies/x"))).wrong
    assert f"These are the entries of the study {copy.study.study}, not of this log." in wrong


def test_an_erased_participants_commitments_open_no_more_and_the_log_stands(copy: Copy) -> None:
    """The salt died; what was committed stays, and so do the root and every checkpoint."""
    gone, there = copy.study.subjects["lark"], copy.study.subjects["wren"]
    found = verify(copy.handed_over(), copy.kept(0), copy.kept(1))  # before the erasure
    assert found.code == 0
    with closing(log_scenario.Databases(copy.home)) as place, place.stores.work(reading=True) as work:
        salts = log_scenario.salts(work)
    commitments = {committed(salt, participant.bytes) for participant, salt in salts.items()}
    assert there in commitments
    assert gone not in commitments
    lines = lines_of(copy.handed_over() / "entries.jsonl")
    assert sum(gone.encode() in line for line in lines) > 5


def test_a_receipt_that_the_product_made_is_good_alone_and_with_the_log_also_after_an_erasure(copy: Copy) -> None:
    with closing(log_scenario.Databases(copy.home)) as place, place.stores.work(reading=True) as work:
        for action, kind in (("consent.decided", "consent"), ("participant.withdrew", "withdrawal")):
            number = receipts.entry(work.db, copy.study.study, action, copy.study.subjects["lark"])
            assert number is not None
            made = receipts.receipt(work.db, kind, number)
            assert made is not None
            (copy.folder / f"{kind}.json").write_text(made.text, encoding="utf-8")
    folder = copy.handed_over()
    both = [copy.folder / "consent.json", copy.folder / "withdrawal.json"]
    for arguments in ([both[0]], [both[1]], [folder, *both]):
        found = verify(*arguments)
        assert (found.code, found.wrong) == (0, []), found.said
    shutil.rmtree(folder)
    copy.behind(*REWRITES["without a look at a name"], *FORGET)
    # Whoever kept a receipt kept a checkpoint.
    assert verify(copy.handed_over(), *both).code == 1
