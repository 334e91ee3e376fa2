"""Delete what the room keeps only for a time. The periods are those that the privacy page names."""

from tongban.foundation import clock
from tongban.people.signin import queries
from tongban.people.signin.models import KnownBrowser, LostPhone, ResetPassword
from tongban.people.signin.rules import KNOWN_BROWSER_LIVES, LOST_PHONE_LIVES


def forget_old_browsers() -> None:
    """Delete browsers whose cookie has expired, whether or not their person ended them before."""
    KnownBrowser.objects.filter(last_at__lte=clock.now() - KNOWN_BROWSER_LIVES).delete()


def forget_lost_phones() -> None:
    """Delete lost phones after their time, and those of accounts that have another phone by now."""
    LostPhone.objects.filter(at__lte=clock.now() - LOST_PHONE_LIVES).delete()
    LostPhone.objects.filter(account__phone_index__isnull=False).delete()


def forget_confirmed_resets() -> None:
    """Delete the note that a password rests on a code, once a window check of its person counts."""
    for reset in ResetPassword.objects.select_related("account"):
        if not queries.rests_on_code(reset.account):
            reset.delete()
