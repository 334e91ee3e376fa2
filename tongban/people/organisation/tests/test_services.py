from functools import partial

import pytest
from django.db import IntegrityError, transaction

from tongban.foundation.codes import credit_code_check
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.testing import together
from tongban.people.organisation import queries, services
from tongban.people.organisation.models import Department, Division, Post
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import Someone

pytestmark = pytest.mark.django_db
BY = Someone("test")
USCC = "11370800MB28559184"


@pytest.fixture
def city():
    services.establish_division("990100", name="云州市", level="city", actor=BY)
    services.establish_division("990102", name="云江区", level="district", parent="990100", actor=BY)
    services.establish_division("990102001", name="清河街道", level="street", parent="990102", actor=BY)


def department(**changes):
    given = {"short_name": "公安局", "short_code": "004", "uscc": USCC, "division_code": "990100", "actor": BY}
    return services.establish_department("市公安局", **(given | changes))


def another(name="市消防救援局", **changes):
    """Establish a second department of the city, the fire department unless the changes say otherwise."""
    number = "11370800MB2855919"
    given = {"short_name": "消防", "short_code": "005", "uscc": number + credit_code_check(number)}
    return services.establish_department(name, **({"division_code": "990100", "actor": BY} | given | changes))


def test_divisions_form_a_hierarchy(city):
    services.establish_division("990102001001", name="柳荫社区", level="community", parent="990102001", actor=BY)
    assert [d.name for d in queries.divisions(under="990102001")] == ["柳荫社区"]
    assert queries.full_name("990102001001") == "云州市云江区清河街道柳荫社区"
    assert Entry.objects.filter(type="organisation.DivisionEstablished").count() == 4


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("9901020010", "street", "990102"),
        ("990103001", "street", "990102"),
        ("990102002", "street", "990100"),
        ("990104", "district", None),
        ("990104", "province", None),
    ],
)
def test_a_division_in_the_wrong_place_is_refused(city, code, level, parent):
    with pytest.raises(Invalid):
        services.establish_division(code, name="某地", level=level, parent=parent, actor=BY)


def test_the_database_refuses_a_code_of_the_wrong_length(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        Division.objects.create(code="990102001", name="x", level="community", parent_id="990102001")


def test_a_department_is_found_by_each_of_its_names(city):
    made = department(also_known_as=["公安机关"])
    assert queries.department("市公安局") == queries.department_named("公安机关") == queries.department(made.id) == made
    (entry,) = ledger.entries_of(made.id)
    assert entry.type == "organisation.DepartmentEstablished"
    assert entry.actor == BY.name_for_record
    with pytest.raises(NotFound):
        queries.department_named("市天文局")


def test_several_departments_are_found_in_one_query_and_official_names_take_precedence(city, django_assert_num_queries):
    other = another("市司法局", short_name="司法局", short_code="002")
    made = department(also_known_as=["公安机关"])
    made.also_known_as = ["公安机关", "市司法局"]  # as in data from before aliases were compared with names
    made.save()
    wanted = {"公安机关", "市公安局", "市司法局"}
    with django_assert_num_queries(1):
        found = queries.departments_named(wanted)
    assert found == {"公安机关": made, "市公安局": made, "市司法局": other}
    with pytest.raises(NotFound, match="市天文局"):
        queries.departments_named({"市公安局", "市天文局"})


@pytest.mark.req("D12")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"uscc": "11440300007542785T"}, Invalid),
        ({"short_code": "4"}, Invalid),
        ({"division_code": "990199"}, NotFound),
    ],
)
def test_a_department_with_invalid_data_is_refused(city, changes, error):
    with pytest.raises(error):
        department(**changes)
    assert not Department.objects.exists()


def test_a_department_is_established_once(city):
    department()
    with pytest.raises(Conflict):
        department()


def test_posts_of_a_department_are_listed(city):
    made = department()
    post = services.establish_post(made.id, kind="window", name="综合窗口", actor=BY)
    assert queries.post_of(made.id, "window") == post
    payload = ledger.entries_of(post.id)[0].payload
    assert payload.pop("rows")["organisation_post"][str(post.id)]["kind"] == "window"
    assert payload == {"department": str(made.id), "kind": "window"}
    with pytest.raises(Conflict):
        services.establish_post(made.id, kind="head", name="综合窗口", actor=BY)
    with pytest.raises(Invalid):
        services.establish_post(made.id, kind="boss", name="局长", actor=BY)
    with pytest.raises(NotFound):
        queries.post_of(made.id, "head")


def test_a_renamed_department_is_found_by_both_names_and_knows_when_it_had_which(city):
    from tongban.foundation import clock

    made = department(also_known_as=["公安机关"])
    before = clock.now()
    given = {"short_name": "公安移民局", "reason": "云编〔2026〕7号", "actor": BY}
    services.rename_department(made.id, name="市公安和移民管理局", **given)
    found = queries.department_named("市公安局")
    assert found == queries.department_named("市公安和移民管理局") == queries.department_named("公安机关") == made
    assert (found.name, found.short_name) == ("市公安和移民管理局", "公安移民局")
    assert (found.name_at(before), found.name_at(clock.now())) == ("市公安局", "市公安和移民管理局")
    entry = ledger.entries_of(made.id)[-1]
    assert (entry.type, entry.reason) == ("organisation.DepartmentRenamed", "云编〔2026〕7号")
    assert entry.payload["former"] == "市公安局"
    services.rename_department(made.id, name="市公安局", short_name="公安局", reason="改回", actor=BY)
    found = queries.department(made.id)
    assert (found.name_at(before), found.name_at(clock.now())) == ("市公安局", "市公安局")
    assert found.also_known_as == ["公安机关", "市公安和移民管理局"]


@pytest.mark.parametrize("taken", ["市消防救援局", "消防局"])
def test_an_alias_that_is_the_name_or_alias_of_another_department_is_refused(city, taken):
    another(also_known_as=["消防局"])
    with pytest.raises(Conflict, match="别名"):
        department(also_known_as=["公安机关", taken])
    assert queries.department_named(taken).name == "市消防救援局"


def test_a_name_that_is_wrong_or_taken_is_refused(city):
    made = department()
    another(also_known_as=["消防局"])
    given = {"name": "市公安和移民管理局", "short_name": "公安", "reason": "文号", "actor": BY}
    for wrong in ({"name": " "}, {"name": "长" * 61}, {"short_name": ""}, {"reason": ""}):
        with pytest.raises(Invalid):
            services.rename_department(made.id, **(given | wrong))
    with pytest.raises(Invalid, match="没有要改的"):
        services.rename_department(made.id, name="市公安局", short_name="公安局", reason="文号", actor=BY)
    for taken in ("市消防救援局", "消防局"):
        with pytest.raises(Conflict, match="别的部门"):
            services.rename_department(made.id, **(given | {"name": taken}))


@pytest.mark.parametrize("taken", ["消防", "消防 局", "市消防救援局", "消防（119）"])
def test_field_case_the_short_name_of_another_bureau_is_refused(city, taken):
    """Field case: two bureaus of one city had one short name, by which the lists of cases name them."""
    made = department()
    another(also_known_as=["消防局", "消防(119)"])
    with pytest.raises(Conflict, match="简称") as refused:
        services.rename_department(made.id, name="市公安局", short_name=taken, reason="文号", actor=BY)
    assert refused.value.field == "short_name"
    body = "11370800MB2855941"
    third = {"short_code": "006", "uscc": body + credit_code_check(body), "actor": BY}
    with pytest.raises(Conflict, match="简称"):
        services.establish_department("市森林局", short_name=taken, division_code="990100", **third)
    services.establish_department("云江区消防救援局", short_name=taken, division_code="990102", **third)


@pytest.mark.parametrize(
    "alike",
    ["市公安局\ufe00", "市公安局\u3164", "市 公安局", "市公安\U000e0041局", "市公安局\u200d", "市公\u5b89\u3000局"],
)
def test_field_case_a_name_that_looks_like_that_of_another_department_is_taken(city, alike):
    """Field case: a variation selector or a blank made a second department of the same look."""
    made = department(also_known_as=["公安（机关）"])
    for name, aliases in ((alike, ()), ("公安(机关)", ()), ("市消防局", (alike,))):
        with pytest.raises(Conflict):
            another(name, also_known_as=aliases)
    found = another("市消防局")
    with pytest.raises(Conflict, match="别的部门"):
        services.rename_department(found.id, name=alike, short_name="消防", reason="文号", actor=BY)
    with pytest.raises(Invalid, match="没有要改的"):
        services.rename_department(made.id, name=alike, short_name="公安局\u200b", reason="文号", actor=BY)
    post = services.establish_post(made.id, kind="window", name="综合 窗口\u200b", actor=BY)
    assert post.name == "综合窗口"
    with pytest.raises(Conflict):
        services.establish_post(made.id, kind="head", name="综合窗口\ufe0f", actor=BY)


@pytest.mark.parametrize("bad", ["市消防局\ue000", "市消防局\u0378", "市消防局☆", "\u3164", "⺠政局"])
def test_a_name_of_characters_that_others_cannot_read_is_refused(city, bad):
    made = department()
    with pytest.raises(Invalid, match="部门全称"):
        another(bad)
    with pytest.raises(Invalid, match="部门简称"):
        another("市消防局", short_name=bad)
    for given in ({"name": bad, "short_name": "消防"}, {"name": "市消防局", "short_name": bad}):
        with pytest.raises(Invalid):
            services.rename_department(made.id, **given, reason="文号", actor=BY)
    with pytest.raises(Invalid, match="岗位名称"):
        services.establish_post(made.id, kind="window", name=bad, actor=BY)


def test_a_new_department_does_not_take_the_former_name_or_alias_of_another(city):
    made = department(also_known_as=["公安机关"])
    given = {"short_name": "公安移民局", "reason": "文号", "actor": BY}
    services.rename_department(made.id, name="市公安和移民管理局", **given)
    for name, aliases in (("市公安局", ()), ("公安机关", ()), ("市别的局", ("公安机关",))):
        with pytest.raises(Conflict):
            another(name, short_name="别的", also_known_as=aliases)
    assert Department.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_renames_to_one_name_at_once_the_second_gets_a_sentence(city):
    made, other = department(), another()
    given = {"name": "市应急总局", "short_name": "应急", "reason": "文号", "actor": BY}
    answers = together(*[partial(services.rename_department, one.id, **given) for one in (made, other)])
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Conflict]
    assert "别的部门已经用了这个名称" in str(refused[0])
    assert Department.objects.filter(name="市应急总局").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_of_one_look_at_once_the_second_gets_a_sentence(city):
    made = department()
    names = ("综合窗口（一）", "综合窗口(一)")
    answers = together(*[partial(services.establish_post, made.id, kind="window", name=one, actor=BY) for one in names])
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Conflict]
    assert Post.objects.filter(department=made).count() == 1


def test_the_command_renames(city):
    from io import StringIO

    from django.core.management import CommandError, call_command

    department()
    out = StringIO()
    call_command("organisation", "rename", "市公安局", "--to", "市公安总局", "--reason", "云编〔2026〕7号", stdout=out)
    assert out.getvalue() == "市公安局 is now 市公安总局 (公安局)\n"
    with pytest.raises(CommandError, match="依据"):
        call_command("organisation", "rename", "市公安总局", "--to", "市公安局")
