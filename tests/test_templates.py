"""What holds for every template, and for the pieces that pages share."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

ROOT = Path(__file__).parents[1] / "templates"
NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# What the content security policy would refuse, or htmx cannot do without eval.
FORBIDDEN = re.compile(
    r"""\sstyle=["']|\son[a-z]+=["']|\shx-on|js:|<script(?![^>]*\ssrc=)|<style"""
)
STAND_ALONE = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "409.html",
    "410.html",
    "429.html",
    "500.html",
]


class Person(forms.Form):
    name = forms.CharField(help_text="As on the paper.")


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_nothing_that_the_policy_refuses(name: str) -> None:
    assert FORBIDDEN.findall((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", STAND_ALONE)
def test_an_error_page_stands_without_any_context(name: str) -> None:
    page = render_to_string(name)
    assert page.startswith("<!doctype html>")
    assert "data-sentence" in page


def test_a_field_is_described_by_its_help_and_its_error() -> None:
    piece = render_to_string("_field.html", {"field": Person({})["name"]})
    assert 'aria-describedby="id_name_helptext id_name_error"' in piece
    assert 'id="id_name_helptext"' in piece
    assert 'id="id_name_error"' in piece


def test_a_pager_keeps_the_query() -> None:
    request = RequestFactory().get("/pairs/", {"state": "queued", "page": "2"})
    page = Paginator(range(1, 31), 10).page(2)
    piece = render_to_string("_pager.html", {"page": page}, request)
    assert 'href="?state=queued&amp;page=3"' in piece
    assert "11 to 20 of 30" in piece


def test_one_page_needs_no_pager() -> None:
    piece = render_to_string("_pager.html", {"page": Paginator([1], 10).page(1)})
    assert "<nav" not in piece


@pytest.mark.parametrize(("is_live", "polls"), [(True, 1), (False, 0)])
def test_a_job_is_asked_for_only_while_it_lives(is_live: bool, polls: int) -> None:
    job = SimpleNamespace(pk=7, is_live=is_live, label="Import", state="running", done=3, total=9)
    piece = render_to_string("_job.html", {"job": job, "project": SimpleNamespace(slug="p")})
    assert piece.count('hx-get="/p/p/jobs/7/"') == polls


def test_a_state_is_told_by_words_and_a_shape() -> None:
    piece = render_to_string("_state.html", {"state": "approved", "label": "approved"})
    assert "<svg" in piece
    assert piece.strip().endswith("approved</span>")
