"""Invented shared records of the demo city's persons and firms, in the format of the data standard."""

from datetime import date, timedelta

from tongban.demo.city.founding import City
from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.definitions import DataField, Definition, definitions
from tongban.people.identity.models import Account, Subject

TEXTS = {
    "place": "云州市云江区柳荫路 8 号 2 栋 301 室", "hospital": "云州市第一人民医院", "employer": "云州货运公司",
    "school": "云州大学", "lender": "云州银行清河支行", "creditor": "云州银行清河支行", "bank": "云州银行清河支行",
    "insurer": "云州财产保险", "plate": "云A12345", "level": "本科", "kind": "符合规定情形", "relation": "子女",
    "project": "云江产业园一期", "state": "在读", "grade": "三年级", "language": "普通话", "body": "市教育局",
    "agency": "云州会计师事务所", "keeper": "市人才服务中心", "device": "电梯", "item": "住所", "tax": "契税",
    "number": "云民批〔2026〕12 号",
}  # fmt: skip
NAMES = {"relative": "张国强", "guardian": "李秀兰"}
MISSING = {"data-gj-06-2": {"wanghao"}, "data-zf-01-3": {"wanghao"}, "data-cl-04-3": {"liwenmin", "yangfan"}}
"""Resource -> accounts without a record, so that the alternative to a record can be demonstrated too."""
OF_FEW = {
    "data-cl-01-3",
    "data-mz-04-2",
    "data-tj-03-2",
    "data-yb-12-2",
    "data-bd-08-2",
    "data-jb-01-4",
    "data-jb-02-1",
}
"""Resources with data on few people. The demo has no records of them, so these materials are uploaded."""


def share_records(city: City) -> int:
    """Create records of all firms and people with accounts, except officers. Return how many were created."""
    accounts = Account.objects.filter(subject__appointments=None).order_by("login_name")
    names = dict(accounts.values_list("subject_id", "login_name"))
    subjects = list(Subject.objects.filter(id__in=names).order_by("registered_at", "id"))
    made = 0
    for definition in definitions().values():
        if definition.key in OF_FEW:
            continue
        for place, subject in enumerate(subjects):
            if definition.of not in {"any", subject.kind} or names[subject.id] in MISSING.get(definition.key, ()):
                continue
            content = {field.key: _value(field, definition, place, city.today) for field in definition.fields}
            libraries.record_shared(definition.key, subject_id=subject.id, content=content, actor=city.actor)
            made += 1
    return made


def _value(field: DataField, definition: Definition, place: int, today: date) -> str:
    if field.format == "date":
        ahead = field.key in {"until", "next"}
        return (today + timedelta(days=700 if ahead else -90 - 11 * place)).isoformat()
    return {
        "text": TEXTS.get(field.key, definition.name),
        "name": NAMES.get(field.key, "周静"),
        "month": f"{today.year - 1}-{1 + place % 12:02}",
        "amount": f"{80 + 7 * place}.50",
        "number": str(today.year if field.key == "year" else 3 + place % 9),
        "yesno": "否" if field.key == "objections" else "是",
        "code": f"YZ{definition.key[5:].upper().replace('-', '')}{today.year}{place + 1:05}",
    }[field.format]
