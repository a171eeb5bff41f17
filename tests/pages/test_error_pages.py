import pytest
from django.test import Client

from tests.pages.factories import make_practice
from tests.pages.failing_urls import SECRET

failing = pytest.mark.urls("tests.pages.failing_urls")


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@failing
@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_keeps_its_status_helps_and_tells_nothing(visitor, status):
    make_practice()
    visitor.get("/")  # a process that has shown the practice knows its phone when all else is gone
    response = visitor.get(f"/fails/{status}/")
    assert response.status_code == status
    assert SECRET not in response.text
    assert "Traceback" not in response.text
    assert "(615) 555-0142" in response.text
    assert 'href="tel:911"' in response.text
    assert 'href="/"' in response.text
    assert response["Cache-Control"] == "no-store"
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_page_that_does_not_exist_is_a_warm_404(client):
    response = client.get("/this/path/does/not/exist/")
    assert response.status_code == 404
    assert "This path ends here." in response.text
    assert 'href="/book/"' in response.text


@pytest.mark.django_db
def test_an_unknown_host_gets_a_400(client):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "We could not read that." in response.text
    assert "evil.example" not in response.text


@pytest.mark.django_db
def test_a_form_without_its_token_explains_cookies_and_how_to_go_on():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert response.status_code == 403
    assert "Please send that once more." in response.text
    assert "Allow cookies for this site" in response.text
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_form_with_a_stale_token_does_not_blame_cookies(settings):
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    response = visitor.post("/accounts/login/", {"csrfmiddlewaretoken": "b" * 32})
    assert response.status_code == 403
    assert "Allow cookies for this site" not in response.text
    assert "reload the page" in response.text


def test_the_500_page_needs_neither_database_nor_cache(visitor, dead_cache):
    """Without the `db` fixture every query fails, as with a database that is gone."""
    response = visitor.get("/")
    assert response.status_code == 500
    assert "<h1>Something broke on our side.</h1>" in response.text
    assert "css/theme" in response.text
    assert 'href="tel:988"' in response.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/about/%00/",
        "/?q=%00",
        "/about/?next=a%00b",
        "/admin/practice/practice/%00/change/",
        "/accounts/login/?next=%00",
    ],
)
def test_a_nul_byte_in_an_address_is_a_400(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 400
    assert "We could not read that." in response.text


@pytest.mark.django_db
def test_a_nul_byte_in_a_cookie_is_a_400(visitor, settings):
    cookie = rf'{settings.SESSION_COOKIE_NAME}="\000abcdefghij"'
    response = visitor.get("/admin/", headers={"Cookie": cookie})
    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/%ff%fe/", "/%zz/", "/%", "/" + "a" * 20_000, "/?q=" + "%ff" * 900]
)
def test_a_malformed_or_endless_address_is_never_a_500(visitor, path):
    assert visitor.get(path).status_code in (200, 400, 404)
