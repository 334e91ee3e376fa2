"""The settings of the city: its names and what its base libraries need to know."""

from pydantic_settings import BaseSettings

from tongban.site.environment.fields import (
    AMOUNTS,
    DIVISION,
    Amounts,
    DepartmentCode,
    Division,
    ExistingFile,
    Line,
    setting,
)


class CityNames(BaseSettings):
    """The city"""

    city_name: Line = setting(
        "TONGBAN_CITY_NAME", "", "The city including its kind, as on a letterhead.", production="required"
    )
    city_code: Division = setting(
        "TONGBAN_CITY_CODE",
        "",
        "Division of the city, and of persons whose own division is unknown.",
        allowed=DIVISION,
        production="required",
    )
    city_short_name: Line = setting("TONGBAN_CITY_SHORT_NAME", "", "The city in short.", unset="the name without 市")
    city_product: Line = setting("TONGBAN_CITY_PRODUCT", "", "Name of the service.", unset="the short name and 通办")
    city_portal: Line = setting("TONGBAN_CITY_PORTAL", "", "Name of the site.", unset="the name and 政务服务")
    sms_signature: Line = setting(
        "TONGBAN_SMS_SIGNATURE", "", "Name in 【】 in front of every text message.", unset="the name of the service"
    )
    hotline: Line = setting("TONGBAN_HOTLINE", "12345", "Telephone number that people are told to call.")
    city_government: Line = setting(
        "TONGBAN_CITY_GOVERNMENT", "", "Body that reviews administrative decisions.", unset="the name and 人民政府"
    )
    city_host: Line = setting(
        "TONGBAN_CITY_HOST", "", "Office that runs the site (主办).", unset="the name and 人民政府办公室"
    )
    city_operator: Line = setting(
        "TONGBAN_CITY_OPERATOR", "", "Office that operates the site (承办).", unset="the name and 政务服务和数据管理局"
    )
    city_data_bureau: DepartmentCode = setting(
        "TONGBAN_CITY_DATA_BUREAU",
        "001",
        "Short code of the department whose administrators review the systems that other departments connect.",
        allowed="three digits",
    )
    privacy_contact: Line = setting(
        "TONGBAN_PRIVACY_CONTACT",
        "",
        "How people reach whoever answers for personal data, as the privacy policy names it.",
        unset="the hotline",
    )
    security_contact: Line = setting(
        "TONGBAN_SECURITY_CONTACT",
        "",
        "Whom to tell of a weakness (https:, mailto: or tel:), for `/.well-known/security.txt`.",
        unset="there is no such file",
    )
    city_notice: Line = setting("TONGBAN_CITY_NOTICE", "", "Sentence at the foot of every page.")
    city_seal: Line = setting("TONGBAN_CITY_SEAL", "ui/seal.svg", "Picture beside a valid signature, below `/static/`.")
    city_plate: Line = setting(
        "TONGBAN_CITY_PLATE", "", "Number plate shown as an example.", unset="one of the province in the city's code"
    )
    city_windows: ExistingFile = setting(
        "TONGBAN_CITY_WINDOWS",
        "",
        "YAML file with the windows, telephone numbers and names that the catalogue shows"
        " ([a new city](operations.md#a-new-city)); a relative path counts from the folder of the platform.",
        allowed="a file that exists; a relative path counts from the folder of the platform",
        production="required",
    )


class BaseLibraries(BaseSettings):
    """The base libraries"""

    marriage_office: Division = setting(
        "TONGBAN_CITY_MARRIAGE_OFFICE",
        "",
        "Division in the numbers of marriage certificates.",
        allowed=DIVISION,
        unset="that of the city",
    )
    vaccination_clinic: Line = setting(
        "TONGBAN_CITY_VACCINATION_CLINIC", "户籍地社区卫生服务中心", "Clinic that opens vaccination files."
    )
    parenting_provider: Line = setting(
        "TONGBAN_CITY_PARENTING_PROVIDER", "", "Body that advises new parents.", unset="the name and 家庭教育指导中心"
    )
    premiums: Amounts = setting(
        "TONGBAN_CITY_PREMIUMS",
        {},
        f"Yearly premium of the residents' medical insurance in yuan, by its first year: {AMOUNTS}.",
        allowed=AMOUNTS,
        unset="no premium is recorded; its cases wait for an officer",
        production="for the newborn bundle",
    )
