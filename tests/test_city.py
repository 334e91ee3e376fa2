"""The product belongs to no city: its files name none, and settings and a file with windows serve another one."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from tongban.exchange.libraries.registers import registers
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict
from tongban.people.identity.actors import machine
from tongban.people.organisation.services import establish_division
from tongban.site import city_identity, starting
from tongban.site.environment import Environment, WrongSettings

from .test_environment import ROOT, product_files

NAMES = "云州|云江|清河|柳荫|云A|市妇幼保健院|0990|yunzhou"
DEMO = re.compile(rf"{NAMES}|J9901|9901(?=00|02)", re.IGNORECASE)
CATALOGUE_CODE = re.compile(r'^catalog_code: "\d{12}"$')
"""Twelve digits of the standard: 99, the kind of the item and its number; they may look like a division of 9901."""


def test_no_file_of_the_product_names_the_demo_city():
    kinds = (".py", ".html", ".js", ".css", ".svg", ".typ", ".txt", ".json", ".yaml", ".tsv", ".env")
    files = list(product_files(*kinds))
    assert len(files) > 700
    assert any(path.parent.name == "items" for path in files)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if DEMO.search(line) and not CATALOGUE_CODE.match(line)
    ]
    assert found == []


def test_no_template_names_the_service_itself():
    own = re.compile("(?<!全市)(?<!跨省)通办(?!方式)")
    found = [path.name for path in product_files(".html") if own.search(path.read_text())]
    assert found == []


def test_no_template_tests_for_a_particular_bundle_or_item():
    found = [path.name for path in product_files(".html") if re.search(r"\.key *==|\.code *==", path.read_text())]
    assert found == []


def test_the_demo_citys_settings_have_not_changed():
    found = city()
    assert (found.name, found.code, found.product, found.portal) == ("云州市", "990100", "云州通办", "云州市政务服务")
    assert (found.host, found.operator) == ("云州市人民政府办公室", "云州市政务服务和数据管理局")
    assert registers().marriage_number(2026, 7) == "J990102-2026-000007"
    assert registers().bill_number(2026, 7) == "9901202600000007"
    assert registers().card_prefix == "990"
    assert registers().police_station("云江区", "清河") == "云州市公安局云江区分局清河派出所"
    assert registers().premium(2026) == Decimal("400.00")
    assert settings.KEY_OWNERS["licences"] == "11990100MB0T113715"


# --- settings of a city ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "plate"), [("510100", "川A12345"), ("110105", "京A12345")])
def test_the_example_of_a_number_plate_has_the_citys_province(monkeypatch, code, plate):
    monkeypatch.setenv("TONGBAN_CITY_CODE", code)
    monkeypatch.setenv("TONGBAN_CITY_PLATE", "")
    assert Environment.read().city().plate == plate


def test_a_premium_applies_until_a_later_year_sets_another(monkeypatch):
    monkeypatch.setenv("TONGBAN_CITY_PREMIUMS", "2025=400, 2027=420.50")
    found = Environment.read().registers()
    assert [found.premium(year) for year in (2025, 2026, 2027)] == [Decimal(400), Decimal(400), Decimal("420.50")]
    for none in (found.premiums, {}):
        with pytest.raises(Conflict, match="2024 年度的居民医保缴费标准还没有设置"):
            replace(found, premiums=none).premium(2024)


@pytest.mark.parametrize("wrong", ["400", "25=400", "2025=4OO", "2025=400.001"])
def test_a_premium_without_its_year_or_amount_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("TONGBAN_CITY_PREMIUMS", wrong)
    with pytest.raises(WrongSettings, match="TONGBAN_CITY_PREMIUMS.*it must be year=amount"):
        Environment.read()


def test_without_the_demo_the_city_must_be_named():
    environment = os.environ | {"TONGBAN_DEMO": "no"}
    refused = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "set TONGBAN_CITY_NAME, TONGBAN_CITY_CODE, TONGBAN_CITY_WINDOWS in the environment" in refused.stderr


# --- another city ---------------------------------------------------------------------------------------------------

WINDOWS = """
revision: 4
district: 望海区
street: 渔港
default: {address: 海州市望海区港口路 9 号 政务大厅, hours: 周一至周五 8:30—17:00}
departments:
"""
OTHER = """
import django, sys
django.setup()
from django.test import Client
from tongban.exchange.libraries.registers import registers
from tongban.foundation.city import city
from tongban.foundation.codes import credit_code_check
from tongban.foundation.ui import lastresort
from tongban.handling.catalog import reading, services
from tongban.handling.catalog.schema import Bundle
from tongban.people.identity.actors import machine
from tongban.people.organisation import services as organisation
from tongban.people.signin.services import codes, messages
from tongban.site.api import api

BY = machine("test")
birth = reading.FOLDER / "bundles" / "birth.yaml"
steps = [step.item for step in reading.read(birth).spec.steps]
items = [reading.FOLDER / "items" / f"{code}.yaml" for code in (*steps, "HG-01", "JR-02", "GJ-07")]
organisation.establish_division("980100", name="海州市", level="city", actor=BY)
for number, name in enumerate(sorted({reading.read(path).spec.department for path in items}), 1):
    body = f"11980100MB0T{number:05d}"
    organisation.establish_department(
        name, short_name=name, short_code=f"{number:03d}", uscc=body + credit_code_check(body),
        division_code="980100", actor=BY,
    )
loaded = services.load_catalog([*items, birth], actor=BY)

client = Client(HTTP_HOST="localhost")
paths = ["/", "/items/", "/search/?q=zzzz", "/sign-in/", "/register/", "/verify/", "/bundles/", "/bundles/birth/"]
pages = [client.get(path) for path in [*paths, *(f"/items/{path.stem}/" for path in items), "/nowhere/"]]
text = "".join(page.content.decode() for page in pages) + lastresort.page(500).content.decode() + api.title
catalogue = "".join(one.spec.model_dump_json() for one in reading.read_all(reading.files()))
sys.stdout.reconfigure(encoding="utf-8")
print(len(loaded.published), {page.status_code for page in pages[:-1]}, pages[-1].status_code)
print(city().sms_signature, registers().marriage_number(2030, 1))
print(catalogue)
print(text)
"""
DEPARTMENTS = (
    "市公安局 市卫生健康委员会 市疾病预防控制局 市医疗保障局 市税务局 市人力资源和社会保障局 市妇女联合会"
    " 市住房公积金管理中心 海州海关 中国人民银行海州市分行"
)


@pytest.mark.django_db(transaction=True)
def test_another_city_needs_only_other_settings_and_windows(tmp_path):
    lines = [
        f"  {name}: {{phone: 0980-5{number:03d}, supervision_phone: 0980-6{number:03d}}}\n"
        for number, name in enumerate(DEPARTMENTS.split())
    ]
    windows = tmp_path / "windows.yaml"
    windows.write_text("".join([WINDOWS, *lines]))
    database = settings.DATABASES["default"]
    address = (
        f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{connection.settings_dict['NAME']}"
    )
    environment = os.environ | {
        "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tongban.site.settings", "TONGBAN_DEMO": "no",
        "TONGBAN_CITY_NAME": "海州市", "TONGBAN_CITY_CODE": "980100", "TONGBAN_HOTLINE": "98765",
        "TONGBAN_SMS_SIGNATURE": "海州政务", "TONGBAN_CITY_WINDOWS": str(windows),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OTHER], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers, names, catalogue, text = done.stdout.split("\n", 3)
    assert answers == "13 {200} 404"
    assert names == "海州政务 J980100-2030-000001"
    assert "<title>系统暂时繁忙 - 海州通办</title>" in text
    for own in ("承办：海州市政务服务和数据管理局", "海州市政务服务接口", "98765", "海州海关", "中国人民银行海州市分行",
                "海州市望海区港口路 9 号 政务大厅", "周一至周五 8:30—17:00", "0980-5001", "0980-6001"):  # fmt: skip
        assert own in text, own
    assert "例如“海州银行渔港支行”" in catalogue
    assert re.search(NAMES, catalogue + text) is None
    assert DEMO.search(text) is None
    assert "12345" not in text
    assert "虚构" not in text


@pytest.mark.django_db(transaction=True)
def test_a_city_without_the_demo_is_set_up(tmp_path):
    """The demo's commands are not installed there, so the set-up may not call them."""
    (tmp_path / "windows.yaml").write_text(WINDOWS)
    database = settings.DATABASES["default"]
    address = (
        f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{connection.settings_dict['NAME']}"
    )
    environment = os.environ | {
        "DATABASE_URL": address, "DATABASE_OWNER_URL": address, "TONGBAN_DEMO": "no",
        "TONGBAN_CITY_NAME": "海州市", "TONGBAN_CITY_CODE": "980100",
        "TONGBAN_CITY_WINDOWS": str(tmp_path / "windows.yaml"),
    }  # fmt: skip
    for command, said in (("setup", "No departments yet"), ("greet", "organisation load FILE")):
        done = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        assert said in done.stdout
        assert "演示" not in done.stdout


@pytest.fixture
def _of_haizhou():
    establish_division("980100", name="海州市", level="city", actor=machine("test"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_of_haizhou")
@pytest.mark.parametrize("start", [lambda: starting.check_keys("web"), lambda: call_command("setup")])
def test_a_database_of_another_city_is_not_served(start):
    with pytest.raises(ImproperlyConfigured) as refusal:
        start()
    assert "this database belongs to 海州市 (980100), but TONGBAN_CITY_CODE is 990100" in str(refusal.value)


@pytest.mark.django_db
@pytest.mark.usefixtures("_of_haizhou")
@pytest.mark.parametrize("code", ["980100", "980102"])
def test_a_database_of_the_city_or_of_the_city_above_is_served(settings, code):
    settings.CITY = replace(city(), code=code)
    city_identity.check()


@pytest.mark.django_db
def test_a_new_database_belongs_to_no_city():
    city_identity.check()
