from datetime import date, datetime, timedelta

from odoo.tests import new_test_user

from .common import LeadyaCommon

#: A Wednesday, after the leads have had their time.
TODAY = datetime(2026, 5, 13, 10, 0)
ARRIVED = datetime(2026, 5, 6, 10, 0)


class FiguresCommon(LeadyaCommon):
    """Two paid keywords of one campaign, their costs, and leads that came by them a week ago.

    *boiler*: 100 spent, 4 leads, 2 fit, 1 won for 1,000. *pipes*: 60 spent, 2 leads, none fit, one answered late.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["leadya.channel"].search([]).monthly_cost = 0
        cls.env["leadya.triage.rule"].search([]).active = False
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.marketer = new_test_user(
            cls.env,
            "leadya_marketer",
            groups="sales_team.group_sale_salesman_all_leads,leadya_crm.group_marketing",
            email="marketer@leadya.example",
            tz="UTC",
        )
        cls.google = cls.env["utm.mixin"]._find_or_create_record("utm.source", "google")
        cls.campaign = cls.env["utm.campaign"].create({"name": "Heating"})
        cls.paid = cls.env.ref("leadya_crm.channel_paid_search")
        cls.boiler, cls.pipes = cls.env["leadya.keyword"].create(
            [
                {
                    "name": name,
                    "match_type": "exact",
                    "campaign_id": cls.campaign.id,
                    "ad_group": "Home",
                    "source_id": cls.google.id,
                }
                for name in ("boiler", "pipes")
            ]
        )
        cls.costs = cls._make_costs({cls.boiler: 100.0, cls.pipes: 60.0})

    @classmethod
    def _make_costs(cls, costs, day=date(2026, 5, 1), **values):
        return cls.env["leadya.ad.cost"].create(
            [
                {
                    "date_from": day,
                    "cost": cost,
                    "impressions": 1000,
                    "clicks": 50,
                    "keyword_id": keyword.id,
                    "channel_id": cls.paid.id,
                    **values,
                }
                for keyword, cost in costs.items()
            ]
        )

    @classmethod
    def _make_touched(cls, *touches, at=ARRIVED, **values):
        """A lead that came by the keywords given, one day after the other, the last on its arrival."""
        lead = (
            cls.env["crm.lead"]
            .with_context(leadya_skip_steps=("assign", "clock", "first_step", "classify"))
            .create(
                {
                    "name": "Asked for heating",
                    "type": "opportunity",
                    "user_id": cls.rep.id,
                    "team_id": cls.team.id,
                    "touch_ids": [
                        (
                            0,
                            0,
                            {
                                "touched_at": at - timedelta(days=len(touches) - 1 - number),
                                "keyword_id": keyword.id,
                                "campaign_id": keyword.campaign_id.id,
                                "source_id": keyword.source_id.id,
                                "channel_id": cls.paid.id,
                                "landing_url": f"https://www.heat.example/{keyword.name}?utm_term=x",
                            },
                        )
                        for number, keyword in enumerate(touches)
                    ],
                    **values,
                }
            )
        )
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [at, lead.id])
        lead.invalidate_recordset(["create_date"])
        return lead

    @classmethod
    def _make_leads_of_keywords(cls):
        won = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        leads = [cls._make_touched(cls.boiler, triage_state=state) for state in ("fit", "fit", "unfit", "unfit")]
        leads[0].write({"expected_revenue": 1000, "stage_id": won.id, "probability": 100})
        late = [cls._make_touched(cls.pipes, triage_state="unfit") for _number in range(2)]
        cls.env["leadya.sla.clock"].create(
            {
                "lead_id": late[0].id,
                "kind": "first_response",
                "start_at": ARRIVED,
                "deadline": ARRIVED + timedelta(minutes=30),
                "state": "breached",
            }
        )
        for lead, minutes in zip(leads, (10, 20, 90), strict=False):
            lead.sudo().write(
                {"first_response_at": ARRIVED + timedelta(minutes=minutes), "first_response_minutes": minutes}
            )
        cls.env.flush_all()
        return leads, late

    def figures(self, user=None, **options):
        with self.at(TODAY):
            return self.env["leadya.attribution.figures"].with_user(user or self.marketer).get_figures(dict(options))

    def by_name(self, **options):
        return {row["name"]: row for row in self.figures(**options)["rows"]}
