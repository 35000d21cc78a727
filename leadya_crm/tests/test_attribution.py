from email.message import EmailMessage

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestAttribution(LeadyaCommon):
    """L12 L13 L16 C1: every lead knows the channel and the keyword that brought it."""

    def channel(self, name):
        return self.env.ref(f"leadya_crm.channel_{name}")

    def test_lead_of_a_paid_search(self):
        lead = self._make_lead(
            landing_url="https://site.example/?utm_source=google&utm_medium=cpc&utm_campaign=Spring&utm_term=Laser+Clinic&gclid=AbC"
        )
        self.assertEqual(lead.channel_id, self.channel("paid_search"))
        self.assertEqual(lead.source_id.name, "google")
        self.assertEqual(lead.campaign_id.title or lead.campaign_id.name, "Spring")
        self.assertEqual(lead.keyword_id.normalized_name, "laser clinic")
        self.assertEqual(lead.utm_term, "Laser Clinic")
        self.assertEqual((lead.click_id_kind, lead.click_id), ("gclid", "AbC"))
        self.assertEqual(lead.source_direction, "inbound")
        self.assertEqual(len(lead.touch_ids), 1)
        self.assertEqual(self.explanations(lead, "attribute"), ["Channel Paid Search: the address carries gclid"])

    def test_recognition(self):
        """Search engines, social sites, mail providers and click ids, in Israel and Russia too."""
        cases = {
            "paid_search": [{"click_id_kind": "yclid"}, {"medium": "CPC", "source": "bing"}, {"source": "Google Ads"}],
            "organic_search": [
                {"referrer": "https://www.google.co.il/search?q=x"},
                {"referrer": "https://yandex.ru/"},
                {"referrer": "https://search.walla.co.il/?q=x"},
                {"medium": "organic"},
            ],
            "paid_social": [
                {"medium": "cpc", "source": "facebook"},
                {"medium": "paid_social"},
                {"click_id_kind": "ttclid"},
            ],
            "organic_social": [
                {"referrer": "https://l.facebook.com/"},
                {"referrer": "https://vk.com/feed"},
                {"click_id_kind": "fbclid"},
            ],
            "email": [
                {"medium": "email", "source": "newsletter"},
                {"referrer": "https://mail.google.com/"},
                {"referrer": "https://e.mail.ru/inbox"},
                {"source": "Sales Mail Alias"},
            ],
            "video": [{"referrer": "https://www.youtube.com/watch"}],
            "referral": [{"referrer": "https://blog.example/post"}, {"source": "Employee Referral"}],
            "messaging": [{"source": "WhatsApp"}, {"referrer": "https://t.me/x"}],
            "display": [{"medium": "display"}, {"source": "Advertisement"}],
            "trade_show": [{"source": "Trade Show"}],
            "cold_call": [{"source": "Cold Call"}],
            "partner": [{"source": "Partner"}],
            "phone": [{"medium": "phone"}],
            "affiliate": [{"medium": "affiliate"}],
            "direct": [{"landing_url": "https://site.example/"}],
        }
        for name, touches in cases.items():
            for touch, found in zip(touches, self.env["leadya.channel"]._recognise(touches), strict=True):
                self.assertEqual(found.channel, self.channel(name), f"{touch}: {found.code} {found.value}")

    def test_recognition_of_addresses(self):
        """L12: by what a browser tells of a visit: the address with its click id, and the site before it."""
        google_app = "com.google.android.googlequicksearchbox"
        cases = {
            "paid_search": "?yclid=1 ?gclid=1&dclid=2 ?utm_source=yandex+direct ?msclkid=1&utm_medium=organic",
            "paid_social": "?rb_clickid=1 ?twclid=1 ?utm_source=vk.com&utm_medium=cpc ?utm_source=ok&utm_medium=ppc",
            "display": "?tblci=1 ?dicbo=v2-1 ?dclid=1",
            "ai": "?utm_source=chatgpt.com ?utm_source=perplexity&utm_medium=referral https://chatgpt.com/"
            " https://www.perplexity.ai/search https://gemini.google.com/app https://copilot.microsoft.com/",
            "organic_search": "?ysclid=l1 ?srsltid=x https://search.walla.co.il/ https://go.mail.ru/search https://ya.ru/"
            " https://nova.rambler.ru/ https://duckduckgo.com/ https://www.bing.com/ https://www.ecosia.org/"
            f" https://yandex.com.tr/ https://il.search.yahoo.com/ android-app://{google_app}/",
            "organic_social": "?fbclid=1 https://m.vk.com/ https://away.vk.ru/ https://ok.ru/dk https://dzen.ru/"
            " https://my.mail.ru/ https://lnkd.in/x https://www.threads.com/",
            "email": "https://mail.walla.co.il/ https://touch.mail.ru/ https://mail.rambler.ru/ https://mail.yandex.ru/"
            " android-app://com.google.android.gm/ https://outlook.live.com/",
            "messaging": "https://web.whatsapp.com/ https://web.telegram.org/ https://web.max.ru/",
            "referral": "https://news.walla.co.il/item/1 https://www.ynet.co.il/ https://mail.ru/",
        }
        for name, visits in cases.items():
            for visit in visits.split():
                told = (
                    (f"https://site.example/{visit}", "") if visit.startswith("?") else ("https://site.example/", visit)
                )
                channel = self.env["leadya.channel"].new(dict(zip(("test_url", "test_referrer"), told, strict=True)))
                expected = f"Channel {self.channel(name).name}: "
                self.assertTrue(channel.test_result.startswith(expected), f"{visit}: {channel.test_result}")

    def test_own_page_as_referrer_says_nothing(self):
        [found] = self.env["leadya.channel"]._recognise(
            [{"referrer": "https://www.site.example/a", "landing_url": "https://site.example/b"}]
        )
        self.assertEqual(found.channel, self.channel("direct"))

    def test_unknown_source(self):
        source = self.env["utm.source"].create({"name": "Zzz unheard of"})
        lead = self._make_lead(source_id=source.id)
        self.assertFalse(lead.channel_id)
        self.assertEqual(self.explanations(lead, "attribute"), ["Channel unknown: no rule knows zzz unheard of"])

    def test_cold_call_is_outbound(self):
        source = self.env["utm.source"].create({"name": "Cold Call"})
        lead = self._make_lead(source_id=source.id)
        self.assertEqual(lead.source_direction, "outbound")

    def test_direct_does_not_take_the_credit(self):
        """The lead shows its last touch that says more than direct; all touches are kept."""
        touches = [
            {
                "touched_at": "2026-05-01 10:00:00",
                "landing_url": "https://site.example/?utm_medium=organic&utm_source=google",
            },
            {"touched_at": "2026-05-02 10:00:00", "landing_url": "https://site.example/pricing"},
        ]
        lead = self._make_lead(touch_ids=[Command.create(touch) for touch in touches])
        self.assertEqual(lead.touch_ids.mapped("channel_id"), self.channel("organic_search") + self.channel("direct"))
        self.assertEqual(lead.channel_id, self.channel("organic_search"))

    def test_what_a_person_said_is_kept(self):
        lead = self._make_lead(channel_id=self.channel("partner").id, landing_url="https://site.example/?gclid=x")
        self.assertEqual(lead.channel_id, self.channel("partner"))
        self.env["crm.lead"].browse(lead.id).with_user(self.manager).action_run_intake_steps(["attribute"])
        self.assertEqual(lead.channel_id, self.channel("partner"))
        self.assertEqual(len(lead.touch_ids), 1, "running the step again records no second visit")

    def test_lead_by_hand_without_any_source(self):
        """L3"""
        lead = self.env["crm.lead"].with_user(self.rep).create({"name": "By hand"})
        self.assertFalse(lead.touch_ids)
        self.assertFalse(lead.channel_id)
        self.assertEqual(lead.user_id, self.rep)

    def test_admin_edits_rules(self):
        channel = (
            self.env["leadya.channel"]
            .with_user(self.manager)
            .create({"name": "Podcast", "rule_ids": [Command.create({"sequence": 1, "sources": "podcast*"})]})
        )
        [found] = self.env["leadya.channel"]._recognise([{"source": "Podcast 12"}])
        self.assertEqual(found.channel, channel)
        channel.test_url = "https://site.example/?utm_source=podcast-7"
        self.assertEqual(channel.test_result, "Channel Podcast: the source is podcast-7")
        channel.write({"test_url": False, "test_referrer": "https://www.bing.com/search?q=x"})
        self.assertEqual(channel.test_result, "Channel Organic Search: the visitor came from bing.com")
        with self.assertRaisesRegex(ValidationError, "No such click identifier"):
            channel.rule_ids.click_ids = "gclod"

    def test_rules_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["leadya.channel"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "rule_ids": [Command.create({"sequence": 1, "sources": "shared"})],
            }
        )
        mine, theirs = (
            self.env["leadya.channel"]._recognise([{"source": "shared"}], company)[0]
            for company in (self.company, other)
        )
        self.assertFalse(mine.channel)
        self.assertEqual(theirs.channel.name, "Theirs")

    def test_rights(self):
        lead = self._make_lead(user_id=self.rep.id, landing_url="https://site.example/?gclid=x")
        touch = lead.touch_ids
        self.assertEqual(touch.with_user(self.rep).channel_id, self.channel("paid_search"))
        with self.assertRaises(AccessError):
            touch.with_user(self.rep_2).read(["channel_id"])
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                touch.with_user(user).write({"landing_url": "https://changed.example"})
        with self.assertRaises(AccessError):
            self.env["leadya.channel"].with_user(self.rep).create({"name": "x"})

    def test_merge_keeps_all_touches(self):
        with self.at(NOW):
            leads = self._make_leads(
                [
                    {"landing_url": "https://site.example/?gclid=1"},
                    {"landing_url": "https://site.example/?utm_medium=email"},
                ]
            )
        touches = leads.touch_ids
        merged = leads.merge_opportunity(auto_unlink=True)
        self.assertEqual(merged.touch_ids, touches)


@tagged("post_install", "-at_install")
class TestAttributionByMail(LeadyaCommon, MailCase):
    def _receive(self, subject, message_id, references=""):
        """Hand a raw message to the gateway, as a mail server does."""
        message = EmailMessage()
        message["From"] = "Dana <dana@customer.example>"
        message["To"] = self.team.alias_email
        message["Subject"] = subject
        message["Message-Id"] = message_id
        if references:
            message["References"] = references
        message.set_content("Please call me about two lasers.")
        with self.mock_mail_gateway():
            return self.env["crm.lead"].browse(self.env["mail.thread"].message_process(None, message.as_bytes()))

    def test_mail_to_the_teams_alias(self):
        """L6 S8: a mail to the alias walks the same corridor; an answer in its thread is no new lead."""
        self._init_mail_gateway()
        self.team.write({"alias_name": "leads", "alias_contact": "everyone"})
        lead = self._receive("Two lasers", "<first@customer.example>")
        self._receive("Re: Two lasers", "<second@customer.example>", "<first@customer.example>")
        self.assertEqual(self.env["crm.lead"].search([("email_normalized", "=", "dana@customer.example")]), lead)
        self.assertEqual(lead.channel_id, self.env.ref("leadya_crm.channel_email"))
        self.assertEqual(lead.triage_state, "fit")
        self.assertIn(lead.user_id, self.rep | self.rep_2)
        self.assertEqual(lead.sla_state, "running")
