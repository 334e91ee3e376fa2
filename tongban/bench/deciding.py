"""Policy decisions in this process, on existing data; part of `bench signin`.

Measures the pure decision on given facts, and the decision in a service, which first reads the officer's posts and the
step from the database.
"""

from django.contrib.auth.hashers import check_password, make_password

from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.problems import Problems
from tongban.foundation import clock
from tongban.handling.cases.models import Step
from tongban.handling.cases.policies import ACT
from tongban.handling.cases.targets import target_of
from tongban.people.identity import policy
from tongban.people.identity import queries as identity

AT_ONCE = 200
"""Decisions per measurement, because a single one takes only microseconds."""


def run(times: int, problems: Problems) -> Figures:
    """Measure decisions of `cases.act` per second, and their ratio to a bare password hash."""
    step = Step.objects.select_related("case__application").filter(state="open").exclude(kind="machine").first()
    if step is None:
        problems.add("no step is open")
        return {}
    officers = identity.officers_at(step.department_id, step.post)
    if not officers:
        problems.add("nobody holds the post of the open step")
        return {}
    encoded = make_password("bench")
    bare = timed(lambda: check_password("bench", encoded), times=min(times, 20))
    actor, target, now = identity.actor_of_subject(officers[0]), target_of(step, step.case.steps.all()), clock.now()
    decision = policy.decide(ACT, actor, at=now, **target)
    problems.expect(bool(decision.clauses), f"{ACT} was decided without a clause")

    def decide_often() -> None:
        for _ in range(AT_ONCE):
            policy.decide(ACT, actor, at=now, **target)

    def decide_from_rows() -> None:
        row = Step.objects.select_related("case__application").get(id=step.id)
        policy.decide(
            ACT, identity.actor_of_subject(officers[0]), at=clock.now(), **target_of(row, row.case.steps.all())
        )

    pure = [taken / AT_ONCE for taken in timed(decide_often, times=times)]
    read = timed(decide_from_rows, times=times)
    hashing = sum(bare) / len(bare)
    return {
        "action": ACT,
        "allowed": decision.allowed,
        "clauses": len(decision.clauses),
        "per_second": round(1000 * len(pure) / sum(pure)),
        "ratio": ratio(hashing, sum(pure) / len(pure)),
        "with_rows": percentiles(read)
        | {
            "per_second": round(1000 * len(read) / sum(read), 1),
            "ratio": ratio(hashing, sum(read) / len(read)),
        },
        "bare_hash": percentiles(bare),
    }
