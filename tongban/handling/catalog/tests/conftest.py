from functools import cache

import pytest
import yaml

from tongban.foundation.codes import credit_code_check
from tongban.foundation.testing import remembered
from tongban.handling.catalog import reading, services
from tongban.handling.catalog.schema import Bundle, BundleStep, Item
from tongban.people.identity.actors import machine
from tongban.people.organisation.models import Department, Division

ACTOR = machine("test")


@cache
def names() -> tuple[str, ...]:
    specs = [document.spec for document in reading.read_all(reading.files())]
    return tuple(dict.fromkeys(spec.department for spec in specs if isinstance(spec, Item)))


@pytest.fixture
def departments(db):
    """Create every department that the shipped items name."""
    ids = remembered(("departments",), lambda: [one.id for one in _departments()])
    found = Department.objects.in_bulk(ids)
    return [found[one] for one in ids]


def _departments():
    city = Division.objects.create(code="990100", name="云州市", level="city")
    return [
        Department.objects.create(
            name=name,
            short_name=name.removeprefix("市"),
            short_code=f"{number:03d}",
            uscc=(body := f"11990100MB0T{number:05d}") + credit_code_check(body),
            division=city,
        )
        for number, name in enumerate(names(), 1)
    ]


@pytest.fixture
def loaded(departments):
    return remembered(("catalogue",), lambda: services.load_catalog(actor=ACTOR))


def an_item(**changes) -> Item:
    values = {
        "code": "TS-01",
        "name": "开具测试证明",
        "field": "TS",
        "field_name": "测试",
        "department": "市公安局",
        "task_type": "20",
        "project_type": "2",
        "catalog_code": "992001001000",
        "serves": ("person",),
        "legal_days": 20,
        "promised_days": 5,
        "online_depth": "6",
        "handle_forms": ("1", "2"),
        "phone": "0990-1",
        "supervision_phone": "0990-2",
    }
    return Item.model_validate(values | changes)


def a_bundle(steps: list[BundleStep], **changes) -> Bundle:
    values = {
        "key": "test",
        "name": "测试一件事",
        "serves": ("person",),
        "lead": "市公安局",
        "form_name": "测试表",
        "hours": 2,
        "steps": steps,
    }
    return Bundle.model_validate(values | changes)


@pytest.fixture
def write(tmp_path):
    """Copy a shipped file to a folder of its own, with some text replaced."""

    def write_file(name: str, *changes: tuple[str, str], folder: str = "items"):
        text = (reading.FOLDER / folder / f"{name}.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        yaml.compose(text)
        return path

    return write_file
