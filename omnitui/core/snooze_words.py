"""The words of the snooze grammar in English, Dutch and Spanish, and some in Chinese and Vietnamese.

Each maps to a token of `snooze`; what could mean two things is left out, so that it is asked about.
"""

from __future__ import annotations

_PHRASES = {
    "day after tomorrow": "overmorrow",
    "pasado mañana": "overmorrow",
    "end of the day": "eod",
    "end of day": "eod",
    "einde van de dag": "eod",
    "fin del día": "eod",
    "end of the week": "eow",
    "end of week": "eow",
    "einde van de week": "eow",
    "fin de semana": "weekend",
    "next week": "nextweek",
    "volgende week": "nextweek",
    "próxima semana": "nextweek",
    "semana que viene": "nextweek",
    "tuần sau": "nextweek",
    "next month": "nextmonth",
    "volgende maand": "nextmonth",
    "próximo mes": "nextmonth",
    "mes que viene": "nextmonth",
    "next business day": "1 businessday",
    "next working day": "1 businessday",
    "volgende werkdag": "1 businessday",
    "business days": "businessday",
    "business day": "businessday",
    "working days": "businessday",
    "working day": "businessday",
    "días hábiles": "businessday",
    "día hábil": "businessday",
    "días laborables": "businessday",
    "esta noche": "tonight",
    "esta tarde": "afternoon",
    "por la mañana": "morning",
    "por la tarde": "afternoon",
    "'s ochtends": "morning",
    "'s middags": "afternoon",
    "'s avonds": "evening",
    "tối nay": "tonight",
    "ngày mai": "tomorrow",
    "ngày kia": "overmorrow",
}
PHRASES = tuple(sorted(_PHRASES.items(), key=lambda item: -len(item[0])))
"""Word groups and what they become, longest first."""

FILLERS = frozenset(
    [
        "at",
        "on",
        "in",
        "the",
        "this",
        "for",
        "until",
        "till",
        "by",
        "o'clock",
        "oclock",
        "hrs",
        "om",
        "op",
        "over",
        "deze",
        "tot",
        "uur",
        "u",
        "a",
        "la",
        "las",
        "el",
        "en",
        "este",
        "esta",
        "los",
        "hasta",
        "y",
        "and",
    ]
)
"""Words that add nothing."""

_DAYS = (
    "mon monday maandag ma lunes lun 週一 周一",
    "tue tues tuesday dinsdag di martes 週二 周二",
    "wed weds wednesday woensdag wo miércoles miercoles mié 週三 周三",
    "thu thur thurs thursday donderdag do jueves jue 週四 周四",
    "fri friday vrijdag vr viernes vie 週五 周五",
    "sat saturday zaterdag za sábado sabado sáb 週六 周六",
    "sun sunday zondag zo domingo dom 週日 周日",
)
WEEKDAYS = {word: number for number, words in enumerate(_DAYS, start=1) for word in words.split()}

_MONTHS = (
    "jan january januari enero ene",
    "feb february februari febrero",
    "mar march maart mrt marzo",
    "apr april abril abr",
    "may mei mayo",
    "jun june juni junio",
    "jul july juli julio",
    "aug august augustus agosto ago",
    "sep sept september septiembre",
    "oct october okt oktober octubre",
    "nov november noviembre",
    "dec december diciembre dic",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}

UNITS = {
    word: unit
    for unit, words in {
        "minutes": "m min mins minute minutes minuut minuten minuto minutos 分鐘 分钟 phút",
        "hours": "h hr hour hours uren hora horas 小時 小时 giờ",
        "days": "d day days dag dagen día dia días dias 天 日 ngày",
        "weeks": "w wk week weeks weken semana semanas 週 周 星期 tuần",
        "months": "mo month months maand maanden mes meses 個月 个月 tháng",
        "years": "y yr year years jaar año años 年 năm",
        "businessdays": "bd businessday businessdays werkdag werkdagen workday workdays 工作日",
    }.items()
    for word in words.split()
}

NAMED = {
    word: name
    for name, words in {
        "today": "today vandaag hoy 今天",
        "tomorrow": "tomorrow tomorow tmr tmrw morgen mañana manana 明天",
        "overmorrow": "overmorrow overmorgen 后天 後天",
        "tonight": "tonight vanavond 今晚",
        "morning": "morning ochtend",
        "noon": "noon midday mediodía",
        "afternoon": "afternoon vanmiddag middag tarde",
        "evening": "evening avond",
        "eod": "eod cob",
        "eow": "eow",
        "weekend": "weekend",
        "nextweek": "nextweek 下週 下周",
        "nextmonth": "nextmonth",
    }.items()
    for word in words.split()
}

THEY_REPLY = frozenset({"reply", "until reply", "they reply"})
"""What one says to sleep without a time. The grammar does not know it: whoever has no use for it must not take it."""
