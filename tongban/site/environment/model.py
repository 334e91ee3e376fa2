"""The environment as one value. Reading it reports all wrong variables in one message."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Self

from django.core.exceptions import ImproperlyConfigured
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from tongban.exchange.libraries.registers import Registers
from tongban.foundation.city import City
from tongban.site.bootstrap import HOUSE, environment
from tongban.site.environment.topics import Backups, BaseLibraries, CityNames, Keys, SigningIn, Start, Storage

DEMO_CITY = HOUSE / "demo" / "city.env"
"""Settings of the demo city. They apply while the demo is on, to variables that the environment does not set."""
PROVINCES = dict(
    re.findall(
        r"(\d\d)(\D)",
        "11京12津13冀14晋15蒙21辽22吉23黑31沪32苏33浙34皖35闽36赣37鲁41豫"
        "42鄂43湘44粤45桂46琼50渝51川52贵53云54藏61陕62甘63青64宁65新",
    )
)
"""The first two digits of a division (GB/T 2260) and the character of its number plates (GA 36)."""
MAX_LINE = 100
"""How many characters of a wrong value a message repeats."""


class WrongSettings(ImproperlyConfigured):
    """The environment contains unusable values; the message names each variable."""


class Environment(Backups, SigningIn, Storage, Keys, BaseLibraries, CityNames, Start):
    """All settings. Create it with `read`. Fields are ordered by topic, the last base class first."""

    model_config = SettingsConfigDict(frozen=True, case_sensitive=True, hide_input_in_errors=True)

    @classmethod
    def read(cls) -> Self:
        """Read the environment of this process. Raises WrongSettings, which names every variable with a wrong value."""
        found, wrong = cls.examine()
        if wrong:
            raise WrongSettings(f"Tongban cannot start: {' '.join(wrong.values())}")
        return found

    @classmethod
    def examine(cls) -> tuple[Self, dict[str, str]]:
        """Return the settings with defaults instead of wrong values, and one sentence for each wrong variable.

        Raises WrongSettings if the settings of the demo city name an unknown variable.
        """
        try:
            return cls._loaded(), {}
        except ValidationError as error:
            wrong = dict(_sentences(error))
        # outside the block: the context of another error would hold the values
        if wrong.keys() - _names():
            raise WrongSettings(f"Tongban cannot start: {' '.join(wrong.values())}")
        fields = {name: cls.model_fields[attribute_of(name)] for name in wrong}
        return cls._loaded(**{name: field.default for name, field in fields.items()}), wrong

    @classmethod
    def _loaded(cls, **instead: object) -> Self:
        """Read the environment, with values that are used instead of those of the variables."""
        demo_city = DEMO_CITY if demo_is_on() else None
        init: Callable[..., Self] = cls  # its typed signature omits the options of pydantic-settings
        return init(_env_file=demo_city, _env_file_encoding="utf-8", **instead)

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def has_demo(self) -> bool:
        """Whether the demo city is installed; by default everywhere except in production."""
        return self.demo == "yes" if self.demo else not self.is_production

    @property
    def number_of_proxies(self) -> int:
        """The number of our own proxies in front of the web server."""
        if self.proxies is None:
            return 1 if self.is_production else 0
        return self.proxies

    def is_set(self, name: str) -> bool:
        """Return whether the variable has a value."""
        value = getattr(self, attribute_of(name))
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        return any(value) if isinstance(value, list) else bool(value)

    def city(self) -> City:
        """Return the city. Values that are not set are derived from its name."""
        name = self.city_name
        short = self.city_short_name or name.removesuffix("市")
        product = self.city_product or f"{short}通办"
        return City(
            name=name,
            short=short,
            code=self.city_code,
            product=product,
            portal=self.city_portal or f"{name}政务服务",
            sms_signature=self.sms_signature or product,
            hotline=self.hotline,
            government=self.city_government or f"{name}人民政府",
            host=self.city_host or f"{name}人民政府办公室",
            operator=self.city_operator or f"{name}政务服务和数据管理局",
            data_bureau=self.city_data_bureau,
            privacy_contact=self.privacy_contact or self.hotline,
            notice=self.city_notice,
            seal=self.city_seal,
            plate=self.city_plate or f"{PROVINCES.get(self.city_code[:2], '京')}A12345",
        )

    def registers(self) -> Registers:
        """Return what the base libraries need to know of the city."""
        return Registers(
            marriage_office=self.marriage_office or self.city_code,
            vaccination_clinic=self.vaccination_clinic,
            parenting_provider=self.parenting_provider or f"{self.city_name}家庭教育指导中心",
            premiums=self.premiums,
        )


def demo_is_on() -> bool:
    """Return whether the demo city is installed. Read before the settings, because their sources depend on it."""
    said = os.environ.get("TONGBAN_DEMO") or ("no" if environment() == "production" else "yes")
    return said == "yes"


def name_of(field: FieldInfo) -> str:
    """Return the name of the variable from which a field is read."""
    return str(field.validation_alias)


def wording_of(field: FieldInfo) -> dict[str, str]:
    """Return the texts with which `setting` declared a field: `allowed`, `production` and `unset`."""
    wording = field.json_schema_extra
    assert isinstance(wording, dict)
    return {key: str(text) for key, text in wording.items()}


def secret_names() -> Iterator[str]:
    """Yield the name of every variable that holds a secret."""
    for field in Environment.model_fields.values():
        if field.annotation is SecretStr:
            yield name_of(field)


def attribute_of(name: str) -> str:
    """Return the attribute that holds a variable's value."""
    return next(key for key, field in Environment.model_fields.items() if name_of(field) == name)


def _sentences(wrong: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield the name of each wrong variable, and a sentence about it."""
    secrets = set(secret_names())
    for error in wrong.errors(include_url=False):
        name = str(error["loc"][0])
        if name not in _names():
            yield name, f"{name} of {DEMO_CITY.name} is no setting of the platform."
            continue
        field = Environment.model_fields[attribute_of(name)]
        must_be = wording_of(field)["allowed"] or _allowed(error)
        if name in secrets:
            yield name, f"{name} cannot be used: it must be {must_be}."
        elif error["type"] == "value_error" and str(error["ctx"]["error"]):
            yield name, f"{name}: {error['ctx']['error']}; it must be {must_be}."
        else:
            yield name, f"{name} is {str(error['input'])[:MAX_LINE]!r}: it must be {must_be}."


def _names() -> set[str]:
    return {name_of(field) for field in Environment.model_fields.values()}


def _allowed(error: ErrorDetails) -> str:
    expected = error.get("ctx", {}).get("expected")  # "'yes' or 'no'", "'', 'replace'"
    return str(expected).replace("''", "empty") if expected else "one line of text"
