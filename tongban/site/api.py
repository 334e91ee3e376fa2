"""The programming interface: the operations of all rooms under `/api/v1/`."""

from tongban.foundation.city import city
from tongban.foundation.rooms import installed
from tongban.people.api.interface import Interface

PORTAL = city().portal
DESCRIPTION = f"""{PORTAL}的接口：查事项、填写和提交申请、看进度、取结果、核验证照。和网上、窗口办的是同一个办件。

**令牌**：`Authorization: Bearer tb_…`，由平台发放，有权限范围和有效期，可以随时撤销。查事项和核验不用令牌。
**重发**：写操作可以带 `Idempotency-Key`，断线后用同一个键重发，只办一次。
**出错**：一律是 RFC 9457 的 problem details，`errors` 里逐处写明怎样改。
**翻页**：回答里的 `next` 就是下一页的 `cursor`。**缓存**：带上 `If-None-Match`，没有变化时回答 304。
"""

api = Interface(
    title=f"{PORTAL}接口",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
)
for room in installed():
    if operations := room.part("api"):
        api.add_router("", operations.router)
