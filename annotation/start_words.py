"""Short lexicons to start with, of our own writing: a few plain words a category.

They show how lexicons work and catch the crudest texts. They are no list of what is forbidden
anywhere, and a text that warns of something holds its words as well as one that spreads it.
"""

from annotation.models import Lexicon

Category = Lexicon.Category

START: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        Category.ADVERTISING,
        "广告用语",
        (
            *("招商加盟", "诚招代理", "加盟热线", "厂家直销", "限时抢购", "清仓甩卖", "货到付款"),
            *("全网最低价", "一件代发", "点击购买", "扫码下单", "免费领取", "进群领取", "薅羊毛"),
        ),
    ),
    (
        Category.GAMBLING,
        "赌博",
        (
            *("赌博网站", "网络赌博", "网上赌场", "线上赌场", "博彩平台", "百家乐", "老虎机"),
            *("六合彩", "时时彩", "私彩", "赌球", "赌资", "押注", "彩票内幕", "包赢计划"),
        ),
    ),
    (
        Category.DRUGS,
        "毒品",
        (
            *("冰毒", "海洛因", "可卡因", "摇头丸", "麻古", "K粉", "大麻烟", "迷幻药", "迷药"),
            *("听话水", "吸毒", "贩毒", "制毒", "毒贩"),
        ),
    ),
    (
        Category.PORN,
        "色情",
        (
            *("色情网站", "黄色网站", "成人影片", "成人直播", "情色小说", "三级片", "裸聊"),
            *("约炮", "一夜情", "援交", "招嫖", "嫖娼", "卖淫"),
        ),
    ),
    (
        Category.VIOLENCE,
        "暴力",
        (
            *("自制炸弹", "炸药配方", "枪支买卖", "买凶杀人", "雇凶", "砍人", "碎尸", "虐杀"),
            *("灭门", "血洗", "虐待动物"),
        ),
    ),
    (
        Category.ABUSE,
        "辱骂",
        (
            *("傻逼", "脑残", "王八蛋", "狗东西", "混账东西", "贱人", "去死吧", "滚蛋", "死全家"),
            *("白痴", "蠢货", "废物点心"),
        ),
    ),
    (
        Category.FRAUD,
        "诈骗",
        (
            *("兼职刷单", "刷单返利", "日赚千元", "稳赚不赔", "高额返利", "无抵押贷款", "黑户贷款"),
            *("信用卡套现", "代开发票", "办假证", "跑分平台", "裸贷", "杀猪盘", "传销"),
        ),
    ),
)
