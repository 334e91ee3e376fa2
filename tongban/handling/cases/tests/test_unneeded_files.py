"""Files that no draft needs any more are deleted (《个人信息保护法》第四十七条), and no others."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import NotFound
from tongban.handling.cases import services, tasks
from tongban.handling.cases.services import drafts
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.trust.files import queries as stored
from tongban.trust.files import services as files
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.queries.folding import fold_findings

MATERIAL = "father-acknowledgement"


@pytest.fixture
def draft(parents):
    made = factories.start_newborn(parents.mother)
    factories.answer(made, parents.mother, married="no")
    return made


def pdf(comment):
    """A PDF with a comment, by which contents differ."""
    return factories.PDF.replace(b"\n", f"\n%{comment}\n".encode(), 1)


def upload(draft, parents, name="一.pdf"):
    return services.attach(draft.id, MATERIAL, content=pdf(name), name=name, actor=parents.mother).file_id


def still_stored(file_ids):
    return set(file_ids) & set(stored.ids())


def deletions(draft):
    return [(e.payload["files"], e.reason) for e in ledger.entries_of(draft.id) if e.type == "cases.UploadsDeleted"]


def test_field_case_the_files_of_a_discarded_draft_are_deleted(parents, draft):
    """Field case: what was filled in was deleted, and the uploads stayed for ever."""
    one = upload(draft, parents)
    services.discard_draft(draft.id, actor=parents.mother)
    assert not still_stored([one])
    with pytest.raises(NotFound):
        files.read(one)
    assert deletions(draft) == [(1, "申请人放弃草稿")]
    assert draft.attachments.get().file_id == one, "the row stays as proof"


@pytest.mark.django_db(transaction=True)
def test_the_content_goes_with_the_next_sweep_unless_another_file_has_the_same(parents, draft):
    one = upload(draft, parents)
    digest = stored.stored_file(one).digest
    other = files.store(pdf("一.pdf"), name="同一份.pdf", actor=parents.father)
    services.discard_draft(draft.id, actor=parents.mother)
    with clock.at_moment(clock.now() + timedelta(days=2)):
        files.sweep()
        assert files.read(other.id)
        files.delete([other.id])
        files.sweep()
    assert stored.sealed_content(digest) is None


def test_a_file_that_is_replaced_or_removed_in_a_draft_is_deleted_at_once(parents, draft):
    one, two = upload(draft, parents), upload(draft, parents, "二.pdf")
    assert still_stored([one, two]) == {two}
    services.detach(draft.id, MATERIAL, actor=parents.mother)
    assert not still_stored([two])
    assert deletions(draft) == [(1, ""), (1, "")]


def test_what_officers_have_worked_with_stays_when_a_correction_replaces_it(application, parents):
    case = factories.case_of(application, "maternity")
    run_pending_jobs()
    step = case.steps.get(kind="accept", state="open")
    wanted = [{"material": "medical-bills", "sentence": "请补票据"}]
    services.request_correction(step.id, wanted=wanted, actor=officer_for(step))
    both = [
        services.attach(application.id, "medical-bills", content=factories.PDF, name=name, actor=parents.mother).file_id
        for name in ("一.pdf", "二.pdf")
    ]
    before = set(application.attachments.values_list("file_id", flat=True))
    assert still_stored(before) == before >= set(both)
    assert not deletions(application)


def test_the_nightly_task_deletes_what_earlier_discarded_drafts_left(parents, draft, as_before):
    one = upload(draft, parents)
    kept = factories.start_newborn(parents.father)
    factories.answer(kept, parents.father, married="no")
    theirs = services.attach(kept.id, MATERIAL, content=factories.PDF, name="三.pdf", actor=parents.father).file_id
    with as_before():
        services.discard_draft(draft.id, actor=parents.mother)
    tasks.watch(timestamp=0)
    assert still_stored([one, theirs]) == {theirs}
    assert deletions(draft) == [(1, "草稿已放弃，材料不再需要")]
    assert services.delete_unneeded_files() == 0
    assert list(fold_findings()) == [], "no row changes without an event"


def test_the_nightly_task_deletes_what_was_replaced_before_an_application_was_submitted(parents, draft, as_before):
    """Only drafts that were discarded were looked at, so such files stayed for ever once the draft was submitted."""
    with as_before():
        one, two = upload(draft, parents), upload(draft, parents, "二.pdf")
        submitted = services.submit(draft.id, actor=parents.mother)
    assert still_stored([one, two]) == {one, two}
    tasks.watch(timestamp=0)
    assert still_stored([one, two]) == {two}
    assert deletions(submitted) == [(1, "材料在提交前已经换下或删除，不再需要")]
    assert list(fold_findings()) == []


@pytest.fixture
def as_before(monkeypatch):
    """Within it, files stay when they are replaced or their draft is discarded, as they did in earlier releases."""

    @contextmanager
    def leaving_files():
        with monkeypatch.context() as patched:
            patched.setattr(drafts, "delete_removed", lambda *args, **more: False)
            yield

    return leaving_files
