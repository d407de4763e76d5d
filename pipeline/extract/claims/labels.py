"""How a line below a headline names the author and the source: data for reading bylines.

Languages: en ar bn cs de el es fa fr he hi hu id it ja ko nl pl pt ro ru tr uk ur vi zh.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a label says of the name after it. Others (editor, translator, date) only end the value before them."""

    AUTHOR = "author"
    SITE = "site"
    OTHER = "other"


def _split(table: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in table.split("|"))


BYLINE_LABELS: Final[dict[Role, tuple[str, ...]]] = {
    Role.AUTHOR: _split(
        """
        author | authors | by | written by | reporter | المؤلف | الكاتب | الكاتبة | كاتب المقال | بقلم | كتب | كتبت |
        تأليف | إعداد | লেখক | প্রতিবেদক | autor | autorin | verfasser | von | autora | autores | escrito por | por |
        نویسنده | به قلم | خبرنگار | auteur | auteure | auteurs | par | rédacteur | מאת | כתב | लेखक | लेखिका |
        द्वारा | संवाददाता | रिपोर्टर | penulis | oleh | autore | di | 著者 | 作者 | 筆者 | 執筆 | 執筆者 | 文 |
        記者 | 저자 | 글쓴이 | 글 | 기자 | 작성자 | door | autorka | autoria | автор | авторы | текст |
        корреспондент | yazar | yazan | muhabir | автори | مصنف | تحریر | رپورٹر | tác giả | 撰文 | 记者 | 撰稿 |
        text | tekst | napisał | napisała | napsal | napsala | szerző | írta | scris de | articol de | авторка |
        γράφει | συντάκτης | συντάκτρια | συντάκτες | κείμενο | ditulis oleh | bài | 取材・文 | 文・写真 | লিখেছেন
        """
    ),
    Role.SITE: _split(
        """
        source | sources | via | المصدر | مصدر | المصادر | সূত্র | উৎস | quelle | fuente | منبع | מקור | स्रोत |
        सोर्स | sumber | fonte | 出典 | ソース | 提供元 | 情報源 | 출처 | bron | źródło | источник | kaynak |
        джерело | ماخذ | ذریعہ | nguồn | zdroj | forrás | sursa | πηγή | 来源 | 來源 | 文章来源 |
        文章來源 | 稿源 | 出处 | 转载自
        """
    ),
    Role.OTHER: _split(
        """
        editor | edited by | translator | translated by | translation | date | published | updated | id | المعرف |
        المحرر | تحرير | ترجمة | المترجم | التاريخ | تاريخ النشر | redaktion | übersetzung | datum | traductor |
        traducción | fecha | editado por | ویراستار | مترجم | تاریخ | traduction | traducteur | संपादक | अनुवादक |
        अनुवाद | तारीख | दिनांक | edição | tradução | tradutor | data | 編集 | 編集者 | 翻訳 | 訳者 | 日付 | 편집 |
        번역 | 날짜 | 입력 | редактор | перевод | переводчик | дата | editör | çeviri | çeviren | tarih | 编辑 |
        責任編輯 | 责任编辑 | 責編 | 责编 | 編輯 | 编译 | 翻译 | 校对 | 审校 | 时间 | 发布时间 | 日期 | 發布時間 |
        微信公众号 | 公众号 | foto | photo | επιμέλεια | szerkesztő
        """
    ),
}

BY_WORDS: Final = _split(
    """
    by | written by | story by | words by | von | par | por | di | door | av | af | przez | автор | авторка | текст |
    作者 | 文 | 文・写真 | 取材・文 | 記者 | 记者 | بقلم | به قلم | نوشته | מאת | autor | autorka | napisał | napisała |
    napsal | napsala | szerző | írta | scris de | articol de | ditulis oleh | 글 | द्वारा | লিখেছেন | της | των |
    γράφει ο | γράφει η | γράφουν οι | γραφει ο | γραφει η | γραφουν οι | από τον | από την | απο τον | απο την
    """
)
"""What stands before a name with no colon between. Not the Indonesian oleh, the Turkish yazan, the Vietnamese theo and
the Romanian de: names begin with them (Oleh Skrypka, Yazan Halwani, Theo Angelopoulos, De Vries).
"""
AFTER_NAME: Final = _split("기자 | द्वारा")
"""What stands after a name."""
