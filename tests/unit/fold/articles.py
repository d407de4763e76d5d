"""Small articles of our own for the tests of folding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge, leads
from pipeline.fold.translation.meaning import Meaning
from pipeline.models.folding import Bond, Candidate

HARBOUR_EN = """Tarvaston harbour closes for 47 days after the crane accident

The port of Tarvaston will close for 47 days, its director Ingrid Halvorsen said on Tuesday. A
crane built by Kobelmann fell on the
freighter Bellatrix on 14 March and blocked the main basin.

Halvorsen put the damage at 3.75 million euros. The insurer Zürcher Delta has sent 12 experts, led by Marek Kowalczyk.

The union leader Domingo Estrada wants wages paid in full for all 1,840 dockers. "Kobelmann knew
about the cracks in 2019," Estrada said.

Ships will be sent to Port Evangeline, 96 kilometres to the north, where Mayor Tobias Ferrante promised free berths.
"""

HARBOUR_RU = """Порт Тарвастон закрывается на 47 дней после падения крана

Порт Тарвастон закроют на 47 дней, сообщила во вторник его директор Ингрид Халворсен. Кран фирмы
Кобельманн упал 14 марта на сухогруз
«Беллатрикс» и перекрыл главный бассейн.

Халворсен оценила ущерб в 3,75 миллиона евро. Страховщик Zürcher Delta прислал 12 экспертов во
главе с Мареком Ковальчиком.

Лидер профсоюза Доминго Эстрада требует полной зарплаты для всех 1840 докеров. «Кобельманн знала о
трещинах в 2019 году», — сказал Эстрада.

Суда направят в порт Евангелин, 96 километров к северу, где мэр Тобиас Ферранте обещал бесплатные причалы.
"""

HARBOUR_HI = """क्रेन दुर्घटना के बाद टारवास्टन बंदरगाह 47 दिन बंद रहेगा

टारवास्टन बंदरगाह ४७ दिन के लिए बंद रहेगा, यह बात निदेशक इंग्रिड हाल्वोर्सन ने मंगलवार को कही।
कोबेलमान की बनाई क्रेन 14 मार्च को मालवाहक जहाज़ बेलाट्रिक्स
पर गिर गई और मुख्य घाट रुक गया।

हाल्वोर्सन ने नुकसान 3.75 मिलियन यूरो बताया। बीमा कंपनी Zürcher Delta ने मारेक कोवालचिक के नेतृत्व में 12 विशेषज्ञ भेजे हैं।

यूनियन नेता डोमिंगो एस्ट्राडा सभी 1,840 मज़दूरों के लिए पूरा वेतन चाहते हैं। एस्ट्राडा ने कहा, "कोबेलमान को 2019 में दरारों का पता था।"

जहाज़ 96 किलोमीटर उत्तर में पोर्ट इवांजलिन भेजे जाएँगे, जहाँ मेयर टोबियास फेरांटे ने मुफ़्त घाट का वादा किया।
"""

MUSEUM_EN = """Night at the clay museum draws record crowd

The clay museum of Osterlund stayed open until dawn on Saturday and counted 5,213 visitors, twice as many as last year.

The curator Philippa Nakamura showed a bowl from the Varga collection that had not left its case
for 61 years. Children built a tower of 880
bricks with the potter Anselm Oduya, and the choir of Saint Brannoc sang on the stairs.

"We ran out of tea at three," Nakamura said. The next night is planned for 8 November, with the "
"glass works of Trencova as guest.
"""

MUSEUM_RU = """Ночь в музее глины собрала рекордное число гостей

Музей глины в Остерлунде работал в субботу до рассвета и насчитал 5213 посетителей, вдвое больше, чем год назад.

Куратор Филиппа Накамура показала чашу из собрания Варга, которая не покидала витрину 61 год. Дети
построили башню из 880 кирпичей вместе с
гончаром Ансельмом Одуя, а на лестнице пел хор святого Браннока.

«В три часа кончился чай», — сказала Накамура. Следующая ночь намечена на 8 ноября, гостем будет
стекольный завод из Тренцовы.
"""


# The gist of the harbour report, as a short dispatch would tell it.
HARBOUR_DISPATCHES = {
    "ko": (
        "타르바스톤 항구는 47일 동안 문을 닫는다고 잉그리드 할보르센은 말했다. 코벨만의 크레인이 3월 14일 "
        "벨라트릭스 위로 쓰러졌다. 피해는 375만 유로다. 보험사 Zürcher Delta는 마레크 코발치크와 "
        "12명을 보냈다. 도밍고 에스트라다는 노동자 1,840명의 임금을 요구했다. 배는 96킬로미터 북쪽 포트 "
        "에반젤린으로 간다고 토비아스 페란테가 말했다."
    ),
    "he": (
        "נמל טרווסטון ייסגר ל-47 ימים, אמרה אינגריד הלבורסן. מנוף של קובלמן נפל ב-14 במרץ על האונייה "
        "בלטריקס. הנזק הוא 3.75 מיליון אירו. חברת Zürcher Delta שלחה 12 מומחים ובראשם מרק קובלצ'יק. "
        "דומינגו אסטרדה דורש שכר ל-1,840 סוורים. האוניות יופנו לפורט אוונג'לין, 96 קילומטר צפונה, אמר "
        "טוביאס פרנטה."
    ),
    "el": (
        "Το λιμάνι του Ταρβάστον κλείνει για 47 ημέρες, είπε η Ίνγκριντ Χάλβορσεν. Γερανός της Κόμπελμαν "
        "έπεσε στις 14 Μαρτίου στο Μπελάτριξ. Η ζημιά είναι 3,75 εκατομμύρια ευρώ. Η Zürcher Delta "
        "έστειλε 12 ειδικούς με τον Μάρεκ Κοβάλτσικ. Ο Ντομίνγκο Εστράδα ζητεί μισθούς για 1.840 "
        "λιμενεργάτες. Τα πλοία θα πάνε στο Πορτ Εβαντζελίν, 96 χιλιόμετρα βόρεια, είπε ο Τομπίας "
        "Φεράντε."
    ),
    "tr": (
        "Tarvaston limanı 47 gün kapanıyor, dedi Ingrid Halvorsen. Kobelmann'ın vinci 14 Mart'ta "
        "Bellatrix'in üstüne düştü. Zarar 3,75 milyon avro. Sigortacı Zürcher Delta, Marek Kowalczyk ile "
        "12 uzman yolladı. Domingo Estrada 1.840 işçinin ücretini istiyor. Gemiler 96 kilometre "
        "kuzeydeki Port Evangeline'e gidecek, dedi Tobias Ferrante."
    ),
    "bn": (
        "টারভাস্টন বন্দর ৪৭ দিন বন্ধ থাকবে, বললেন ইনগ্রিড হালভোরসেন। কোবেলমানের ক্রেন ১৪ মার্চ "
        "বেলাট্রিক্সের উপর পড়ে। ক্ষতি ৩.৭৫ মিলিয়ন ইউরো। Zürcher Delta মারেক কোভালচিকের সঙ্গে ১২ জন "
        "বিশেষজ্ঞ পাঠায়। ডোমিঙ্গো এস্ত্রাদা ১,৮৪০ শ্রমিকের বেতন চান। জাহাজ ৯৬ কিলোমিটার উত্তরে পোর্ট "
        "ইভাঞ্জেলিনে যাবে, বললেন টোবিয়াস ফেরান্তে।"
    ),
    "fa": (
        "بندر تارواستون ۴۷ روز بسته می‌شود، اینگرید هالورسن گفت. جرثقیل کوبلمان ۱۴ مارس روی بلاتریکس "
        "افتاد. خسارت ۳٫۷۵ میلیون یورو است. شرکت Zürcher Delta دوازده کارشناس با مارک کوالچیک فرستاد. "
        "دومینگو استرادا دستمزد ۱٬۸۴۰ کارگر را می‌خواهد. کشتی‌ها به پورت اوانجلین، ۹۶ کیلومتر شمال‌تر، "
        "می‌روند، توبیاس فرانته گفت."
    ),
    "ja": (
        "タルバストン港は47日間閉鎖されるとイングリッド・ハルボルセンが述べた。"
        "3月14日、コベルマンのクレーンがベラトリックスに倒れた。損害は375万ユーロ。Zürcher "
        "Deltaはマレク・コバルチクら12人を送った。ドミンゴ・エストラダは1840人の賃金を求めた。"
        "船は96キロ北のポート・エバンジェリンに向かうとトビアス・フェランテが語った。"
    ),
    "vi": (
        "Cảng Tarvaston đóng cửa 47 ngày, bà Ingrid Halvorsen nói. Cần cẩu Kobelmann đổ ngày 14 tháng 3 "
        "lên tàu Bellatrix. Thiệt hại là 3,75 triệu euro. Zürcher Delta cử 12 chuyên gia cùng Marek "
        "Kowalczyk. Domingo Estrada đòi lương cho 1.840 công nhân. Tàu sẽ đến Port Evangeline, 96 km về "
        "phía bắc, ông Tobias Ferrante nói."
    ),
    "th": (
        "ท่าเรือทาร์วาสตันจะปิด 47 วัน อินกริด ฮาลวอร์เซน กล่าว "
        "เครนของโคเบลมันน์ล้มเมื่อวันที่ 14 มีนาคม ทับเรือเบลลาทริกซ์ ความเสียหาย 3.75 "
        "ล้านยูโร Zürcher Delta ส่งผู้เชี่ยวชาญ 12 คน โดมิงโก เอสตราดา "
        "เรียกร้องค่าจ้างให้คนงาน 1,840 คน เรือจะไปพอร์ตอีแวนเจลีน 96 กิโลเมตรทางเหนือ"
    ),
}


@dataclass(frozen=True)
class Known:
    """An article of the archive: what is compared first, and its text."""

    candidate: Candidate
    text: str


def known(number: int, text: str, language: str | None, *, title: str | None = None) -> Known:
    """An article of the archive."""
    return Known(Candidate(number, language, fingerprint(text, title=title, language=language)), text)


def bonds(
    article: Known, others: Sequence[Known], meanings: Mapping[int, Meaning] = MappingProxyType({})
) -> list[Bond]:
    """What the judge says of an article and others."""
    texts = {one.candidate.article_id: one.text for one in (article, *others)}
    here = article.candidate
    found = leads([(here, one.candidate) for one in others], meanings={here.article_id: meanings})
    return judge(found, texts)
