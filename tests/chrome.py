"""Articles in three languages on pages of a site that writes the same line into each of them."""

from __future__ import annotations

ENGLISH = (
    ("harbour", "The harbour of the old town will be closed to cars from May", "Shop owners asked for a later date"),
    ("bakery", "A bakery in the north of the city burned down on Monday night", "Nobody was hurt, the firemen said"),
    ("train", "The train to the coast will run every half hour this summer", "Tickets become cheaper after eight"),
    ("museum", "Two museums open their cellars to the public for one weekend", "Visitors may bring their own finds"),
    ("mill", "The old mill by the river gets a new wheel made of oak", "Its miller is looking for an apprentice"),
    ("bridge", "Engineers have found cracks in the third pillar of the bridge", "Lorries have to take the long way"),
)
ARABIC = (
    (
        "مرفأ",
        "أعلن مجلس المدينة إغلاق مرفأ البلدة القديمة أمام السيارات ابتداء من مايو",
        "وطالب أصحاب المتاجر بتأجيل القرار",
    ),
    ("مخبز", "اندلع حريق كبير في مخبز شمال المدينة ليلة الاثنين الماضي", "ولم يصب أحد بأذى كما قالت فرق الإطفاء"),
    ("قطار", "ستنطلق قطارات الساحل كل نصف ساعة خلال هذا الصيف", "وتصبح التذاكر أرخص بعد الساعة الثامنة مساء"),
    ("متحف", "يفتح متحفان أقبيتهما أمام الجمهور لعطلة نهاية أسبوع واحدة", "ويمكن للزوار إحضار ما عثروا عليه"),
    ("طاحونة", "تحصل الطاحونة القديمة على ضفة النهر على عجلة جديدة من خشب البلوط", "ويبحث صاحبها عن متدرب"),
    ("جسر", "اكتشف المهندسون تشققات في العمود الثالث من جسر المدينة", "وعلى الشاحنات أن تسلك الطريق الطويل"),
)
JAPANESE = (
    ("港", "旧市街の港は五月から車の乗り入れが禁止されることになった", "商店主たちは実施の延期を求めている"),
    ("パン屋", "市の北部にあるパン屋で月曜日の夜に大きな火事があった", "消防によるとけが人は出ていないという"),
    ("列車", "海岸へ向かう列車は今年の夏から三十分おきに運転される", "夜八時を過ぎると切符が安くなる予定だ"),
    ("博物館", "二つの博物館が週末に限って地下の収蔵庫を一般に公開する", "来館者は自分の発掘品を持ち込める"),
    ("水車", "川沿いの古い水車に樫の木で作られた新しい輪が取り付けられる", "主人は弟子を探しているところだ"),
    ("橋", "技術者たちが橋の三番目の柱にひび割れを見つけたと発表した", "トラックは遠回りをしなければならない"),
)
STOPS = {"en": ". ", "ar": "، ", "ja": "。"}
# What stands between the paragraphs of each page, so that no rule for the ends of a text takes it away.
CHROME = {
    "en": "Our reporters depend on readers like you: subscribe to the morning letter and never miss a story.",
    "ar": "يعتمد صحفيونا على قراء مثلكم: اشتركوا في نشرتنا الصباحية ولا تفوتكم أي قصة من قصصنا.",
    "ja": "本紙の記者は読者の皆様に支えられています。毎朝お届けするニュースレターにぜひご登録ください。",
}
TOPICS = {"en": ENGLISH, "ar": ARABIC, "ja": JAPANESE}
LANGUAGES = tuple(TOPICS)


def paragraphs(language: str, number: int) -> list[str]:
    """An article of a language: paragraphs that no other article has."""
    name, first, second = TOPICS[language][number]
    stop = STOPS[language]
    return [f"{first}{stop}{second}{stop}".strip() * 2, f"{name}{stop}{second}{stop}{first}{stop}".strip() * 2]


def page(language: str, number: int) -> str:
    first, second = paragraphs(language, number)
    title = TOPICS[language][number][0]
    body = f"<h1>{title}</h1><p>{first}</p><p>{CHROME[language]}</p><p>{second}</p>"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article>{body}</article></body></html>"
    )
