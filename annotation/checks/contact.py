from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Group, Measurement, Text, TextCheck
from annotation.checks.signs import FEW, Signs, sign

MESSENGER_WORDS = (
    *("微信", "微 信", "薇信", "威信", "V信", "vx", "VX", "Vx"),
    *("WeChat", "wechat", "Wechat", "QQ", "qq", "扣扣", "企鹅号"),
)
SHOP_WORDS = ("淘宝", "天猫", "京东", "拼多多", "微店", "闲鱼")
MESSENGER = rf"(?:{'|'.join(MESSENGER_WORDS)})号?群?"
SHOP = rf"(?:{'|'.join(SHOP_WORDS)})"
ACCOUNT = r"[A-Za-z0-9][A-Za-z0-9_-]{4,19}(?![\w.@])"
PHONE = (
    r"(?:(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]?\d{7,8}"
    r"|[48]00[-\s]?\d{3,4}[-\s]?\d{3,4})(?!\d)"
)
US = r"(?:我们?|客服|老师|店主|助理|小编)?的?个?"
COLON = r"\s{0,2}[:：]\s{0,2}"
PERHAPS_COLON = r"\s{0,2}[:：]?\s{0,2}"
# Helplines belong into good advice.
NO_HELPLINE = "".join(f"(?<!{word})" for word in ("援助", "心理", "干预", "救助", "举报", "投诉"))


# Precision before recall: a messenger, a shop, a number or a link alone is no advertisement; an
# account or number with its label is, and so is an invitation to get in touch.
SIGNS = Signs(
    sign(
        MESSENGER_WORDS,
        rf"{MESSENGER}{COLON}{ACCOUNT}",
        rf"(?:加入?|联系|➕){US}\s?{MESSENGER}{PERHAPS_COLON}{ACCOUNT}",
        rf"(?:添加|加)(?:我们?|客服|老师|店主|助理|小编)的?个?\s?{MESSENGER}",
        rf"(?:需要|有意|感兴趣|咨询|购买|代理|领取|合作){FEW}{{0,12}}加\s?{MESSENGER}",
    ),
    sign(
        ("加V", "加v", "加薇", "加威", "➕V", "➕v", "➕薇", "wx：", "WX：", "v：", "V："),
        rf"[加➕](?:我的?|老师|客服)?\s?[Vv薇威](?:信|芯|❤️?|x|X)?{PERHAPS_COLON}{ACCOUNT}",
        rf"(?<![A-Za-z])(?:wx|WX|[Vv])：\s?{ACCOUNT}",
    ),
    sign(
        ("群",),
        r"(?:(?<![Qq])[Qq]|企鹅|交流|粉丝|学习|福利|读者|资料)群(?:号|号码)?\s?[:：]?\s?[1-9]\d{5,10}(?!\d)",
    ),
    sign(
        ("抖音", "快手", "小红书号", "小红书ID", "微博", "视频号", "Telegram", "电报", "t.me/"),
        rf"(?:抖音|快手|小红书|微博|视频)(?:号|ID|账号){COLON}[\w\u4e00-\u9fff][\w.-]{{2,20}}",
        rf"(?:Telegram|电报)(?:群|频道|号)?{COLON}@?[A-Za-z]\w{{4,30}}|\bt\.me/\w{{4,30}}",
    ),
    sign(
        ("s.click.taobao", "m.tb.cn", "u.jd.com", "yangkeduo.com"),
        r"(?:s\.click\.taobao\.com|m\.tb\.cn|u\.jd\.com|yangkeduo\.com)/[\w./?=&%-]{4,80}",
    ),
    sign(
        ("电话", "手机", "热线", "专线", "Tel", "TEL", "tel", "☎", "📞", "📱"),
        rf"{NO_HELPLINE}(?:电话|手机号?码?|热线|专线|[Tt][Ee][Ll]|☎️?|📞|📱){PERHAPS_COLON}{PHONE}",
    ),
    sign(
        ("致电", "拨打", "来电", "联系方式"),
        rf"(?:致电|拨打|来电|联系方式){US}(?:咨询|订购)?{PERHAPS_COLON}{PHONE}",
    ),
    sign(
        ("私信我", "私聊我", "滴滴我", "戳我", "加我"),
        rf"(?:私信|私聊|滴滴|戳)我{FEW}{{0,10}}(?:领|购买|下单|报名|咨询|链接|进群|资料|优惠|发你)",
        rf"(?:需要|有意|感兴趣|咨询|购买|代理|领取|合作){FEW}{{0,12}}加我(?!们)",
    ),
    sign(
        ("二维码", "扫码"),
        rf"(?:长按|识别|扫)(?:描|一扫)?(?:下方|上方|下图|图中|文末|以下|上面|下面|此)?的?二维码{FEW}{{0,8}}"
        r"(?:关注|添加|加|领|进群|入群|报名|咨询|购买|下单)",
        r"扫码(?:关注|添加|加我|加群|进群|入群|领取|领|报名|咨询|下单)(?!的?(?:功能|流程|接口|逻辑))",
    ),
    sign(
        ("公众号",),
        r"(?:欢迎|请|记得|快来|搜索|点击)(?:大家)?(?:关注|订阅)(?:一下)?(?:我的?|我们的?|本|下方)?"
        r"(?:个人)?(?:微信)?公众号",
        rf"关注(?:我的?|我们的?)?(?:微信)?公众号{FEW}{{0,20}}(?:回复|领|获取)",
        rf"(?:我的|个人|微信)公众号{COLON}[“「《\"]?[\w\u4e00-\u9fff]{{2,20}}",
    ),
    sign(
        SHOP_WORDS,
        rf"复制{FEW}{{0,30}}(?:打开|去|到)(?:手机)?{SHOP}",
        rf"{SHOP}店铺?(?:名|搜索)?{COLON}\S{{2,20}}",
    ),
    sign(("￥", "₤"), r"[￥₤][A-Za-z0-9]{9,14}[￥₤]"),
    sign(
        ("链接", "地址", "网址", "通道"),
        rf"(?:购买|下单|优惠券?|领券|抢购|报名|店铺)(?:链接|地址|网址|通道){COLON}(?:https?://|www\.)[^\s，。；]{{4,60}}",
    ),
    sign(
        ("@",),
        r"(?:商务|广告|业务|加盟|招商|订购)(?:合作|咨询|联系|洽谈|推广)?(?:联系|邮箱)?"
        rf"{COLON}[\w.+-]{{2,40}}@[\w-]+\.[\w.]+",
    ),
)


class Contact(TextCheck):
    """Prompt and every answer count: one answer that advertises spoils a comparison, too."""

    id = "contact"
    name = _("Advertisement and contact details")
    description = _(
        "Invitations to get in touch; accounts, numbers and shop links with their label. "
        "A mere mention of WeChat, a shop or a link does not count."
    )
    unit = _("places")
    group = Group.PERSONAL
    too_low = _("No advertisement was found.")
    too_high = _("Advertisement or contact details: “%(evidence)s”")
    version = 2
    high = 0

    passes = (
        Text("去医院怎么缴费？", ("窗口、微信公众号和自助机都可以，拨打114能预约挂号。",)),
        Text("小程序怎么循环？", ('<view wx:for-items="{{teas}}">{{item}}</view>',)),
    )
    fails = (
        Text("怎么学茶艺？", ("先学识茶，再学泡茶。想进学习群加V：teafan2020",)),
        Text("绿茶哪里买？", ("春茶现货，小红书号：teafan88，优惠多多。",)),
    )

    def measure(self, text: Text) -> Measurement:
        found = SIGNS.places(text.whole)
        return Measurement(len(found), " … ".join(found)[:EVIDENCE])
