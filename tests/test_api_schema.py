from io import StringIO

import yaml
from django.core.management import call_command


def test_the_schema_is_valid_and_without_guesses() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_it_names_the_main_verbs() -> None:
    out = StringIO()
    call_command("spectacular", stdout=out)
    schema = yaml.safe_load(out.getvalue())
    base = "/api/projects/{slug}/"
    for path, method in (
        ("imports", "post"),
        ("pairs", "get"),
        ("claims", "post"),
        ("claims/{id}/submit", "post"),
        ("pairs/{id}/review", "post"),
        ("releases", "post"),
        ("releases/{number}/files/{filename}", "get"),
        ("campaigns/{id}/vote", "post"),
        ("campaigns/{id}/ranking", "get"),
    ):
        assert {"token": []} in schema["paths"][base + path][method]["security"], path
