"""Our sentences for what allauth says in English."""

MESSAGES = {
    "account/messages/logged_out.txt": "您已退出登录。",
    "mfa/messages/totp_activated.txt": "动态口令已开通，以后登录时会请您输入口令。",
    "mfa/messages/totp_deactivated.txt": "动态口令已停用。",
    "mfa/messages/recovery_codes_generated.txt": "备用码已生成，请现在抄下来或打印好：它们只显示这一次。",
    "mfa/messages/webauthn_added.txt": "通行密钥已添加。",
    "mfa/messages/webauthn_removed.txt": "通行密钥已删除。",
}
"""Template of a message in allauth -> what we say; other messages are not shown."""
NO_PASSKEY = "没有认出这个通行密钥，请再试一次，或改用其他方式。"
INCORRECT = "口令不对或已用过，请等手机上换了新的一组再输入；也可以用备用码。"
ERRORS = {
    "account_inactive": "这个账号已经注销，不能登录。",
    "incorrect_code": INCORRECT,
    "incorrect_password": "密码不对，请重新输入。",
    "too_many_login_attempts": "失败次数太多，请过 30 分钟再试。",
    "rate_limited": "操作太频繁，请过一会儿再试。",
    "cannot_delete_authenticator": "工作人员至少要保留一种二次验证方式，请先添加另一种，再停用这一种。",
    "cannot_generate_recovery_codes": "请先开通动态口令或通行密钥，再生成备用码。",
    "unverified_email": "现在不能添加，请稍后再试。",
    "add_email_blocked": "现在不能添加，请稍后再试。",
}
BAD_PHONE = "手机号应是 11 位数字，请检查有没有多输或少输。"
BAD_RESIDENT_NUMBER = "公民身份号码不对，请对照身份证检查 18 位号码。"
BAD_NUMBER = "证件号码不对，请对照证件检查 18 位号码。"
METHODS = {
    "password": "密码",
    "code": "短信验证码",
    "totp": "动态口令",
    "webauthn": "通行密钥",
    "recovery_codes": "备用码",
    "window": "窗口核验",
}
