import pytest
from django.test import Client

from annotation.models import Project
from cqia.accounts.models import ApiToken, AuditEntry, Membership, User, issue_token
from cqia.accounts.roles import Role
from tests.cast import ClientOf

PASSWORD = "a long password of tea"


@pytest.fixture
def with_password(annotator: User) -> User:
    annotator.set_password(PASSWORD)
    annotator.save()
    return annotator


def sign_in(client: Client, password: str) -> int:
    data = {"login": "annotator", "password": password}
    return client.post("/accounts/login/", data).status_code


def test_it_signs_in_with_a_user_name(with_password: User, client: Client) -> None:
    assert sign_in(client, PASSWORD) == 302
    assert client.get("/").headers["Location"] == "/p/tea/enter"
    assert client.get("/p/tea/enter").headers["Location"] == "/p/tea/annotate/"


def test_it_locks_out_who_guesses(with_password: User, client: Client) -> None:
    tries = [sign_in(client, f"wrong {number}") for number in range(8)]
    assert tries == [200] * 7 + [429]
    assert sign_in(client, PASSWORD) == 429


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    data = {"username": "stranger", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", data)
    assert not User.objects.exists()


def test_a_token_is_shown_once_and_stored_as_a_digest(annotator: User, client_of: ClientOf) -> None:
    page = client_of(annotator).post("/me/tokens/new", {"name": "script"}).content.decode()
    token = ApiToken.objects.get(user=annotator)
    key = page.split('id="key">')[1].split("<")[0]
    assert key not in client_of(annotator).get("/me/tokens/").content.decode()
    assert key not in token.digest


def test_a_revoked_token_opens_nothing(lead: User, client_of: ClientOf, client: Client) -> None:
    headers = {"Authorization": f"Bearer {issue_token(lead, 'script')}"}
    assert client.get("/api/projects/tea/releases", headers=headers).status_code == 200
    client_of(lead).post(f"/me/tokens/{ApiToken.objects.get().pk}/revoke")
    assert client.get("/api/projects/tea/releases", headers=headers).status_code == 401


def test_somebody_elses_token_cannot_be_revoked(
    lead: User, annotator: User, client_of: ClientOf
) -> None:
    issue_token(lead, "script")
    answer = client_of(annotator).post(f"/me/tokens/{ApiToken.objects.get().pk}/revoke")
    assert answer.status_code == 404
    assert ApiToken.objects.count() == 1


def test_a_lead_adds_somebody_new_with_a_password_shown_once(
    lead: User, client_of: ClientOf, client: Client
) -> None:
    data = {"username": "newcomer", "role": "annotator"}
    page = client_of(lead).post("/p/tea/settings/members/add", data, follow=True).content.decode()
    password = page.split("shown only now: ")[1].split("<")[0].strip()
    data = {"login": "newcomer", "password": password}
    assert client.post("/accounts/login/", data).status_code == 302
    assert AuditEntry.objects.filter(actor=lead, action="member added").count() == 1


def test_a_project_keeps_its_last_lead(lead: User, client_of: ClientOf) -> None:
    membership = Membership.objects.get(user=lead)
    url = f"/p/tea/settings/members/{membership.pk}/remove"
    page = client_of(lead).post(url, follow=True).content.decode()
    assert "keeps at least one lead" in page
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_guideline_gets_a_version_each_time(
    lead: User, client_of: ClientOf, project: Project
) -> None:
    for text in ("第一版", "第二版"):
        client_of(lead).post("/p/tea/settings/guideline", {"text": text})
    rows = project.guidelines.order_by("version").values_list("version", "text")
    assert list(rows) == [(1, "第一版"), (2, "第二版")]


def test_a_saved_key_of_a_model_server_is_never_shown(lead: User, client_of: ClientOf) -> None:
    data = {"name": "vllm", "base_url": "http://vllm:8000/v1", "model": "qwen", "api_key": "s3cret"}
    client = client_of(lead)
    assert client.post("/p/tea/settings/endpoints/save", data).status_code == 302
    page = client.get("/p/tea/settings/").content.decode()
    assert "http://vllm:8000/v1" in page
    assert "s3cret" not in page


def test_a_site_admin_makes_a_project_and_leads_it(site_admin: User, client_of: ClientOf) -> None:
    answer = client_of(site_admin).post("/projects/new", {"name": "诗", "slug": "poems"})
    assert answer.headers["Location"] == "/p/poems/settings/"
    assert Membership.objects.get(project__slug="poems").role == Role.LEAD


def test_a_short_name_is_taken_once(
    site_admin: User, client_of: ClientOf, project: Project
) -> None:
    answer = client_of(site_admin).post("/projects/new", {"name": "茶", "slug": "tea"})
    assert answer.status_code == 400
    assert "already exists" in answer.content.decode()


def test_a_site_admin_leads_every_project(site_admin: User, project: Project) -> None:
    assert not Membership.objects.filter(user=site_admin, role=Role.LEAD).exists()
    assert list(Project.objects.visible_to(site_admin)) == [project]
