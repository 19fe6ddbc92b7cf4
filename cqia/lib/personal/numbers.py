"""Numbers that stand for a person: told by their checksums and ranges, or by the word before them."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import phonenumbers
from stdnum import luhn
from stdnum.cn import ric, uscc

from cqia.lib.personal.kinds import Find, Kind, made_up, said

# What people write who need just any phone number: 13800138000, 13900001234, 010-66668888.
_EASY = re.compile(r"(\d)\1{3}|1234|2345|3456|4567|5678|6789|7890|9876|8765|4321|00138000")
# Every number looked for holds seven digits in a row, or four and a group after a space or hyphen.
_ANY_NUMBER = re.compile(r"[0-9]{4}(?:[0-9]{3}|[ -][0-9]{3,4})")
_AROUND = 24  # characters: more than of any number that is looked for
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_./=#&%-])"  # of an address on the web, a name, a longer number
    r"(?:"
    r"(?P<company>[0-9AY][0-9]{7}[0-9A-HJ-NPQRTUWXY]{9}[0-9A-HJ-NPQRTUWXY])"
    r"|(?P<grouped>[3-6][0-9]{3}(?P<gap>[ -])(?:[0-9]{4}(?P=gap)){2,3}[0-9]{1,4})"
    r"|(?P<closed>0[1-9][0-9]{9,10}(?![0-9]))"
    r"|(?P<long>[0-9]{12,19}[Xx]?)"
    r"|(?P<mobile>(?:\+?86[ -]?)?1[3-9][0-9](?P<sep>[ -]?)[0-9]{4}(?P=sep)[0-9]{4})"
    r"|(?P<landline>\(?(?:\+86[ -]?)?0[1-9][0-9]{1,2}(?:\)[ -]?|[ -]|[ ]?- )[2-8][0-9]{2,3}[ -]?[0-9]{4})"
    r"|(?P<passport>(?:[DEGHKPS][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E[0-9]{7}))"
    r")(?![0-9A-Za-z_])(?!\.[0-9A-Za-z])"
)

_ID_CUES = ("身份证", "证件号", "公民身份", "身份号码")
_CARD_CUES = (
    *("卡号", "账号", "帐号", "账户", "帐户", "银行卡", "信用卡", "储蓄卡", "借记卡", "开户"),
)
_PHONE_CUES = ("电话", "座机", "固话", "传真", "热线", "Tel", "TEL", "tel", "手机", "联系")
_PASSPORT_CUES = ("护照", "passport", "Passport")
# Helplines belong into good advice; the other words announce an example.
_PUBLIC_CUES = (
    *("援助", "心理", "干预", "救助", "热线", "举报", "投诉", "客服", "服务电话", "咨询电话"),
    *("监督", "报警", "急救", "官方"),
)
_EXAMPLE_CUES = ("例如", "比如", "示例", "样例", "假设", "虚构", "测试")
# The example of GB 11643 itself, and those that every form and manual repeats.
_KNOWN_EXAMPLES = {"11010519491231002X", "440524188001010014", "110101199003070134"}


def numbers(text: str) -> Iterator[Find]:
    """Patterns are tried only around what looks like a long number."""
    at = 0
    while seen := _ANY_NUMBER.search(text, at):
        begin, at = max(at, seen.start() - _AROUND), seen.end()
        end = min(at + _AROUND, len(text))
        for match in _NUMBER.finditer(text, begin, end):
            if match.end() == end < len(text):  # perhaps only the beginning of a number
                break
            kind = _KIND_OF[str(match.lastgroup)](match.group(), text, match.start())
            at = max(at, match.end())
            if kind is not None:
                yield Find(kind, match.start(), match.end())


def _company(number: str, text: str, at: int) -> Kind | None:
    """A credit code; of eighteen digits rather an id, where it is one."""
    if number.isdigit() or number[:-1].isdigit():
        kind = _long(number, text, at)
        if kind is not None:
            return kind
    if made_up(number) or number[0] not in "159AY" or not uscc.is_valid(number):
        return None
    return Kind.COMPANY


def _long(number: str, text: str, at: int) -> Kind | None:
    if len(number) == 18 and number[6:8] in ("18", "19", "20"):
        return Kind.ID if _is_id(number.upper()) else None
    if len(number) == 15 and _is_old_id(number) and said(text, at, _ID_CUES):
        return Kind.ID
    if not number.isdigit() or not said(text, at, _CARD_CUES):
        return None
    return Kind.CARD if _is_card(number) else None


def _grouped(number: str, text: str, at: int) -> Kind | None:
    digits = number.replace(" ", "").replace("-", "")
    return Kind.CARD if _is_card(digits) else None


def _mobile(number: str, text: str, at: int) -> Kind | None:
    digits = re.sub(r"\D", "", number)[-11:]
    if _EASY.search(digits[3:]) or said(text, at, (*_PUBLIC_CUES, *_EXAMPLE_CUES)):
        return None
    return Kind.MOBILE if _phone_type(digits) == phonenumbers.PhoneNumberType.MOBILE else None


def _landline(number: str, text: str, at: int) -> Kind | None:
    digits = re.sub(r"\D", "", number).removeprefix("86")
    if _EASY.search(digits[3:]) or said(text, at, (*_PUBLIC_CUES, *_EXAMPLE_CUES)):
        return None
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    return Kind.LANDLINE if _phone_type("0" + digits.lstrip("0")) == fixed else None


def _closed(number: str, text: str, at: int) -> Kind | None:
    """A land line without a hyphen looks like any other number."""
    return _landline(number, text, at) if said(text, at, _PHONE_CUES) else None


def _passport(number: str, text: str, at: int) -> Kind | None:
    if made_up(number) or not said(text, at, _PASSPORT_CUES):
        return None
    return Kind.PASSPORT


_Judge = Callable[[str, str, int], Kind | None]
_KIND_OF: dict[str, _Judge] = {
    "company": _company,
    "grouped": _grouped,
    "long": _long,
    "mobile": _mobile,
    "landline": _landline,
    "closed": _closed,
    "passport": _passport,
}


def _is_id(number: str) -> bool:
    if number in _KNOWN_EXAMPLES or not ric.is_valid(number):
        return False
    return ric.get_birth_date(number) <= date.today()


def _is_old_id(number: str) -> bool:
    """Fifteen digits: a place of today's ids and a day of the twentieth century, no checksum."""
    longer = f"{number[:6]}19{number[6:]}"
    longer += ric.calc_check_digit(longer + "0")
    return _is_id(longer)


def _is_card(digits: str) -> bool:
    """UnionPay cards have 16 to 19 digits, those of credit 16, American Express 15."""
    known = (
        (digits.startswith("62") and 16 <= len(digits) <= 19)
        or (digits[0] in "45" and len(digits) == 16)
        or (digits[:2] in ("35", "36") and len(digits) in (14, 16))
        or (digits[:2] in ("34", "37") and len(digits) == 15)
    )
    return known and not made_up(digits) and luhn.is_valid(digits)


def _phone_type(digits: str) -> int:
    return int(phonenumbers.number_type(phonenumbers.parse(digits, "CN")))
