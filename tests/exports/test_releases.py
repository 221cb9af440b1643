"""Releases from asking to fetching: who may do what, in which order, and what the log says."""

from tests.exports.setting import Setting, add, built, fetched, interview, manifest_of, texts
from vault import ledger


def test_a_release_goes_from_asking_to_a_file_without_names(at: Setting) -> None:
    with at.stores.work() as work:
        for name in ("Wren Marlowe", "Robin Ashdown", "Jay Hollis"):
            who = add(work, at, name, f"My colleague Wren Marlowe said to {name} that it matters.")
        interview(work, at, who, "Jay spoke of Robin Ashdown.", "And Wren?", "Ashdown again.")
        work.commit()
    release = built(at)
    files = fetched(at, release)
    said = texts(files)
    for name in ("Wren", "Marlowe", "Robin", "Ashdown", "Jay", "Hollis"):
        assert name not in said
    assert "that it matters" in said
    told = manifest_of(files)
    assert told["participants"] == 3
    assert told["records"] == 4
    with at.stores.work(reading=True) as work:
        lines = [line["action"] for line in ledger.of_study(work.db, at.study_id)]
    deeds = [str(line) for line in reversed(lines) if str(line).startswith("release.")]
    assert deeds == [
        "release.asked", "release.started", "release.checked", "release.approved", "release.started",
        "release.built", "release.fetched",
    ]  # fmt: skip
