"""Journey: an adult child applies for an older parent, who sees each action and revokes the mandate."""

from tongban.demo.city import mandates
from tongban.demo.journeys import walking, wide
from tongban.demo.journeys.walking import Say
from tongban.handling.cases import services
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.queries import Account, Mandate
from tongban.people.identity.rules import FAMILY, MandateOver
from tongban.trust.ledger import queries as ledger

PARENT, CHILD, ITEM = "liudefu", "liuyang", "HJ-09"


def run(say: Say) -> bool:
    """Run the journey. Return whether the application succeeded, each action was seen, and revocation took effect."""
    parent = identity.actor_of(Account.objects.get(login_name=PARENT))
    child = identity.actor_of(Account.objects.get(login_name=CHILD))
    assert parent.subject_id is not None
    assert child.subject_id is not None
    mandate = Mandate.objects.filter(
        kind=FAMILY, principal_id=parent.subject_id, helper_id=child.subject_id, ended_at=None
    ).first() or mandates.sign_at_window(parent.subject_id, child.subject_id, relation="儿子")
    say(f"授权：{identity.right_words(mandate)}（{mandate.relation}）")
    helper = mandates.helper_actor(mandate)
    application = wide.apply(ITEM, "item", helper)
    say(f"{application.number}  {application.title}：由子女代办提交，申请人是父亲")
    walking.wait_for_machine(application)
    walking.work_at_desks(application, say)
    application.refresh_from_db()
    seen = ledger.entries_for(
        parent.subject_id,
        types=["cases.ApplicationStarted", "cases.ApplicationSubmitted"],
        mandate=str(mandate.id),
    ).filter(subject=application.id)
    say(f"父亲看到 {seen.count()} 步：开始填写、提交，都记着由谁、凭哪项授权")
    identities.revoke(mandate.id, actor=parent)
    try:
        services.start_draft(ITEM, kind="item", actor=helper)
    except MandateOver as refusal:
        say(f"取消授权后再办：{refusal.message[:30]}…")
        refused = True
    else:
        refused = False
    mandates.sign_at_window(parent.subject_id, child.subject_id, relation="儿子")
    return walking.all_closed(application, say) & walking.all_verify(application, say) & (seen.count() == 2) & refused
