import json

from odoo.tests import tagged

from odoo.addons.leadya_crm.tests.snippet_common import VisitorCase

_FORM = """
    <t t-call="website.layout">
        <div id="wrap">
            <section class="s_website_form" data-vcss="001" data-snippet="s_website_form">
                <form action="/website/form/" method="post" enctype="multipart/form-data" data-mark="*"
                      data-model_name="crm.lead" data-success-mode="message">
                    <div class="s_website_form_field s_website_form_model_required" data-type="char">
                        <input type="text" class="s_website_form_input" name="name" required="1" value="A question"/>
                    </div>
                    <div class="s_website_form_field" data-type="email">
                        <input type="email" class="s_website_form_input" name="email_from" value="dana@site.example"/>
                    </div>
                    <div class="s_website_form_submit">
                        <a href="#" role="button" class="btn btn-primary s_website_form_send">Submit</a>
                        <span id="s_website_form_result"/>
                    </div>
                </form>
                <div class="s_website_form_end_message d-none">Thank you</div>
            </section>
        </div>
    </t>
"""
_SENT = "document.querySelector('.s_website_form_end_message:not(.d-none)') !== null"


@tagged("leadya", "leadya_website", "post_install", "-at_install")
class TestWebsiteForm(VisitorCase):
    """The forms of Odoo's own website that create leads (L1 L13; issue 7, doors)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["website.page"].create(
            {
                "name": "Ask us",
                "url": "/ask-us",
                "type": "qweb",
                "key": "leadya_crm_website.ask_us",
                "arch": _FORM,
                "is_published": True,
                "website_id": cls.env["website"].search([], limit=1).id,
            }
        )
        cls.known = cls.env["crm.lead"].with_context(active_test=False).search([])

    def _visit(self, visitor, path, referrer=""):
        visitor.visit(f"{self.base_url()}{path}", referrer)
        # The website's own scripts have taken over the form.
        visitor.wait_for("document.body.getAttribute('is-ready') === 'true'")

    def _post(self, **fields):
        """Post as the website's script does; the lead that is made of it."""
        response = self.url_open("/website/form/crm.lead", data={"name": "A question", **fields})
        self.assertEqual(response.status_code, 200)
        return self.env["crm.lead"].browse(response.json().get("id", []))

    def _new_lead(self):
        self.env.invalidate_all()
        return self.env["crm.lead"].search([]) - self.known

    def test_l1_l13_visitor_of_the_website(self):
        """L1 L13: an advertisement, later another source; the website's form makes a lead with both visits."""
        with self._visitor() as visitor:
            self._visit(visitor, "/?utm_source=google&utm_medium=cpc&utm_term=Laser+Clinic&gclid=AbC-1")
            visitor.age(hours=50)
            self._visit(visitor, "/ask-us", referrer="http://www.bing.com/")
            self.assertEqual([one.get("gclid") for one in visitor.carried()], ["AbC-1", None])
            visitor.press(".s_website_form_send")
            visitor.wait_for(_SENT)
        lead = self._new_lead()
        self.assertEqual(len(lead), 1)
        first, last = lead.touch_ids
        self.assertEqual(first.channel_id, self.env.ref("leadya_crm.channel_paid_search"))
        self.assertEqual(first.keyword_id.normalized_name, "laser clinic")
        self.assertEqual(last.channel_id, self.env.ref("leadya_crm.channel_organic_search"))
        self.assertEqual(lead.channel_id, last.channel_id)
        self.assertEqual(lead.touch_ids.mapped("origin"), ["snippet", "snippet"])
        self.assertNotIn("leadya", lead.description or "")

    def test_l13_cookies_bar(self):
        """L13: with the website's cookies bar nothing is kept before a yes, and all is erased by a no."""
        self.env["website"].search([]).cookies_bar = True
        with self._visitor() as visitor:
            self._visit(visitor, "/ask-us?gclid=A")
            self.assertEqual(visitor.run("localStorage.getItem('leadya')"), None)
            self.assertEqual([one["stored"] for one in visitor.carried()], [False])
            visitor.wait_for("document.querySelector('#website_cookies_bar .modal.show') !== null")
            visitor.press("#cookies-consent-all")
            visitor.wait_for("localStorage.getItem('leadya') !== null")
            visitor.wait_for("document.cookie.includes('website_cookies_bar')")
            self._visit(visitor, "/ask-us?gclid=B")
            self.assertEqual([one["gclid"] for one in visitor.carried()], ["A", "B"])
            visitor.run("document.dispatchEvent(new Event('optionalCookiesDenied'))")
            self.assertEqual(visitor.run("localStorage.getItem('leadya')"), None)

    def test_not_for_those_who_edit(self):
        """What the snippet writes into a form must never be saved with the page."""
        self.assertIn("leadya.js", self.url_open("/ask-us").text)
        self.authenticate("admin", "admin")
        self.assertNotIn("leadya.js", self.url_open("/ask-us").text)

    def test_l13_touches_beat_cookies(self):
        """L13: what the visits tell stands on the lead, not the last cookie; what they don't tell stays Odoo's."""
        visits = [{"landing_url": "https://site.example/", "utm_source": "news", "utm_campaign": "Spring"}]
        self.opener.cookies.update({"odoo_utm_source": "old", "odoo_utm_medium": "Stand"})
        lead = self._post(leadya_touches=json.dumps(visits), leadya_elapsed="4000")
        self.assertEqual((lead.source_id.name, lead.campaign_id.name), ("news", "Spring"))
        self.assertEqual(lead.medium_id.name, "Stand")
        self.assertFalse(lead.description)

    def test_without_the_snippet(self):
        """L1: without the snippet the form works as Odoo's own."""
        lead = self._post(email_from="dana@customer.example", hobby="Chess")
        self.assertEqual(lead.medium_id, self.env["utm.medium"]._fetch_or_create_utm_medium("website"))
        self.assertIn("hobby : Chess", lead.description)

    def test_hostile_touches(self):
        """Bad input: whatever stands in the field, there is a lead, and a visitor sets nothing but visits."""
        other = self.env["crm.lead"].create({"name": "Somebody else's"})
        user = self.env.ref("base.user_admin")
        for text in (
            "{", "[]", "null", "5", "[" * 5000, "x" * 400000, '["a", null, 5]', '[{"landing_url": 5}]',
            "\u202e<script>",
            json.dumps([{"utm_source": "\ud800", "landing_url": "\u0000"}]),
        ):  # fmt: skip
            lead = self._post(leadya_touches=text)
            self.assertTrue(lead, text[:40])
            self.assertFalse(lead.description, text[:40])
        evil = {"lead_id": other.id, "channel_id": 1, "user_id": user.id, "origin": "manual", "utm_source": "<b>'; --"}
        lead = self._post(leadya_touches=json.dumps([evil] * 50))
        self.assertFalse(other.touch_ids)
        self.assertEqual(len(lead.touch_ids), 20)
        self.assertEqual(set(lead.touch_ids.mapped("origin")), {"snippet"})
        self.assertEqual(set(lead.touch_ids.source_id.mapped("name")), {"<b>'; --"})
        self.assertEqual(lead.user_id, self._post().user_id)
