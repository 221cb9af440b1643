"""A catch-up on the timeline: a run of its own, on its day, that was asked just the questions that came later."""

from survey import chronicling
from survey.verdicts import By
from tests.web.participant.test_catching_up import Grown, grown, offer

__all__ = ["grown"]


def test_a_catch_up_is_a_column_of_its_own_with_its_questions(grown: Grown) -> None:
    offer(grown, "barriers")
    place, lead = grown.place, grown.place.made.lead
    place.come_in(grown.jo)[1].form("/p/catch-up").submit()

    with place.house.stores.work() as work:
        found = chronicling.of_instrument(
            work.db, work.keyring, grown.version.study_id, grown.version.instrument_id, by=By(lead.id, lead.seed),
            now=place.house.clock.time,
        )  # fmt: skip

    assert [(column.version, column.only) for column in found.columns] == [(1, None), (2, frozenset({"barriers"}))]
    assert [found.asking(name) for name in ("mentor", "barriers", "assigned")] == [((0, 0),), ((1, 1),), ()]
