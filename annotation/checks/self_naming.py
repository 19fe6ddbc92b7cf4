from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Measurement, Text, TextCheck
from annotation.checks.signs import FEW, Signs, sign

# Names of models, of which some are names of people or things as well, and of their makers.
PLAIN = (
    r"(?:[Cc]hat\s?GPT|InstructGPT|GPT-?\s?[2345](?:\.5|o)?|通义(?:千问)?|[Qq]wen|文心一言|文心大模型|ERNIE|智谱清言|[Cc]hat-?GLM"
    r"|[Dd]eep[Ss]eek|L[Ll]a[Mm][Aa]|Vicuna|讯飞星火|星火(?:认知|大模型)|百川大模型|Baichuan|SenseChat|盘古大模型"
    r"|InternLM|MiniMax|海螺AI|腾讯元宝|Bing Chat|[Nn]ew Bing|[Oo]pen[\s-]*[Aa]ssistant|小爱同学)"
)
COMMON = (
    r"(?:千问|豆包|Kimi|KIMI|kimi|Claude|Bard|Gemini|Copilot|MOSS|混元|商量|盘古|星火|百川|书生|天工|元宝"
    r"|Mistral|Grok|Siri|Alexa|小冰|小度)"
)
MAKER = (
    r"(?:[Oo]pen\s?AI|openai|Anthropic|阿里巴巴|阿里云|通义实验室|达摩院|百度|字节跳动|智谱|清华大学|月之暗面|Moonshot"
    r"|深度求索|[Dd]eep[Ss]eek|Meta|Facebook|谷歌|Google|DeepMind|科大讯飞|讯飞|百川智能|复旦大学|微软|Microsoft|腾讯"
    r"|华为|商汤|昆仑万维|上海人工智能实验室|MiniMax|xAI|LAION|苹果|亚马逊)"
)
MADE = r"(?:开发|训练|研发|推出|创建|创造|设计|打造|构建|制作|提供|发布|研制|培养|培训)"
MACHINE = r"(?:模型|助手|助理|人工智能|机器人|AI|ai|LLM)"
# What may stand between “I am” and the name: “I used it” or “I am a user of it” is another matter.
LEAD = (
    rf"(?:一[个款名种台位]|由|来自|基于|名[为叫]|叫做?|的|型|大|版|开源|人工|智能|语言|聊天|对话|数字|虚拟|你|您|个人"
    rf"|公司|[ \"“‘「《]|{MACHINE}|{MAKER}|{MADE}){{0,12}}"
)
NEAR = r"[^。！？!?\n，,；;]"  # keeps it within its clause
I_AM = r"(?:我(?:就?是|叫做?|的(?:名字|全名)(?:是|叫))|(?:称呼|叫)我为?|这里是)"
NO_PERSON = r"(?!\s?的|\s?(?:用户|粉丝|会员|员工|爱好者|团队|吗))"
MADE_EN = r"(?:developed|trained|created|made|built|designed)"

# In the first person only: a text about a model is none by it.
SIGNS = Signs(
    sign(
        ("我是", "我就是", "我叫", "我的名字", "我的全名", "叫我", "称呼我", "这里是"),
        rf"{I_AM}{LEAD}{PLAIN}{NO_PERSON}",
        rf"{I_AM}{LEAD}{COMMON}{NO_PERSON}{FEW}{{0,30}}{MACHINE}",
        rf"我是{NEAR}{{0,24}}{MACHINE}[，,]\s?{PLAIN}",
        rf"我就?是{LEAD}{MAKER}{NEAR}{{0,12}}{MADE}{NEAR}{{0,16}}{MACHINE}",
    ),
    sign(
        ("作为",),
        rf"作为{LEAD}(?:{PLAIN}|{COMMON}|{MAKER}{NEAR}{{0,8}}{MADE})(?:{NEAR}{{0,24}}{MACHINE})?"
        r"[，,]\s?我(?![们国])",
    ),
    sign(
        ("我由", "我被", "了我", "我的开发", "我的训练", "我的母公司"),
        rf"我[由被]\s?{MAKER}{NEAR}{{0,12}}{MADE}",
        rf"{MAKER}{NEAR}{{0,10}}(?:开发|训练|创造|研发)了我(?![们国的])",
        rf"我的(?:开发者|训练者|开发公司|母公司|开发团队){NEAR}{{0,6}}(?:是|来自){NEAR}{{0,6}}{MAKER}",
    ),
    sign(
        ("I am", "I'm", "I’m", "I was", "y name is", "As "),
        rf"\b(?:I am|I['’]m|[Mm]y name is) (?:an? |the |AI |assistant |called ){{0,3}}{PLAIN}",
        rf"\b(?:I am|I['’]m|[Mm]y name is) {COMMON}\b[^.!?\n]{{0,60}}\b(?:AI|model|assistant|{MADE_EN})",
        rf"\bI (?:am|was)\b[^.!?\n]{{0,60}} {MADE_EN} by {MAKER}",
        rf"\bAs [^.!?\n,]{{0,40}}?(?:{PLAIN}|{MADE_EN} by {MAKER})[^.!?\n,]{{0,30}}, I\b",
    ),
)


class SelfNaming(TextCheck):
    """Every part counts: a model may have written the earlier turns of a prompt, too."""

    id = "self_naming"
    name = _("A model names itself")
    description = _(
        "Places where a text says, in the first person, which model wrote it or who made that "
        "model. A text about such a model does not count."
    )
    unit = _("places")
    blocks = True
    too_low = _("No model names itself.")
    too_high = _("A model names itself or its maker: “%(evidence)s”")
    high = 0
    passes = (
        Text("ChatGPT 是谁做的？", ("ChatGPT 是由 OpenAI 开发的对话模型，2022 年 11 月上线。",)),
        Text("介绍一下你自己的工作。", ("我是百度的一名工程师，每天都要用通义千问写周报。",)),
    )
    fails = (
        Text("你是谁？", ("您好，我是通义千问，由阿里云训练的语言模型。",)),
        Text("你喜欢喝茶吗？", ("作为 OpenAI 开发的语言模型，我没有味觉，也就谈不上喜欢。",)),
        Text("Who are you?", ("I am Claude, an assistant made by Anthropic.",)),
    )

    def measure(self, text: Text) -> Measurement:
        found = SIGNS.places(text.whole)
        return Measurement(len(found), " … ".join(found)[:EVIDENCE])
