"""The families of the history: invented young couples, each with one birth."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from tongban.demo.city import people
from tongban.demo.city.founding import FOUNDED, SEED, City
from tongban.exchange.libraries.models import Marriage, Person
from tongban.foundation import clock

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯"
    "龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
HIS = ("子豪", "俊", "宇航", "志明", "浩然", "建平", "凯", "文轩", "博", "立群", "思远", "承志", "家明", "涛", "世杰")
HER = ("婷", "雪梅", "佳怡", "晓彤", "欣然", "丽", "梦瑶", "雅琴", "静雯", "思琪", "慧", "若兰", "玉洁", "敏", "诗涵")
CHILD = (
    "梓涵",
    "一诺",
    "沐阳",
    "若曦",
    "景行",
    "知夏",
    "安澜",
    "子衿",
    "书瑶",
    "星辰",
    "云起",
    "清妍",
    "嘉树",
    "慕言",
    "予安",
)
HOSPITALS = ("云州市妇幼保健院", "云州市第一人民医院", "南湖区人民医院", "青川县人民医院")
STREETS = (
    ("云江区", "清河街道", "柳荫社区", "柳荫路"),
    ("云江区", "江滨街道", "望江社区", "滨江大道"),
    ("南湖区", "湖心街道", "荷花社区", "荷塘巷"),
    ("南湖区", "新桥街道", "新桥社区", "新桥路"),
    ("高新区", "创业街道", "科苑社区", "科苑路"),
    ("高新区", "星河街道", "星河社区", "星河大街"),
    ("青川县", "城关镇", "西街社区", "西街"),
)


class Family:
    """One couple and their answers; everything is derived from the couple's number."""

    def __init__(self, index: int, born_on: date) -> None:
        self.chance = Random(SEED + index)
        chance = self.chance
        self.index = index
        self.father = SURNAMES[(index * 7 + 3) % len(SURNAMES)] + HIS[index % len(HIS)]
        self.mother = SURNAMES[(index * 11 + 5) % len(SURNAMES)] + HER[(index * 2) % len(HER)]
        self.child = CHILD[(index * 4) % len(CHILD)]
        self.sex = chance.choice("mf")
        self.married = chance.random() < 0.9
        self.applicant = self.mother if chance.random() < 0.7 else self.father
        self.insured = "resident" if index % 3 == 0 else "employee"
        self.born_at = datetime.combine(born_on, datetime.min.time(), tzinfo=clock.CITY_TIME) + timedelta(
            minutes=chance.randrange(24 * 60)
        )

    def settle(self, city: City) -> UUID:
        """Record the couple and the birth in the libraries. Return the applicant's id."""
        chance = self.chance
        place = STREETS[self.index % len(STREETS)]
        code = people.division_code(list(place[:3]))
        door = f"{1 + chance.randrange(200)} 号 {1 + chance.randrange(9)} 栋 {101 + chance.randrange(12) * 100} 室"
        address = f"云州市{place[0]}{place[1]}{place[3]} {door}"
        members: list[people.Member] = [
            {"name": self.father, "sex": "m", "born": self._birthday(), "role": "户主"},
            {
                "name": self.mother,
                "sex": "f",
                "born": self._birthday(),
                "role": "配偶" if self.married else "其他",
                "insured": self.insured,
            },
        ]
        with clock.at_moment(FOUNDED):
            husband, wife = people.settle_household(city, code, address, members)
            if self.married:
                people.marry(city, husband, wife, date(2018 + chance.randrange(6), 5, 20))
                marriage = Marriage.objects.select_related("husband", "wife").get(husband=husband)
                people.issue_of_marriage(city, marriage)
            for person in Person.objects.select_related("household__head").filter(id__in=[husband, wife]):
                people.issue_of_person(city, person)
        total = Decimal(5000 + chance.randrange(4500))
        row: people.Birth = {
            "mother": self.mother,
            "father": self.father,
            "sex": self.sex,
            "weight": 2700 + chance.randrange(1100),
            "length": 47 + chance.randrange(6),
            "weeks": 37 + chance.randrange(5),
            "hospital": chance.choice(HOSPITALS),
        }
        people.report_birth(city, row, self.born_at, total, min(total, Decimal(4800)))
        return city.persons[self.applicant]

    def answers(self) -> dict[str, dict[str, str]]:
        """Return the answers of the application by page."""
        chance = self.chance
        maternity = self.insured if chance.random() < 0.8 else "no"
        subsidy = "yes" if chance.random() < 0.85 else "no"
        pages = {
            "questions": {
                "married": "yes" if self.married else "no",
                "card_delivery": chance.choice(("mail", "pickup")),
                "maternity": maternity,
                "subsidy": subsidy,
                "parenting": "yes" if chance.random() < 0.6 else "no",
            },
            "child": {
                "surname_of": chance.choices(("father", "mother"), (4, 1))[0],
                "given_name": self.child,
                "household_of": chance.choice(("father", "mother")),
            },
            "insurance": {
                "premium_payment": chance.choice(("family", "online")),
                "mailing_address": "云州市云江区清河街道柳荫路 8 号 2 栋 301 室",
            },
        }
        if maternity != "no" or subsidy == "yes":
            pages["insurance"] |= {
                "account_holder": chance.choice(("mother", "father")),
                "bank_name": "云州银行清河支行",
                "bank_account": f"6222{chance.randrange(10**15):015d}",
            }
        pages["insurance"] |= {"contact_phone": f"1390000{chance.randrange(10000):04d}"}
        return pages

    def _birthday(self) -> date:
        return date(1988 + self.chance.randrange(10), 1 + self.chance.randrange(12), 1 + self.chance.randrange(28))
