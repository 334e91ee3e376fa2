"""What belongs to the city comes from its own file, and `catalog check` names what the file lacks."""

from io import StringIO

import pytest
from django.core.management import call_command

from tongban.handling.catalog import reading

HEAD = "district: 望海区\nstreet: 渔港\n"
PLACE = "default: {address: 港口路 9 号, hours: 周一至周五}\n"


def remarks_of(*paths) -> list[str]:
    return [str(r) for d in reading.read_all(paths) for r in d.remarks if r.grade == "error"]


@pytest.fixture
def windows(settings, tmp_path):
    """Give the city another file of windows."""

    def give(text: str, name: str = "windows.yaml"):
        settings.CITY_WINDOWS = tmp_path / name
        settings.CITY_WINDOWS.write_text(text)
        return settings.CITY_WINDOWS

    return give


@pytest.fixture
def item():
    return reading.FOLDER / "items" / "GJ-07.yaml"


def test_the_most_specific_window_applies_and_wider_ones_fill_the_gaps(windows, item):
    windows(
        f"{HEAD}{PLACE}departments:\n  市住房公积金管理中心: {{phone: 1-1, supervision_phone: 1-2, hours: 每天}}\n"
        "items:\n  GJ-07: {phone: 2-1}\n"
    )
    spec = reading.read(item).spec
    assert (spec.phone, spec.supervision_phone, spec.address, spec.hours) == ("2-1", "1-2", "港口路 9 号", "每天")
    assert any("渔港支行" in field.hint for field in spec.form)


def test_an_items_own_value_takes_precedence_over_the_citys_file(windows, write):
    windows(f"{HEAD}{PLACE}items:\n  GJ-07: {{phone: 2-1, supervision_phone: 2-2}}\n")
    path = write("GJ-07", ("pilot: true", "pilot: true\nphone: 3-1"))
    assert reading.read(path).spec.phone == "3-1"


def test_a_bundle_has_a_window_only_if_it_is_named(windows):
    birth = reading.FOLDER / "bundles" / "birth.yaml"
    windows(HEAD + PLACE)
    assert (reading.read(birth).spec.phone, reading.read(birth).spec.address) == ("", "")


def test_a_bundles_window_is_the_citys(windows):
    windows(f"{HEAD}bundles:\n  birth: {{phone: 4-1, hours_open: 每天}}\n")
    spec = reading.read(reading.FOLDER / "bundles" / "birth.yaml").spec
    assert (spec.phone, spec.supervision_phone, spec.hours_open) == ("4-1", "", "每天")


def test_a_missing_window_is_reported_with_file_and_line(windows, item):
    windows(f"{HEAD}{PLACE}departments:\n  市公安局: {{phone: 1-1, supervision_phone: 1-2}}\n")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("catalog", "check", str(item), stdout=out)
    line = next(n for n, text in enumerate(item.read_text().splitlines(), 1) if text.startswith("department:"))
    assert f"GJ-07.yaml:{line}: error: 没有“市住房公积金管理中心”窗口的咨询电话、监督电话，请在" in out.getvalue()
    assert remarks_of(reading.FOLDER / "items" / "HJ-01.yaml") == []


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (f"{HEAD}default:\n  adress: x\n", 4, "default.adress：没有这个字段"),
        ("district: 望海区\n", 1, "street：缺少这一项"),
        (f"{HEAD}street: 渔港\n", 3, "“street”在这里写了两次"),
        (f"{HEAD}default: [\n", 4, "YAML 写法有误"),
    ],
)
def test_an_error_in_the_citys_file_is_the_only_error_reported(windows, item, text, line, sentence):
    path = windows(text)
    (first,) = remarks_of(item)
    assert first.startswith(f"{path}:{line}: error: {sentence}")


def test_a_nonexistent_file_is_reported(settings, tmp_path, item):
    settings.CITY_WINDOWS = tmp_path / "none.yaml"
    assert remarks_of(item)[0] == f"{tmp_path / 'none.yaml'}:1: error: 文件读不出来：没有这个文件，请检查路径"


def test_a_file_in_another_encoding_is_reported(settings, tmp_path, item):
    settings.CITY_WINDOWS = tmp_path / "gbk.yaml"
    settings.CITY_WINDOWS.write_text("district: 望海区", encoding="gbk")
    assert remarks_of(item)[0].endswith("文件读不出来：不是 UTF-8 编码，请转换编码后再试")


def test_a_new_revision_of_the_windows_gives_every_version_a_new_number(windows, item):
    windows(HEAD + PLACE)
    before = reading.read(item).spec
    windows(f"revision: 2\n{HEAD}{PLACE}", "newer.yaml")
    assert reading.read(item).spec == before.model_copy(update={"version": before.version + 2})
