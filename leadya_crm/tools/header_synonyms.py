"""What columns of leads are called, in English, Hebrew and Russian exports. Data only."""

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

#: Names that only say that something is numbered: what, the values have to show.
NUMBERED = "ID, Key, No, Number, Reference, Ref, Ref No, UID | קוד, מזהה, מספר סידורי | ид, айди, код, номер"

#: Words for the person or thing that the whole row is about: "Lead Phone" is a phone.
SUBJECTS = (
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
