"""What sites write on their buttons below an article: data for cutting tails.

Each kind is one button, in the words of many languages; a phrase matches only as a whole. Languages: en ar bn de el es
fa fr he hi id it ja ko nl pl pt ru th tr uk ur vi zh.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Widget(StrEnum):
    """A button or notice below an article."""

    ORIGINAL = "original"
    LIKE = "like"
    COMMENT = "comment"
    NO_COMMENTS = "no comments"
    SHARE = "share"
    PIN = "pin"
    FOLLOW = "follow"
    SAVE = "save"
    REPLY = "reply"
    REPORT = "report"
    VIEWS = "views"
    NETWORK = "network"


def _split(table: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in table.split("|"))


WIDGET_PHRASES: Final[dict[Widget, tuple[str, ...]]] = {
    Widget.ORIGINAL: _split(
        """
        view original | see original | show original | read original | view original article | original article |
        view original post | read the original article | شاهد النسخة الأصلية | عرض النسخة الأصلية | عرض الأصل |
        عرض المقال الأصلي | المقال الأصلي | اقرأ المقال الأصلي | মূল লেখা দেখুন | original anzeigen | zum original |
        original ansehen | originalartikel | originalbeitrag ansehen | δείτε το πρωτότυπο | προβολή πρωτοτύπου |
        ver original | ver el original | ver artículo original | leer el artículo original | مشاهده نسخه اصلی |
        نمایش نسخه اصلی | voir l'original | voir la version originale | lire l'original | article original |
        הצג מקור | לכתבה המקורית | मूल देखें | मूल लेख देखें | मूल लेख | मूल संस्करण देखें | lihat asli |
        lihat artikel asli | vedi originale | mostra originale | articolo originale | 原文を見る | 原文を表示 |
        元の記事を見る | 元記事 | 원문 보기 | 원문보기 | bekijk origineel | origineel bekijken | zobacz oryginał |
        pokaż oryginał | ver o original | ver artigo original | ver versão original | посмотреть оригинал |
        показать оригинал | читать оригинал | оригинал статьи | ดูต้นฉบับ | orijinali gör | orijinalini gör |
        orijinal makaleyi görüntüle | переглянути оригінал | показати оригінал | اصل دیکھیں | اصل مضمون دیکھیں |
        xem bản gốc | xem bài gốc | 查看原文 | 阅读原文 | 原文链接 | 查看原帖 | 檢視原文 | 閱讀原文 | 原文連結
        """
    ),
    Widget.LIKE: _split(
        """
        like | likes | like this | dislike | أعجبني | إعجاب | الإعجابات | لم يعجبني | পছন্দ | লাইক | gefällt mir |
        gefällt mir nicht | μου αρέσει | me gusta | no me gusta | پسندیدم | پسندیدن | لایک | j'aime | je n'aime pas |
        אהבתי | लाइक | पसंद | पसंद करें | suka | mi piace | いいね | 高評価 | 좋아요 | vind ik leuk | lubię to |
        curtir | curtidas | gosto | нравится | мне нравится | лайк | ถูกใจ | beğen | beğeni | подобається | پسند |
        پسند کریں | thích | 赞 | 点赞 | 喜欢 | 讚 | 按讚 | 喜歡
        """
    ),
    Widget.COMMENT: _split(
        """
        comment | comments | add a comment | leave a comment | write a comment | post a comment | تعليق | تعليقات |
        التعليقات | أضف تعليقا | أضف تعليق | اترك تعليقا | اكتب تعليقا | মন্তব্য | মন্তব্য করুন | kommentieren |
        kommentar | kommentare | kommentar schreiben | σχόλιο | σχόλια | σχολιάστε | comentar | comentario |
        comentarios | deja un comentario | نظر | نظرات | دیدگاه | دیدگاه ها | ارسال نظر | commenter | commentaire |
        commentaires | laisser un commentaire | ajouter un commentaire | תגובה | תגובות | הוסף תגובה | टिप्पणी |
        टिप्पणियाँ | टिप्पणी करें | कमेंट | कमेंट करें | komentar | komentari | tulis komentar | commenta | commento |
        commenti | lascia un commento | コメント | コメントする | コメントを書く | 댓글 | 댓글 쓰기 | 댓글 달기 |
        reageer | reacties | opmerking | komentarz | komentarze | skomentuj | dodaj komentarz | comentário |
        comentários | deixe um comentário | комментарий | комментарии | комментировать | прокомментировать |
        оставить комментарий | ความคิดเห็น | แสดงความคิดเห็น | yorum | yorumlar | yorum yap | yorum yaz | коментар |
        коментарі | коментувати | تبصرہ | تبصرے | تبصرہ کریں | bình luận | 评论 | 发表评论 | 写评论 | 留言 | 評論 |
        發表評論 | 發表回應
        """
    ),
    Widget.NO_COMMENTS: _split(
        """
        no comments | no comments yet | be the first to comment | لا توجد تعليقات | لا يوجد تعليقات |
        কোনো মন্তব্য নেই | keine kommentare | noch keine kommentare | δεν υπάρχουν σχόλια | sin comentarios |
        no hay comentarios | بدون نظر | هیچ نظری وجود ندارد | aucun commentaire | pas de commentaires | אין תגובות |
        कोई टिप्पणी नहीं | अभी तक कोई टिप्पणी नहीं | belum ada komentar | tidak ada komentar | nessun commento |
        コメントはありません | コメントはまだありません | 댓글이 없습니다 | 댓글 없음 | geen reacties |
        brak komentarzy | sem comentários | nenhum comentário | нет комментариев | комментариев нет |
        комментариев пока нет | ยังไม่มีความคิดเห็น | yorum yok | henüz yorum yok | коментарів немає |
        немає коментарів | کوئی تبصرہ نہیں | chưa có bình luận | 暂无评论 | 还没有评论 | 暫無評論 | 尚無留言
        """
    ),
    Widget.SHARE: _split(
        """
        share | share this | share this article | share this post | share this story | share on | share via |
        copy link | مشاركة | مشاركه | شارك | شارك المقال | شارك هذا المقال | شارك الخبر | شارك على | نسخ الرابط |
        শেয়ার | শেয়ার করুন | teilen | artikel teilen | beitrag teilen | link kopieren | κοινοποίηση | μοιραστείτε |
        compartir | compartir en | comparte | compartir este artículo | copiar enlace | اشتراک گذاری |
        به اشتراک بگذارید | اشتراک‌گذاری | partager | partager sur | partager cet article | copier le lien | שתף |
        שיתוף | שתפו | शेयर | शेयर करें | साझा करें | साझा | लिंक कॉपी करें | bagikan | bagikan artikel ini |
        condividi | condividi su | シェア | シェアする | 共有 | 共有する | リンクをコピー | 공유 | 공유하기 |
        링크 복사 | delen | deel dit artikel | udostępnij | podziel się | compartilhar | compartilhe | partilhar |
        copiar link | поделиться | поделиться статьей | поделитесь | скопировать ссылку | แชร์ | paylaş |
        bağlantıyı kopyala | поділитися | поширити | شیئر | شیئر کریں | chia sẻ | 分享 | 分享到 | 转发 | 复制链接 |
        分享至 | 轉發 | 複製連結
        """
    ),
    Widget.PIN: _split(
        """
        pin | pin it | تثبيت | পিন | anpinnen | καρφίτσωμα | fijar | سنجاق | پین | épingler | הצמד | पिन | पिन करें |
        sematkan | fissa | ピン | ピン留め | 固定 | 고정 | vastmaken | przypnij | fixar | закрепить | ปักหมุด |
        sabitle | закріпити | پن کریں | ghim | 置顶 | 置頂
        """
    ),
    Widget.FOLLOW: _split(
        """
        follow | follow us | subscribe | متابعة | تابعنا | اشترك | অনুসরণ করুন | folgen | folge uns | abonnieren |
        ακολουθήστε μας | seguir | síguenos | suscribirse | suscríbete | دنبال کنید | suivre | suivez nous |
        s'abonner | עקוב | फॉलो करें | फ़ॉलो करें | सदस्यता लें | ikuti | ikuti kami | segui | seguici | フォロー |
        フォローする | 팔로우 | 구독 | 구독하기 | volgen | obserwuj | siga nos | inscreva se | подписаться |
        подписывайтесь | ติดตาม | takip et | abone ol | підписатися | فالو کریں | theo dõi | 关注 | 订阅 | 關注 |
        追蹤 | 訂閱
        """
    ),
    Widget.SAVE: _split(
        """
        save | bookmark | حفظ | সংরক্ষণ | merken | speichern | αποθήκευση | guardar | ذخیره | enregistrer | שמור |
        सहेजें | सेव करें | simpan | salva | 保存 | 저장 | 스크랩 | bewaren | zapisz | salvar | сохранить | บันทึก |
        kaydet | зберегти | محفوظ کریں | lưu | 收藏
        """
    ),
    Widget.REPLY: _split(
        """
        reply | رد | উত্তর | antworten | απάντηση | responder | پاسخ | répondre | השב | जवाब दें | balas | rispondi |
        返信 | 답글 | beantwoorden | odpowiedz | ответить | ตอบกลับ | yanıtla | відповісти | جواب دیں | trả lời |
        回复 | 回覆
        """
    ),
    Widget.REPORT: _split(
        """
        report | إبلاغ | الإبلاغ | melden | αναφορά | denunciar | گزارش | signaler | דווח | रिपोर्ट करें | laporkan |
        segnala | 通報 | 신고 | rapporteren | zgłoś | пожаловаться | รายงาน | bildir | поскаржитися | báo cáo | 举报 |
        檢舉
        """
    ),
    Widget.VIEWS: _split(
        """
        views | reads | مشاهدة | مشاهدات | aufrufe | προβολές | visitas | بازدید | vues | צפיות | बार देखा गया |
        tayangan | visualizzazioni | 閲覧 | 조회 | 조회수 | weergaven | wyświetleń | visualizações | просмотров |
        görüntülenme | переглядів | lượt xem | 阅读 | 浏览 | 閱讀 | 瀏覽
        """
    ),
    Widget.NETWORK: _split(
        """
        facebook | twitter | x | whatsapp | telegram | linkedin | instagram | pinterest | reddit | email | e-mail |
        line | wechat | weibo | threads | bluesky | mastodon | youtube | messenger | viber | vk | vkontakte | فيسبوك |
        تويتر | واتساب | تلغرام | تيليجرام | تلگرام | واتس‌اپ | फेसबुक | ट्विटर | व्हाट्सएप | टेलीग्राम | вконтакте |
        одноклассники | телеграм | フェイスブック | ツイッター | 페이스북 | 트위터 | 카카오톡 | 微信 | 微博 | 朋友圈 |
        qq | ایمیل | البريد الإلكتروني
        """
    ),
}
