"""What a token may be allowed to do. Items, guides and verification are public and need none."""

SCOPES = {
    "applications:read": "查看本人的申请和办件",
    "applications:write": "填写、提交、补正和撤回本人的申请",
    "results:read": "查看和下载本人的办理结果",
}
