"""Apply for an item from another system: find it, fill it, attach what is missing, submit, look at the progress.

python manage.py token issue --login liuyang > token.txt
python examples/apply.py http://localhost:8000 "$(cat token.txt)" 开具户籍类证明
"""

import sys
import uuid
from typing import Any

from tongban_client import ApiError, Tongban

PAPER = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
)
"""A PDF with one empty page."""


def apply_for(city: Tongban, words: str) -> dict[str, Any]:
    """Apply for the item that the words find first; returns the submitted application."""
    found = city.list_items(q=words)["items"]
    if not found:
        sys.exit(f"没有找到“{words}”，换个说法试试。")
    item = city.get_item(found[0]["code"])
    draft = city.start({"kind": "item", "service": item["code"]}, idempotency_key=str(uuid.uuid4()))
    answers = {field["key"]: example_of(field) for field in item["form"] if not draft["answers"].get(field["key"])}
    commitments = {f"commit.{m['key']}": "yes" for m in item["materials"] if m["source"] == "commitment"}
    draft = city.answer(draft["id"], {"answers": answers | commitments})
    for material in draft["materials"]:
        if material["necessary"] and not material["met"] and material["way"] == "upload":
            draft = city.attach(draft["id"], material["key"], ("paper.pdf", PAPER))
    return city.submit(draft["id"], {"checked": draft["stamp"]}, idempotency_key=str(uuid.uuid4()))


def example_of(field: dict[str, Any]) -> str:
    """Something to write into a field, where a real system has the applicant's own words."""
    if field["choices"]:
        return field["choices"][0][0]
    examples = {"phone": "13900001234", "number": "1", "amount": "100", "bank_account": "6222020200112233445"}
    return examples.get(field["kind"], "按照本人实际情况填写")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("用法：python examples/apply.py 网址 令牌 要办的事项")
    address, token, words = sys.argv[1:4]
    try:
        application = apply_for(Tongban(address, token), words)
    except ApiError as refusal:
        sys.exit(str(refusal))
    print(f"已提交，编号 {application['number']}")
    for case in application["cases"]:
        print(f"{case['name']}（{case['department']}）：{case['sentence']}")
