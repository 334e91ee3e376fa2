"""Sample content of the style page, which marks it as invented."""

from tongban.foundation.ui.graph import Step

COLOURS = (
    ("blue-600", "#1558D6", "操作、链接"),
    ("blue-700", "#0F47B3", "悬停"),
    ("blue-800", "#0B378C", "数字"),
    ("blue-950", "#081D49", "顶栏、页脚"),
    ("blue-50", "#EEF4FE", "选中"),
    ("ground", "#F2F5FA", "页面底色"),
    ("ink", "#14213D", "正文"),
    ("ink-3", "#586680", "次要说明"),
    ("success", "#0B7A3B", "按时、免提交"),
    ("warning", "#9A5B00", "临近到期、等您"),
    ("danger", "#B42318", "超期、错误"),
    ("seal", "#C8321F", "印章，别处不用"),
)


def _step(key: str, name: str, department: str, note: str, *after: str, optional: bool = False) -> Step:
    return {
        "key": key,
        "name": name,
        "department": department,
        "note": note,
        "after": after,
        "optional": optional,
        "instant": note == "当场办结",
    }


BIRTH = (
    _step("certificate", "出生医学证明", "市卫生健康委", "当场办结"),
    _step("vaccination", "预防接种证", "市疾控局", "当场办结", "certificate"),
    _step("household", "出生登记（落户）", "市公安局", "当场办结", "certificate"),
    _step("insurance", "居民医保参保", "市医疗保障局", "当场办结", "household"),
    _step("premium", "医保缴费", "市税务局", "当场办结", "insurance"),
    _step("card", "社会保障卡", "市人社局", "3 个工作日", "household"),
    _step("maternity", "生育医疗费报销", "市医疗保障局", "5 个工作日", "certificate", optional=True),
    _step("childcare", "育儿补贴", "市卫生健康委", "15 个工作日", "household", optional=True),
    _step("parenting", "科学育儿登记", "市妇联", "当场办结", optional=True),
)
