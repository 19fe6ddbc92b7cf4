"""E-mail addresses, plates and homes: no checksum, but a form of their own."""

import re
from collections.abc import Iterator

from cqia.lib.personal.kinds import CUE, Find, Kind, made_up, said

# The domain with its @; what stands before it is read backwards, so that nothing is tried twice.
_DOMAIN = re.compile(
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,10})(?![\w@/])"
)
_LOCAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-"
_FILE_ENDS = {"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "vue", "py", "java"}
# Of manuals and forms; and of code hosts, where git@ is everybody.
_EXAMPLE_DOMAINS = re.compile(
    r"(?:^|\.)(?:example|test|(?:your|my)?-?(?:domain|site|company|website)|e?mail|host|hostname|server"
    r"|xx+|abc|aaa|foo|bar|localhost|invalid|github|gitlab|gitee|bitbucket|coding)\.[a-z.]+\Z"
)
# Names that stand for anybody, or for an office instead of a person; digits may follow.
_EXAMPLE_STARTS = ("your", "user", "test", "demo", "example", "admin", "noreply", "no-reply", "xxx")
_EXAMPLE_NAMES = {
    *("x", "xx", "a", "aa", "aaa", "abc", "foo", "bar", "me", "you", "my", "name", "email", "mail"),
    *("someone", "somebody", "author", "sender", "receiver", "root", "git", "info", "contact"),
    *("support", "service", "services", "sales", "help", "webmaster", "postmaster", "hello", "hr"),
    *("job", "jobs", "press", "office", "zhangsan", "lisi", "wangwu", "john", "johndoe", "jane"),
    *("john.doe", "jane.doe", "john.smith", "alice", "bob", "tom", "jack"),
}


def _is_example(local: str, domain: str) -> bool:
    name = local.rstrip("0123456789")
    return (
        domain.rsplit(".", 1)[1] in _FILE_ENDS
        or _EXAMPLE_DOMAINS.search(domain) is not None
        or name in _EXAMPLE_NAMES
        or name.startswith(_EXAMPLE_STARTS)
        or (not name and (len(local) < 5 or made_up(local)))
    )


def emails(text: str) -> Iterator[Find]:
    for match in _DOMAIN.finditer(text):
        head = text[max(match.start() - 64, 0) : match.start()]
        local = head[len(head.rstrip(_LOCAL)) :].lstrip(".%+-")
        start = match.start() - len(local)
        of_address = text[start - 1 : start] in ("/", ":", "@")  # ssh://user@host
        if local and not of_address and not _is_example(local.lower(), match.group(1).lower()):
            yield Find(Kind.EMAIL, start, match.end())


_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z] ?[·•・]? ?"
    r"(?:[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])"
    r"(?![A-Za-z0-9])"
)


def may_hold_plate(text: str) -> bool:
    return "车" in text or "牌" in text


def plates(text: str) -> Iterator[Find]:
    for match in _PLATE.finditer(text):
        number = match.group()[-5:]
        if sum(map(str.isdigit, number)) >= 2 and not made_up(number):
            yield Find(Kind.PLATE, match.start(), match.end())


# A flat, or a house where somebody is said to live: shops and sights have a road and a number, too.
_HOUSE = re.compile(r"(?:路|街|巷|弄|道|村|胡同)(?:[0-9]{1,4}弄)?[0-9]{1,5}号院?")
_FLAT = re.compile(
    r"(?:[\u4e00-\u9fff]{0,8}[0-9A-Za-z]{1,4}-?(?:号楼|栋|幢|座|单元|楼|层|室|房)){1,4}"
    r"|[\u4e00-\u9fff]{0,8}[0-9]{1,3}-[0-9]{1,3}-[0-9]{2,4}"
)
_FLAT_ENDS = ("单元", "室", "房")
_BEFORE_HOUSE = 30  # characters from the province to the road
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]*\Z")
_REGION = re.compile("[省市区县]")
_HOME_CUES = ("住址", "家住", "家庭地址", "收货地址", "收件地址", "现住", "寄到", "户籍", "住在")


def may_hold_address(text: str) -> bool:
    return "号" in text and _HOUSE.search(text) is not None


def addresses(text: str) -> Iterator[Find]:
    for house in _HOUSE.finditer(text):
        run = _HAN_RUN.search(text[max(house.start() - _BEFORE_HOUSE, 0) : house.start()])
        region = _REGION.search(run.group()) if run else None
        if run is None or region is None:
            continue
        start = house.start() - len(run.group()) + _begins(run.group()[: region.start()])
        flat = _FLAT.match(text, house.end())
        end = flat.end() if flat else house.end()
        within = any(word in text[house.end() : end] for word in _FLAT_ENDS)
        if within or said(text, house.end(), _HOME_CUES, _BEFORE_HOUSE + CUE):
            yield Find(Kind.ADDRESS, start, end)


def _begins(before: str) -> int:
    """Where the name of the region begins in the characters up to its 省, 市, 区 or 县."""
    return max([before.rfind(word) + 1 for word in "在住址于到是自"] + [len(before) - 4])
