"""A city with two departments and one family, enough to issue licences."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tongban.exchange.licences import services
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check, resident_number_check
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.organisation import services as organisation

CITY = machine("city")
CASES = machine("cases.decide")


def resident_number(body: str) -> str:
    return body + resident_number_check(body)


def credit_code(body: str) -> str:
    return body + credit_code_check(body)


@dataclass(frozen=True)
class Town:
    """The ids of the departments and persons."""

    police: UUID
    health: UUID
    mother: UUID
    child: UUID
    stranger: UUID
    shop: UUID


@pytest.fixture(autouse=True)
def _public_address(settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "https://yunzhou.example"


@pytest.fixture
def town(db: None) -> Town:
    organisation.establish_division("990100", name="云州市", level="city", actor=CITY)

    def department(name: str, short_code: str, body: str) -> UUID:
        return organisation.establish_department(
            name, short_name=name, short_code=short_code, uscc=credit_code(body), division_code="990100", actor=CITY
        ).id

    def person(name: str, number: str = "", **more: Any) -> UUID:
        return identity.register_person(name=name, number=number, division_code="990102", actor=CITY, **more).id

    found = Town(
        police=department("市公安局", "001", "11990100MB0000001"),
        health=department("市卫生健康委员会", "002", "11990100MB0000002"),
        mother=person("李小敏", resident_number("99010219920304002")),
        child=person("张知予", born=date(2026, 11, 20)),
        stranger=person("王刚", resident_number("99010219880101003")),
        shop=identity.register_organisation(
            name="云州市晨光设计工作室", number=credit_code("92990102MA0000001"), division_code="990102", actor=CITY
        ).id,
    )
    services.load_types()
    return found


SURFACE = {
    "新生儿姓名": "张知予",
    "出生时间": "2026 年 11 月 20 日 08:12",
    "母亲姓名": "李小敏",
    "母亲证件号码": resident_number("99010219920304002"),
    "家庭住址": "云州市云江区清河街道晨光路 8 号",
}


@pytest.fixture
def issue(town: Town) -> Any:
    def issue(type_key: str = "birth-certificate", **changes: Any) -> Licence:
        values: dict[str, Any] = {
            "holder_id": town.child,
            "keeper_id": town.mother,
            "issuer_id": town.health,
            "surface": SURFACE,
            "actor": CASES,
            "at": clock.now(),
        }
        return services.issue(type_key, **{**values, **changes})

    return issue
