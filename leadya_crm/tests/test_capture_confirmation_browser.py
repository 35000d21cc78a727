from odoo.tests import tagged

from .snippet_common import SnippetCase
from .test_capture_confirmation import ADDRESS, ConfirmationCommon


@tagged("leadya", "leadya_capture", "leadya_ui", "post_install", "-at_install")
class TestConfirmationInBrowser(ConfirmationCommon, SnippetCase):
    """Issue 7: a visitor's way, in a browser, from the company's own site over the mail to the lead (L1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_confirmation()
        cls.form.min_fill_seconds = 0
        cls.env["res.lang"]._activate_lang("he_IL")
        cls.form.with_context(lang="he_IL").consent_text = "כתבו לי"

    def _send_form(self, lang):
        """Fill in the form as it is ready to copy, send it, and read what the page says then."""
        sample = self.form.with_context(lang=lang).sample_html
        self.site.pages["/contact"] = f'<meta charset="utf-8"><link rel="icon" href="data:,">{sample}'
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact")
            visitor.run(f"document.querySelector('[name=email]').value = '{ADDRESS}'")
            visitor.run("document.querySelector('[name=consent]').click()")
            self.assertEqual(visitor.run("policyBreaches"), [])
            visitor.press()
            visitor.wait_for("Boolean(document.querySelector('[role=status]')?.textContent)")
            return visitor.run("document.querySelector('[role=status]').textContent")

    def _follow(self, link):
        """Open the link, look, press the button, and read what the page says then.

        :return: direction of the page, its texts before and after
        """
        with self._visitor() as visitor:
            visitor.visit(link)
            before = visitor.run("document.body.innerText")
            direction = visitor.run("getComputedStyle(document.body).direction")
            self.assertEqual(visitor.run("document.activeElement.tagName"), "BODY")
            self.assertEqual(visitor.run("document.scripts.length"), 0)
            visitor.press()
            visitor.wait_for("!document.querySelector('button') && document.readyState === 'complete'")
            after = visitor.run("document.body.innerText")
            self.assertEqual(visitor.run("policyBreaches"), [])
        return direction, before, after

    def test_l1_visitor_confirms(self):
        """L1: the form says that a mail comes; its button makes the lead, and pressing again finds it done."""
        self.assertIn("We have sent you an e-mail", self._send_form("en_US"))
        submission, _mail, link = self._receive_mail()
        direction, before, after = self._follow(link)
        self.assertEqual(direction, "ltr")
        self.assertIn("Write to me.", before)
        self.assertIn("Thank you, it is confirmed", after)
        self._run_action()
        self.assertEqual((submission.state, submission.lead_id.email_from), ("done", ADDRESS))
        self.assertTrue(submission.lead_id.consent_at)

    def test_l1_visitor_confirms_from_right_to_left(self):
        """L1: the consent is kept as the visitor of a Hebrew page read it, and the pages run from right to left."""
        self._send_form("he_IL")
        submission, _mail, link = self._receive_mail()
        self.assertEqual((submission.lang, submission.consent_text), ("he_IL", "כתבו לי"))
        direction, before, _after = self._follow(link)
        self.assertEqual(direction, "rtl")
        self.assertIn("כתבו לי", before)
        self.assertEqual(submission.state, "received")
