"""Finding and masking personal data. Every number here is made up by a rule, and belongs to nobody."""

import time

import pytest

from cqia.lib.personal import Kind, find, masked

FOUND = {
    "身份证号：360426199101010071。": (Kind.ID, "360426199101010071"),
    "身份证 36042619910101016X": (Kind.ID, "36042619910101016X"),
    "旧身份证：360426910101007，已换发": (Kind.ID, "360426910101007"),
    "手机 13907284519": (Kind.MOBILE, "13907284519"),
    "打 +86 139 0728 4519 找我": (Kind.MOBILE, "+86 139 0728 4519"),
    "手机１３９０７２８４５１９": (Kind.MOBILE, "１３９０７２８４５１９"),
    "座机 010-62857390 转三": (Kind.LANDLINE, "010-62857390"),
    "（0571）没空，打(0571)87392605": (Kind.LANDLINE, "(0571)87392605"),
    "电话：057187392605": (Kind.LANDLINE, "057187392605"),
    "卡号 6225880137582947": (Kind.CARD, "6225880137582947"),
    "转到 6225 8801 3758 2947": (Kind.CARD, "6225 8801 3758 2947"),
    "那辆车是京N7P629": (Kind.PLATE, "京N7P629"),
    "新能源车粤B·D29617": (Kind.PLATE, "粤B·D29617"),
    "护照号 E20836174": (Kind.PASSPORT, "E20836174"),
    "发到 liumengyao.edit@163.com 就行": (Kind.EMAIL, "liumengyao.edit@163.com"),
    "QQ邮箱 829473605@qq.com": (Kind.EMAIL, "829473605@qq.com"),
    "他住在浙江省杭州市西湖区茶香路18号": (Kind.ADDRESS, "浙江省杭州市西湖区茶香路18号"),
    "收件：杭州市西湖区茶香路18号3幢2单元501室": (
        Kind.ADDRESS,
        "杭州市西湖区茶香路18号3幢2单元501室",
    ),
}


@pytest.mark.parametrize("text", FOUND)
def test_it_finds_personal_data(text: str) -> None:
    kind, piece = FOUND[text]
    assert [(one.kind, text[one.start : one.end]) for one in find(text)] == [(kind, piece)]


def test_it_finds_a_credit_code_by_its_checksum() -> None:
    code = "91330106MA2K7X3C1"
    right = [code + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if find(code + last)]
    assert len(right) == 1
    assert find(right[0])[0].kind == Kind.COMPANY


@pytest.mark.parametrize(
    "text",
    [
        "身份证号：360426199101010072",  # a wrong check digit
        "身份证号：11010519491231002X",  # the example of the standard
        "360426910101007",  # fifteen digits that nothing calls an id
        "手机 12907284519",  # no such range
        "手机 138xxxx0000",
        "手机 13812345678",
        "手机 13800138000",
        "订单号 139072845190",
        "文件 13907284519.jpg",
        "https://news.example.com/p/13907284519",
        "心理援助热线：13907284519",
        "例如 13907284519",
        "紧急时拨打110、120、12345或400-820-8820",
        "010-12345678",
        "卡号 6225880137582948",  # Luhn fails
        "编号 6225880137582947",  # nothing calls it a card
        "号码 E20836174",
        "豫A股今天上涨",
        "车型：新E200L",
        "车牌京A88888",
        "vue@2.5.0，图标@2x.png",
        "name@example.com、123@qq.com、zhangsan@163.com、git@github.com",
        "ssh://deploy@build.tea.cn",
        "@liumengyao 你好",
        "颐和园在北京市海淀区新建宫门路19号",
        "知道第3号选手是谁",
        "圆周率是3.14159265358979",
        "1500000000000 毫秒",
        "[1, 20230101, 20231231]",
    ],
)
def test_it_lets_what_is_none_pass(text: str) -> None:
    assert find(text) == []


def test_it_puts_a_placeholder_in_the_place_of_each_find() -> None:
    text = "张先生 13907284519，邮箱liumengyao.edit@163.com，急事打110。"
    assert masked(text) == (
        "张先生 〔手机号〕，邮箱〔邮箱〕，急事打110。",
        [Kind.MOBILE, Kind.EMAIL],
    )


@pytest.mark.parametrize("text", FOUND)
def test_nothing_is_found_in_a_masked_text(text: str) -> None:
    assert find(masked(text)[0]) == []


def test_it_finds_a_number_after_a_longer_one() -> None:
    text = "流水 20230101123456789012345，手机 13907284519"
    assert [text[one.start : one.end] for one in find(text)] == ["13907284519"]


@pytest.mark.parametrize(
    "piece", ["1", "a@", "138 1234 ", "京A", "市路1号", "aaaa.bbbb@", "路1号1-1-", "1-", "0571-"]
)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    start = time.perf_counter()
    find(text)
    assert time.perf_counter() - start < 1
