"""What sites write where an article would be: data for telling what a page is.

Phrases are folded (NFKC, lower case, straight apostrophes). Titles match as a whole; openings where a paragraph begins;
parts anywhere. Languages: en ar de el es fa fr he hi id it ja ko nl pl pt ru sv tr uk ur vi zh.
"""

from __future__ import annotations

from typing import Final


def _split(table: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(table.split()).split("|"))


MISSING_TITLES: Final = frozenset(
    _split(
        """
        not found | page not found | page not found! | file not found | article not found | story not found |
        content not found | page does not exist | page unavailable | page not available | nothing found |
        page no longer available | oops | oops! page not found | sorry, page not found | the page cannot be found |
        الصفحة غير موجودة | صفحة غير موجودة | لم يتم العثور على الصفحة | الصفحة المطلوبة غير موجودة | غير موجود |
        لم يتم العثور على نتائج | seite nicht gefunden | seite nicht verfügbar | nicht gefunden |
        artikel nicht gefunden | die seite wurde nicht gefunden | η σελίδα δεν βρέθηκε | η σελίδα δεν υπάρχει |
        δεν βρέθηκε | página no encontrada | no encontrado | no se encontró la página | página no disponible |
        no encontrada | صفحه یافت نشد | صفحه پیدا نشد | یافت نشد | صفحه مورد نظر یافت نشد | page non trouvée |
        page introuvable | page inexistante | introuvable | article introuvable | cette page n'existe pas |
        הדף לא נמצא | העמוד לא נמצא | דף לא נמצא | עמוד לא נמצא | पेज नहीं मिला | पृष्ठ नहीं मिला |
        पेज उपलब्ध नहीं है | पृष्ठ उपलब्ध नहीं है | halaman tidak ditemukan | tidak ditemukan | pagina non trovata |
        non trovato | pagina inesistente | pagina non disponibile | ページが見つかりません |
        ページが見つかりませんでした | お探しのページは見つかりません | お探しのページは見つかりませんでした |
        指定されたページが見つかりません | 記事が見つかりません | ページが存在しません | 페이지를 찾을 수 없습니다 |
        찾을 수 없는 페이지입니다 | 존재하지 않는 페이지입니다 | 요청하신 페이지를 찾을 수 없습니다 |
        pagina niet gevonden | niet gevonden | deze pagina bestaat niet | strona nie istnieje |
        nie znaleziono strony | nie znaleziono | strona nie została znaleziona | strony nie znaleziono |
        página não encontrada | não encontrada | não encontrado | página inexistente | страница не найдена |
        не найдено | страница не существует | такой страницы нет | такой страницы не существует | материал не найден |
        sidan hittades inte | sidan kunde inte hittas | sayfa bulunamadı | aradığınız sayfa bulunamadı | bulunamadı |
        сторінку не знайдено | сторінка не знайдена | не знайдено | صفحہ نہیں ملا | صفحہ موجود نہیں |
        không tìm thấy trang | trang không tồn tại | 页面不存在 | 页面未找到 | 找不到页面 | 页面没有找到 |
        您访问的页面不存在 | 文章不存在 | 网页不存在 | 页面找不到 | 找不到頁面 | 頁面不存在 | 找不到網頁 |
        找不到該頁面 | 無法找到頁面
        """
    )
)
"""Headlines of pages that are not there, without the number 404 and the word error."""

MISSING_OPENINGS: Final = _split(
    """
    the page you are looking for | the page you were looking for | the page you're looking for |
    the page you requested | the page you have requested | the requested page | the requested url |
    the article you are looking for | the article you requested | the story you are looking for |
    we can't find the page | we couldn't find the page | we could not find the page | we can't seem to find the page |
    this page doesn't exist | this page does not exist | this page isn't available |
    this page is no longer available | this article is no longer available | this story is no longer available |
    this content is no longer available | the link you followed may be broken | the page you tried to |
    it looks like nothing was found | الصفحة التي تبحث عنها | الصفحة التي طلبتها | الصفحة المطلوبة غير |
    هذه الصفحة غير موجودة | المقال الذي تبحث عنه | die von ihnen gesuchte seite | die von ihnen aufgerufene seite |
    die gesuchte seite | die angeforderte seite | die aufgerufene seite | diese seite existiert nicht |
    diese seite gibt es nicht | dieser artikel ist nicht mehr verfügbar | der artikel ist nicht mehr verfügbar |
    η σελίδα που ζητήσατε | η σελίδα που αναζητάτε | η σελίδα που ψάχνετε | la página que busca |
    la página que buscas | la página que estás buscando | la página que está buscando | la página solicitada |
    la página a la que intenta | esta página no existe | este artículo ya no está disponible | صفحه ای که به دنبال |
    صفحه‌ای که به دنبال | صفحه مورد نظر شما | صفحه درخواستی | la page que vous recherchez |
    la page que vous cherchez | la page que vous avez demandée | la page demandée | cette page n'existe |
    cet article n'est plus | העמוד שחיפשת | הדף שחיפשת | העמוד המבוקש | הדף המבוקש | आप जिस पेज को खोज |
    आप जिस पेज की तलाश | आप जो पेज ढूंढ | आपके द्वारा खोजा गया पेज | आपके द्वारा अनुरोधित पृष्ठ | यह पेज उपलब्ध नहीं |
    यह पृष्ठ उपलब्ध नहीं | halaman yang anda cari | halaman yang anda tuju | halaman ini tidak tersedia |
    la pagina che stai cercando | la pagina che cerchi | la pagina richiesta | questa pagina non esiste |
    l'articolo che cerchi | お探しのページは | 指定されたページは | ご指定のページは | アクセスしようとしたページは |
    お探しの記事は | この記事は掲載期間 | この記事は公開を終了 | 요청하신 페이지 | 찾으시는 페이지 |
    방문하시려는 페이지 | 입력하신 페이지 | 존재하지 않는 기사 | 삭제된 기사입니다 | de pagina die u zoekt |
    de pagina die je zoekt | de opgevraagde pagina | deze pagina bestaat niet | strona, której szukasz |
    strona której szukasz | szukana strona | żądana strona | podana strona nie istnieje | artykuł, którego szukasz |
    a página que você procura | a página que procura | a página que você está procurando | a página solicitada |
    esta página não existe | страница, которую вы ищете | страница, которую вы запрашиваете |
    страница, которую вы запросили | запрашиваемая страница | запрошенная страница | запрашиваемая вами страница |
    такой страницы не существует | такой страницы нет | sidan du söker | sidan du letar efter | aradığınız sayfa |
    ulaşmak istediğiniz sayfa | aradığınız içerik | aradığınız haber | сторінка, яку ви шукаєте |
    сторінка, яку ви запитуєте | запитувана сторінка | آپ جس صفحے | مطلوبہ صفحہ | trang bạn tìm kiếm |
    trang bạn đang tìm | trang bạn yêu cầu | 您访问的页面 | 你访问的页面 | 您要访问的页面 | 您查找的页面 |
    您请求的页面 | 您所访问的页面 | 抱歉,您访问的 | 抱歉,您要访问的 | 该文章已被删除 | 该内容已被删除 | 该文章不存在 |
    此页面不存在 | 文章已下线 | 您要查看的頁面 | 您所尋找的頁面 | 您要找的頁面 | 您訪問的頁面 | 很抱歉,您訪問的
    """
)

CONSENT_PARTS: Final = _split(
    """
    we use cookies | we and our partners | our partners use cookies | we value your privacy |
    we care about your privacy | your privacy choices | your privacy is important to us | accept all |
    accept cookies | reject all | manage cookies | manage preferences | manage options | cookie settings |
    withdraw your consent | give your consent | before you continue | store and/or access information on a device |
    personalised ads and content | personalized ads and content | legitimate interest | نستخدم ملفات تعريف الارتباط |
    نحن وشركاؤنا | نحن نقدر خصوصيتك | خصوصيتك تهمنا | نهتم بخصوصيتك | قبول الكل | قبول الجميع | رفض الكل |
    موافق على الكل | إدارة الخيارات | إعدادات ملفات تعريف الارتباط | سحب موافقتك | wir verwenden cookies |
    wir nutzen cookies | wir und unsere partner | ihre privatsphäre ist uns wichtig |
    wir respektieren ihre privatsphäre | alle akzeptieren | alle ablehnen | akzeptieren und weiter |
    cookie-einstellungen | ihre einwilligung | einwilligung widerrufen | zustimmen und weiter | mit werbung lesen |
    privacy center | χρησιμοποιούμε cookies | εμείς και οι συνεργάτες μας | σεβόμαστε την ιδιωτικότητά σας |
    αποδοχή όλων | απόρριψη όλων | utilizamos cookies | usamos cookies | nosotros y nuestros socios |
    nosotros y nuestros | valoramos tu privacidad | valoramos su privacidad | tu privacidad es importante |
    su privacidad es importante | aceptar todo | aceptar todas | aceptar y continuar | rechazar todo |
    rechazar todas | configurar cookies | retirar su consentimiento | retirar tu consentimiento | ما از کوکی |
    از کوکی ها استفاده | از کوکی‌ها استفاده | ما و شرکای ما | حریم خصوصی شما برای ما | پذیرفتن همه | پذیرش همه |
    رد همه | تنظیمات کوکی | nous utilisons des cookies | nous et nos partenaires | avec nos partenaires |
    nous respectons votre vie privée | votre vie privée | tout accepter | accepter et continuer | accepter et fermer |
    continuer sans accepter | tout refuser | paramétrer les cookies | gérer mes choix | retirer votre consentement |
    אנו משתמשים בעוגיות | אנחנו משתמשים בעוגיות | אנו והשותפים שלנו | קבל הכל | אישור הכל | דחה הכל |
    हम कुकीज़ का उपयोग | हम कुकीज का उपयोग | हम कुकी का उपयोग | हम और हमारे पार्टनर | हम और हमारे साझेदार |
    आपकी गोपनीयता हमारे लिए | हम आपकी निजता | हम आपकी गोपनीयता | सभी स्वीकार करें | सभी को स्वीकार करें |
    सभी अस्वीकार करें | कुकी सेटिंग | अपनी सहमति | kami menggunakan cookie | kami dan mitra kami |
    kami menghargai privasi anda | terima semua | tolak semua | utilizziamo i cookie | utilizziamo cookie |
    usiamo i cookie | noi e i nostri partner | noi e terze parti | la tua privacy è importante |
    teniamo alla tua privacy | rispettiamo la tua privacy | accetta tutto | accetta tutti | accetta e continua |
    continua senza accettare | rifiuta tutto | rifiuta tutti | revocare il consenso | gestisci le preferenze |
    クッキーを使用しています | cookieを使用しています | cookie(クッキー)を使用 | クッキー(cookie)を使用 |
    当社およびパートナー | 当社と当社のパートナー | お客様のプライバシーを | プライバシーを尊重 | すべて受け入れる |
    すべて同意 | すべて許可 | 同意して続ける | すべて拒否 | クッキーの設定 | cookieの設定 | 쿠키를 사용합니다 |
    쿠키를 사용하여 | 당사와 파트너 | 당사 및 파트너 | 개인정보를 소중히 | 개인정보 보호를 중요 | 모두 동의 |
    모두 수락 | 모두 허용 | 모두 거부 | 쿠키 설정 | 동의하고 계속 | wij gebruiken cookies | we gebruiken cookies |
    wij en onze partners | uw privacy is belangrijk | jouw privacy | alles accepteren | alles weigeren |
    akkoord en doorgaan | używamy plików cookie | korzystamy z plików cookie | stosujemy pliki cookie |
    my i nasi partnerzy | nasi zaufani partnerzy | cenimy twoją prywatność | szanujemy twoją prywatność |
    dbamy o twoją prywatność | zaakceptuj wszystko | akceptuj wszystkie | akceptuję i przechodzę |
    przejdź do serwisu | odrzuć wszystko | odrzuć wszystkie | ustawienia plików cookie | wycofać zgodę |
    nós e os nossos parceiros | nós e nossos parceiros | valorizamos a sua privacidade | valorizamos sua privacidade |
    a sua privacidade é importante | aceitar tudo | aceitar todos | aceitar e continuar | rejeitar tudo |
    recusar tudo | gerir cookies | gerenciar cookies | мы используем файлы cookie | мы используем cookie |
    мы используем куки | мы и наши партнеры | мы и наши партнёры | мы ценим вашу конфиденциальность |
    мы заботимся о вашей конфиденциальности | принять все | отклонить все | настройки cookie | отозвать согласие |
    вашего согласия | vi använder cookies | vi och våra partner | godkänn alla | acceptera alla | avvisa alla |
    çerezleri kullanıyoruz | çerezler kullanıyoruz | çerez kullanıyoruz | biz ve ortaklarımız |
    gizliliğinize önem veriyoruz | gizliliğinize değer veriyoruz | tümünü kabul et | hepsini kabul et |
    tümünü reddet | çerez ayarları | rızanızı geri | ми використовуємо файли cookie | ми використовуємо cookie |
    ми та наші партнери | прийняти все | прийняти всі | відхилити всі | ہم کوکیز استعمال | سب قبول کریں |
    chúng tôi sử dụng cookie | chúng tôi và các đối tác | chấp nhận tất cả | từ chối tất cả | 我们使用cookie |
    本网站使用cookie | 我们及我们的合作伙伴 | 我们和我们的合作伙伴 | 我们重视您的隐私 | 我们尊重您的隐私 | 全部接受 |
    接受所有 | 接受全部 | 同意并继续 | 全部拒绝 | 拒绝所有 | 撤回同意 | 隐私设置 | 我們使用cookie | 本網站使用cookie |
    我們和我們的合作夥伴 | 我們重視您的隱私 | 接受所有 cookie | 同意並繼續 | 全部拒絕
    """
)

BOT_PARTS: Final = _split(
    """
    verify you are human | verify that you are human | verifying you are human | confirm you are human |
    verify you are not a robot | you are not a robot | i'm not a robot | are you a robot | are you human |
    checking your browser | checking if the site connection is secure |
    needs to review the security of your connection | unusual traffic from your | unusual activity from your |
    suspicious activity from your | automated access to | enable javascript and cookies to continue |
    enable cookies and reload | press and hold | press & hold | ray id | performance & security by cloudflare |
    ddos protection by | why have i been blocked | you have been blocked | complete the captcha | solve the captcha |
    complete the security check | pardon our interruption | security check | you don't have permission to access |
    request unsuccessful. incapsula | human verification | too many requests | التحقق من أنك إنسان |
    تحقق من أنك إنسان | تأكيد أنك إنسان | أنك لست روبوت | أنا لست روبوت | أنك لست برنامج روبوت | لست برنامج روبوت |
    التحقق من متصفحك | حركة مرور غير معتادة | حركة بيانات غير معتادة | التحقق الأمني | فحص الأمان | رمز التحقق |
    bestätigen sie, dass sie ein mensch | dass sie kein roboter sind | ich bin kein roboter |
    ihr browser wird überprüft | überprüfung ihres browsers | ungewöhnlichen datenverkehr | ungewöhnliche aktivität |
    sicherheitsüberprüfung | zugriff verweigert | sicherheitsprüfung | ότι είστε άνθρωπος | δεν είμαι ρομπότ |
    έλεγχος του προγράμματος περιήγησης | verifique que es humano | verifica que eres humano |
    confirme que no es un robot | no soy un robot | que no eres un robot | comprobando su navegador |
    comprobando tu navegador | tráfico inusual | verificación de seguridad | comprobación de seguridad |
    acceso denegado | verifique que usted es humano | تأیید کنید که انسان | تایید کنید که انسان | من ربات نیستم |
    ربات نیستید | در حال بررسی مرورگر | ترافیک غیرعادی | بررسی امنیتی | دسترسی غیرمجاز |
    vérifiez que vous êtes humain | vérifier que vous êtes humain | que vous êtes un humain |
    je ne suis pas un robot | que vous n'êtes pas un robot | vérification de votre navigateur | trafic inhabituel |
    trafic exceptionnel | vérification de sécurité | contrôle de sécurité | accès refusé | אני לא רובוט |
    שאתה לא רובוט | שאתם לא רובוט | אימות שאתה אנושי | בדיקת אבטחה | सत्यापित करें कि आप इंसान |
    पुष्टि करें कि आप इंसान | आप रोबोट नहीं हैं | मैं रोबोट नहीं हूँ | मैं रोबोट नहीं हूं | आपके ब्राउज़र की जाँच |
    आपके ब्राउज़र की जांच | असामान्य ट्रैफ़िक | असामान्य ट्रैफिक | सुरक्षा जाँच | सुरक्षा जांच | bukan robot |
    memeriksa browser anda | lalu lintas tidak biasa | pemeriksaan keamanan | verifica di essere umano |
    conferma di essere umano | non sono un robot | che non sei un robot | controllo del browser |
    verifica del browser | traffico anomalo | traffico insolito | controllo di sicurezza | accesso negato |
    人間であることを確認 | 人間であることをご確認 | 私はロボットではありません | ロボットではないことを |
    ブラウザを確認しています | ブラウザーを確認しています | 通常と異なるトラフィック | セキュリティチェック |
    セキュリティ確認 | アクセスが拒否されました | 接続の安全性を確認 | 사람인지 확인 | 로봇이 아닙니다 |
    로봇이 아님을 | 브라우저를 확인 | 브라우저를 검사 | 비정상적인 트래픽 | 보안 확인 | 보안 검사 | 접근이 거부 |
    접근이 차단 | 자동 등록 방지 | ik ben geen robot | geen robot bent | uw browser wordt gecontroleerd |
    ongebruikelijk verkeer | beveiligingscontrole | toegang geweigerd | potwierdź, że jesteś człowiekiem |
    że jesteś człowiekiem | nie jestem robotem | nie jesteś robotem | sprawdzanie przeglądarki |
    sprawdzamy twoją przeglądarkę | nietypowy ruch | kontrola bezpieczeństwa | weryfikacja bezpieczeństwa |
    odmowa dostępu | dostęp zablokowany | verifique se você é humano | confirme que você é humano |
    confirme que é humano | não sou um robô | não é um robô | verificando seu navegador |
    verificando o seu navegador | a verificar o seu navegador | tráfego incomum | tráfego invulgar |
    verificação de segurança | acesso negado | подтвердите, что вы человек | подтвердите, что вы не робот |
    что вы не робот | я не робот | вы не бот | проверка браузера | проверяем ваш браузер | проверка вашего браузера |
    необычный трафик | подозрительный трафик | проверка безопасности | доступ ограничен | доступ запрещен |
    доступ запрещён | доступ заблокирован | запросы, поступившие с вашего | jag är inte en robot | inte är en robot |
    säkerhetskontroll | insan olduğunuzu doğrulayın | insan olduğunuzu | robot olmadığınızı | ben robot değilim |
    tarayıcınız kontrol ediliyor | tarayıcınız denetleniyor | olağan dışı trafik | olağandışı trafik |
    güvenlik kontrolü | güvenlik doğrulaması | erişim engellendi | підтвердьте, що ви людина | що ви не робот |
    перевірка браузера | незвичний трафік | перевірка безпеки | доступ обмежено | میں روبوٹ نہیں ہوں |
    xác minh bạn là con người | tôi không phải là người máy | kiểm tra bảo mật | 请完成安全验证 | 安全验证 |
    验证您是真人 | 确认您是真人 | 确认您不是机器人 | 我不是机器人 | 您不是机器人 | 您是否是真人 | 正在检查您的浏览器 |
    异常流量 | 访问异常 | 访问过于频繁 | 访问频率过高 | 请输入验证码 | 拖动滑块 | 滑动验证 | 访问被拒绝 |
    请求已被拦截 | 驗證您是人類 | 確認您是真人 | 我不是機器人 | 您不是機器人 | 正在檢查您的瀏覽器 | 異常流量 |
    安全性驗證 | 請輸入驗證碼 | 存取被拒 | 安全驗證
    """
)

PAYWALL_OPENINGS: Final = _split(
    """
    to continue reading | continue reading with | continue reading this article | subscribe to continue |
    subscribe to read | subscribe now to read | to read the full | read the full article with | sign in to continue |
    log in to continue | log in to read | register to read | this article is for subscribers |
    this article is for members | this article is reserved for | this story is for subscribers |
    this content is for subscribers | this content is reserved for | this post is for paid subscribers |
    this post is for paying subscribers | already a subscriber | you have reached your limit |
    you've reached your limit | you have read your last free | you've read your last free |
    you have used all your free | unlock this article | want to read more | keep reading with | لقراءة المقال كاملا |
    لقراءة المقال كاملاً | لمتابعة القراءة | لمواصلة القراءة | لإكمال القراءة | هذا المقال متاح للمشتركين |
    هذا المقال مخصص للمشتركين | هذا المحتوى للمشتركين | هذا المحتوى مخصص للمشتركين | اشترك لقراءة | اشترك للمتابعة |
    اشترك الآن لقراءة | سجل الدخول لقراءة | سجل الدخول لمتابعة | weiterlesen mit | jetzt weiterlesen |
    um weiterzulesen | lesen sie weiter mit | dieser artikel ist nur für abonnenten |
    dieser artikel ist für abonnenten | nur für abonnenten | exklusiv für abonnenten | dieser inhalt ist nur für |
    sie möchten weiterlesen | sie wollen weiterlesen | zum weiterlesen | diesen artikel weiterlesen |
    mit abo weiterlesen | jetzt abonnieren und | bereits abonnent | sie haben bereits ein | γίνετε συνδρομητής |
    για να συνεχίσετε την ανάγνωση | αποκλειστικά για συνδρομητές | para seguir leyendo | para continuar leyendo |
    sigue leyendo con | suscríbete para | suscríbase para | suscríbete y sigue | este artículo es exclusivo para |
    artículo exclusivo para | contenido exclusivo para | este contenido es exclusivo | contenido solo para |
    solo para suscriptores | ya eres suscriptor | ¿ya eres suscriptor | inicia sesión para | برای ادامه مطالعه |
    برای خواندن ادامه | برای مطالعه کامل | برای ادامه خواندن | این مطلب ویژه مشترکان | این مطلب مخصوص مشترکان |
    این محتوا ویژه مشترکان | pour lire la suite | pour continuer la lecture | pour poursuivre la lecture |
    la suite est réservée | cet article est réservé | article réservé aux abonnés | article réservé à nos abonnés |
    ce contenu est réservé | contenu réservé aux abonnés | réservé aux abonnés | il vous reste |
    abonnez-vous pour lire | abonnez-vous pour accéder | déjà abonné | lisez la suite | לקריאת הכתבה המלאה |
    להמשך קריאה | הכתבה המלאה למנויים | כתבה זו למנויים בלבד | למנויים בלבד | पूरा लेख पढ़ने के लिए |
    पूरी खबर पढ़ने के लिए | आगे पढ़ने के लिए | पढ़ना जारी रखने के लिए | यह लेख केवल सदस्यों |
    यह लेख केवल सब्सक्राइबर | यह लेख केवल ग्राहकों | यह सामग्री केवल | सदस्यता लें और पढ़ें |
    सब्सक्राइब करें और पढ़ें | untuk melanjutkan membaca | lanjutkan membaca dengan | artikel ini khusus pelanggan |
    khusus pelanggan | berlangganan untuk membaca | per continuare a leggere | per leggere l'articolo completo |
    continua a leggere con | abbonati per leggere | abbonati per continuare | questo articolo è riservato |
    articolo riservato agli abbonati | contenuto riservato agli abbonati | contenuto riservato |
    riservato agli abbonati | sei già abbonato | この記事は有料会員限定 | この記事は会員限定 | この記事は有料 |
    この続きは | 続きを読むには | 続きをお読みいただくには | 続きを読むためには | 有料会員限定 | 会員限定記事 |
    有料記事です | この先は有料 | ログインして続きを | 会員登録すると続きを | 全文をお読みいただく | 이 기사는 유료 |
    유료 회원 전용 | 구독자 전용 | 유료 구독자 | 계속 읽으려면 | 기사 전문을 보려면 | 전문을 보시려면 |
    로그인 후 이용 | 로그인하면 기사 | 구독하시면 | 이 콘텐츠는 유료 | 회원 전용 기사 | om verder te lezen |
    verder lezen | dit artikel is alleen voor abonnees | alleen voor abonnees | exclusief voor abonnees | al abonnee |
    aby czytać dalej | aby przeczytać cały | czytaj dalej z | pozostało ci | ten artykuł jest dostępny tylko |
    ten artykuł przeczytasz | artykuł dostępny tylko dla | treść dostępna tylko dla | tylko dla prenumeratorów |
    tylko dla subskrybentów | wykup dostęp | kup dostęp | wykup subskrypcję | masz już prenumeratę |
    masz już subskrypcję | para continuar lendo | para continuar a ler | continue lendo com | continue a ler com |
    assine para ler | assine para continuar | conteúdo exclusivo para assinantes | este conteúdo é exclusivo |
    este artigo é exclusivo | exclusivo para assinantes | já é assinante | já é assinante? | чтобы продолжить чтение |
    чтобы читать дальше | чтобы прочитать полностью | чтобы прочитать статью полностью | для чтения полной версии |
    для продолжения чтения | продолжение доступно | полная версия доступна | полный текст доступен |
    материал доступен только | материал доступен по подписке | статья доступна только | эта статья доступна |
    этот материал доступен | доступно только подписчикам | только для подписчиков | оформите подписку |
    уже подписаны | för att läsa vidare | läs vidare med | artikeln är låst | endast för prenumeranter |
    okumaya devam etmek için | haberin tamamını okumak | yazının tamamını okumak | devamını okumak için |
    bu içerik abonelere özel | bu içerik sadece abone | bu haber abonelere özel | bu yazı abonelere özel |
    sadece abonelere | abonelere özel | zaten abone | щоб читати далі | щоб продовжити читання |
    лише для передплатників | матеріал доступний лише | مکمل مضمون پڑھنے کے لیے | để đọc tiếp |
    bài viết dành cho thuê bao | 订阅后阅读 | 订阅以继续 | 继续阅读全文 | 登录后阅读 | 登录后查看 | 成为会员 |
    开通会员 | 付费后阅读 | 本文为付费 | 本文为会员专享 | 本文仅限会员 | 会员专享 | 阅读全文请 | 剩余内容 | 余下内容 |
    以下内容为付费 | 购买后阅读 | 試閱結束 | 訂閱後閱讀 | 訂閱以繼續 | 登入後閱讀 | 登入以繼續 | 成為會員 |
    本文限會員 | 本文為會員專屬 | 會員專享 | 會員限定 | 付費內容 | 加入會員
    """
)

SCRIPT_PARTS: Final = _split(
    """
    enable javascript | javascript is required | javascript is disabled | requires javascript | turn on javascript |
    javascript must be enabled | javascript to run this app | activate javascript | without javascript |
    javascript enabled | تفعيل javascript | تفعيل جافا سكريبت | تمكين جافا سكريبت | تمكين javascript | جافاسكريبت |
    javascript aktivieren | aktivieren sie javascript | javascript ist deaktiviert | javascript benötigt |
    aktivieren sie bitte javascript | ενεργοποιήστε τη javascript | ενεργοποιήστε το javascript |
    habilite javascript | habilita javascript | activa javascript | active javascript | activar javascript |
    habilitar javascript | necesita javascript | requiere javascript | جاوا اسکریپت | جاوااسکریپت |
    javascript را فعال | activer javascript | activez javascript | javascript est désactivé | nécessite javascript |
    javascript pour | הפעל javascript | להפעיל javascript | जावास्क्रिप्ट | javascript सक्षम | javascript चालू |
    aktifkan javascript | mengaktifkan javascript | abilita javascript | abilitare javascript | attiva javascript |
    attivare javascript | richiede javascript | javascriptを有効 | javascriptが無効 | javascript を有効 |
    javascript が無効 | ジャバスクリプト | javascript를 활성화 | javascript를 사용 | 자바스크립트 |
    javascript가 필요 | schakel javascript in | javascript inschakelen | javascript is uitgeschakeld |
    włącz javascript | włączyć javascript | obsługę javascript | wymaga javascript | włącz obsługę |
    ative o javascript | habilite o javascript | ativar o javascript | ativar javascript | requer javascript |
    precisa do javascript | включите javascript | включить javascript | поддержку javascript | требуется javascript |
    javascript отключен | javascript отключён | необходим javascript | aktivera javascript |
    javascript'i etkinleştir | javascript etkin | javascript gerek | javascripti etkin | увімкніть javascript |
    увімкнути javascript | جاوا سکرپٹ | bật javascript | 启用javascript | 启用 javascript | 开启javascript |
    开启 javascript | 打开javascript | 需要javascript | 需要 javascript | 啟用javascript | 啟用 javascript |
    開啟javascript | 開啟 javascript
    """
)
