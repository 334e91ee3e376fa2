"""The facts that look-ups and effects return, with their Chinese labels. Items and bundles use the same keys.

Rooms that bring resources or effects of their own register the labels of their facts at start.
"""

from collections.abc import Mapping

from tongban.exchange.libraries.definitions import definitions
from tongban.foundation.registry import Registry

labels: Registry[str] = Registry("labels of facts")
"""Key of a fact -> its Chinese label."""


def register_labels(added: Mapping[str, str]) -> None:
    """Register the labels of facts. Raises AlreadyTaken."""
    for fact, label in added.items():
        labels.add(fact, label)


_OF_THE_LIBRARIES = {
    "applicant.name": "申请人姓名",
    "applicant.number": "申请人公民身份号码",
    "applicant.sex": "申请人性别",
    "applicant.born": "申请人出生日期",
    "applicant.address": "申请人住址",
    "applicant.household_number": "申请人户号",
    "birth.id": "分娩记录",
    "birth.certificate_number": "出生医学证明编号",
    "child.id": "孩子",
    "child.name": "孩子姓名",
    "child.sex": "孩子性别",
    "child.born": "孩子出生日期",
    "child.born_on": "孩子出生日期（年-月-日）",
    "child.born_at": "孩子出生时间",
    "child.hospital": "助产机构",
    "child.weight": "出生体重",
    "child.length": "出生身长",
    "child.weeks": "出生孕周",
    "child.number": "孩子公民身份号码",
    "child.address": "孩子住址",
    "mother.id": "母亲",
    "mother.name": "母亲姓名",
    "mother.number": "母亲公民身份号码",
    "mother.address": "母亲户籍地址",
    "mother_surname": "母亲姓氏",
    "mother_address": "母亲户籍地址",
    "mother.insurance": "母亲参加的医疗保险",
    "father.id": "父亲",
    "father.name": "父亲姓名",
    "father.number": "父亲公民身份号码",
    "father.address": "父亲户籍地址",
    "father_surname": "父亲姓氏",
    "father_address": "父亲户籍地址",
    "marriage.number": "结婚证字号",
    "marriage.registered": "结婚登记日期",
    "marriage.husband": "丈夫姓名",
    "marriage.wife": "妻子姓名",
    "household.number": "户号",
    "household.head": "户主姓名",
    "household.address": "户籍地址",
    "household.role": "与户主关系",
    "household.office": "户口登记机关",
    "vaccination.number": "预防接种证号",
    "vaccination.clinic": "接种单位",
    "vaccination.opened": "建档日期",
    "insurance.number": "参保登记号",
    "insurance.kind": "参保险种",
    "insurance.from": "参保日期",
    "premium.number": "缴费凭证号",
    "premium.year": "缴费年度",
    "premium.amount": "缴费金额",
    "premium.paid": "缴费日期",
    "card.number": "社会保障卡号",
    "card.opened": "开卡日期",
    "bills.count": "医疗票据张数",
    "bills.amount": "医疗费用合计",
    "bills.reimbursable": "可报销金额",
    "maternity.number": "待遇支付单号",
    "maternity.amount": "支付金额",
    "maternity.granted": "核定日期",
    "subsidy.number": "补贴发放单号",
    "subsidy.amount": "补贴标准",
    "subsidy.until": "补贴发放至",
    "subsidy.from": "发放起始",
    "parenting.number": "登记编号",
    "parenting.provider": "服务机构",
    "parenting.registered": "服务登记日期",
    "enterprise.name": "企业名称",
    "enterprise.uscc": "统一社会信用代码",
    "enterprise.kind": "企业类型",
    "enterprise.address": "住所",
    "enterprise.legal_representative": "法定代表人",
    "enterprise.established": "成立日期",
}
register_labels(_OF_THE_LIBRARIES)
for _one in definitions().values():
    register_labels({f"{_one.key}.{field.key}": field.label for field in _one.fields})
