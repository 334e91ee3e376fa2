"""Drafts that nobody works on are emptied after their term, and never without notice."""

from datetime import date, timedelta

import pytest

from tongban.foundation import clock
from tongban.handling.cases import queries, services, tasks
from tongban.handling.cases.models import DraftTerm
from tongban.handling.cases.services import emptying
from tongban.handling.cases.tests import factories
from tongban.trust.ledger import queries as ledger


def set_back(draft, days):
    draft.saved_at -= timedelta(days=days)
    draft.save(update_fields=["saved_at"])


@pytest.fixture
def later(db, settings):
    """Drafts are kept for ninety days since long ago."""
    settings.DRAFT_DAYS = 90
    DraftTerm.objects.create(days=90, since=date(2020, 1, 1))


@pytest.mark.usefixtures("later")
def test_a_draft_that_nobody_works_on_is_emptied_after_ninety_days(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    set_back(draft, 89)
    assert services.discard_idle_drafts() == 0
    set_back(draft, 1)
    assert services.discard_idle_drafts() == 1
    draft.refresh_from_db()
    assert (draft.state, draft.answers, draft.facts, draft.sources) == ("discarded", {}, {}, {})
    (entry,) = [e for e in ledger.entries_of(draft.id) if e.type == "cases.ApplicationDiscarded"]
    assert entry.actor == "machine:cases.drafts"
    assert "90 天" in entry.reason
    assert services.discard_idle_drafts() == 0


@pytest.mark.usefixtures("later")
def test_a_file_counts_as_work_on_the_draft(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, married="no")
    set_back(draft, 100)
    services.attach(draft.id, "father-acknowledgement", content=factories.PDF, name="一.pdf", actor=parents.mother)
    assert services.discard_idle_drafts() == 0


@pytest.mark.usefixtures("later")
def test_the_card_of_a_draft_gives_two_weeks_notice(parents):
    draft = factories.start_newborn(parents.mother)
    card = lambda: queries.newest_applications(parents.mother.subject_id, seen_by=parents.mother)[0]  # noqa: E731
    set_back(draft, 75)
    assert card().emptied_on is None
    set_back(draft, 1)
    draft.refresh_from_db()
    assert card().emptied_on == clock.legal_day(draft.saved_at) + timedelta(days=90)


def at_night(days):
    """The hour of the nightly task, `days` days from now."""
    return clock.at_moment(clock.now() + timedelta(days=days))


def test_no_draft_is_emptied_before_notice_could_be_given(parents):
    """Field case: a city that installs the rule late, or again, has drafts that are long past the term."""
    draft = factories.start_newborn(parents.mother)
    card = lambda: queries.newest_applications(parents.mother.subject_id, seen_by=parents.mother)[0]  # noqa: E731
    set_back(draft, 300)
    noted = clock.legal_day(clock.now())
    assert card().emptied_on == noted + timedelta(days=14), "notice begins at once"
    assert services.discard_idle_drafts() == 0
    with at_night(13):
        assert card().emptied_on == noted + timedelta(days=14)
        assert services.discard_idle_drafts() == 0
    with at_night(14):
        assert services.discard_idle_drafts() == 1


@pytest.mark.usefixtures("later")
def test_a_shorter_term_empties_no_draft_without_notice(parents, settings):
    draft = factories.start_newborn(parents.mother)
    card = lambda: queries.newest_applications(parents.mother.subject_id, seen_by=parents.mother)[0]  # noqa: E731
    set_back(draft, 60)
    assert card().emptied_on is None
    settings.DRAFT_DAYS = 30
    today = clock.legal_day(clock.now())
    assert card().emptied_on == today + timedelta(days=14)
    for days in (0, 7, 13):
        with at_night(days):
            assert services.discard_idle_drafts() == 0
            assert card().emptied_on == today + timedelta(days=14)
    with at_night(14):
        assert services.discard_idle_drafts() == 1


@pytest.mark.usefixtures("later")
def test_a_draft_that_cannot_be_emptied_keeps_no_other_from_it(parents, monkeypatch, caplog):
    first, second = factories.start_newborn(parents.mother), factories.start_newborn(parents.father)
    set_back(first, 100)
    set_back(second, 95)
    discard = emptying.discard

    def fails_for_the_first(draft, **given):
        if draft.id == first.id:
            raise RuntimeError("its files cannot be reached")
        discard(draft, **given)

    monkeypatch.setattr(emptying, "discard", fails_for_the_first)
    emptied = []
    monkeypatch.setattr(services, "empty_discarded_drafts", lambda: emptied.append(True))
    with pytest.raises(RuntimeError, match="files"):
        tasks.watch(timestamp=0)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("draft", "discarded")
    assert emptied == [True], "what comes after is still done"
    assert str(first.id) in caplog.text


def test_before_notice_is_over_no_draft_is_read(parents, django_assert_num_queries):
    set_back(factories.start_newborn(parents.mother), 300)
    assert services.discard_idle_drafts() == 0
    with django_assert_num_queries(1):
        assert services.discard_idle_drafts() == 0
