"""Where costs and leads meet.

SPECIFICATIONS

What an advertising platform calls a keyword and what a lead's address says of it are rarely the same to the last
detail: the address may lack the ad group, or give the campaign's number for its name. They meet at the first of

1. the keyword: the same record, of the same words, match type, campaign, ad group and source;
2. the words: the same campaign has exactly one keyword of these words that was paid for. Where it has several, the
   match type and ad group decide, as far as the lead tells them; if they don't, nobody guesses;
3. the campaign, by its name or the platform's number;
4. the channel.

What meets nowhere is listed with its sum. No money is spread over leads that it may not have brought.
"""

from odoo import api, models
from odoo.tools import SQL


class LeadyaAdCost(models.Model):
    _inherit = "leadya.ad.cost"

    # Few campaigns are called by a number: they are looked up, rather than all costs gone through.
    _campaign_ref_idx = models.Index("(campaign_ref, campaign_id) WHERE campaign_ref IS NOT NULL AND active IS TRUE")

    @api.model
    def _get_campaign_match_query(self, company_ids):
        """Campaigns that are called by a platform's number, and the campaign whose costs carry that number.

        :return: a SELECT of ``campaign_id, cost_campaign_id``, each campaign at most once
        :rtype: SQL
        """
        self.flush_model(["campaign_ref", "campaign_id", "company_id", "active"])
        self.env["utm.campaign"].flush_model(["name", "title"])
        return SQL(
            """
            SELECT campaign.id AS campaign_id, MIN(cost.campaign_id) AS cost_campaign_id
              FROM utm_campaign campaign
             CROSS JOIN LATERAL (
                   SELECT DISTINCT campaign_id
                     FROM leadya_ad_cost
                    WHERE campaign_ref = campaign.name AND campaign_id != campaign.id
                      AND active IS TRUE AND company_id = ANY(%(companies)s)) cost
             GROUP BY campaign.id
            HAVING COUNT(*) = 1
            """,
            companies=list(company_ids),
        )

    @api.model
    def _get_keyword_match_query(self, company_ids):
        """Keywords of leads that cost nothing by themselves, and the keyword whose costs are theirs.

        Costs of any time count: what a keyword is does not change with the period that is looked at.

        :return: a SELECT of ``keyword_id, cost_keyword_id``, each keyword at most once
        :rtype: SQL
        """
        self.flush_model(["keyword_id", "company_id", "active"])
        self.env["leadya.keyword"].flush_model()
        return SQL(
            """
            SELECT pair.keyword_id,
                   COALESCE(MIN(pair.cost_keyword_id) FILTER (WHERE pair.fits), MIN(pair.cost_keyword_id))
                   AS cost_keyword_id
              FROM (
                   SELECT own.id AS keyword_id, paid.id AS cost_keyword_id,
                          (own.match_type IS NULL OR own.match_type = paid.match_type)
                          AND (own.ad_group IS NULL OR own.ad_group = paid.ad_group) AS fits
                     FROM leadya_keyword own
                LEFT JOIN (%(campaigns)s) renamed ON renamed.campaign_id = own.campaign_id
                     JOIN leadya_keyword paid
                       ON paid.normalized_name = own.normalized_name
                      AND paid.campaign_id = COALESCE(renamed.cost_campaign_id, own.campaign_id)
                      AND (paid.source_id = own.source_id OR paid.source_id IS NULL OR own.source_id IS NULL)
                      AND paid.id != own.id
                    WHERE NOT %(own_costs)s AND %(paid_costs)s
                   ) pair
             GROUP BY pair.keyword_id
            HAVING COUNT(*) FILTER (WHERE pair.fits) = 1 OR COUNT(*) = 1
            """,
            campaigns=self._get_campaign_match_query(company_ids),
            own_costs=self._get_has_cost("own", company_ids),
            paid_costs=self._get_has_cost("paid", company_ids),
        )

    def _get_has_cost(self, alias, company_ids):
        """Whether a keyword was paid for, as a condition."""
        return SQL(
            """EXISTS (SELECT 1 FROM leadya_ad_cost cost
                        WHERE cost.keyword_id = %s AND cost.active IS TRUE AND cost.company_id = ANY(%s))""",
            SQL.identifier(alias, "id"),
            list(company_ids),
        )
