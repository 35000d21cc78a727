import json
from urllib.parse import parse_qs

from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .snippet_common import SnippetCase

SNIPPET = "leadya_crm/static/snippet/leadya.js"


@tagged("leadya", "leadya_snippet", "post_install", "-at_install")
class TestSnippetVisits(SnippetCase):
    """Visits in a real browser, on a site that is not Odoo's (L1 L4 L13; issue 7, doors)."""

    def _channel(self, name):
        return self.env.ref(f"leadya_crm.channel_{name}")

    def test_l1_l13_two_visits_on_two_origins(self):
        """L1 L13: an advertisement, days later a search; the form tells both, and nothing was sent before."""
        params = "keyword=kw campaignid=cid adgroupid=gid"
        self.site.pages["/"] = self._page(params=params)
        advertisement = (
            "?utm_source=google&utm_medium=cpc&kw=Laser+Clinic&matchtype=e&cid=12345678901234567890&gid=42"
            "&network=g&device=m&gclid=AbC-1_x&session=private#private"
        )
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/{advertisement}")
            visitor.age(hours=50)
            visitor.visit(f"{self.site.origin}/contact", referrer="http://www.bing.com/search?q=private")
            self._assert_nothing_sent(visitor)
            self.assertNotIn("private", json.dumps(visitor.kept()))
            self.assertEqual(visitor.run("policyBreaches"), [])
            self.assertEqual(visitor.run("document.cookie"), "")
            visitor.press()
            visitor.arrive(f"{self.base_url()}/leadya/thanks/")
        lead = self._make_leads()
        self.assertEqual(len(lead), 1)
        first, last = lead.touch_ids
        self.assertEqual(
            (first.channel_id, last.channel_id), (self._channel("paid_search"), self._channel("organic_search"))
        )
        self.assertEqual((lead.contact_name, lead.channel_id), ("Dana Levi", self._channel("organic_search")))
        self.assertEqual(first.keyword_id.normalized_name, "laser clinic")
        self.assertEqual((first.click_id, first.click_id_kind, first.match_type), ("AbC-1_x", "gclid", "exact"))
        self.assertEqual(
            (first.campaign_ref, first.ad_group_ref, first.network, first.device),
            ("12345678901234567890", "42", "g", "mobile"),
        )
        self.assertEqual(first.landing_url, f"{self.site.origin}/")
        self.assertEqual(last.referrer_url, "http://www.bing.com/")
        self.assertEqual(lead.touch_ids.mapped("origin"), ["snippet", "snippet"])
        hours = (last.touched_at - first.touched_at).total_seconds() / 3600
        self.assertAlmostEqual(hours, 50, delta=0.1)
        self.assertRegex(dict(parse_qs(self.form.submission_ids.payload))["leadya_elapsed"][0], r"^\d+$")

    def test_l13_what_is_a_new_visit(self):
        """L13: another source, or coming back after a pause; not reloading, not an own link, not the same click."""
        site = self.site.origin
        with self._visitor() as visitor:
            steps = [
                # What is opened, from where, after how many hours, and the visits then known.
                (f"{site}/?gclid=A", "", 0, 1),
                (f"{site}/contact", f"{site}/", 0, 1),
                (f"{site}/contact", f"{site}/", 5, 1),
                (f"{site}/?gclid=A", "", 5, 1),
                (f"{site}/", "", 0, 1),
                (f"{site}/", "", 1, 2),
                (f"{site}/", "http://www.google.com/", 0, 3),
                (f"{site}/contact", "http://www.google.com/", 0, 3),
                (f"{site}/contact", "http://www.google.com/", 1, 4),
                (f"{site}/?utm_source=news", f"{site}/", 0, 5),
                (f"{site}/?utm_source=news", "", 0, 5),
                (f"{site}/?gclid=B", "", 0, 6),
                (f"{site}/?gclid=b", "", 0, 7),
            ]
            for url, referrer, hours, count in steps:
                if hours:
                    visitor.age(hours)
                visitor.visit(url, referrer)
                self.assertEqual(len(visitor.kept()["touches"]), count, (url, referrer, hours))
            visitor.age(2)
            visitor.run("window.old = true; location.reload(); null")
            visitor.wait_for("!window.old && document.readyState === 'complete'")
            self.assertEqual(len(visitor.kept()["touches"]), 7, "reloaded")
            self._assert_nothing_sent(visitor)

    def test_l13_bounds(self):
        """L13: the first visit and the latest are kept, for a time, and of each no more than is of use."""
        self.site.pages["/"] = self._page(days="10")
        with self._visitor() as visitor:
            for number in range(23):
                visitor.visit(f"{self.site.origin}/?utm_source=s{number}&gclid={'x' * 501}&utm_term={'y' * 400}")
            touches = visitor.kept()["touches"]
            self.assertEqual([one["utm_source"] for one in touches], ["s0", *(f"s{n}" for n in range(4, 23))])
            self.assertNotIn("gclid", touches[0], "half a click identifier is none")
            for number in range(8):
                extra = "&".join(f"utm_{letter}={'z' * 490}" for letter in "abcdefgh")
                visitor.visit(f"{self.site.origin}/?utm_source=long{number}&{extra}")
            kept = visitor.run("localStorage.getItem('leadya').length")
            self.assertLess(kept, 21000)
            self.assertEqual(visitor.kept()["touches"][0]["utm_source"], "s0")
            visitor.age(24 * 11)
            visitor.visit(f"{self.site.origin}/?utm_source=new")
            self.assertEqual([one["utm_source"] for one in visitor.kept()["touches"]], ["new"])

    def test_l13_rubbish_in_storage(self):
        """Bad input: whatever lies in the storage, the form is filled."""
        with self._visitor() as visitor:
            for rubbish in ("", "{", "5", '"x"', "[]", '{"touches": 5}', '{"touches": [null, 5, {"at": "x"}]}'):
                visitor.visit(f"{self.site.origin}/")
                visitor.run(f"localStorage.setItem('leadya', {json.dumps(rubbish)})")
                visitor.visit(f"{self.site.origin}/contact?utm_source=x")
                self.assertEqual([one["utm_source"] for one in visitor.carried()], ["x"], rubbish)

    def test_l13_storage_refused(self):
        """L13: a browser that keeps nothing still tells of this page, marked as such."""
        with self._visitor(refuses_storage=True) as visitor:
            visitor.visit(f"{self.site.origin}/contact?utm_source=google&utm_medium=cpc&utm_term=crm&gclid=AbC")
            refused = visitor.run(
                "(() => { try { return localStorage.length; } catch (error) { return error.name; } })()"
            )
            self.assertEqual(refused, "SecurityError")
            self.assertEqual([(one["stored"], one["gclid"]) for one in visitor.carried()], [(False, "AbC")])
            self._assert_nothing_sent(visitor)
            visitor.press()
            visitor.arrive(f"{self.base_url()}/leadya/thanks/")
        touch = self._make_leads().touch_ids
        self.assertEqual((touch.origin, touch.channel_id), ("page", self._channel("paid_search")))
        self.assertEqual(touch.keyword_id.normalized_name, "crm")

    def test_l13_own_page_without_storage_tells_nothing(self):
        """L13: where nothing is known of the visit, none is made up; not even a direct one."""
        with self._visitor(refuses_storage=True) as visitor:
            visitor.visit(f"{self.site.origin}/contact", referrer=f"{self.site.origin}/")
            self.assertEqual(visitor.carried(), [])
            visitor.press()
            visitor.arrive(f"{self.base_url()}/leadya/thanks/")
        lead = self._make_leads()
        self.assertTrue(lead)
        self.assertFalse(lead.touch_ids)
        self.assertFalse(lead.channel_id)


@tagged("leadya", "leadya_snippet", "post_install", "-at_install")
class TestSnippetConsent(SnippetCase):
    """The visitor's word on what is kept (L13; issue 7, doors)."""

    def test_l13_consent_is_asked_first(self):
        """L13: nothing is kept before consent; all is erased by a refusal; the form always tells of its page."""
        for path in ("/", "/contact"):
            self.site.pages[path] = self._page(self._form_html(), consent="required")
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/?gclid=A")
            self.assertEqual(visitor.run("localStorage.length"), 0)
            self.assertEqual([one["stored"] for one in visitor.carried()], [False])
            visitor.run("leadya.consent(true)")
            self.assertEqual([one["gclid"] for one in visitor.kept()["touches"]], ["A"])
            self.assertEqual([one.get("stored") for one in visitor.carried()], [None], "filled again")
            # Whoever consented is not asked again while something is kept.
            visitor.visit(f"{self.site.origin}/contact?gclid=B")
            self.assertEqual([one["gclid"] for one in visitor.carried()], ["A", "B"])
            visitor.run("leadya.consent(false)")
            self.assertEqual(visitor.run("localStorage.length"), 0)
            self.assertEqual([(one["gclid"], one["stored"]) for one in visitor.carried()], [("B", False)])
            visitor.visit(f"{self.site.origin}/?gclid=C")
            self.assertEqual(visitor.run("localStorage.length"), 0)
            self._assert_nothing_sent(visitor)

    def test_l13_refusal_where_nobody_is_asked(self):
        """L13: a refusal holds on the next page too, and can be taken back."""
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact?gclid=A")
            visitor.run("leadya.consent(false)")
            visitor.visit(f"{self.site.origin}/contact?gclid=B")
            self.assertEqual(visitor.kept(), {"refused": True})
            self.assertEqual([(one["gclid"], one["stored"]) for one in visitor.carried()], [("B", False)])
            visitor.run("leadya.consent(true)")
            visitor.visit(f"{self.site.origin}/contact?gclid=C")
            self.assertEqual([one["gclid"] for one in visitor.carried()], ["B", "C"])

    def test_l13_consent_known_before_the_snippet(self):
        """L13: a consent manager that is there first leaves its word."""
        for granted in ("true", "false"):
            self.site.pages["/consent.js"] = f"window.leadya = {{granted: {granted}}};"
            page = self._page(consent="required")
            self.site.pages["/"] = page.replace("<script", '<script src="/consent.js"></script><script', 1)
            with self._visitor() as visitor:
                visitor.visit(f"{self.site.origin}/?gclid=A")
                self.assertEqual(bool(visitor.kept()), granted == "true")
                self.assertEqual(visitor.run("typeof leadya.consent"), "function")


@tagged("leadya", "leadya_snippet", "post_install", "-at_install")
class TestSnippetForms(SnippetCase):
    """Forms of every make (L1 L4 L13; issue 7, doors)."""

    def test_l4_forms_of_wordpress(self):
        """L4 L13: Contact Form 7, Elementor and WPForms, each with its own idea of a hidden field, sent by scripts."""
        forms = (
            '<div class="wpcf7"><form class="wpcf7-form" method="post"><input type="hidden" name="leadya_touches">'
            "<button>Send</button></form></div>"
            '<form class="elementor-form" method="post">'
            '<input type="hidden" name="form_fields[leadya_touches]" id="form-field-leadya_touches"></form>'
            '<form class="wpforms-form" method="post">'
            '<input type="hidden" name="wpforms[fields][7]" value="leadya_touches"></form>'
            '<form id="search"><input name="s"></form>'
        )
        self.site.pages["/send.js"] = """
            document.querySelector(".wpcf7-form").addEventListener("submit", (ev) => {
                ev.preventDefault();
                fetch("/wp-json/feedback", {method: "POST", body: new URLSearchParams(new FormData(ev.target))});
            });
        """
        self.site.pages["/wp-json/feedback"] = "{}"
        page = self._page(
            forms + '<script src="/send.js"></script>', forms=".wpcf7-form, .elementor-form, .wpforms-form"
        )
        self.site.pages["/wordpress"] = page
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/wordpress?gclid=A")
            for selector in ("[name=leadya_touches]", "#form-field-leadya_touches", "[name='wpforms[fields][7]']"):
                self.assertEqual([one["gclid"] for one in visitor.carried(selector)], ["A"], selector)
            self.assertEqual(visitor.run("document.querySelectorAll('[name=leadya_touches]').length"), 1)
            self.assertEqual(visitor.run("document.querySelectorAll('#search input').length"), 1)
            self._assert_nothing_sent(visitor)
            visitor.press(".wpcf7-form button")
            visitor.wait_for("performance.getEntriesByName(location.origin + '/wp-json/feedback').length === 1")
        [body] = [body for method, _path, body in self.site.requests if method == "POST"]
        sent = parse_qs(body)
        self.assertEqual(json.loads(sent["leadya_touches"][0])[0]["gclid"], "A")
        self.assertRegex(sent["leadya_elapsed"][0], r"^\d+$")

    def test_l1_form_that_comes_later(self):
        """L1 L13: a form that a script adds is filled, and filled again when it is sent."""
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/?utm_source=news")
            visitor.run(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(self._form_html())})")
            visitor.wait_for("document.querySelector('[name=leadya_touches]') !== null")
            self.assertEqual([one["utm_source"] for one in visitor.carried()], ["news"])
            # A framework that draws the form anew takes away what it doesn't know.
            visitor.run("document.querySelector('[name=leadya_touches]').remove()")
            visitor.press()
            visitor.arrive(f"{self.base_url()}/leadya/thanks/")
        self.assertEqual(self._make_leads().touch_ids.source_id.name, "news")

    def test_l1_l4_html_as_copied(self):
        """L1 L4: what the form's page shows to copy works on a page that has the snippet already."""
        self.form.thanks_text = "Toda & <b>ברוך הבא</b>"
        self.site.pages["/copied"] = self._page(self.form.with_user(self.manager).sample_html)
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/copied?gclid=A")
            self.assertEqual(
                visitor.run("getComputedStyle(document.querySelector('[name=fax_number]')).display"), "none"
            )
            for name, text in (("name", "Dana Levi"), ("email", "dana@customer.example")):
                visitor.run(f"document.querySelector('[name={name}]').value = {json.dumps(text)}")
            visitor.press()
            visitor.wait_for("document.querySelector('[role=status]')?.textContent.startsWith('Toda & <b>')")
            self.assertEqual(visitor.run("policyBreaches"), [])
        lead = self._make_leads()
        self.assertEqual((lead.contact_name, lead.touch_ids.mapped("click_id")), ("Dana Levi", ["A"]))

    def test_l4_script_as_copied(self):
        """L4 L13: a page's own script sends the visits that the snippet knows of."""
        sample = self.form.with_user(self.manager).sample_fetch
        self.site.pages["/send.js"] = f"addEventListener('load', async () => {{{sample}\nwindow.done = true;}});"
        self.site.pages["/script"] = self._page('<script src="/send.js"></script>')
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/script?gclid=A")
            visitor.wait_for("window.done === true")
        self.assertEqual(self._make_leads().touch_ids.mapped("click_id"), ["A"])

    def test_l1_without_the_snippet(self):
        """L1: where the snippet is blocked, the form still brings the lead."""
        self.site.pages["/contact"] = self._page(self._form_html('data-leadya data-leadya-submit="fetch"'), script=None)
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact")
            visitor.press()
            visitor.arrive(f"{self.base_url()}/leadya/thanks/")
        self.assertEqual(self._make_leads().contact_name, "Dana Levi")

    def test_c3_second_click_and_lost_answer(self):
        """C3 L1: two clicks, and a second try after the answer was lost, make one lead; the answer is read aloud."""
        attributes = 'data-leadya data-leadya-submit="fetch" data-leadya-thanks="Merci!" data-leadya-error="Pas envoyé"'
        self.site.pages["/contact"] = self._page(self._form_html(attributes))
        status = "document.querySelector('[role=status]')"
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact?gclid=A")
            visitor.run("addEventListener('leadya:sent', (ev) => { window.sent = ev.detail; })")
            visitor.loses_answers = True
            visitor.run("document.querySelector('button').click(); document.querySelector('button').click();")
            visitor.wait_for(f"{status}.textContent === 'Pas envoyé'")
            visitor.loses_answers = False
            visitor.press()
            visitor.wait_for(f"{status}.textContent === 'Merci!'")
            self.assertEqual(visitor.run("location.href"), f"{self.site.origin}/contact?gclid=A")
            self.assertFalse(visitor.run("document.querySelector('form').hasAttribute('aria-busy')"))
            self.assertEqual(visitor.run("policyBreaches"), [])
            reference = visitor.run("sent.reference")
            # Afterwards another message is another post.
            visitor.press()
            visitor.wait_for(f"sent.reference !== {json.dumps(reference)}")
        self.env.invalidate_all()
        first, second = self.form.submission_ids.sorted("id")
        self.assertEqual(first.reference, reference)
        self.assertNotEqual(first.idempotency_key, second.idempotency_key)
        self.assertEqual(len(self._make_leads()), 1, "the second joins the first")

    def test_bad_input_is_told_on_the_page(self):
        """Bad input: what the door refuses stands beside the form, and nothing that was written is lost."""
        html = self._form_html('data-leadya data-leadya-submit="fetch"').replace("dana@customer.example", "nobody")
        self.site.pages["/contact"] = self._page(html)
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact")
            visitor.press()
            visitor.wait_for("document.querySelector('[role=status]')?.textContent.includes('e-mail')")
            self.assertEqual(visitor.run("document.querySelector('[name=email]').value"), "nobody")

    def test_l1_page_that_checks_by_itself(self):
        """L1: a page whose own script stops the sending is obeyed."""
        self.site.pages["/contact"] = self._page(self._form_html('data-leadya data-leadya-submit="fetch"'))
        with self._visitor() as visitor:
            visitor.visit(f"{self.site.origin}/contact")
            visitor.run("document.querySelector('form').addEventListener('submit', (ev) => ev.preventDefault())")
            visitor.run("document.querySelector('button').click()")
            self.assertEqual(visitor.run("document.querySelector('form').hasAttribute('aria-busy')"), False)
            self._assert_nothing_sent(visitor)


@tagged("leadya", "leadya_snippet", "post_install", "-at_install")
class TestSnippetFile(HttpCase):
    """How the file is served (design.md, section 4; L13)."""

    def test_l13_served_to_any_site(self):
        for path in ("/leadya/static/leadya.js", "/leadya_crm/static/snippet/leadya.js"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            with file_open(SNIPPET) as snippet:
                self.assertEqual(response.text, snippet.read())
            self.assertIn("javascript", response.headers["Content-Type"])
            self.assertNotIn("Set-Cookie", response.headers)
            self.assertTrue(response.headers["ETag"])
            self.assertTrue(response.headers["Last-Modified"])
        response = self.url_open("/leadya/static/leadya.js")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        self.assertIn("public", response.headers["Cache-Control"])
        self.assertIn("max-age=3600", response.headers["Cache-Control"])
        again = self.url_open("/leadya/static/leadya.js", headers={"If-None-Match": response.headers["ETag"]})
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(self.url_open("/leadya/static/leadya.js", data={"x": "y"}).status_code, 405)

    def test_l13_small_and_silent(self):
        """L13: one small file, without cookies, and without other ways to send than the form's."""
        with file_open(SNIPPET) as snippet:
            source = snippet.read()
        self.assertLess(len(source), 9000)
        for word in ("cookie =", "document.cookie", "sendBeacon", "XMLHttpRequest", "eval(", "innerHTML", "import("):
            self.assertNotIn(word, source)
        self.assertEqual(source.count("fetch("), 1)
