"""What checks, background tasks and backups are called, and what a system administrator can do about each."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from tongban.foundation.ui.filters import cn_when
from tongban.trust.backups import queries as backups

CHECKS = {
    "backups": ("备份和恢复演练", "请运维人员检查备份任务和存放备份的磁盘。"),
    "calendar": ("工作日历", "在“工作日历”里导入缺的年份，把暂定的换成正式的。"),
    "database": ("数据库", "请运维人员检查数据库是否在运行、磁盘是否已满。"),
    "files": ("文件存储", "请运维人员检查文件存储能否写入、剩余空间够不够。"),
    "keys": ("密钥", "在“密钥”里看哪些到了更换的日子。"),
    "ledger": ("留痕账本", "请审计管理员和运维人员一起核对账本，核对清楚之前不要改动数据。"),
    "migrations": ("数据库结构", "请运维人员完成这次升级：数据库结构比程序旧。"),
    "scanner": ("恶意代码扫描", "请运维人员检查扫描服务有没有接上、是否在运行。"),
    "worker": ("后台进程", "请运维人员检查后台进程是否在运行；停着的时候，秒批和通知都不会走。"),
}
"""Name of a check -> its name in words, and what to do when it fails."""
UNSCANNED = "没有配置扫描，上传的文件没有查过"
LOOKED_BACK = timedelta(days=7)
"""How far back failed jobs are shown."""
OTHER = "请运维人员按运行日志查明原因。"
TASKS = {
    "announcements.deliver": "把一件事告诉有关的部分",
    "cases.decide_by_machine": "依规则自动办理",
    "cases.watch": "查看办件的期限",
    "cases.refer_stuck": "把自动办不了的转给人办",
    "cases.recount_due_days": "按新的工作日历重算期限",
    "backups.make": "做备份",
    "backups.drill": "恢复演练",
    "backups.watch": "检查备份",
    "files.sweep": "清理没有用到的文件",
    "ledger.watch": "核对账本",
    "keys.tend": "更换密钥",
    "sso.tell_of_logout": "通知部门系统有人退出",
    "workorders.watch": "查看工单的期限",
    "workorders.recount": "重算工单的期限",
    "identity.end_lapsed_mandates": "结束到期的授权",
    "signin.deliver_message": "发送短信",
    "signin.register_new_phones": "登记窗口核过的手机号",
    "signin.forget_old": "清理到期的登录记录和短信内容",
    "sso.forget_old": "清理到期的部门系统登录记录",
    "api.forget_old_keys": "清理到期的接口防重记录",
    "catalog.forget_old_queries": "清理到期的搜索词",
    "ui.forget_old_publications": "清理旧的页面版本记录",
}
"""Name of a task -> what it does, in words."""


def check_of(name: str) -> tuple[str, str]:
    """Return what a check is called, and what to do when it fails. Another check is shown under its own name."""
    return CHECKS.get(name, (name, OTHER))


def backups_wrong(stands: backups.Outlook) -> Iterator[str]:
    """Yield what is wrong with backups and drills, in an official's words. Nothing if all is well."""
    if stands.newest is None:
        yield "还没有做过备份，机器损坏时数据找不回来"
        return
    if stands.is_late:
        yield f"最近一次备份是 {cn_when(stands.newest.began_at)} 做的，已经超过 {settings.BACKUP_HOURS} 小时"
    if stands.failed_drill is not None:
        yield f"{cn_when(stands.failed_drill.at)} 的恢复演练没有通过"
    if stands.untested_days:
        yield f"已经 {stands.untested_days} 天没有通过的恢复演练，不能确定备份能用"
