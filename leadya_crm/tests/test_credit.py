from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from odoo.addons.leadya_crm.tools.credit import ATTRIBUTION_MODELS, Touch, credits, in_window

from .common import NOW, LeadyaCommon

MODELS = [key for key, _label in ATTRIBUTION_MODELS]


def _touch(days_ago, tells=True, is_paid=False):
    return Touch(NOW - timedelta(days=days_ago), tells, is_paid)


TOUCHES = st.lists(st.builds(_touch, st.floats(0, 20_000), st.booleans(), st.booleans()), max_size=12).map(
    lambda touches: sorted(touches, key=lambda touch: touch.at)
)


@tagged("post_install", "-at_install")
class TestCreditModels(BaseCase):
    """L12 L13: how a lead is shared out among its touches."""

    @settings(max_examples=300, deadline=None)
    @given(TOUCHES, st.sampled_from(MODELS), st.floats(0.01, 3650))
    def test_shares_sum_to_one(self, touches, model, half_life):
        """L13: whatever the touches, the shares of a lead are none below 0, and sum to 1."""
        shares = credits(touches, model, half_life)
        self.assertEqual(len(shares), len(touches))
        self.assertTrue(all(0 <= share <= 1 for share in shares))
        self.assertAlmostEqual(sum(shares), 1.0 if touches else 0.0, places=9)

    @settings(max_examples=100, deadline=None)
    @given(TOUCHES, st.sampled_from(MODELS))
    def test_direct_earns_only_alone(self, touches, model):
        """L16: a direct visit earns nothing beside one that tells more."""
        telling = any(touch.tells for touch in touches)
        for touch, share in zip(touches, credits(touches, model, 7), strict=True):
            if telling and not touch.tells and not touch.is_paid:
                self.assertEqual(share, 0)

    def test_models(self):
        """L13: the figures that the models' sources give for four touches, a week apart."""
        touches = [_touch(21), _touch(14, is_paid=True), _touch(7), _touch(0)]
        for model, expected in {
            "first": [1, 0, 0, 0],
            "last": [0, 0, 0, 1],
            "last_paid": [0, 1, 0, 0],
            "linear": [0.25, 0.25, 0.25, 0.25],
            "position": [0.4, 0.1, 0.1, 0.4],
            "time_decay": [1 / 15, 2 / 15, 4 / 15, 8 / 15],
        }.items():
            for share, right in zip(credits(touches, model, 7), expected, strict=True):
                self.assertAlmostEqual(share, right, msg=model)

    def test_few_touches(self):
        self.assertEqual(credits([], "linear", 7), [])
        for model in MODELS:
            self.assertEqual(credits([_touch(3, tells=False)], model, 7), [1.0], model)
        self.assertEqual(credits([_touch(3), _touch(1)], "position", 7), [0.5, 0.5])

    def test_last_paid_without_paid_is_last(self):
        touches = [_touch(9), _touch(5), _touch(1, tells=False)]
        self.assertEqual(credits(touches, "last_paid", 7), [0, 1, 0])

    def test_window(self):
        """Older touches count only where there is nothing else."""
        touches = [_touch(100), _touch(50), _touch(1)]
        self.assertEqual(in_window(touches, NOW, 90), [1, 2])
        self.assertEqual(in_window(touches[:1], NOW, 90), [0])
        self.assertEqual(in_window([], NOW, 90), [])


@tagged("post_install", "-at_install")
class TestCreditQuery(LeadyaCommon):
    """L12 L13 C1: reports over many leads share them out as the tool does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid, cls.organic, cls.direct = (
            cls.env.ref(f"leadya_crm.channel_{name}") for name in ("paid_search", "organic_search", "direct")
        )

    def _make_bare_leads(self, count):
        leads = self.env["crm.lead"].with_context(leadya_skip_intake=True).create([{"name": "x"}] * count)
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE crm_lead SET create_date = %s WHERE id IN %s", NOW, leads._ids))
        leads.invalidate_recordset()
        return leads

    def _get_shares(self, leads, model, **options):
        chosen = SQL("SELECT id, create_date FROM crm_lead WHERE id IN %s", leads._ids)
        query = self.env["leadya.touch"]._get_credit_query(model, chosen, **options)
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _make_touches(self, leads, drawn):
        channels = {
            (True, True): self.paid,
            (True, False): self.organic,
            (False, False): self.direct,
            (False, True): self.env["leadya.channel"],
        }
        return self.env["leadya.touch"].create(
            [
                {
                    "lead_id": lead.id,
                    "origin": "snippet",
                    "touched_at": touch.at.replace(microsecond=0),
                    "channel_id": channels[touch.tells, touch.is_paid].id,
                }
                for lead, touches in zip(leads, drawn, strict=True)
                for touch in touches
            ]
        )

    def _share_out(self, lead, model, window, half_life):
        touches = lead.touch_ids.sorted(lambda touch: (touch.touched_at, touch.id))
        values = [
            Touch(
                touch.touched_at, bool(touch.channel_id) and touch.channel_id != self.direct, touch.channel_id.is_paid
            )
            for touch in touches
        ]
        chosen = in_window(values, NOW, window)
        shares = credits([values[index] for index in chosen], model, half_life)
        return {touches[index].id: share for index, share in zip(chosen, shares, strict=True) if share}

    @settings(max_examples=8, deadline=None)
    @given(st.lists(TOUCHES, min_size=1, max_size=12), st.integers(1, 400), st.floats(0.5, 60))
    def test_same_as_the_tool(self, drawn, window, half_life):
        """L13: the query and the tool give each touch the same share, in every model."""
        leads = self._make_bare_leads(len(drawn))
        self._make_touches(leads, drawn)
        for model in MODELS:
            found = {lead.id: {} for lead in leads}
            for row in self._get_shares(leads, model, window_days=window, half_life_days=half_life):
                found[row["lead_id"]][row["touch_id"]] = row["weight"]
            for lead in leads:
                expected = self._share_out(lead, model, window, half_life) if lead.touch_ids else {None: 1.0}
                self.assertEqual(found[lead.id].keys(), expected.keys(), model)
                for touch_id, share in expected.items():
                    self.assertAlmostEqual(found[lead.id][touch_id], share, msg=model)

    def test_lead_without_touches(self):
        """L12: a lead that was loaded with its own values is not missing from a sum."""
        lead = self._make_bare_leads(1)
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        lead.write(
            {
                "channel_id": self.paid.id,
                "campaign_id": campaign.id,
                "landing_url": "https://www.Site.example/price?gclid=x",
            }
        )
        for model in MODELS:
            [row] = self._get_shares(lead, model)
            self.assertEqual(
                (row["channel_id"], row["campaign_id"], row["landing"], row["site"], row["weight"]),
                (self.paid.id, campaign.id, "/price", "site.example", 1.0),
            )

    def test_landing_and_site(self):
        """L12: one page is one page, however it was reached."""
        lead = self._make_bare_leads(1)
        touches = self.env["leadya.touch"].create(
            [
                {"lead_id": lead.id, "landing_url": url}
                for url in (
                    "https://www.Site.example/price/?gclid=1#top",
                    "http://site.example/price",
                    "site.example/%D7%9E%D7%97%D7%99%D7%A8",
                    "https://site.example",
                    "not an address at all",
                    False,
                )
            ]
        )
        self.assertEqual(
            [(touch.site, touch.landing) for touch in touches],
            [
                ("site.example", "/price"),
                ("site.example", "/price"),
                ("site.example", "/מחיר"),
                ("site.example", "/"),
                (False, False),
                (False, False),
            ],
        )

    def test_defaults_of_the_company(self):
        """The window is the company's own, unless the reader chooses another."""
        lead = self._make_bare_leads(1)
        self._make_touches(lead, [[_touch(50), _touch(10)]])
        self.assertEqual(len(self._get_shares(lead, "linear")), 2)
        self.company.leadya_attribution_window = 30
        self.assertEqual(len(self._get_shares(lead, "linear")), 1)
