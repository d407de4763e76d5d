"""How re-publishers say where a text comes from: data for marking lead-ins. Each part is a regular expression.

Languages: en ar bn cs de el es fa fr he hi hu id it ja ko nl pl pt ro ru sv th tr uk ur vi zh.
"""

from __future__ import annotations

import re
from typing import Final


def _split(table: str) -> tuple[str, ...]:
    """The patterns between bars that have spaces on both sides; other bars are a pattern's own."""
    return tuple(re.sub(r"\n\s*", "", pattern) for pattern in re.split(r"\s\|\s+", table.strip()))


EDITORS_NOTE: Final = _split(
    r"""
    (?:an? )?editor[’']?s?[’']? note | note (?:from|by) the editors? | editorial note | publisher[’']s note |
    编者按 | 编者注 | 编者语 | 编辑按 | 編者按 | 編按 | 編者註 | 小编按 | 編集部注 | 編集部より | 編集者注 |
    編注 | 편집자\s?주 | 편집자\s?註 | от редакции | примечание редакции | редакция | прим\. ?ред\.? |
    від редакції | примітка редакції | ملاحظة (?:من )?المحرر | ملاحظة التحرير | ملاحظة هيئة التحرير |
    كلمة المحرر | یادداشت سردبیر | توضیح تحریریه | یادداشت تحریریه | مدیر کا نوٹ | ایڈیٹر کا نوٹ | הערת העורך |
    הערת מערכת | संपादकीय नोट | संपादक का नोट | संपादक की टिप्पणी | संपादकीय टिप्पणी | সম্পাদকের নোট |
    সম্পাদকীয় নোট | nota del editor | nota de la redacción | nota de redacción | n\. ?de la r\. |
    nota da redação | nota do editor | note de la rédaction | note de l[’']éditeur | ndlr |
    anmerkung der redaktion | anm\. ?d\. ?red\.? | hinweis der redaktion | redaktioneller hinweis |
    nota della redazione | nota dell[’']editore | ndr | noot van de redactie | van de redactie | od redakcji |
    nota redakcji | przypis redakcji | poznámka redakce | pozn\. ?red\.? | a szerk\. | szerkesztői megjegyzés |
    nota redacției | nota redacţiei | redaktionens anmärkning | editörün notu | editör notu | catatan redaksi |
    catatan editor | lời tòa soạn | lời toà soạn | หมายเหตุบรรณาธิการ | หมายเหตุกองบรรณาธิการ |
    σημείωση σύνταξης | σημείωση της σύνταξης | σημείωμα σύνταξης
    """
)
"""What a paragraph begins with, before a colon, dash or closing bracket, that is the editors' own."""

REPUBLISHED: Final = _split(
    r"""
    this (?:article|story|piece|post|essay|report|column|interview|
        content)(?: was| is| has been)?(?: originally| first| also| previously)?\s(?:re-?published|
        published|appeared|posted|syndicated|cross-?posted)\b |
    (?:originally|first) (?:published|appeared|posted) (?:on|in|at|by) |
    (?:re-?published|reprinted|reposted|cross-?posted|syndicated|reproduced|adapted) (?:here )?(?:from|
        with permission|by permission|under) |
    the post .{1,200} (?:appeared first|first appeared) on |
    (?:本文|文章|本报道|内容|原文)?\s?(?:系)?(?:转载自|轉載自|转自|轉自|转载于|首发于|首發於|原载于|
        原載於|原载|来源于|摘自) |
    本文(?:由|经|獲|获).{1,40}(?:授权|授權).{0,20}(?:转载|轉載|发布|發布|刊登) |
    (?:本記事は|この記事は|本稿は|本稿は、|この記事は、).{1,60}(?:転載|掲載され|配信され|寄稿|提供|翻訳|
        再構成|公開され) |
    .{0,40}(?:より|から)(?:の)?転載 | 이 (?:기사|글)(?:는|은).{1,60}(?:게재|실린|제공|전재|발행) |
    (?:эта |данная |настоящая )?(?:статья|публикация|заметка|колонка|материал|
        текст) (?:была |был )?(?:впервые |первоначально |изначально |ранее )?(?:опубликован|перепечатан|
        размещ[её]н|вышл|вышел) |
    перепечатано | перепечатка | впервые опубликован | оригинал (?:опубликован|статьи|материала) |
    (?:ця |дана )?(?:стаття|публікація) (?:була )?(?:вперше |спочатку )?(?:опублікован|передрукован) |
    передруковано | (?:نُ?شر|نشرت|نُشرت|تم نشر|سبق نشر) (?:هذا|هذه|هذا المقال|هذه المقالة) |
    (?:هذا|هذه) (?:المقال|المقالة|التقرير|المادة|القصة) (?:منشور|نُ?شر|منقول|مترجم|معاد|نقل|مأخوذ) |
    (?:نقلا|نقلاً) عن | أعيد نشر | منقول (?:عن|من) |
    این (?:مقاله|مطلب|گزارش|یادداشت) (?:نخستین بار|ابتدا|اولین بار|پیش‌تر|از) | بازنشر (?:از|شده) | به نقل از |
    یہ (?:مضمون|تحریر|خبر) (?:پہلے|سب سے پہلے|اصل میں) | בשיתוף עם |
    (?:הכתבה|המאמר|הטור) פורסמ?ה? (?:לראשונה|במקור) | פורסם (?:לראשונה|במקור) |
    (?:यह|इस) (?:लेख|खबर|ख़बर|रिपोर्ट|आलेख|कहानी) (?:मूल रूप से|पहले|सबसे पहले|को .{1,40} ने) | साभार |
    (?:এই|এ) (?:লেখাটি|নিবন্ধটি|প্রতিবেদনটি|খবরটি) (?:প্রথম|মূলত) |
    (?:este|esta|el presente) (?:artículo|nota|texto|contenido|columna|historia|
        reportaje)\s(?:fue |ha sido |se )?(?:originalmente |primero )?(?:publicad|reproduc|republicad|
        aparec|public[óo]) |
    (?:publicado|publicada|artículo publicado) (?:originalmente|por primera vez|previamente) |
    republicado (?:de|con) | reproducido con |
    (?:este|esta|o presente) (?:artigo|texto|matéria|conteúdo|reportagem|
        coluna) (?:foi )?(?:originalmente |primeiro )?(?:publicad|republicad|reproduzid) |
    publicad[oa] originalmente |
    (?:cet|cette|le présent) (?:article|texte|tribune|contenu|billet|
        analyse) (?:a été |a d[’']abord été |est )?
        (?:initialement |d[’']abord |à l[’']origine )?(?:publiée?|republiée?|repris|traduite?|parue?) |
    (?:article|texte|tribune) (?:initialement|précédemment) (?:publiée?|parue?) |
    (?:initialement|d[’']abord) publiée? |
    (?:dieser|diese|der) (?:artikel|beitrag|text|kommentar|meldung|
        kolumne) (?:ist |wurde |erschien )?(?:zuerst|ursprünglich|zunächst|erstmals|im original) |
    (?:zuerst|ursprünglich|erstmals) (?:erschienen|veröffentlicht|publiziert) |
    (?:questo|il presente) (?:articolo|testo|pezzo|
        contenuto) (?:è stato |è )?(?:originariamente |inizialmente |apparso )?(?:pubblicato|ripubblicato|
        tratto|apparso|ripreso) |
    pubblicato originariamente |
    (?:dit|deze) (?:artikel|bericht|stuk|tekst|column) (?:is |werd |verscheen )?(?:eerder|eerst|
        oorspronkelijk|overgenomen) |
    (?:eerder|oorspronkelijk) (?:verschenen|gepubliceerd) |
    (?:ten |niniejszy )?(?:artykuł|tekst|materiał|felieton) (?:został |był |ukazał się )?(?:pierwotnie|
        po raz pierwszy|wcześniej|oryginalnie|przedrukowany) |
    przedruk (?:z|za) | (?:tento )?(?:článek|text) (?:byl )?(?:původně|poprvé|převzat) | převzato z |
    (?:ez a |a )?cikk(?:ünk)? (?:eredetileg|először) | eredetileg megjelent |
    (?:acest )?(?:articol|text)(?:ul)? (?:a fost )?(?:publicat inițial|publicat iniţial|preluat|republicat) |
    (?:den här |denna )?(?:artikel|text|krönika)n? (?:publicerades|är ursprungligen|har tidigare) |
    (?:bu )?(?:makale|yazı|haber|içerik) (?:ilk (?:olarak|kez)|daha önce|orijinal olarak) | alıntıdır |
    (?:artikel|tulisan|berita) ini (?:pertama kali|awalnya|sebelumnya|telah|sudah) (?:terbit|tayang|
        diterbitkan|dipublikasikan|dimuat|ditayangkan) |
    bài (?:viết|báo) (?:này )?(?:được )?(?:đăng lần đầu|đăng lại|xuất bản lần đầu|dịch từ) |
    บทความนี้(?:เผยแพร่|ตีพิมพ์|แปล|นำมา) | ที่มาบทความ |
    (?:το|αυτό το) (?:άρθρο|κείμενο) (?:αυτό )?(?:δημοσιεύ|πρωτοδημοσιεύ|αναδημοσιεύ) |
    αναδημοσίευση (?:από|του) | πρωτοδημοσιεύ
    """
)
"""What a paragraph begins with, after some brackets, that says where the text stood first."""

SOURCE: Final = _split(
    r"""
    source | sources? article | original source | originally from | via | h/t | hat tip | quelle | fuente |
    fonte | source originale | источник | джерело | źródło | zdroj | forrás | sursa | sursă | källa | kaynak |
    bron | sumber | nguồn | ที่มา | πηγή | المصدر | منبع | ماخذ | מקור | स्रोत | সূত্র | 来源 | 來源 |
    文章来源 | 稿件来源 | 信息来源 | 出典 | 引用元 | 転載元 | 출처
    """
)
"""The label of a line that names no more than its source."""

WIRE: Final = _split(
    r"""
    reuters | ap | afp | dpa | ansa | efe | tass | upi | pti | ani | ians | aap | cnn | bloomberg | xinhua |
    kyodo(?: news)? | yonhap | apa | belga | lusa | ntb | tt | ritzau | pap | ctk | čtk | mti | sapa | wam |
    spa | qna | mena | kuna | irna | associated press | the associated press | canadian press |
    the canadian press | press association | pa media | anadolu | aa | iha | dha | antara | bernama | vna |
    europa press | rtr | рейтер | тасс | интерфакс | риа новости | رويترز | أ\s?ف\s?ب | فرانس برس | د\s?ب\s?أ |
    سبوتنيك | وام | واس | رویترز | ایسنا | रॉयटर्स | भाषा | एएनआई | 로이터 | 연합뉴스 | ロイター | 共同 | 時事 |
    新华社 | 新華社 | 中新社
    """
)
"""News agencies, as a dateline names them in brackets."""
