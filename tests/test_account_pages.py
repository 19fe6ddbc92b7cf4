"""Pages of one's own account: all in our frame, whether the template is ours or allauth's."""

import pytest
from django.test import Client

from cqia.accounts.models import User
from tests.cast import ClientOf

FRAME = '<a class="brand" href="/">CQIA</a>'


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["login", "signup", "inactive"])
def test_it_frames_the_pages_of_strangers(client: Client, page: str) -> None:
    answer = client.get(f"/accounts/{page}/")
    assert (answer.status_code, FRAME in answer.text) == (200, True)


@pytest.mark.parametrize("page", ["logout"])
def test_it_frames_the_pages_of_members(annotator: User, client_of: ClientOf, page: str) -> None:
    answer = client_of(annotator).get(f"/accounts/{page}/")
    assert (answer.status_code, FRAME in answer.text) == (200, True)


def test_it_frames_the_change_of_a_password(annotator: User, client_of: ClientOf) -> None:
    annotator.set_password("correct-horse-battery")
    annotator.save()
    answer = client_of(annotator).get("/accounts/password/")
    assert 'autocomplete="new-password"' in answer.text
    assert FRAME in answer.text


def test_who_has_no_password_is_led_to_set_one(annotator: User, client_of: ClientOf) -> None:
    annotator.set_unusable_password()
    annotator.save()
    answer = client_of(annotator).post("/accounts/password/", follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/password/set/"
    assert 'autocomplete="new-password"' in answer.text
    assert FRAME in answer.text


@pytest.mark.django_db
def test_it_says_at_the_field_what_is_missing(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "", "password": "x"})
    assert 'aria-describedby="id_login_error"' in answer.text
    assert "This field is required." in answer.text


@pytest.mark.django_db
def test_it_refuses_a_wrong_password_without_saying_who_exists(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "nobody", "password": "x"})
    assert "username and/or password" in answer.text
