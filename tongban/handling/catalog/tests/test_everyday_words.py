"""Searches in the words that people really use: the service they mean is among the first three hits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.catalog.rules import item_findings
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.tests.test_finding import INDEX, SPECS
from tongban.handling.catalog.words import SAYINGS, readings_of, without_numbers

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
SAID_ELSEWHERE = """
补卡 SB-01 | 屋头死人了 death | 小囡 HJ-01 | 细佬 HJ-01 | 生咗细路 birth | 养小囡报销 YB-11 | 毛头打针 JK-01
苏虾仔出世纸 WJ-01 | 娃娃上户 HJ-01 | 碎娃念书 JB-01 | 返学报名 school | 幼稚园 JB-07 | 讨堂客 HY-02 | 拉埋天窗 HY-02
打脱离 HY-03 | 户口迁到堂客家 HJ-03 | 身份证搞落了 HJ-08 | 身份证落脱了 HJ-08 | 身份证整丢了咋整 HJ-08
身份证跌咗点办 HJ-08 | 下户口 HJ-02 | 老汉过身 death | 翘辫子 death | 出殡 MZ-10 | 房照 BD-03 | 卖屋 property-transfer
租屋合同 ZF-02 | 供楼 GJ-12 | 开档口 QY-03 | 士多 QY-03 | 大排档 SP-01 | 苍蝇馆子 restaurant | 剃头店 WJ-06
招待所 WJ-06 | 执笠 enterprise-close | 关张 enterprise-close | 换老板 QY-04 | 戳子 QY-11 | 炒鱿鱼 SB-14 | 揾工 JY-02
劳保 SB-12 | 生果金 MZ-05 | 吃救济 MZ-01 | 揭不开锅 MZ-03 | 残废证 CL-01 | 跛脚补贴 CL-04 | 拐棍 CL-06
老板不发工资 SF-01 | 立遗嘱 SF-02 | 睇病报销 YB-09 | 血压高 YB-08 | 透析 YB-08 | 去北京睇医生 YB-04 | 坐月钱 YB-10
有喜 WJ-02 | 老师证 JB-03 | 学费交不起 JB-06 | 车本到期 JG-01 | 开滴滴 YS-04 | 拉货 YS-02 | 泥头车 SZ-04 | 水喉 SZ-06
火表 SZ-07 | 瓦斯 SZ-08 | 火炮 YJ-01 | 种庄稼 NY-03 | 当兵回来 TJ-02 | 摆地摊 QY-03
"""
"""Words of the street and of dialects that no item lists: `sayings.tsv` reads them."""


def pairs(table):
    return [tuple(pair.rsplit(maxsplit=1)) for line in table.strip().splitlines() for pair in line.split(" | ")]


@pytest.mark.req("A2")
@pytest.mark.parametrize(("said", "meant"), pairs(SAID) + pairs(SAID_ELSEWHERE))
def test_everyday_sayings_find_the_service_they_mean(said, meant):
    assert meant in [hit.entry.key for hit in INDEX.find(said)[:3]]


@pytest.mark.req("A2")
@pytest.mark.parametrize(
    "nonsense",
    ["火星移民", "养恐龙", "买飞机", "外星人", "算命", "修电脑", "今天天气", "彩票中奖", "huoxing yimin", "量子纠缠"],
)
def test_nonsense_finds_nothing_and_gets_no_guesses(nonsense):
    assert INDEX.find(nonsense) == []
    assert INDEX.guess(nonsense) == []


def test_a_typing_error_still_gets_a_guess():
    assert "SF-01" in [hit.entry.key for hit in INDEX.guess("法绿援住")[:3]]


def test_each_saying_is_listed_once_with_its_region_in_words_of_the_catalogue():
    rows = [line.split("\t") for line in SAYINGS.read_text(encoding="utf-8").splitlines()[1:]]
    assert all(len(row) == 3 and all(row) for row in rows)
    assert len({row[0] for row in rows}) == len(rows) >= 80
    lost = [means for said, means, _ in rows if re.sub("怎么办?样?|什么|哪里|我", "", means) and not INDEX.find(means)]
    assert lost == []


def test_the_longest_saying_is_replaced_and_the_input_is_kept():
    assert readings_of("细佬哥入户口") == ("细佬哥入户口", "小孩入户口")
    assert readings_of("落户") == ("落户",)
    assert readings_of("咋办身份证") == ("咋办身份证", "身份证")
    assert readings_of("  ") == ()
    entry = next(entry for entry in INDEX.entries if entry.key == "HJ-01")
    assert entry.nickname_for("细佬入户") == "小孩入户"


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
def test_no_long_number_in_any_text_is_kept(before, number, after):
    assert str(number) not in without_numbers(f"{before}{number}{after}")
