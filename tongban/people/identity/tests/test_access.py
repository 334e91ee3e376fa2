import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from tongban.foundation.errors import NotAllowed
from tongban.foundation.registry import NotOffered
from tongban.people.identity import services
from tongban.people.identity.access import actor_of_request, citizen_required, officer_required, post_required
from tongban.people.identity.models import Account
from tongban.people.identity.stepup import check_second_factor_in_use, prover
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.identity.viewer import viewer_of
from tongban.people.signin.backends import AccountBackend

pytestmark = pytest.mark.django_db


@citizen_required
def for_citizens(request):
    return HttpResponse(str(request.actor.subject_id))


@officer_required
def for_officers(request):
    return HttpResponse(str(request.actor.subject_id))


@post_required("head", "window")
def for_some_posts(request):
    return HttpResponse(str(request.actor.subject_id))


@post_required("audit-admin")
def for_the_audit_administrator(request):
    return HttpResponse("")


@pytest.fixture
def ask(rf, register, office):
    """A request of an anonymous visitor, a citizen or an officer."""

    def make(who, method="get"):
        request = getattr(rf, method)("/wallet/?state=open")
        request.session = {}
        request.user = AnonymousUser()
        if who != "anonymous":
            subject = register(number="990102199403121228")
            services.open_account(who, password=PASSWORD, subject_id=subject.id, for_post=who == "officer", actor=BY)
            if who == "officer":
                services.appoint(subject.id, post_id=office["window"].id, actor=BY)
            request.user = Account.objects.get(login_name=who)
        return request

    return make


@pytest.mark.req("B5")
@pytest.mark.parametrize("view", [for_citizens, for_officers])
def test_an_anonymous_visitor_is_redirected_to_sign_in_and_back(ask, view):
    assert view(ask("anonymous"))["Location"] == "/sign-in/?next=/wallet/%3Fstate%3Dopen"


@pytest.mark.req("B5")
def test_a_citizen_enters_the_citizens_pages(ask):
    assert for_citizens(ask("citizen")).status_code == 200


@pytest.mark.req("B5")
def test_officers_enter_the_desk_only(ask):
    request = ask("officer")
    assert for_officers(request).status_code == 200
    with pytest.raises(NotAllowed):
        for_citizens(request)


@pytest.mark.req("B5")
def test_a_page_of_one_post_is_closed_to_the_others(ask):
    request = ask("officer")
    assert for_some_posts(request).status_code == 200
    with pytest.raises(NotAllowed, match="这一页由审计管理员岗位的工作人员使用，您的岗位是窗口，不能查看。"):
        for_the_audit_administrator(request)


@pytest.mark.req("B5")
def test_a_citizen_does_not_enter_the_desk(ask):
    citizen = ask("citizen")
    with pytest.raises(NotAllowed, match="工作人员"):
        for_officers(citizen)
    with pytest.raises(NotAllowed, match="这一页由负责人、窗口岗位的工作人员使用，您没有这个岗位"):
        for_some_posts(citizen)


def test_the_account_and_its_posts_are_read_by_one_query(ask, django_assert_num_queries):
    request = ask("officer")
    with django_assert_num_queries(1):
        request.user = AccountBackend().get_user(request.user.id)
        assert actor_of_request(request) == actor_of_request(request)
        assert actor_of_request(request).proof.uses_factor is False


def test_nobody_acts_while_no_room_says_how_they_proved_who_they_are(ask):
    request = ask("officer")
    with prover.replaced(None), pytest.raises(NotOffered):
        for_officers(request)
    with prover.replaced(None), pytest.raises(NotOffered):
        check_second_factor_in_use(request)


@pytest.mark.req("D6")
def test_the_header_shows_the_masked_name(ask):
    citizen = viewer_of(ask("citizen"))
    assert (citizen.name, citizen.salutation, citizen.is_officer) == ("李*敏", "李文敏女士", False)


def test_the_header_shows_an_officers_department(ask):
    officer = viewer_of(ask("officer"))
    assert (officer.department, officer.is_officer) == ("公安局", True)
    assert viewer_of(ask("anonymous")) is None
