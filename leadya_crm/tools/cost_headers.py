"""What columns of advertising reports are called, by the platforms and in English, Hebrew and Russian. Data only."""

# English | Hebrew | Russian, compared without case, spaces and signs. No word stands under two targets.
COST_SYNONYMS = {
    "keyword": """
        Keyword, Keywords, Search keyword, Keyword text, Criterion, Criteria, Condition, Phrase
        | מילת מפתח, מילות מפתח, מילת המפתח, ביטוי
        | ключевое слово, ключевая фраза, фраза, условие показа, ключевые слова, ключевые фразы
    """,
    "match_type": """
        Match type, Keyword match type, Search keyword match type, Bid match type, BidMatchType, MatchType
        | סוג התאמה, סוג ההתאמה, סוג התאמה של מילת מפתח, סוג ההתאמה של מילת המפתח
        | тип соответствия, тип соответствия ключевого слова, тип соответствия ключевых слов
    """,
    "campaign": """
        Campaign, Campaign name, CampaignName
        | קמפיין, שם קמפיין, שם הקמפיין
        | кампания, название кампании, рекламная кампания, имя кампании
    """,
    "campaign_ref": """
        Campaign ID, CampaignId, Campaign No
        | מזהה קמפיין, מזהה הקמפיין
        | № кампании, номер кампании, id кампании, идентификатор кампании
    """,
    "ad_group": """
        Ad group, Ad group name, AdGroup, AdGroupName, Ad set, Ad set name
        | קבוצת מודעות, שם קבוצת מודעות, שם קבוצת המודעות, קבוצת המודעות, סדרת מודעות, שם סדרת המודעות
        | группа объявлений, название группы объявлений, группа, название группы, группа объявления
    """,
    "ad_group_ref": """
        Ad group ID, AdGroupId, Ad set ID
        | מזהה קבוצת מודעות, מזהה קבוצת המודעות, מזהה סדרת המודעות
        | № группы, номер группы, id группы, идентификатор группы, id группы объявлений, № группы объявлений,
        идентификатор группы объявлений
    """,
    "account": """
        Account, Account name, AccountName, Customer, Customer name, Client, Client login, ClientLogin
        | חשבון, שם חשבון, שם החשבון, לקוח
        | аккаунт, название аккаунта, имя аккаунта, клиент, логин клиента, логин, название рекламного аккаунта
    """,
    "currency": """
        Currency code, Currency, CurrencyCode
        | קוד מטבע, מטבע, קוד המטבע
        | код валюты, валюта
    """,
    "cost": """
        Cost, Spend, Amount spent, Total cost, Amount, Spent
        | עלות, סכום שהוצא, הסכום שהוצא, הוצאה, עלות כוללת
        | стоимость, расход, расходы, потраченная сумма, сумма затрат, затраты, общая стоимость, расход всего
    """,
    "impressions": "Impressions, Impr, Impr. | חשיפות, הופעות | показы, показов, количество показов",
    "clicks": """
        Clicks, Clicks (all), Link clicks
        | קליקים, הקלקות, לחיצות, קליקים (הכל), קליקים על קישור, קליקים על הקישור
        | клики, кликов, количество кликов, клики (все), клики по ссылке
    """,
    "day": """
        Day, Date, Gregorian date, GregorianDate, TimePeriod, Time period
        | יום, תאריך
        | день, дата
    """,
    "week": "Week, Week of | שבוע | неделя",
    "month": "Month, Month of | חודש | месяц",
    "date_from": """
        Reporting starts, Start date of report, Period start, From
        | תחילת הדיווח, תחילת דיווח, תאריך תחילת הדיווח
        | начало отчетности, начало отчётности, дата начала отчетности, дата начала отчётности, начало периода
    """,
    "date_to": """
        Reporting ends, End date of report, Period end, To
        | סיום הדיווח, סיום דיווח, תאריך סיום הדיווח
        | окончание отчетности, окончание отчётности, дата окончания отчетности, дата окончания отчётности, конец
        периода
    """,
    "segment": """
        Device, Device type, DeviceType, Network, Network (with search partners), Click type, Top vs. Other,
        Ad network type, AdNetworkType, Placement, Platform, Age, Gender
        | מכשיר, סוג מכשיר, רשת, סוג קליק, פלטפורמה, מיקום, גיל, מגדר
        | устройство, тип устройства, сеть, тип клика, тип площадки, платформа, возраст, пол
    """,
}

#: What every report of costs needs, and whereof one of a report's rows needs at least one.
REQUIRED = ("cost",)
DIMENSIONS = ("keyword", "campaign")

#: Currencies as headers tell them: "Amount spent (USD)", "Расход, ₽".
CURRENCY_SIGNS = {
    "₪": "ILS",
    "שח": "ILS",
    "€": "EUR",
    "£": "GBP",
    "₽": "RUB",
    "руб": "RUB",
    "₴": "UAH",
    "₸": "KZT",
    "us$": "USD",
}

#: Beginnings of a row that sums others up; a colon or the cell's end follows.
TOTALS = ("total", "totals", "grand total", "סהכ", "סך הכול", "סך הכל", "итого", "всего", "итог")

#: Periods that don't say which days they are.
ALL_TIME = ("all time", "lifetime", "כל הזמן", "מאז ומתמיד", "כל התקופה", "все время", "за все время", "за всё время")

#: Parts of words by which a match type is known, in any of the three languages.
MATCH_WORDS = {
    "exact": ("exact", "מדויק", "точн"),
    "phrase": ("phrase", "ביטוי", "фраз"),
    "broad": ("broad", "רחב", "широк"),
}

#: What only one platform's reports say: in their headers, or above and under them.
PLATFORM_MARKS = {
    "microsoft": ("microsoft corporation", "bid match type", "bidmatchtype", "last completed available"),
    "yandex": (
        "яндекс",
        "yandex",
        "условие показа",
        "№ кампании",
        "№ группы",
        "номер кампании",
        "расход (руб",
        "расход, ₽",
        "criterion",
        "total rows",
    ),
    "meta": (
        "amount spent",
        "ad set name",
        "reporting starts",
        "הסכום שהוצא",
        "סדרת המודעות",
        "потраченная сумма",
        "начало отчетности",
        "начало отчётности",
    ),
}
