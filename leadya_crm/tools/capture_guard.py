"""What a post says about the one who sent it. Plain Python: no database, no Odoo."""

#: Milliseconds since the visitor first saw the form, as the snippet counts them.
ELAPSED_FIELD = "leadya_elapsed"
#: The language of the page, so that the consent is kept as it was read.
LANG_FIELD = "leadya_lang"
#: Under which names the answer of a robot check comes: as Odoo's own pages send it, and as the provider's script does.
CAPTCHA_FIELDS = {
    "recaptcha": ("recaptcha_token_response", "g-recaptcha-response"),
    "turnstile": ("turnstile_captcha", "cf-turnstile-response"),
}
#: What a page names when it asks the provider for an answer: one that was given for another action is worth nothing.
CAPTCHA_ACTION = "leadya_capture"
#: All of these: they are read by what they mean, whatever the map of the form says.
GUARD_FIELDS = {ELAPSED_FIELD, LANG_FIELD, *(name for names in CAPTCHA_FIELDS.values() for name in names)}

_DAY = 24 * 60 * 60 * 1000


def seconds_taken(text):
    """How long the visitor took to fill in the form.

    :param str text: milliseconds, as in :data:`ELAPSED_FIELD`
    :return: seconds; None where nothing is said that could be judged, for a lead weighs more than a rule
    :rtype: float
    """
    text = (text or "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_DAY)):
        return None
    return int(text) / 1000


def captcha_answer(fields, provider):
    """What the visitor's browser answers to the robot check; "" for nothing.

    :param dict fields: names and texts of the post
    :param str provider: a key of :data:`CAPTCHA_FIELDS`
    """
    return next((fields[name] for name in CAPTCHA_FIELDS[provider] if fields.get(name)), "")
