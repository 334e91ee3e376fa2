"""`manage.py organisation load FILE`."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tongban.foundation.codes import credit_code_check, is_credit_code
from tongban.people.organisation.models import Department, Division, Post
from tongban.people.organisation.plans import read
from tongban.trust.ledger.models import Entry

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[4] / "examples" / "organisation.yaml"
SMALL = """\
divisions:
  - {code: "980100", name: 海州市, level: city}
  - {code: "980102", name: 东港区, level: district}
departments:
  - name: 市公安局
    short_name: 公安局
    short_code: 004
    uscc: 11370800MB28559184
    division: 980100
    also_known_as: [公安机关]
    posts:
      - {kind: head, name: 审批负责人}
      - {kind: window, name: 综合窗口}
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        file, said = tmp_path / "city.yaml", StringIO()
        file.write_text(text, encoding="utf-8")
        call_command("organisation", "load", str(file), stdout=said)
        return said.getvalue().splitlines()

    return load


def test_the_file_is_established_with_events_by_the_console_and_printed(load):
    assert load(SMALL) == [
        "division 980100 海州市",
        "division 980102 东港区",
        "department 004 市公安局",
        "post 市公安局 审批负责人 (head)",
        "post 市公安局 综合窗口 (window)",
        "5 established, 0 unchanged",
    ]
    assert Division.objects.get(code="980102").parent_id == "980100"
    department = Department.objects.get()
    assert (department.short_code, department.also_known_as) == ("004", ["公安机关"])
    assert sorted(Post.objects.values_list("kind", flat=True)) == ["head", "window"]
    entries = Entry.objects.filter(type__startswith="organisation.").order_by("id")
    assert [entry.type.split(".")[1] for entry in entries] == [
        *["DivisionEstablished"] * 2, "DepartmentEstablished", *["PostEstablished"] * 2,
    ]  # fmt: skip
    for entry in entries:
        assert "console:" in str(entry.actor)
        assert str(entry.actor).endswith(":organisation")


def test_a_second_run_changes_nothing_and_a_longer_file_adds_what_is_new(load):
    load(SMALL)
    before = Entry.objects.count()
    assert load(SMALL) == ["0 established, 5 unchanged"]
    assert Entry.objects.count() == before
    longer = SMALL + "      - {kind: handler, name: 经办岗}\n"
    assert load(longer) == ["post 市公安局 经办岗 (handler)", "1 established, 5 unchanged"]


def test_names_that_were_stored_in_an_older_spelling_are_found_again(load):
    """Blanks and full-width digits were once stored as the file had them."""
    file = SMALL.replace("市公安局", "市 公安局").replace("综合窗口", "１号 窗口").replace("公安机关", "公安 机关")
    load(file)
    Division.objects.filter(code="980102").update(name="东 港区")
    Department.objects.update(name="市 公安局", short_name="公安 局", also_known_as=["公安 机关"])
    Post.objects.filter(kind="window").update(name="１号 窗口")
    assert load(file) == ["0 established, 5 unchanged"]
    Department.objects.update(name="市公安局(本级)")
    assert load(file.replace("市 公安局", "市公安局（本级）")) == ["0 established, 5 unchanged"]


def test_what_exists_and_differs_is_named_and_nothing_is_established(load):
    load(SMALL)
    changed = SMALL.replace("东港区", "西港区").replace("公安机关", "公安").replace("kind: window", "kind: handler")
    with pytest.raises(CommandError) as refused:
        load(changed + "      - {kind: supervisor, name: 监督岗}\n")
    lines = str(refused.value).splitlines()
    assert [line.split("city.yaml:")[1].split("：")[0] for line in lines] == [
        "3: divisions 第 2 项 name",
        "10: departments 第 1 项 also_known_as",
        "13: departments 第 1 项 posts 第 2 项 kind",
    ]
    assert "那里是“东港区”，文件里是“西港区”" in lines[0]
    assert Post.objects.count() == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("short_name: 公安局", "shortname: 公安局", "6: departments 第 1 项 shortname：没有这个字段"),
        ("    short_code: 004\n", "", "5: departments 第 1 项 short_code：缺少这一项"),
        ("short_code: 004", "short_code: 4", "7: departments 第 1 项 short_code：应是 3 位数字"),
        ("MB28559184", "MB28559185", "8: departments 第 1 项 uscc：“11370800MB28559185”不是正确的统一社会信用代码"),
        ("980102", "980100", "3: divisions 第 2 项 code：“980100”和第 1 项重复"),
        ("综合窗口", "审批负责人", "13: departments 第 1 项 posts 第 2 项 name：“审批负责人”和第 1 项重复"),
        ("kind: head", "kind: boss", "12: departments 第 1 项 posts 第 1 项 kind：岗位类别只有 window、"),
        ("level: district", "level: province", "3: divisions 第 2 项 level：层级只有"),
        ("level: district", "level: street", "3: divisions 第 2 项 code：区划代码的位数与层级不符"),
        ('"980102"', '"970102"', "3: divisions 第 2 项：上级区划不对"),
        ("division: 980100", "division: 980200", "9: departments 第 1 项 division：没有这个区划"),
        ("short_name: 公安局", "name: 公安局", "6: departments 第 1 项 name：在这里写了两次"),
        ("departments:", "offices:", "4: offices：没有这个字段"),
        ("also_known_as: [公安机关]", "also_known_as: 公安机关", "10: departments 第 1 项 also_known_as：应是一个列表"),
        ("[公安机关]", "[公安机关", "YAML 写法有误"),
        (SMALL, "- 海州市\n", "1: 文件应有 divisions 和 departments 两组"),
        (SMALL, "", "1: 文件应有 divisions 和 departments 两组"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line_and_nothing_is_established(load, old, new, said):
    assert old in SMALL
    with pytest.raises(CommandError) as refused:
        load(SMALL.replace(old, new))
    assert said in str(refused.value)
    assert "city.yaml:" in str(refused.value)
    assert not Division.objects.exists()
    assert not Entry.objects.filter(type__startswith="organisation.").exists()


def test_departments_of_the_file_do_not_share_a_short_code_or_credit_code(load):
    body = "11370800MB2855919"
    second = SMALL[SMALL.index("  - name:") :].replace("公安局", "司法局").replace("公安机关", "司法机关")
    with pytest.raises(CommandError) as refused:
        load(SMALL + second)
    assert "departments 第 2 项 short_code：“004”和第 1 项重复" in str(refused.value)
    assert "departments 第 2 项 uscc：“11370800MB28559184”和第 1 项重复" in str(refused.value)
    other = second.replace("004", "005").replace("11370800MB28559184", body + credit_code_check(body))
    assert load(SMALL + other)[-1] == "8 established, 0 unchanged"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match="nowhere.yaml: 文件读不出来"):
        call_command("organisation", "load", str(tmp_path / "nowhere.yaml"))


def test_the_example_can_be_loaded_twice():
    plan, _ = read(EXAMPLE)
    assert all(is_credit_code(department.uscc) for department in plan.departments)
    said = StringIO()
    call_command("organisation", "load", str(EXAMPLE), stdout=StringIO())
    call_command("organisation", "load", str(EXAMPLE), stdout=said)
    assert Department.objects.count() == len(plan.departments)
    assert said.getvalue().startswith("0 established, ")
