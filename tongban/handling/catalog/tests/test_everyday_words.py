"""How people really say it: in the first three hits stands what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.catalog.rules import item_findings
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.tests.test_finding import INDEX, SPECS
from tongban.handling.catalog.words import without_numbers

SAID = """
身份证丢了 HJ-08 | 身份证唔见咗 HJ-08 | 换身份证 HJ-08 | 给孩子办身份证 HJ-07 | 暂住证 HJ-11 | 户口迁到老婆家 HJ-03
良民证 HJ-10 | 娃儿上户 HJ-01 | 细路入户口 HJ-01 | 老人去世销户 HJ-02 | 扯证 HY-02 | 打结婚证 HY-02 | 协议离婚 HY-03
结婚证丢了 HY-04 | 领养孩子 HY-05 | 幼升小 JB-01 | 转校 JB-02 | 教资认定 JB-03 | 生源地贷款 JB-05 | 驾照丢了 JG-01
二手车过户 JG-06 | 补车牌 JG-04 | 打针本 JK-01 | 4050 JY-03 | 下岗登记 JY-01 | 存档案 JY-07 | 创业贷款 JY-04
吃低保 MZ-01 | 五保户 MZ-02 | 八十岁补贴 MZ-05 | 火葬 MZ-10 | 种地补贴 NY-03 | 公司取名 QY-01 | 整个公司 QY-02
个体户注册 QY-03 | 换法人 QY-04 | 执照不见了 QY-09 | 刻公章 QY-11 | 公司年审 QY-12 | 社保卡丢了 SB-01 | 个人买社保 SB-03
新农保 SB-04 | 转社保 SB-07 | 打社保清单 SB-09 | 养老金人脸认证 SB-11 | 办退休 SB-12 | 丧葬费 SB-13 | 失业金 SB-14
上班受伤 SB-16 | 打官司没钱 SF-01 | 遗嘱公证 SF-02 | 奶茶店办证 SP-01 | 开药店 SP-05 | 叉车证 SP-08 | 开发票额度 SW-02
个税流水 SW-06 | 新农合缴费 SW-08 | 拉煤气 SZ-08 | 装宽带 SZ-09 | 挂招牌 SZ-03 | 退伍费 TJ-02
出世纸 WJ-01 | 准生证 WJ-02 | 奶粉钱 WJ-03 | 开诊所 WJ-09 | 合作医疗 YB-01 | 外地看病 YB-04
高血压门特 YB-08 | 医药费报销 YB-09 | 坐月子的钱 YB-10
鞭炮零售证 YJ-01 | 烟证 YJ-03 | 跑滴滴办证 YS-04 | 货车年审 YS-03 | 廉租房 ZF-01
无房证明 BD-01 | 房贷还完解抵押 BD-06
租屋提公积金 GJ-06 | 房子过户 BD-03 | 领轮椅 CL-06 | 去香港 CR-02 | 办护照 CR-01 | 生咗BB birth | 白事 death
公司不做了 enterprise-close | 创业开公司 enterprise-open | 开馆子 restaurant | 自由职业 flexible-employment
shenfenzheng HJ-08 | sbk SB-01 | dibao MZ-01 | gongjijindaikuan GJ-12 | huzhao CR-01 | jhdj HY-02
身分证 HJ-08 | 营业执昭 QY-09 | 居注证 HJ-11 | 驾驶正到期 JG-01
"""
PAIRS = [tuple(pair.rsplit(maxsplit=1)) for line in SAID.strip().splitlines() for pair in line.split(" | ")]


@pytest.mark.req("A2")
@pytest.mark.parametrize(("said", "meant"), PAIRS)
def test_what_people_say_finds_what_they_mean(said, meant):
    assert meant in [hit.entry.key for hit in INDEX.find(said)[:3]]


@pytest.mark.req("A2")
def test_every_service_has_at_least_three_everyday_names():
    assert [spec.name for spec in SPECS if len(set(spec.nicknames)) < 3] == []
    spare = next(spec for spec in SPECS if isinstance(spec, Item)).model_copy(update={"nicknames": ("一个",)})
    assert any("日常用语" in finding.sentence for finding in item_findings(spare))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("我的身份证990102199403121228丢了", "我的身份证##################丢了"),
        ("电话 139 0000 1234", "电话 #############"),
        ("99010219940312122X", "#" * 18),
        ("2026 年社保", "2026 年社保"),
        ("１３９００００１２３４", "#" * 11),
        ("12345", "12345"),
    ],
)
def test_long_numbers_are_not_kept(typed, kept):
    assert without_numbers(typed) == kept


@given(st.text(max_size=10), st.integers(min_value=100_000, max_value=10**18), st.text(max_size=10))
def test_no_long_number_is_ever_kept(before, number, after):
    assert str(number) not in without_numbers(f"{before}{number}{after}")
