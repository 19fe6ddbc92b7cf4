"""What personal data there is, and what both its numbers and its names need to be told."""

import re
from enum import StrEnum
from typing import NamedTuple

CUE = 14  # characters before a find in which a word may say what it is


class Kind(StrEnum):
    """Of what kind a find is, as the placeholder names it that masking puts in its place."""

    ID = "身份证号"
    MOBILE = "手机号"
    LANDLINE = "电话号码"
    CARD = "银行卡号"
    PLATE = "车牌号"
    COMPANY = "信用代码"
    PASSPORT = "护照号"
    EMAIL = "邮箱"
    ADDRESS = "住址"

    @property
    def placeholder(self) -> str:
        return f"〔{self.value}〕"


class Find(NamedTuple):
    kind: Kind
    start: int
    end: int


def said(text: str, at: int, cues: tuple[str, ...], reach: int = CUE) -> bool:
    before = text[max(at - reach, 0) : at]
    return any(cue in before for cue in cues)


def made_up(number: str) -> bool:
    """Counted up or down, or one digit again and again: 12345678, 88888888, 00001111."""
    return (
        len(set(number)) <= 3
        or any(run in number for run in ("12345", "23456", "34567", "45678", "56789", "98765"))
        or re.search(r"(\d)\1{4}|(\d)\2{3}(\d)\3{3}", number) is not None
    )
