"""Builds the demo city through the services of the rooms, in one transaction."""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.demo.city import mandates, people, public_bodies, shared_records
from tongban.demo.city.founding import CITY, FOUNDED, PASSWORD, SEED, City
from tongban.foundation import clock
from tongban.foundation.errors import DomainError
from tongban.foundation.locks import hold_number
from tongban.people.organisation import queries as organisation


class CityExists(DomainError):
    """The demo city has already been built."""

    code = "already-there"
    message = "云州市已经建好，不用重复建立；要重新开始，请换一个空的数据库。"


def is_built() -> bool:
    """Return whether the demo city exists."""
    return organisation.divisions().filter(code=CITY).exists()


@transaction.atomic
def build(say: Callable[[str], None] = lambda line: None) -> City:
    """Build the whole city or nothing. Raises CityExists if it has already been built."""
    hold_number(SEED)
    if is_built():
        raise CityExists
    city = City(encoded_password=make_password(PASSWORD))
    with clock.at_moment(FOUNDED):
        say(f"行政区划 {public_bodies.establish_divisions(city)} 个")
        say(f"部门和协同单位 {public_bodies.establish_departments(city)} 个")
        say(f"工作人员 {public_bodies.appoint_officers(city)} 名")
        say(f"居民 {people.settle_families(city)} 人")
        say(f"企业 {people.found_enterprises(city)} 家")
        say(f"协同单位人员 {public_bodies.appoint_body_staff(city)} 名")
        say(f"共享数据 {shared_records.share_records(city)} 条")
        say(f"电子证照 {people.issue_licences(city)} 份")
        say(f"平台管理员 {public_bodies.appoint_administrators(city)} 名")
    say(f"授权 {mandates.give_mandates(city)} 项")
    say(f"待办出生一件事的分娩记录 {people.report_births(city)} 条")
    return city


@transaction.atomic
def complete() -> int:
    """Appoint the three administrators in a city that was built without them. Return how many were appointed."""
    return public_bodies.appoint_administrators(City(encoded_password=make_password(PASSWORD)))
