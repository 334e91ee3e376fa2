"""A client of the city's interface, generated from its OpenAPI document by `manage.py api client`.

Needs only Python 3.11. Every refusal raises an `ApiError` with the problem details of RFC 9457.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any


class ApiError(Exception):
    """The interface refused the call: see `status`, `problem["detail"]` and the wrong fields in `problem["errors"]`."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        places = "".join(f"\n  {error['pointer']}: {error['detail']}" for error in problem.get("errors", []))
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}{places}")


class Tongban:
    """One method per operation. Request bodies and answers are plain dictionaries."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.token = address.rstrip("/"), token

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        asked = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        address = self.address + path + ("?" + urllib.parse.urlencode(asked) if asked else "")
        sent = {key: value for key, value in (headers or {}).items() if value}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        content = None
        if file is not None:
            edge = uuid.uuid4().hex
            disposition = f'form-data; name="file"; filename="{file[0]}"'
            content = f"--{edge}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
            content += file[1] + f"\r\n--{edge}--\r\n".encode()
            sent["Content-Type"] = f"multipart/form-data; boundary={edge}"
        elif body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(address, content, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                received = answer.read()
                is_json = answer.headers.get_content_type() == "application/json"
                return json.loads(received) if is_json else received
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, json.loads(error.read() or b"{}")) from None

    def list_results(self, *, cursor: str = "", limit: int = 20) -> Any:
        """我的办理结果: 最新的在前，只列现行的一版。"""
        return self._call("GET", "/api/v1/results", query={"cursor": cursor, "limit": limit})

    def get_result(self, result_id: str) -> Any:
        """一项结果: 一份电子证照或结果文书。"""
        return self._call("GET", f"/api/v1/results/{result_id}")

    def get_document(self, result_id: str) -> Any:
        """结果的 PDF 原件: 加盖电子印章的原件，任何人都能核验。"""
        return self._call("GET", f"/api/v1/results/{result_id}/document")

    def verify(self, body: dict[str, Any]) -> Any:
        """核验证照: 不用令牌；未成年人的姓名不公开。"""
        return self._call("POST", "/api/v1/verification", body=body)

    def start(self, body: dict[str, Any], *, idempotency_key: str = "") -> Any:
        """开始一份申请: 建立草稿；同一项已有草稿时回到那一份。城市已经知道的信息会先填好。写了 checked 就直接提交。"""
        return self._call("POST", "/api/v1/applications", body=body, headers={"Idempotency-Key": idempotency_key})

    def list_applications(self, *, state: str = "", cursor: str = "", limit: int = 20) -> Any:
        """我的申请: 最新的在前。"""
        return self._call("GET", "/api/v1/applications", query={"state": state, "cursor": cursor, "limit": limit})

    def get_application(self, application_id: str) -> Any:
        """一份申请: 草稿：答案、材料和还缺什么。已提交：每个办件办到哪了。"""
        return self._call("GET", f"/api/v1/applications/{application_id}")

    def discard(self, application_id: str) -> Any:
        """放弃草稿: 草稿里的内容不再显示。"""
        return self._call("DELETE", f"/api/v1/applications/{application_id}")

    def answer(self, application_id: str, body: dict[str, Any], *, if_match: str = "") -> Any:
        """填写: 写什么存什么，写错的也存着；回答里的 problems 说明要改哪里。"""
        return self._call(
            "PATCH", f"/api/v1/applications/{application_id}/answers", body=body, headers={"If-Match": if_match}
        )

    def attach(self, application_id: str, key: str, file: tuple[str, bytes]) -> Any:
        """上传一项材料: PDF、JPG 或 PNG，不超过 10 MB；代替这项材料先前的一份。补正时也用它。"""
        return self._call("POST", f"/api/v1/applications/{application_id}/materials/{key}", file=file)

    def detach(self, application_id: str, key: str) -> Any:
        """移除一项材料: 只能从草稿里移除。"""
        return self._call("DELETE", f"/api/v1/applications/{application_id}/materials/{key}")

    def submit(self, application_id: str, body: dict[str, Any], *, idempotency_key: str = "") -> Any:
        """提交: 一份申请变成它的各个办件，送到各部门。重复提交得到同一个编号；还缺的在 errors 里逐处说明。"""
        return self._call(
            "POST",
            f"/api/v1/applications/{application_id}/submission",
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )

    def withdraw(self, application_id: str, body: dict[str, Any], *, idempotency_key: str = "") -> Any:
        """撤回: 撤回还没有作出决定的办件。"""
        return self._call(
            "POST",
            f"/api/v1/applications/{application_id}/withdrawal",
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )

    def get_case(self, number: str) -> Any:
        """一个办件: 现在谁在办、到什么时候、要不要补正、有什么结果。"""
        return self._call("GET", f"/api/v1/cases/{number}")

    def resubmit(self, number: str, *, idempotency_key: str = "") -> Any:
        """补正后重新提交: 先用“上传一项材料”补齐，再重新提交。"""
        return self._call("POST", f"/api/v1/cases/{number}/resubmission", headers={"Idempotency-Key": idempotency_key})

    def list_items(
        self,
        *,
        q: str = "",
        theme: str = "",
        department: str = "",
        serves: str = "",
        instant: bool = False,
        cursor: str = "",
        limit: int = 20,
    ) -> Any:
        """查找事项: 按主题、部门、服务对象筛选现行事项，按编号排列；`q` 用平常的话找，按相关程度排列，不分页。"""
        return self._call(
            "GET",
            "/api/v1/items",
            query={
                "q": q,
                "theme": theme,
                "department": department,
                "serves": serves,
                "instant": instant,
                "cursor": cursor,
                "limit": limit,
            },
        )

    def get_item(self, code: str) -> Any:
        """一个事项的办事指南: 现行版本：表单、材料、条件、时限和结果。"""
        return self._call("GET", f"/api/v1/items/{code}")

    def list_bundles(self) -> Any:
        """全部“一件事”: 现行的一件事，一共只有几十件，不分页。"""
        return self._call("GET", "/api/v1/bundles")

    def get_bundle(self, key: str) -> Any:
        """一件“一件事”: 引导问题、各个步骤和合并后的表单：同一个字段只问一次。"""
        return self._call("GET", f"/api/v1/bundles/{key}")
