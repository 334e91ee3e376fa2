"""Contents of the home page: entrances, life events, bundle and item cards, and figures."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NotRequired, TypedDict, TypeVarTuple

from django.core.cache import cache

from tongban.foundation import clock
from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import CityFigures
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.times import promise, whole_promise

LONGEST = timedelta(minutes=10)
"""How long a process keeps the parts of the page at most."""
FIGURES_TTL = 300
"""Seconds for which the figures are cached. Counting a million cases takes a while."""

ENTRANCES = (
    (
        "个人服务",
        "生育、户籍、社保、住房、出行",
        ("items", "?serves=person"),
        "user",
        ("户口", "身份证", "医保", "驾驶证", "公积金"),
    ),
    (
        "企业服务",
        "开办、准营、用工、纳税、注销",
        ("items", "?serves=organisation"),
        "building",
        ("营业执照", "许可", "发票", "社会保险"),
    ),
    (
        "社会组织",
        "成立登记、公开募捐资格",
        ("search", "?q=社会组织&by=link"),
        "group",
        ("社会团体", "民办非企业", "慈善"),
    ),
)
HOT_WORDS = ("社会保障卡", "居住证", "驾驶证", "护照", "公积金", "不动产")
LIFE = (
    ("出生", "落户、医保、疫苗", "baby", "出生"),
    ("上学", "入学、转学、资助", "school", "上学"),
    ("就业", "登记、社保、补贴", "case", "就业"),
    ("婚育", "登记、津贴、收养", "heart", "婚育"),
    ("安居", "公积金、租房", "home", "购房"),
    ("就医", "备案、报销、参保", "hosp", "就医"),
    ("退休", "养老、优待、认证", "sun", "退休"),
    ("身后", "注销、抚恤、继承", "leaf", "身后"),
)
FEATURES = (
    ("秒批秒办", "规则自动办，当场出结果", ("items", "?instant=1"), "bolt"),
    ("跨省通办", "人在外地也能办", ("items", "?cross=1"), "route"),
    ("电子证照", "办完的证照都在卡包里", ("wallet", ""), "card"),
    ("证照核验", "扫码或输编号，辨真伪", ("verify", ""), "shield"),
)
CATALOGUE = ("items", "search")
"""Places that lead into the catalogue."""
ELDER_TILES = (
    ("养老金", "领钱、认证", ("search", "?q=养老金&by=link"), "coinhand"),
    ("看病医保", "报销、异地看病", ("items", "?life=就医"), "hosp"),
    ("老人补贴", "高龄、困难补贴", ("search", "?q=老年人补贴&by=link"), "sun"),
    ("身份证", "到期换、丢了补", ("search", "?q=身份证&by=link"), "card"),
    ("水电气", "开通、过户", ("search", "?q=水电气&by=link"), "home"),
    ("请人代办", "让家人替您办", ("mandate", ""), "group"),
)
"""Tiles of the home page in the elders' edition, at most six."""
FIRST = (
    "birth",
    "enterprise-open",
    "death",
    "school",
    "enterprise-close",
    "retirement",
    "property-transfer",
    "flexible-employment",
)
"""Keys of the bundles that are shown first, in this order; the first one is shown large."""
POPULAR = ("SB-01", "HJ-11", "JG-01", "GJ-06", "YB-04", "CR-01")
"""Codes of the popular items."""

More = TypeVarTuple("More")


class Figure(TypedDict):
    """One figure of the city; with `percent`, a bar is shown."""

    label: str
    value: float
    unit: str
    note: str
    percent: NotRequired[float]


@dataclass(frozen=True)
class BundleCard:
    """What the home page shows of a bundle."""

    key: str
    name: str
    facts: tuple[str, ...]
    text: str
    promise: str
    icon: str


@dataclass(frozen=True)
class ItemCard:
    """What the home page shows of a popular item."""

    code: str
    name: str
    department: str
    marks: tuple[tuple[str, str, str], ...]
    """(text, style, icon); at most two."""
    promise: str


def with_addresses(
    rows: Iterable[tuple[str, str, tuple[str, str], *More]], *, without: Collection[str] = ()
) -> list[tuple[str, str, str, *More]]:
    """Replace the (place, query) in third position of each row by an address.

    Rows whose place belongs to a room that is not installed, or is one of `without`, are left out.
    """
    return [
        (row[0], row[1], address + query, *row[3:])
        for row in rows
        for where, query in [row[2]]
        if where not in without and (address := place(where))
    ]


def bundles_in_order() -> list[Bundle]:
    """Return the bundles in force: those of FIRST, then the others."""
    order = {key: place for place, key in enumerate(FIRST)}
    return sorted(catalog.bundles(), key=lambda bundle: order.get(bundle.key, len(order)))


def items_of(bundles: list[Bundle]) -> dict[str, Item]:
    """Return the items of the bundles and the popular items by code, in one query."""
    codes = {step.item for bundle in bundles for step in bundle.steps if step.item}
    return catalog.items_named(codes | set(POPULAR))


def bundle_card(bundle: Bundle, items: dict[str, Item]) -> BundleCard:
    """Return the card of a bundle; `items` are those of its steps, by code."""
    departments = {
        items[step.item].department if step.item in items else step.department or bundle.lead for step in bundle.steps
    }
    return BundleCard(
        key=bundle.key,
        name=bundle.name.removesuffix("一件事"),
        facts=(f"{len(bundle.steps)} 项业务", f"{len(departments)} 个部门", "一张表"),
        text=bundle.summary,
        promise=whole_promise(bundle.steps, items),
        icon=bundle.icon or "doc",
    )


def popular_items(items: dict[str, Item]) -> list[ItemCard]:
    """Return the cards of the popular items that are in force, in one query for the names of their departments."""
    popular = {code: items[code] for code in POPULAR if code in items}
    return [_item_card(item) for item in catalog.items_as_named_now(popular).values()]


def figures(valid_until: Callable[[datetime], None] | None = None) -> list[Figure]:
    """Return this year's figures of the city, at most FIGURES_TTL seconds old, and tell until when they are valid.

    A rate over fewer than ten cases is left out.
    """
    kept: tuple[CityFigures, datetime] | None = cache.get("home.figures.until")
    if kept is None:
        kept = cases.city_figures(), clock.now() + timedelta(seconds=FIGURES_TTL)
        cache.set("home.figures.until", kept, FIGURES_TTL)
    city, until = kept
    if valid_until is not None:
        valid_until(until)
    if not city.received:
        return []
    rows: list[Figure] = [
        {"label": "今年收件", "value": city.received, "unit": "件", "note": f"已办结 {city.finished:,} 件"},
        {"label": "规则自动办理", "value": city.automatic, "unit": "件", "note": "只会准予，不会自动拒绝"},
    ]
    for label, rate, note in (
        ("按时办结率", city.on_time, "按承诺时限计算"),
        ("免提交材料", city.spared, "由电子证照与数据共享代替"),
    ):
        if rate is not None:
            rows.append({"label": label, "value": rate, "unit": "%", "percent": rate, "note": note})
    return rows


def _item_card(item: Item) -> ItemCard:
    marks: list[tuple[str, str, str]] = []
    if item.instant:
        marks.append(("秒批", "", "bolt"))
    if item.visits == 0:
        marks.append(("一次都不用跑", "ok", ""))
    if item.cross_region:
        marks.append(("跨省通办", "line", ""))
    return ItemCard(
        code=item.code,
        name=item.name,
        department=item.department,
        marks=tuple(marks[:2]),
        promise=promise(item.promised_days, instant=item.instant),
    )
