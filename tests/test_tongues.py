import pytest

from cqia.lib.tongues import tongue


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("绿茶为什么不宜用沸水冲泡？", "zh"),
        ("用 Python 的 sorted() 排序列表", "zh"),
        ("How do I brew green tea?", "und-Latn"),
        ("緑茶はなぜ沸騰したお湯で淹れないのですか", "ja"),
        ("녹차는 왜", "ko"),
        ("كيف أصنع الشاي", "ar"),
        ("Как заварить чай", "und-Cyrl"),
        ("𠮷𩸽", "zh"),
        ("1 + 1 = 2", "zh"),
        ("", "zh"),
    ],
)
def test_it_goes_by_the_script(text: str, language: str) -> None:
    assert tongue(text) == language
