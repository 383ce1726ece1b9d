"""The words by which mail programs announce a quote, a forwarded mail or a device, in the languages they speak.

Only whole, fixed phrases stand here: a word that a person might begin a sentence with needs a date, an address or
a quote beside it before anything is folded (see `heads`).
"""

# ruff: noqa: E501 (lists of words: a word to a line would be pages)
from __future__ import annotations

import re

FIELDS: dict[str, str] = {
    name: role
    for role, names in {
        "from": "from|van|von|de|da|fra|från|lähettäjä|od|от|от кого|від|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|kimden|gönderen|"
        "từ|người gửi|feladó|de la|expéditeur|remitente|mittente|remetente|afzender|absender|från|από|מאת|من|จาก|dari|nadawca|odesílatel",
        "date": "date|datum|fecha|data|dato|päivämäärä|päiväys|дата|日期|日付|날짜|tarih|ngày|dátum|ημερομηνία|תאריך|التاريخ|วันที่|tanggal",
        "sent": "sent|verzonden|gesendet|enviado|enviado el|enviada em|enviado em|enviada|envoyé|envoyé le|inviato|sendt|skickat|"
        "lähetetty|wysłano|wysłane|odesláno|отправлено|надіслано|发送时间|傳送時間|送信日時|보낸 날짜|gönderildi|gönderme tarihi|"
        "đã gửi|elküldve|trimis|εστάλη|נשלח|dikirim|sent at|date d'envoi|poslano|odoslané",
        "to": "to|aan|an|para|à|a|til|till|vastaanottaja|do|кому|收件人|收件者|宛先|받는 사람|받는사람|kime|alıcı|đến|tới|címzett|către|"
        "προς|אל|إلى|ถึง|kepada|destinataire|destinatario|pour|komu",
        "cc": "cc|bcc|kopie|kopia|kopi|副本|抄送|copia|copie|cópia|копия|참조|bilgi|másolat|reply-to|reply to|cci|cco|antwort an|répondre à|"
        "antwoord aan|responder a|rispondi a|importance|belang|wichtigkeit|organization|attachments|bijlagen|anlagen",
        "subject": "subject|onderwerp|betreff|asunto|objet|oggetto|assunto|emne|ämne|aihe|otsikko|temat|předmět|predmet|тема|主题|主旨|件名|"
        "제목|konu|chủ đề|tiêu đề|tárgy|subiect|θέμα|נושא|الموضوع|เรื่อง|subjek|perihal",
    }.items()
    for name in names.split("|")
}
"""Header names as mail programs write them into a reply, lower case, to what they mean."""

ORIGINAL = re.compile(
    r"original\s?(?:message|e?-?mail)|original\s+appointment|oorspronkelijk(?:e)?\s(?:bericht|e?-?mail)|"
    r"ursprüngliche\s(?:nachricht|e?-?mail)|originalnachricht|mensaje\s+original|correo original|message\sd['’]origine|"
    r"message\soriginal|messaggio\s+originale|mensagem\s+original|oprindelig\smeddelelse|(?:opprinnelig|original)\s(?:melding|beskjed)|"
    r"(?:ursprungligt|original)\s?meddelande|alkuperäinen\sviesti|oryginalna\swiadomość|wiadomość\soryginalna|"
    r"исходное\s(?:сообщение|письмо)|оригінал|原始邮件|原始郵件|原邮件|原始訊息|元のメッセージ|원본\s?메시지|thư\sgốc|tin\snhắn\sgốc|"
    r"orijinal\s(?:mesaj|ileti)|özgün\sileti|původní\s(?:zpráva|e-mail)|eredeti\süzenet|mesajul?\soriginal|αρχικό\sμήνυμα|"
    r"הודעה\sמקורית|الرسالة\sالأصلية|pesan\sasli|reply\smessage|previous\s(?:message|repl(?:y|ies))",
    re.IGNORECASE,
)
"""What stands between the dashes above a quoted mail."""

FORWARDED = re.compile(
    r"forwarded\s(?:message|e?-?mail|by)|(?:begin|start)(?:\sof)?\sforwarded\s(?:message|text|mail)|doorgestuurd(?:e)?\s(?:bericht|e?-?mail)|"
    r"(?:weitergeleitete\s(?:nachricht|e?-?mail)|anfang der weitergeleiteten)|(?:mensaje|correo)\sreenviado|"
    r"message\s(?:transféré|réexpédié)|début du message (?:transféré|réexpédié)|messaggio\sinoltrato|inizio messaggio inoltrato|"
    r"mensagem\s(?:encaminhada|reencaminhada)|videresendt\s(?:meddelelse|melding)|vidarebefordrat\s(?:brev|meddelande)|"
    r"(?:edelleen)?välitetty\sviesti|(?:przekazana|przesłana)\swiadomość|(?:пересылаемое|переадресованное|пересланное)\sсообщение|"
    r"转发的?邮件|已转发|轉寄(?:的?郵件|訊息)|已轉寄|転送(?:された)?メッセージ|전달된\s?메(?:시|세)지|"
    r"(?:thư|tin nhắn)\s(?:được|đã)\schuyển\stiếp|(?:yönlendirilmiş|iletilen)\s(?:mesaj|ileti)|přeposlaná\szpráva|továbbított\süzenet",
    re.IGNORECASE,
)
"""What a mail program writes above a forwarded mail."""

WROTE = re.compile(
    r"(?:wrote|writes|schreef(?: het volgende)?|(?:het volgende )?geschreven|schrieb|geschrieben|escribi[óo]|escreveu|"
    r"a [ée]crit|ha scritto|scrive|skrev|kirjoitti|napisał(?:[ao]|\(a\))?|pisze|(?:na)?писа(?:л|ла|в|ли)(?:\([аa]\))?|пише(?:т)?|"
    r"写道|寫道|写到|來信|のメール|書きました|(?:님이\s?)?(?:작성|썼습니다)|yazdı|şunu yazdı|đã viết|viết|napsal(?:[a]|\(a\))?|írta|a scris|έγραψε|"
    r"כתב(?:ה)?|كتب|menulis|เขียน(?:ว่า)?|naprsal)$",
    re.IGNORECASE,
)
"""The verb at the very end of a line that announces a quote (its colon taken off)."""

QUOTING = re.compile(
    r"quoting |zitat von |citando a? ?|citat från |citaat van |cytowanie |.{2,60} ezt írta ", re.IGNORECASE
)
"""How a line that announces a quote begins where its program leaves out the date or puts the verb first."""

STARTS = re.compile(
    r"(?:on|am|op|le|el|il|em|no dia|dne|den|w dniu|dnia|vào|lúc|pada|στις|在|於|于|la|på|tarihinde|data|a)\s|\d|在|於|于|"
    r"(?:mon|tue|wed|thu|fri|sat|sun|ma|di|wo|do|vr|za|zo|mo|mi|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|seg|ter|qua|"
    r"qui|sex|tir|ons|tor|lør|søn|lör|sön|tors|fre|пн|вт|ср|чт|пт|сб|вс|pon|wt|śr|czw|pt|sob|niedz)[a-zäöüéèáíóúçñąęłńśźżа-яё]{0,12}[.,]? ",
    re.IGNORECASE,
)
"""How a line that announces a quote begins: a preposition of its language, a day of the week or a number."""

SENT_FROM = re.compile(
    r"(?:sent|send|sended|verzonden|verstuurd|gesendet|envoyé|envoyée|enviado|enviada|inviato|sendt|skickat|lähetetty|wysłane|wysłano|"
    r"odesláno|отправлено|надіслано|gönderildi|dikirim|trimis|elküldve|gửi từ|get|"
    r"télécharge|ottieni|holen sie|scarica|obtener|descarga|obtenha|download|hämta|hent|pobierz|diese nachricht wurde|this (?:message|e?-?mail) was sent)\b|von mein|從我|从我|來自|来自|发自|發自|寄自|傳送自",
    re.IGNORECASE,
)
"""How a line that a device or an app puts under a mail begins."""

DEVICE = re.compile(
    r"\b(?:i(?:phone|pad|pod|os|machine)|android|samsung|galaxy|huawei|xiaomi|redmi|oneplus|oppo|pixel|motorola|nokia|lumia|xperia|htc|"
    r"blackberry|windows|outlook|yahoo!?|gmail|aol|web\.de|gmx|mailbird|airmail|mailbox|sparrow|thunderbird|k-9|spark|acompli|proton ?mail|"
    r"protonmail|tutanota|fairemail|mobile?|mobiel|mobiltelefon|smartphone|mobilgerät|telefoon|handy|tablet|phone|cell|teléfono|móvil|"
    r"téléphone|cellulare|telefono|celular|телефона|смартфона|mail\.ru|yandex|ti-\d\d)\b|iphone|手機|手机|携帯|スマートフォン",
    re.IGNORECASE,
)
"""What such a line names."""

OUR_OWN_WORDS = re.compile(
    r"\b(?:i|we|you|he|she|they|ik|wij|jij|jullie|ich|wir|sie|er|je|nous|vous|yo|nosotros|usted|io|noi|eu|nós|jag|vi|jeg|ja|my|я|мы|ty|tôi)$",
    re.IGNORECASE,
)
"""A pronoun before the verb: a sentence of the writer's, not a line of a mail program's."""
