"""What the name of a status or a stage means, in English, Hebrew and Russian."""

import re

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
