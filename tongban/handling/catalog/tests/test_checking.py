"""`catalog check` finds each error and says where it is; the shipped files have none."""

from io import StringIO

import pytest
from django.core.management import call_command

from tongban.foundation import codes
from tongban.handling.catalog import reading
from tongban.handling.catalog.schema import Bundle, Item


def line_with(path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def errors(path) -> list[reading.Remark]:
    return [r for d in reading.read_all([path]) for r in d.remarks if r.grade == "error"]


WRITTEN_FOR_BUNDLES = """
    JK-01 SW-08 FL-01 XM-07 XM-08 SZ-04 QY-13 XY-03 WJ-10 MZ-10 JG-07 SB-18 YS-06 YB-13 GJ-13 SB-19
    JR-01 SW-09 SB-20 SB-21 GJ-14 JR-02 QY-14 HG-01 YB-14 SW-10 SB-22 GJ-15 ZF-05 JR-03 SW-11 ZF-06
    SZ-05 SB-23 SB-24 YB-15 WJ-11 HJ-14 HJ-15 BD-09 SB-25 JB-08 JG-08 YS-07 SZ-06 SZ-07 SZ-08 SZ-09
    SZ-10 JB-09
"""
"""Items that the sample list lacks and that a bundle's step needs."""


@pytest.fixture(scope="module")
def shipped():
    return reading.read_all(reading.files())


@pytest.mark.req("A3")
def test_no_shipped_file_has_an_error(shipped):
    assert [str(r) for d in shipped for r in d.remarks if r.grade == "error"] == []


@pytest.mark.req("A2")
def test_everything_on_the_sample_lists_exists(shipped):
    items = [d.spec for d in shipped if isinstance(d.spec, Item)]
    bundles = [d.spec for d in shipped if isinstance(d.spec, Bundle)]
    new = set(WRITTEN_FOR_BUNDLES.split())
    assert len([i for i in items if i.code not in new]) == 189
    assert len(bundles) == 16
    assert sum(i.cross_region for i in items) == 138
    assert all(len(i.catalog_code) == 12 for i in items)
    assert len({i.catalog_code for i in items}) == len(items)


@pytest.mark.req("C3")
def test_the_newborn_bundle_has_nine_items_of_seven_departments_six_of_them_instant(shipped):
    specs = {d.path.stem: d.spec for d in shipped}
    items = [specs[step.item] for step in specs["birth"].steps]
    assert len(items) == 9
    assert len({item.department for item in items}) == 7
    assert [item.code for item in items if item.instant] == ["WJ-01", "JK-01", "HJ-01", "YB-01", "SW-08", "FL-01"]
    assert [item.promised_days for item in items if not item.instant] == [3, 5, 15]
    assert all(item.authored and item.plan and item.effects and item.results for item in items)


def test_field_case_every_name_of_a_person_is_asked_for_as_a_name(shipped):
    """A name of kind `text` would keep the dot and the blanks that somebody typed, and be a different name."""
    fields = [(d.spec.code, f) for d in shipped if isinstance(d.spec, Item) for f in d.spec.form]
    names = {(code, f.label, f.kind) for code, f in fields if f.label.endswith(("姓名", "的名字", "管理员", "联系人"))}
    assert {one for one in names if one[2] not in {"name", "given_name"}} == set()
    assert len(names) >= 7


def test_the_hint_of_each_account_says_what_the_form_accepts(shipped):
    fields = [f for d in shipped if isinstance(d.spec, Item) for f in d.spec.form if f.kind == "bank_account"]
    said = "{} 至 {} 位数字".format(*codes.ACCOUNT_DIGITS)
    assert len(fields) >= 10
    assert [field.hint for field in fields if said not in field.hint] == []


@pytest.mark.req("A3")
def test_a_legal_basis_is_never_invented_but_reported_as_missing(shipped):
    for document in shipped:
        if isinstance(document.spec, Item) and not document.spec.legal_basis:
            assert any(r.grade == "to be completed" and "设定依据" in r.sentence for r in document.remarks)


SAME_PHONE = "fee: false\nphone: 1-1\nsupervision_phone: 1-1"
FAULTS = [
    ("YB-11", [("promised_days: 5", "promised_days: 25")], "promised_days", "长于法定时限"),
    ("WJ-01", [("promised_days: 0", "promised_days: 3")], "promised_days", "即办件"),
    ("WJ-01", [("fallback_days: 1", "")], "instant:", "转人工"),
    ("HJ-07", [("visit_reason: 须现场采集人像与指纹", "")], "visits:", "现场办理的原因"),
    ("HJ-07", [('online_depth: "4"', 'online_depth: "6"')], "visits:", "全程网办"),
    ("YB-11", [('["1", "2", "3", "5"]', '["1"]')], "handle_forms", "快递"),
    ("YB-11", [("fee: false", "fee: true")], "fee:", "收费依据"),
    ("YB-11", [("fee: false", SAME_PHONE)], "supervision_phone", "不能与咨询电话相同"),
    ("YB-11", [("name: 医疗收费票据", "name: 其他材料")], "其他材料", "兜底"),
    ("YB-11", [("生育医疗费支付结果", "支付结果等")], "支付结果等", "兜底"),
    ("YB-11", [("[生育收养, 社会保障]", "[养猫养狗]")], "themes", "主题清单"),
    ("YB-11", [("    resource: medical-bills\n", "")], "key: medical-bills", "resource"),
    ("YB-11", [("fields: [account_holder,", "fields: [nobody,")], "fields: [nobody", "nobody"),
    ("YB-11", [("resource: medical-bills", "resource: medical-wills")], "key: medical-bills", "还没有接入"),
    ("YB-11", [("[maternity.reimburse]", "[maternity.forget]")], "effects:", "maternity.forget"),
    ("YB-11", [("key: finance", "key: entitlement")], "财务复核", "写了两次"),
    ("YB-11", [("决定支付, kind: decide", "决定支付, kind: opinion")], "plan:", "一个决定步骤"),
    ("YB-11", [("post: head, stage: 3", "post: head, stage: 1")], "决定支付", "同一阶段"),
    ("YB-11", [("legal_days: 20", "legal_day: 20")], "legal_day:", "没有这个字段"),
    ("YB-11", [("code: YB-11", "code: YB-11\ncode: YB-11")], "code: YB-11", "写了两次"),
    ("YB-11", [("code: YB-11", "code: YB-12")], "code: YB-12", "文件名"),
    ("HJ-08", [("card_collect: [mail]", "card_collect: [window]")], "key: card_collect", "没有问寄到哪里"),
    ("HJ-08", [("kind: address", "kind: text")], "key: card_collect", "没有问寄到哪里"),
    ("HJ-01", [('when: {married: ["yes"]}', 'when: {wed: ["yes"]}')], 'when: {wed: ["yes"]}', "“wed”既不是"),
    ("HJ-01", [('when: {married: ["yes"]}', 'when: {married: [oui]}')], "when: {married: [oui]}", "“oui”不在选项里"),
    ("SB-01", [("card_delivery: [mail]}\napply", "sent: [mail]}\napply")], "sent: [mail]", "“sent”既不是"),
    ("HJ-01", [("apply_through: birth\n", "")], 'when: {married: ["yes"]}', "“married”既不是"),
    ("HJ-01", [("apply_through: birth", "apply_through: wedding")], "apply_through: wedding", "没有“wedding”这件事"),
    ("HJ-01", [("apply_through: birth", "apply_through: school")], "apply_through: school", "里没有这个事项"),
]  # fmt: skip


@pytest.mark.req("A3")
@pytest.mark.parametrize(("name", "changes", "where", "sentence"), FAULTS, ids=[f"{f[3]}" for f in FAULTS])
def test_each_error_is_reported_at_its_line(write, name, changes, where, sentence):
    path = write(name, *changes)
    found = [r for r in errors(path) if sentence in r.sentence]
    assert found
    line = found[0].line
    text = path.read_text().splitlines()
    assert where in text[line - 1]


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("item: JK-01", "item: JK-99"), "不在事项目录里"),
        (("after: [birth-certificate]", "after: [nothing]"), "不在这件事里"),
        (("name: 出生医学证明（首次签发）", "name: 出生医学证明\n    after: [premium]"), "互相等待"),
        (("maternity: [employee, resident]", "maternity: [perhaps]"), "不在选项里"),
        (("mailing_address, contact_phone]", "mailing_address, shoe_size]"), "不在事项的表单里"),
        (("mailing_address, contact_phone]", "mailing_address, given_name]"), "只问一次"),
        (("key: vaccination", "key: household"), "写了两次"),
        (("serves: [person]", "serves: [person, organisation]"), "申请人里有人不能办"),
        (("  - key: married\n", "  - key: wed\n"), "事项 HJ-01：条件里的“married”既不是"),
        (("item: WJ-03", "item: WJ-03\n    promised_days: 4"), "请去掉或改一致"),
        (("subject_resource: birth-delivery", "subject_resource: birth-delivry"), "还没有接入"),
        (("later_resource: birth-certified", "later_resource: birth-certifid"), "还没有接入"),
        (("resource: parents-marriage", "resource: parents-mariage"), "还没有接入"),
        (('    answer: "yes"', '    answer: "maybe"'), "不在选项里"),
        (('    answer: "yes"\n', ""), "要写明 resource"),
        (("usual: mail", "usual: pigeon"), "不在选项里"),
        (("    resource: mother-enrolment\n", ""), "要写明 resource"),
        (("    fact: mother.insurance\n", ""), "要一起写"),
        (("fact: mother.insurance", 'fact: mother.insurance\n    answer: "no"'), "只能写一个"),
        (("fact: mother.insurance", "fact: mother.name"), "没有固定的取值"),
        (("职工基本医疗保险: [", "职工医保: ["), "不是“mother.insurance”的取值"),
        (('      城乡居民基本医疗保险: [resident, "no"]\n', ""), "没有写“城乡居民基本医疗保险”"),
        (("保险: [employee,", "保险: [worker,"), "留下的“worker”不在选项里"),
        (('[employee, "no"]', "[]"), "至少留一个"),
    ],
)
def test_each_error_of_a_bundle_is_reported(write, change, sentence):
    path = write("birth", change, folder="bundles")
    assert any(sentence in r.sentence and r.line > 1 for r in errors(path)), errors(path)


def test_the_command_prints_file_line_and_message_and_fails_on_errors_only(write, tmp_path):
    path = write("YB-11", ("promised_days: 5", "promised_days: 25"))
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("catalog", "check", str(path), stdout=out)
    assert stopped.value.code == 1
    assert f"{path}:{line_with(path, 'promised_days')}: error: 承诺时限 25 个工作日" in out.getvalue()
    path.write_text((reading.FOLDER / "items/YB-11.yaml").read_text())
    call_command("catalog", "check", str(path), stdout=out)


def test_errors_come_first_and_what_is_to_be_completed_is_only_counted(write):
    """581 remarks buried the errors."""
    paths = [str(reading.FOLDER / "items/ZF-06.yaml"), str(write("YB-11", ("promised_days: 5", "promised_days: 25")))]
    shown, listed = StringIO(), StringIO()
    for out, more in ((shown, []), (listed, ["--remarks"])):
        with pytest.raises(SystemExit):
            call_command("catalog", "check", *paths, *more, stdout=out)
    first, *_, last = shown.getvalue().splitlines()
    assert ": error: " in first
    assert "to be completed:" not in shown.getvalue()
    assert last.endswith("to be completed (--remarks lists them)")
    first, *_, last = listed.getvalue().splitlines()
    assert ": error: " in first
    assert "to be completed:" in listed.getvalue()
    assert not last.endswith("lists them)")


def test_the_departments_that_files_name_are_listed_and_the_missing_ones_first(departments):
    out = StringIO()
    paths = [str(reading.FOLDER / f"items/{code}.yaml") for code in ("YB-11", "JR-02")]
    call_command("catalog", "departments", *paths, stdout=out)
    assert "established  市医疗保障局  (YB-11)" in out.getvalue().splitlines()
    assert out.getvalue().endswith(" departments: 0 missing\n")
    next(one for one in departments if one.name == "市医疗保障局").delete()
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("catalog", "departments", *paths, stdout=out)
    assert stopped.value.code == 1
    assert out.getvalue().splitlines()[0] == "missing      市医疗保障局  (YB-11)"
    assert out.getvalue().endswith(" departments: 1 missing\n")


def test_broken_yaml_is_reported_with_its_line(tmp_path):
    path = tmp_path / "YB-11.yaml"
    path.write_text("code: YB-11\nname: [unclosed\nversion: 1\n")
    (found,) = errors(path)
    assert found.line == 3  # where the list should have ended
    assert "YAML" in found.sentence


@pytest.mark.req("C3")
def test_every_bundle_can_be_applied_for_and_each_of_its_steps_names_an_item(shipped):
    for bundle in (d.spec for d in shipped if isinstance(d.spec, Bundle)):
        assert bundle.authored, bundle.key
        assert all(step.item for step in bundle.steps), bundle.key
        asked = {question.key for question in bundle.questions}
        assert all(set(step.when) <= asked and step.when for step in bundle.steps if step.optional), bundle.key
