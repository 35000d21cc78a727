"""Corridor, step "attribute": where the lead came from.

A door gives touches, or the values of one visit on the lead itself. Here they become
rows of the ledger, with channel and keyword recognised, and the lead shows its last
touch that says more than "direct" (the rule of Google Analytics and of HubSpot's
"latest source": a direct visit does not take the credit from the visit before it).
"""

from odoo import api, fields, models

from ..tools.urls import CLICK_ID_KINDS

#: Fields of the lead which, when set, say something of a visit, and the touch's field.
VISIT_FIELDS = {
    "landing_url": "landing_url",
    "referrer_url": "referrer_url",
    "click_id": "click_id",
    "click_id_kind": "click_id_kind",
    "utm_term": "term",
    "source_id": "source_id",
    "medium_id": "medium_id",
    "campaign_id": "campaign_id",
    "channel_id": "channel_id",
}

#: What an address tells of a visit beyond that; only the touch keeps it.
TOUCH_DETAILS = (
    "content",
    "match_type",
    "ad_group",
    "network",
    "device",
    "campaign_ref",
    "ad_group_ref",
    "creative_ref",
)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    channel_id = fields.Many2one(
        "leadya.channel", index="btree_not_null", ondelete="set null", copy=False, tracking=True
    )
    keyword_id = fields.Many2one("leadya.keyword", index="btree_not_null", ondelete="set null", copy=False)
    utm_term = fields.Char(
        "Searched For", copy=False, help="The search term as it came from the search engine or advertisement."
    )
    landing_url = fields.Char("Landing Page", copy=False, help="The page of our site that the visitor saw first.")
    referrer_url = fields.Char("Referrer", copy=False, help="The page from which the visitor came to our site.")
    click_id = fields.Char(
        "Click Identifier", copy=False, help="By which the advertising platform knows the click again."
    )
    click_id_kind = fields.Selection([(kind, kind) for kind in CLICK_ID_KINDS], copy=False)
    touch_ids = fields.One2many("leadya.touch", "lead_id", string="Touches")

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Whoever writes to a team's alias came by e-mail."""
        channel = self.env.ref("leadya_crm.channel_email", raise_if_not_found=False)
        values = {"channel_id": channel.id} if channel else {}
        return super().message_new(msg_dict, {**values, **(custom_values or {})})

    @api.model
    def _attribution_complete(self, vals_list):
        """Values of new leads, completed by what their landing pages' addresses tell.

        These are another on every lead: set before the insertion they cost nothing,
        afterwards a ``write`` a lead.
        """
        find_utm = self.env["leadya.touch"]._make_utm_finder()
        return [
            {**vals, **self._attribution_get_missing(vals, find_utm)}
            if vals.get("landing_url") and not vals.get("touch_ids")
            else vals
            for vals in vals_list
        ]

    @api.model
    def _attribution_get_missing(self, vals, find_utm):
        said = self.env["leadya.touch"]._values_from_url(vals["landing_url"])
        proposed = {"utm_term": said.get("term")}
        if not vals.get("click_id"):
            # Kind and identifier belong together.
            proposed |= {name: said.get(name) for name in ("click_id", "click_id_kind")}
        for name in ("source", "medium", "campaign"):
            if said.get(name) and not (vals.get(f"{name}_id") or self.env.context.get(f"default_{name}_id")):
                proposed[f"{name}_id"] = find_utm(f"utm.{name}", said[name])
        return {name: value for name, value in proposed.items() if value and not vals.get(name)}

    def _leadya_attribute(self):
        """Record the visit, recognise channel and keyword, and show them on the lead."""
        self._attribution_create_touches()
        decisions = self.touch_ids._holding()._complete()
        self._attribution_take_over()
        return decisions + self._niche_recognise()

    def _attribution_create_touches(self):
        """One touch for each lead that brought the values of a visit, but no touch."""
        values = [
            {
                "lead_id": lead.id,
                "company_id": lead.company_id.id,
                "origin": "lead",
                "touched_at": lead.create_date,
                **lead._attribution_get_visit(),
            }
            for lead in self
            if not lead.touch_ids and any(lead[name] for name in VISIT_FIELDS)
        ]
        self.env["leadya.touch"].create(values)

    def _attribution_get_visit(self):
        """Touch values of the visit that the lead's own fields tell of."""
        self.ensure_one()
        visit = self._convert_to_write({name: self[name] for name in VISIT_FIELDS})
        said = self.env["leadya.touch"]._values_from_url(self.landing_url)
        details = {name: said[name] for name in TOUCH_DETAILS if name in said}
        return details | {VISIT_FIELDS[name]: value for name, value in visit.items()}

    def _attribution_take_over(self):
        """Show on each lead what its decisive touch says, where nothing is set."""
        direct = self.env["leadya.channel"]._get_direct()
        values = {}
        for lead in self:
            touch = lead._attribution_get_decisive_touch(direct)
            channel = lead.channel_id or touch.channel_id
            proposed = {
                "channel_id": channel.id,
                "keyword_id": touch.keyword_id.id,
                "source_id": touch.source_id.id,
                "medium_id": touch.medium_id.id,
                "campaign_id": touch.campaign_id.id,
                "utm_term": touch.term,
                "landing_url": touch.landing_url,
                "referrer_url": touch.referrer_url,
                "click_id": touch.click_id,
                "click_id_kind": touch.click_id_kind,
                "source_direction": channel.direction,
            }
            values[lead.id] = {name: value for name, value in proposed.items() if value and not lead[name]}
        self._leadya_write_each(values)

    def _attribution_get_decisive_touch(self, direct):
        """The last touch that says more than ``direct``, the channel of visits without any mark."""
        self.ensure_one()
        return self._attribution_choose_decisive(self.touch_ids._holding(), direct)

    @api.model
    def _attribution_choose_decisive(self, touches, direct):
        telling = touches.filtered(lambda touch: touch.channel_id and touch.channel_id != direct)
        return (telling or touches).sorted(lambda touch: (touch.touched_at, touch.id))[-1:]

    def _attribution_follow(self, correction):
        """Show what a correction says, where the lead shows what the corrected touch said."""
        self.ensure_one()
        original = correction.supersedes_id
        direct = self.env["leadya.channel"]._get_direct()
        before = self.touch_ids._holding() - correction | original
        if self._attribution_choose_decisive(before, direct) != original:
            return
        now = self._attribution_get_decisive_touch(direct)
        shown = {**VISIT_FIELDS, "keyword_id": "keyword_id"}
        follows = {name: now[said] for name, said in shown.items() if self[name] == original[said] != now[said]}
        self.write(self._convert_to_write(follows))
        self.env["leadya.decision.log"]._log(
            [
                {
                    "lead_id": self.id,
                    "step": "attribute",
                    "code": "touch_corrected",
                    "params": {
                        "user": correction.create_uid.name,
                        "deadline": fields.Datetime.to_string(original.touched_at),
                    },
                }
            ]
        )

    def _merge_get_fields(self):
        return [
            *super()._merge_get_fields(),
            "channel_id",
            "keyword_id",
            "utm_term",
            "landing_url",
            "referrer_url",
            "click_id",
            "click_id_kind",
        ]

    def _merge_dependences(self, opportunities):
        """Touches are a ledger: none is lost when leads are merged."""
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().touch_ids.write({"lead_id": self.id})
        return result
