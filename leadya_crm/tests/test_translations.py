import re
from pathlib import Path

import polib

from odoo.tests import BaseCase, tagged

I18N = Path(__file__).parents[1] / "i18n"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
TAG = re.compile(r"</?\w+")

#: Names that are the same in every language: of parameters, formats, methods and platforms, and addresses.
INTERNATIONAL = re.compile(
    r"(<span>)?[a-z_]+(</span>)?|https://\S+|BANT|NTM|ID|JSON|JavaScript|Base64|WordPress|v24\.0|%\(\w+\)s \(API\)"
    r"|Google Ads|Meta Ads|Microsoft Advertising|SMS|WhatsApp"
    # Nothing but places for what is told.
    r"|(%\(\w+\)s|%s|</?span>|[^A-Za-z<])+"
)


@tagged("post_install", "-at_install")
class TestTranslations(BaseCase):
    """Issue foundation: Hebrew and Russian are complete, and fit their English source."""

    def test_complete(self):
        template = polib.pofile(str(I18N / "leadya_crm.pot"))
        for language in ("he", "ru"):
            translated = {entry.msgid: entry for entry in polib.pofile(str(I18N / f"{language}.po"))}
            for source in template:
                with self.subTest(language=language, term=source.msgid):
                    self._check(source.msgid, translated.get(source.msgid))

    def _check(self, source, entry):
        if INTERNATIONAL.fullmatch(source) and not (entry and entry.msgstr):
            return
        self.assertTrue(entry and entry.msgstr and not entry.fuzzy, "not translated")
        for pattern in (PLACEHOLDER, TAG):
            self.assertEqual(sorted(pattern.findall(source)), sorted(pattern.findall(entry.msgstr)))
