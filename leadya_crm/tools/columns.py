"""Understand the columns of a spreadsheet of leads: what each holds, and what its values mean.

Plain Python, no ORM. `propose_targets` says which lead field each column is meant for, by the names that
English, Hebrew and Russian exports give to columns and, where the name says nothing, by the look of the
values. The parsers below turn texts into values and answer None where they cannot; what to do about it is
the caller's decision.
"""

import datetime
import re
import unicodedata
from collections import Counter

# ------------------------------------------------------------------
# Headers
# ------------------------------------------------------------------

# English | Hebrew | Russian, compared without case, spaces and signs. No word stands under two fields.
SYNONYMS = {
    "external_ref": """
        Lead ID, LEADID, ID, Record ID, Lead Number, Lead No, Prospect ID, Prospect Number, mql_id, sql_id,
        External ID, External Ref, External Reference, Reference, Ref, Ref No, Contact ID, Customer ID, Deal
        ID, Opportunity ID, Entry ID, Submission ID, Response ID, Unique ID, UID, GUID, UUID, CRM ID, Zoho
        ID, HubSpot ID, Salesforce ID, Key, No, Number
        | מזהה, מזהה ליד, מספר ליד, מס ליד, קוד ליד, קוד, אסמכתא, מספר פנייה, מזהה פנייה, מספר סידורי, מזהה
        חיצוני
        | идентификатор, ид, айди, id лида, номер лида, код лида, номер заявки, код, внешний код, внешний
        id, номер
    """,
    "name": """
        Lead Title, Opportunity, Opportunity Name, Deal, Deal Name, Deal Title, Subject, Topic, Request,
        Enquiry, Inquiry
        | נושא, כותרת, כותרת ליד, שם הליד, שם עסקה, נושא הפנייה, הזדמנות
        | тема, заголовок, название лида, название сделки, сделка, заявка, запрос
    """,
    "contact_name": """
        Name, Full Name, Contact, Contact Name, Contact Person, Lead Name, Lead, Customer, Customer Name,
        Client, Client Name, Person, Your Name, Prospect, Prospect Name
        | שם, שם מלא, איש קשר, שם איש קשר, שם הלקוח, שם לקוח, לקוח, שם פרטי ומשפחה, שם הפונה, פונה
        | имя и фамилия, фио, контакт, контактное лицо, полное имя, имя клиента, клиент, фамилия имя
        отчество, имя контакта
    """,
    "first_name": "First Name, Given Name, Forename, Contact First Name, fname | שם פרטי | имя",
    "last_name": "Last Name, Surname, Family Name, Contact Last Name, lname | שם משפחה, משפחה | фамилия",
    "partner_name": """
        Company, Company Name, Organisation, Organization, Organization Name, Account, Account Name,
        Business, Business Name, Employer, Firm
        | חברה, שם חברה, שם החברה, ארגון, שם הארגון, עסק, שם העסק, מקום עבודה
        | компания, название компании, организация, название организации, фирма, предприятие, юрлицо
    """,
    "email_from": """
        Email, E-mail, Mail, Email Address, E-mail Address, Contact Email, Work Email, Business Email,
        Primary Email, Your Email
        | דואר אלקטרוני, דוא"ל, דואל, אימייל, מייל, כתובת מייל, כתובת דואר אלקטרוני, דואר
        | электронная почта, почта, e-mail адрес, емейл, имейл, эл почта, адрес электронной почты, мейл
    """,
    "phone": """
        Phone, Phone Number, Telephone, Tel, Telephone Number, Work Phone, Office Phone, Business Phone,
        Contact Phone, Contact Number, Primary Phone, Landline
        | טלפון, מספר טלפון, מס טלפון, טלפון בעבודה, טל, טלפון קווי, טלפון נוסף
        | телефон, номер телефона, тел, рабочий телефон, контактный телефон, городской телефон
    """,
    "mobile": """
        Mobile, Mobile Phone, Mobile Number, Cell, Cell Phone, Cellphone, Cellular, WhatsApp, WhatsApp
        Number
        | נייד, טלפון נייד, סלולרי, טלפון סלולרי, פלאפון, מספר נייד, וואטסאפ
        | мобильный, мобильный телефон, моб, моб телефон, сотовый, сотовый телефон, мобильный номер, ватсап
    """,
    "website": """
        Website, Web Site, Site, Homepage, Company Website, Web, URL, Website URL, Company Domain Name,
        Domain
        | אתר, אתר אינטרנט, אתר החברה, כתובת אתר
        | сайт, веб-сайт, вебсайт, адрес сайта, сайт компании
    """,
    "street": """
        Street, Address, Street Address, Address 1, Address Line 1, Mailing Street
        | רחוב, כתובת, רחוב ומספר
        | улица, адрес
    """,
    "street2": "Street 2, Address 2, Address Line 2 | כתובת 2 | адрес 2",
    "city": "City, Town, Mailing City | עיר, יישוב, ישוב | город, населенный пункт, населённый пункт",
    "state_id": "State, Province, Region, County, State/Province | מחוז, אזור | область, регион, край",
    "zip": """
        Zip, Zip Code, Postcode, Postal Code, Post Code, Zip/Postal Code
        | מיקוד
        | индекс, почтовый индекс
    """,
    "country_id": "Country, Country Name, Country/Region, Country Code | מדינה, ארץ | страна",
    "function": """
        Job Title, Job Position, Position, Title, Job, Role, Designation, Occupation
        | תפקיד, משרה, תואר
        | должность, позиция, роль
    """,
    "description": """
        Description, Notes, Note, Comments, Comment, Message, Remarks, Details, Your Message, Internal Notes
        | הערות, הערה, תיאור, הודעה, פירוט, פרטים, תוכן הפנייה
        | описание, заметки, примечание, примечания, комментарий, комментарии, сообщение
    """,
    "source_id": """
        Source, Lead Source, Source Name, utm_source, Original Source, Traffic Source, Lead Origin, Origin,
        How did you hear about us
        | מקור, מקור ליד, מקור הליד, מקור הגעה, איך שמעת עלינו, מקור הפנייה
        | источник, источник лида, источник заявки, откуда узнали, источник трафика
    """,
    "medium_id": "Medium, utm_medium, Marketing Medium | מדיום, אמצעי | канал трафика, тип трафика, средство",
    "campaign_id": """
        Campaign, Campaign Name, utm_campaign, Marketing Campaign
        | קמפיין, שם קמפיין, שם הקמפיין
        | кампания, рекламная кампания, название кампании
    """,
    "channel_id": "Channel, Marketing Channel, Lead Channel | ערוץ, ערוץ שיווק | канал, маркетинговый канал",
    "utm_term": """
        Keyword, Keywords, utm_term, Search Term, Search Keyword, Search Query, Term
        | מילת מפתח, מילות מפתח, ביטוי חיפוש
        | ключевое слово, ключевая фраза, поисковый запрос
    """,
    "landing_url": """
        Landing Page, Landing URL, Landing Page URL, First Page, Page URL, First Page Seen, landing_page_id,
        Entry Page
        | דף נחיתה, עמוד נחיתה, כתובת דף נחיתה
        | посадочная страница, страница входа, лендинг
    """,
    "referrer_url": """
        Referrer, Referer, Referrer URL, Referring URL, Referring Site, HTTP Referrer
        | אתר מפנה, דף מפנה
        | реферер, ссылающийся сайт
    """,
    "click_id": """
        gclid, Google Click ID, GCLID, gbraid, wbraid, msclkid, Microsoft Click ID, yclid, fbclid, ttclid,
        li_fat_id, Click ID
        | מזהה קליק, מזהה הקלקה
        | идентификатор клика
    """,
    "referred": """
        Referred By, Referral, Referrer Name, Recommended By
        | הופנה על ידי, ממליץ, המלצה
        | рекомендатель, кто рекомендовал, рекомендация
    """,
    "stage_id": """
        Status, Lead Status, Stage, Lead Stage, Pipeline Stage, Deal Stage, Opportunity Stage
        | סטטוס, סטטוס ליד, מצב, שלב, סטאטוס
        | статус, статус лида, стадия, этап, этап сделки
    """,
    "user_id": """
        Owner, Lead Owner, Salesperson, Sales Person, Sales Rep, Assigned To, Assigned User, Account Owner,
        Contact Owner, Agent, Responsible, Representative, Rep, Sales Agent
        | אחראי, איש מכירות, נציג, בעלים, משויך ל, נציג מכירות, מטפל, סוכן
        | ответственный, менеджер, владелец, продавец, назначен, исполнитель, ответственный менеджер
    """,
    "team_id": """
        Team, Sales Team, Group, Sales Group
        | צוות, צוות מכירות, קבוצה
        | команда, отдел продаж, отдел, группа
    """,
    "create_date": """
        Created Time, Created, Created On, Created At, Create Date, Creation Date, Created Date, Date
        Created, Date, Lead Date, Submitted At, Submission Date, Timestamp, Date Added, First Contact Date,
        Added On, Registration Date, Date Entered
        | תאריך יצירה, נוצר, נוצר בתאריך, תאריך, תאריך פנייה, מועד יצירה, זמן יצירה, תאריך קליטה, חותמת זמן
        | дата создания, создан, создано, дата, дата заявки, время создания, дата обращения, дата
        добавления, отметка времени
    """,
    "expected_revenue": """
        Expected Revenue, Revenue, Amount, Deal Value, Value, Deal Amount, Opportunity Amount, Budget,
        Estimated Value
        | הכנסה צפויה, סכום, שווי, סכום עסקה, שווי עסקה, תקציב
        | ожидаемый доход, сумма, сумма сделки, бюджет, стоимость
    """,
    "lang_id": "Language, Preferred Language, Locale | שפה | язык",
    "tag_ids": "Tags, Tag, Labels, Label, Categories | תגיות, תגית, תוויות | теги, тег, метки, метка",
    # What our own file of rejected rows adds is never data.
    "ignore": "Why this row was rejected | מדוע השורה נדחתה | почему строка отклонена",
}

# Targets that may take several columns.
REPEATABLE = {"note", "ignore"}
# Columns that only say which record something is to a machine; a header ending so is an identifier when its values are.
_ID_ENDINGS = ("id", "guid", "uuid", "number", "מזהה", "номер")
_SUBJECTS = (
    "lead",
    "contact",
    "customer",
    "client",
    "prospect",
    "primary",
    "לקוח",
    "ליד",
    "клиента",
    "лида",
    "контакта",
)


def compact(text):
    """A header as it is compared: letters and digits only, lower case, without Hebrew vowel points."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(sign for sign in text if sign.isalnum() and not unicodedata.category(sign).startswith("M"))


def _index_synonyms():
    index = {}
    for target, languages in SYNONYMS.items():
        for word in re.split(r"[,|]", languages):
            if key := compact(word):
                index.setdefault(key, target)
    return index


_BY_SYNONYM = _index_synonyms()
CLICK_ID_HEADERS = {
    "googleclickid": "gclid",
    "microsoftclickid": "msclkid",
    "lifatid": "li_fat_id",
    **{kind: kind for kind in ("gclid", "gbraid", "wbraid", "msclkid", "yclid", "fbclid", "ttclid")},
}


def target_by_header(header):
    """The field that a column's name speaks of, None when it says nothing known."""
    key = compact(header)
    if key in _BY_SYNONYM:
        return _BY_SYNONYM[key]
    for subject in _SUBJECTS:
        rest = key.removeprefix(subject)
        if rest != key and rest in _BY_SYNONYM:
            return _BY_SYNONYM[rest]
    return None


def propose_targets(headers, samples):
    """Say for each column which field it is meant for.

    :param list[str] headers: column names
    :param list[list[str]] samples: for each column, filled values from the whole length of the file
    :return: list of targets, keys of `SYNONYMS` or "note" (keep the value on the lead as labelled text);
        "ignore" for an empty column. A field is proposed once.
    """
    shapes = [value_shape(values) for values in samples]
    proposals = [None] * len(headers)
    taken = set()

    def take(position, target):
        if proposals[position] is None and target and (target in REPEATABLE or target not in taken):
            proposals[position] = target
            taken.add(target)

    for position, values in enumerate(samples):
        if not values:
            take(position, "ignore")
    for position, header in enumerate(headers):
        target = target_by_header(header)
        if target and _fits(target, shapes[position], samples[position]):
            take(position, target)
    for position, shape in enumerate(shapes):
        take(position, {"email": "email_from", "phone": "phone", "url": "website"}.get(shape))
    for position, header in enumerate(headers):
        if compact(header).endswith(_ID_ENDINGS) and _identifies(samples[position]):
            take(position, "external_ref")
    return [proposal or "note" for proposal in proposals]


def _fits(target, shape, values):
    """Hold a name against its values: a column "Contact" full of e-mail addresses holds no names."""
    if target == "email_from":
        return shape in ("email", "text", "mixed")
    if target in ("name", "contact_name", "first_name", "last_name", "partner_name", "source_id", "user_id"):
        return shape not in ("email", "url", "phone") or (target == "user_id" and shape == "email")
    if target == "create_date":
        return shape == "date" or not values or any(parse_datetime(value) for value in values)
    if target in ("phone", "mobile"):
        return shape not in ("email", "url", "date")
    if target == "external_ref":
        return _identifies(values)
    return True


def _identifies(values):
    return bool(values) and len(set(values)) >= 0.99 * len(values) and all(len(v) <= 100 for v in values)


def value_shape(values):
    """What a column's values look like: email, url, phone, date, text, mixed or empty."""
    if not values:
        return "empty"
    counts = Counter(_shape(value) for value in values)
    shape, count = counts.most_common(1)[0]
    return shape if count >= 0.6 * len(values) else "mixed"


def _shape(value):
    if looks_like_email(value):
        return "email"
    if parse_datetime(value) and not value.strip().isdigit():
        return "date"
    if looks_like_phone(value) and not re.fullmatch(r"\d{1,8}|\d+\.\d+", value):
        return "phone"
    if re.fullmatch(
        r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.(com|net|org|co|io|biz|info|ru|il|de|uk)(/\S*)?", value, re.I
    ):
        return "url"
    return "text"


# ------------------------------------------------------------------
# Values
# ------------------------------------------------------------------

_EMAIL_RE = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;.\"()]{2,}")


def looks_like_email(text):
    return bool(_EMAIL_RE.fullmatch(text))


def looks_like_phone(text):
    """Enough digits for a number, and nothing but what people write between them."""
    return bool(re.fullmatch(r"[+(]?[\d\s().,/\-–‑x*#]{6,}(ext\.?\s*\d+)?", text)) and (
        6 <= len(re.sub(r"\D", "", text)) <= 17
    )


def is_rounded_number(text):
    """A long number that a spreadsheet program has rounded (9.72501E+11): its digits are lost."""
    return bool(re.fullmatch(r"\d[.,]\d+E\+?\d+", text, re.I))


def parse_amount(text):
    """A sum of money as a float, None when it is none. Reads 1,200.50, 1.200,50, ₪ 1 200 and 3k.

    A single separator before exactly three digits counts as thousands.
    """
    match = re.fullmatch(
        r"[^\d\-+(]{0,4}\s*([-+(]?)\s*[^\d\-+(]{0,4}?\s*(\d[\d\s.,'’\u00a0\u202f]*)\s*([kKmM]?)\)?\s*[^\d]{0,12}",
        text.strip(),
    )
    if not match:
        return None
    sign, digits, scale = match.groups()
    digits = re.sub(r"[\s'’]", "", digits).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        fraction, separator = digits[last + 1 :], digits[last]
        is_decimal = digits.count(separator) == 1 and (
            len(fraction) != 3 or ("." in digits and "," in digits) or digits[:last] in ("", "0")
        )
        whole = re.sub(r"[.,]", "", digits[:last])
        digits = f"{whole}.{fraction}" if is_decimal else re.sub(r"[.,]", "", digits)
    try:
        amount = float(digits)
    except ValueError:
        return None
    amount *= {"k": 1e3, "m": 1e6}.get(scale.lower(), 1)
    amount = -amount if sign in ("-", "(") else amount
    return amount if abs(amount) < 1e14 else None


# ------------------------------------------------------------------
# Dates
# ------------------------------------------------------------------

_MONTHS = {}
for _number, _words in enumerate(
    (
        "jan january ינואר января январь янв",
        "feb february פברואר февраля февраль фев февр",
        "mar march מרץ מרס марта март мар",
        "apr april אפריל апреля апрель апр",
        "may מאי мая май",
        "jun june יוני июня июнь июн",
        "jul july יולי июля июль июл",
        "aug august אוגוסט августа август авг",
        "sep sept september ספטמבר сентября сентябрь сен сент",
        "oct october אוקטובר октября октябрь окт",
        "nov november נובמבר ноября ноябрь ноя нояб",
        "dec december דצמבר декабря декабрь дек",
    ),
    start=1,
):
    for _word in _words.split():
        _MONTHS[_word] = _number

_TIME = (
    r"(?:[\sT,]+(?:at\s+|в\s+|בשעה\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2})?(?:\s*\([^)]*\))?)?"
)
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,\s*)?"
_YEAR_FIRST_RE = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _TIME, re.I)
_NUMERIC_RE = re.compile(
    _WEEKDAY + r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})" + _TIME, re.I
)
_DAY_MONTH_RE = re.compile(
    _WEEKDAY
    + r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.\-]*(?:of\s+)?(?P<name>[^\W\d]+)\.?[\s,\-]*(?P<y>\d{4}|\d{2})(?:\s*г\.?)?"
    + _TIME,
    re.I,
)
_MONTH_DAY_RE = re.compile(
    _WEEKDAY + r"(?P<name>[^\W\d]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME, re.I
)
_COMPACT_RE = re.compile(
    r"(?P<y>(?:19"
    r"|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>Z)?)?(?P<half>)?"
)
_EXCEL_EPOCH = datetime.datetime(1899, 12, 30)
_YEARS = range(1970, 2100)


def detect_date_order(values):
    """Decide for a whole column whether the day or the month comes first.

    :param values: texts of one column
    :return: "dmy" or "mdy"; None where no value tells
    """
    votes = Counter()
    for value in values:
        match = _NUMERIC_RE.fullmatch(value.strip())
        if not match:
            continue
        first, second = int(match["a"]), int(match["b"])
        if first > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
        elif match["sep"] == ".":
            # Nobody writes 4.15.2021; dots are the European way.
            votes["dmy"] += 0.5
    return votes.most_common(1)[0][0] if votes else None


def parse_datetime(text, order="dmy", zone=datetime.timezone.utc):
    """Read a moment.

    :param str text: for instance `15 Apr, 2021 00:03:00`, `2021-04-15T00:03Z`, `4/15/2021 3:05 PM`, a day
        number of Excel or the seconds of Unix
    :param str order: "dmy" or "mdy", for numeric dates that may be read both ways
    :param datetime.tzinfo zone: where the text's clock stood, unless it says so itself
    :return: naive datetime in UTC, None when the text is no date or the date does not exist
    """
    text = " ".join(text.replace("\u200f", "").replace("\u200e", "").split())
    if not text or len(text) > 64:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return _from_number(text, zone)
    for pattern in (_YEAR_FIRST_RE, _NUMERIC_RE, _DAY_MONTH_RE, _MONTH_DAY_RE):
        match = pattern.fullmatch(text)
        if match:
            return _from_match(match.groupdict(), order, zone)
    return None


def _from_number(text, zone):
    match = _COMPACT_RE.fullmatch(text)
    if match:
        return _from_match(match.groupdict(), "dmy", zone)
    number = float(text)
    if 25_569 <= number < 73_051:  # 1970 to 2100 in Excel's count of days
        moment = _EXCEL_EPOCH + datetime.timedelta(seconds=round(number * 86_400))
        return _to_utc(moment, zone)
    if 1e12 <= number < 4.1e12:
        number /= 1000
    if 1e9 <= number < 4.1e9 and "." not in text:
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=int(number))
    return None


def _from_match(parts, order, zone):
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < 70 else 1900
    day, month = _day_and_month(parts, order)
    if month is None or year not in _YEARS:
        return None
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return _to_utc(moment, _zone_of(parts.get("zone")) or zone)


def _day_and_month(parts, order):
    if "name" in parts:
        word = parts["name"].casefold()
        # In Hebrew the month carries a preposition: 15 באפריל 2021.
        return int(parts["d"]), _MONTHS.get(word) or _MONTHS.get(word.removeprefix("ב"))
    if "m" in parts:
        return int(parts["d"]), int(parts["m"])
    first, second = int(parts["a"]), int(parts["b"])
    # A value that can be read one way only is read so, whatever the column's order.
    day_first = first > 12 or (order != "mdy" and second <= 12)
    return (first, second) if day_first else (second, first)


def _zone_of(text):
    if not text:
        return None
    match = re.search(r"([+-])(\d{2}):?(\d{2})", text)
    if not match:
        return datetime.timezone.utc
    offset = datetime.timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= datetime.timedelta(hours=24):
        return None
    return datetime.timezone(-offset if match[1] == "-" else offset)


def _to_utc(moment, zone):
    return moment.replace(tzinfo=zone).astimezone(datetime.timezone.utc).replace(tzinfo=None)


# ------------------------------------------------------------------
# Statuses
# ------------------------------------------------------------------

# Families of statuses, the more telling first: "not contacted" must not count as "contacted".
_STATUS_FAMILIES = (
    (
        "unfit",
        r"junk|spam|unfit|disqualif|unqualif|not qualified|irrelevant|bad (?:lead|data|number)|wrong number|fake"
        r"|duplicate|test lead"
        r"|לא רלוונטי|ספאם|זבל|כפול|не\s?релевант|нецелев|спам|мусор|дубл|не ?качествен|брак",
    ),
    (
        "lost",
        r"lost|closed.?lost|not interested|rejected|declined|cancel|dead|no longer|dropped"
        r"|אבוד|לא מעוניי?ן|לא מעוניינת|נדחה|בוטל|сорвал|потерян|отказ|не ?заинтересован|проигр|закрыт[оа]? и не",
    ),
    (
        "won",
        r"\bwon\b|closed.?won|customer|converted|signed|\bsold\b|לקוח|נסגר|נסגרה|זכיי?ה|выигр|клиент|продан|успешн",
    ),
    (
        "nurture",
        r"future|nurtur|later|postpone|on hold|follow.?up later|not ready|עתידי|בעתיד|בהמתנה|נדחה למועד|позже"
        r"|отложен|будущ",
    ),
    (
        "attempted",
        r"attempt|no answer|not? (?:reply|response)|unreach|voicemail|left (?:a )?message|tried|אין מענה"
        r"|אין תשובה|לא ענה|לא עונה|недозвон|не отвечает|нет ответа|не дозвон",
    ),
    (
        "new",
        r"not contacted|uncontacted|\bnew\b|\bopen\b|unread|fresh|untouched|not started|חדש|טרם טופל|לא טופל"
        r"|нов(?:ый|ая|ые|ое)|не обработан|необработан",
    ),
    (
        "proposal",
        r"propos|quote|quotation|offer|negotiat|contract|הצעת מחיר|הצעה|משא ומתן|предложен|\bкп\b|переговор|договор",
    ),
    ("qualified", r"qualif|\bsql\b|\bmql\b|interested|meeting|demo|מתאים|מעוניי?ן|פגישה|квалифиц|заинтересован|встреч"),
    ("progress", r"in progress|in process|working|ongoing|active|בטיפול|בתהליך|פעיל|в работе|в процессе|актив"),
    (
        "contacted",
        r"contacted|contact made|first contact|reached|called|spoke|יצרנו קשר|קשר ראשון|נוצר קשר|שוחח|связал"
        r"|контакт|звонок",
    ),
)
_STATUS_FAMILIES = tuple((family, re.compile(pattern, re.I)) for family, pattern in _STATUS_FAMILIES)


def status_family(text):
    """The family that a status or a stage belongs to by its name, None when no word of it is known.

    Families: new, attempted, contacted, progress, qualified, proposal, won, nurture, lost, unfit.
    """
    for family, pattern in _STATUS_FAMILIES:
        if pattern.search(text or ""):
            return family
    return None
