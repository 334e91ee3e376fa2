"""Names of key purposes on pages. A purpose that is missing here is shown as it is."""

PURPOSES = {
    "api": "接口",
    "backups": "备份",
    "cases": "申请和办件",
    "catalog": "事项和搜索",
    "datauses": "用数记录",
    "files": "文件",
    "general": "其他",
    "identity": "身份和账号",
    "ledger": "存证",
    "legacy": "早期内容（分级密钥启用前）",
    "libraries": "基础库",
    "licences": "电子证照",
    "ratings": "好差评",
    "seal": "电子印章的私钥",
    "signin": "登录",
    "sso": "统一登录",
    "workorders": "工单",
}
