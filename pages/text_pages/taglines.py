"""The sentence of language help, each in its own language, as 45 CFR 92.11 asks.

Set by the page itself, for a text that staff edit cannot say which language a paragraph is in.
"""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Language, direction, its own name, the sentence.
TAGLINES = [
    (
        "es",
        "ltr",
        "Español",
        "Si habla español, tiene a su disposición servicios gratuitos de asistencia lingüística. "
        "También hay ayudas y servicios auxiliares gratuitos para darle información en formatos "
        "accesibles. Llame al {phone}.",
    ),
    (
        "zh-Hans",
        "ltr",
        "中文",
        "如果您说中文，我们可以免费为您提供语言协助服务。我们还免费提供适当的辅助工具和服务，"
        "以无障碍格式提供信息。请致电 {phone}。",
    ),
    (
        "vi",
        "ltr",
        "Tiếng Việt",
        "Nếu quý vị nói tiếng Việt, chúng tôi có dịch vụ hỗ trợ ngôn ngữ miễn phí. Các phương tiện "
        "và dịch vụ hỗ trợ phù hợp để cung cấp thông tin theo định dạng dễ tiếp cận cũng miễn phí. "
        "Xin gọi {phone}.",
    ),
    (
        "tl",
        "ltr",
        "Tagalog",
        "Kung nagsasalita ka ng Tagalog, may libreng tulong sa wika para sa iyo. Libre rin ang mga "
        "angkop na tulong at serbisyo para maibigay ang impormasyon sa paraang madaling "
        "maunawaan. Tumawag sa {phone}.",
    ),
    (
        "ar",
        "rtl",
        "العربية",
        "إذا كنت تتحدث العربية، فخدمات المساعدة اللغوية متاحة لك مجانًا. كما تتوفر مجانًا وسائل "
        "وخدمات مساعدة مناسبة لتقديم المعلومات بصيغ يسهل الوصول إليها. اتصل على {phone}.",
    ),
    (
        "fr",
        "ltr",
        "Français",
        "Si vous parlez français, des services d’assistance linguistique gratuits sont à votre "
        "disposition. Des aides et services adaptés pour obtenir l’information dans un format "
        "accessible sont aussi gratuits. Appelez le {phone}.",
    ),
    (
        "ko",
        "ltr",
        "한국어",
        "한국어를 사용하시는 경우 무료 언어 지원 서비스를 이용하실 수 있습니다. 이용하기 쉬운 "
        "형식으로 정보를 제공하는 보조 도구와 서비스도 무료입니다. {phone} 번으로 전화해 주십시오.",
    ),
    (
        "ru",
        "ltr",
        "Русский",
        "Если вы говорите по-русски, вам бесплатно помогут с переводом. Вспомогательные средства и "
        "услуги, которые делают информацию доступной, тоже бесплатны. Позвоните по номеру {phone}.",
    ),
    (
        "ht",
        "ltr",
        "Kreyòl Ayisyen",
        "Si ou pale kreyòl ayisyen, gen sèvis èd nan lang ki gratis pou ou. Gen èd ak sèvis ki "
        "gratis tou pou ba ou enfòmasyon nan fòma ki fasil pou jwenn. Rele {phone}.",
    ),
    (
        "pt",
        "ltr",
        "Português",
        "Se fala português, há serviços gratuitos de assistência linguística para si. Também há, "
        "sem custo, ajudas e serviços para dar informações em formatos acessíveis. "
        "Ligue para {phone}.",
    ),
    (
        "de",
        "ltr",
        "Deutsch",
        "Wenn Sie Deutsch sprechen, steht Ihnen kostenlose sprachliche Hilfe zur Verfügung. "
        "Hilfsmittel und Dienste für barrierefreie Informationen sind ebenfalls kostenlos. "
        "Rufen Sie {phone} an.",
    ),
    (
        "it",
        "ltr",
        "Italiano",
        "Se parla italiano, sono disponibili servizi gratuiti di assistenza linguistica. Sono "
        "gratuiti anche gli aiuti e i servizi per avere informazioni in formati accessibili. "
        "Chiami {phone}.",
    ),
    (
        "pl",
        "ltr",
        "Polski",
        "Jeśli mówisz po polsku, możesz bezpłatnie skorzystać z pomocy językowej. Bezpłatne są też "
        "pomoce i usługi, dzięki którym informacje są dostępne. Zadzwoń pod numer {phone}.",
    ),
    (
        "hi",
        "ltr",
        "हिन्दी",
        "यदि आप हिन्दी बोलते हैं, तो आपके लिए मुफ़्त भाषा सहायता सेवाएँ उपलब्ध हैं। सुलभ रूपों में जानकारी देने "
        "के लिए सहायक साधन और सेवाएँ भी मुफ़्त हैं। {phone} पर कॉल करें।",
    ),
    (
        "ja",
        "ltr",
        "日本語",
        "日本語を話される方は、無料の言語支援サービスをご利用いただけます。利用しやすい形式で情報を"
        "提供する補助サービスも無料です。{phone} までお電話ください。",
    ),
    (
        "en",
        "ltr",
        "English",
        "If you speak English, free language assistance services are available to you. Appropriate "
        "aids and services to provide information in accessible formats are also free of charge. "
        "Call {phone}.",
    ),
]


def as_html(phone: str) -> SafeString:
    """Return them as a list, each marked with its language, with this number to call."""
    number = format_html('<bdi dir="ltr">{}</bdi>', phone)  # in the order of its digits in Arabic
    rows = (
        (lang, way, name, format_html(text, phone=number)) for lang, way, name, text in TAGLINES
    )
    item = '<li lang="{}" dir="{}"><strong>{}:</strong> {}</li>'
    return format_html("<ul>{}</ul>", format_html_join("", item, rows))
