"""Closed vocabularies: themes, life events, kinds of steps, and the codes of GB/T 39046-2020 Annex A. Pure."""

from enum import StrEnum

from tongban.people.organisation.rules import PostKind


class StepKind(StrEnum):
    """The kind of a step (环节). The plan of an item may use the first five; the machine's step is never planned."""

    ACCEPT = "accept"
    OPINION = "opinion"
    DECIDE = "decide"
    MAKE = "make"
    DELIVER = "deliver"
    MACHINE = "machine"


POSTS_OF_PLANS = (PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD, PostKind.SUPERVISOR)
"""The kinds of post to which a plan may assign a step."""


class ServiceKind(StrEnum):
    """What people apply for: a single item (事项), or a bundle of items (一件事)."""

    BUNDLE = "bundle"
    ITEM = "item"


class Source(StrEnum):
    """How a material is met, as the catalogue declares it (材料来源)."""

    LICENCE = "licence"
    DATA = "data"
    FORM = "form"
    COMMITMENT = "commitment"
    UPLOAD = "upload"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PERSONAL_THEMES = _words("""
    生育收养 户籍办理 民族宗教 教育科研 入伍服役 就业创业 设立变更 准营准办 职业资格 婚姻登记 优待抚恤 住房保障 社会保障
    证件办理 交通出行 旅游观光 出境入境 消费维权 公共安全 司法公证 知识产权 环保绿化 文化体育 公用事业 医疗卫生 离职退休
    死亡殡葬 其他
""")
CORPORATE_THEMES = _words("""
    设立变更 准营准办 资质认证 年检年审 税收财务 人力资源 社会保障 投资审批 融资信贷 抵押质押 商务贸易 招标拍卖 海关口岸
    涉外服务 农林牧渔 国土规划建设 交通运输 科技创新 文体教育 知识产权 安全生产 环保绿化 检验检疫 公安消防 司法公证
    破产注销 其他
""")
LIFE_EVENTS = _words("出生 上学 就业 婚育 购房 就医 退休 身后 开办 准营 建设 用工 纳税 变更 注销")
GROUPS = _words("老年人 残疾人 退役军人 新市民 港澳台居民 外国人")
"""Specific groups (特定人群) that an item can mainly serve."""
TASK_TYPES = {
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
}
PROJECT_TYPES = {"1": "即办件", "2": "承诺件", "9": "其他"}
USE_LEVELS = {
    "1": "国家级",
    "2": "省级",
    "3": "市级",
    "4": "县级",
    "5": "镇（乡、街道）级",
    "6": "村（社区）级",
    "7": "分级管理",
}
HANDLE_FORMS = {"1": "窗口", "2": "电脑端网办", "3": "移动端", "4": "快递申请", "5": "自助终端", "9": "其他"}
ONLINE_DEPTHS = {"1": "互联网咨询", "2": "收件", "3": "预审", "4": "受理", "6": "全程网办"}
SERVES = {"person": "个人", "organisation": "企业和组织"}
