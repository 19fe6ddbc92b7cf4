"""The expected score over the tokens of 1 to 10, worked out by hand."""

import math

import pytest

from annotation.judge_score import expected
from cqia.lib.llm import TokenLogprob
from tests.fake_judge import tokens_of

HEAD = '{"reason":"好","overall":'


def token(text: str, **chances: float) -> TokenLogprob:
    """A token, and what else could stand there: T8=0.5 is the token "8" at one half."""
    top = {name.removeprefix("T"): math.log(chance) for name, chance in chances.items()}
    return TokenLogprob(text, top.get(text, 0.0), top)


def score(text: str, *tokens: TokenLogprob, written: float = 8) -> float | None:
    found = expected(text, tokens, "overall", written)
    return found and pytest.approx(found.score)  # type: ignore[return-value]


def test_it_weighs_the_scores_by_their_chances() -> None:
    tokens = [*tokens_of(HEAD), token("8", T8=0.5, T7=0.3, T9=0.2), token("}")]
    assert score(HEAD + "8}", *tokens) == 8 * 0.5 + 7 * 0.3 + 9 * 0.2


def test_it_leaves_out_what_is_no_score() -> None:
    tokens = [*tokens_of(HEAD), token("8", T8=0.4, T6=0.4, 好=0.2), token("}")]
    found = expected(HEAD + "8}", tokens, "overall", 8)
    assert found is not None
    assert (round(found.score, 6), round(found.mass, 6)) == (7.0, 0.8)


def test_it_knows_ten_as_one_token() -> None:
    tokens = [*tokens_of(HEAD), token("10", T10=0.5, T8=0.5), token("}")]
    assert score(HEAD + "10}", *tokens, written=10) == 9


def test_it_tells_one_from_ten_by_the_next_token() -> None:
    split = TokenLogprob("0", math.log(0.75), {"0": math.log(0.75), "}": math.log(0.25)})
    tokens = [*tokens_of(HEAD), token("1", T1=0.8, T5=0.2), split, token("}")]
    assert score(HEAD + "10}", *tokens, written=10) == 0.6 * 10 + 0.2 * 1 + 0.2 * 5


def test_it_shares_an_untold_one_as_its_neighbours_are() -> None:
    tokens = [*tokens_of(HEAD), token("8", T8=0.5, T1=0.2, T9=0.24, T2=0.06), token("}")]
    assert score(HEAD + "8}", *tokens) == 8 * 0.5 + 9 * 0.24 + 2 * 0.06 + 10 * 0.16 + 1 * 0.04


@pytest.mark.parametrize(("written", "wanted"), [(8, 0.5 * 8 + 0.5 * 10), (3, 0.5 * 3 + 0.5 * 1)])
def test_it_gives_an_untold_one_to_the_nearer_end(written: int, wanted: float) -> None:
    place = token(f"{written}", **{f"T{written}": 0.5, "T1": 0.5})
    assert (
        score(f"{HEAD}{written}}}", *tokens_of(HEAD), place, token("}"), written=written) == wanted
    )


def test_it_reads_tokens_that_hold_more_than_the_digit() -> None:
    place = TokenLogprob(
        ":8}", math.log(0.5), {":8}": math.log(0.5), ":10}": math.log(0.25), ":1}": math.log(0.25)}
    )
    tokens = [*tokens_of(HEAD[:-1]), place]
    assert score(HEAD + "8}", *tokens) == 8 * 0.5 + 10 * 0.25 + 1 * 0.25


def test_it_is_not_misled_by_a_score_within_the_reason() -> None:
    head = r'{"reason":"他写了 \"overall\":10 和 {\"overall\": 10}","overall":'
    tokens = [*tokens_of(head), token("3", T3=0.5, T4=0.5), token("}")]
    assert score(head + "3}", *tokens, written=3) == 3.5


@pytest.mark.parametrize(
    ("text", "written"),
    [('{"overall":"8"}', 8), ('{"overall":8.5}', 8), ('{"overall":9}', 8), ("8", 8), ("", 8)],
)
def test_it_says_nothing_where_the_place_is_not_found(text: str, written: float) -> None:
    assert score(text, *tokens_of(text), written=written) is None


def test_it_says_nothing_without_tokens() -> None:
    assert score(HEAD + "8}") is None


def test_it_survives_tokens_of_half_a_character() -> None:
    broken = [token("\ufffd"), token("\ufffd"), *tokens_of('","overall":'), token("8", T8=1.0)]
    assert score('{"reason":"好","overall":8}', token('{"reason":"'), *broken, token("}")) == 8


def test_it_takes_its_time_over_no_text() -> None:
    text = '{"reason":"' + '\\"' * 20_000
    assert expected(text, tokens_of(text), "overall", 8) is None
