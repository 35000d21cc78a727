"""The visits that led to a lead, as its form shows them."""

from odoo import models
from odoo.tools import SQL

from ..tools.urls import host_of


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def leadya_touches(self):
        """All touches of the lead, corrected ones too, oldest first; with what each earns by the company's model.

        :return: ``model`` (its label), and ``touches``: dicts with ``id``, ``at`` (text, UTC), ``channel``,
            ``is_paid``, ``term``, ``is_brand``, ``campaign``, ``source``, ``site``, ``landing``, ``referrer`` (a host),
            ``device`` and ``origin`` (labels), ``click`` (kind of click identifier), ``corrected`` (another holds
            instead), ``corrects`` (holds instead of another), ``share`` (of the lead, 0 to 1) and ``days`` since
            the one before that holds
        :rtype: dict
        :raises AccessError: where the user may not read the lead
        """
        self.ensure_one()
        self.check_access("read")
        touches = self.touch_ids.sorted(lambda touch: (touch.touched_at, touch.id))
        company = self.company_id or self.env.company
        labels = dict(company._fields["leadya_attribution_model"]._description_selection(self.env))
        return {
            "model": labels[company.sudo().leadya_attribution_model],
            "touches": self._touches_prepare(touches, self._touches_get_shares(company)),
        }

    def action_add_touch(self):
        """Open a new touch of this lead, to be told by hand."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a Visit"),
            "res_model": "leadya.touch",
            "view_mode": "form",
            "views": [(self.env.ref("leadya_crm.leadya_touch_view_form_correct").id, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id, "default_origin": "manual"},
        }

    def _touches_get_shares(self, company):
        """What each touch earns of the lead.

        :rtype: dict[int, float]
        """
        chosen = SQL("SELECT id, create_date FROM crm_lead WHERE id = %s", self.id)
        Touch = self.env["leadya.touch"].sudo().with_company(company)
        query = Touch._get_credit_query(company.sudo().leadya_attribution_model, chosen)
        rows = self.env.execute_query(SQL("SELECT touch_id, weight FROM (%s) AS credit", query))
        return dict(rows)

    def _touches_prepare(self, touches, shares):
        choices = {name: dict(touches._fields[name]._description_selection(self.env)) for name in ("device", "origin")}
        prepared, before = [], None
        for touch in touches:
            holds = not touch.superseded_by_id
            prepared.append(
                {
                    **self._touches_prepare_one(touch, choices),
                    "share": shares.get(touch.id, 0.0),
                    "days": (touch.touched_at - before.touched_at).days if holds and before else 0,
                }
            )
            before = touch if holds else before
        return prepared

    def _touches_prepare_one(self, touch, choices):
        texts = {
            "channel": touch.channel_id.display_name,
            "term": touch.term or touch.keyword_id.name,
            "campaign": touch.campaign_id.display_name,
            "source": touch.source_id.display_name,
            "site": touch.site,
            "landing": touch.landing,
            "referrer": host_of(touch.referrer_url),
            "device": choices["device"].get(touch.device),
            "origin": choices["origin"][touch.origin],
            "click": touch.click_id_kind,
        }
        return {
            "id": touch.id,
            "at": touch._fields["touched_at"].to_string(touch.touched_at),
            "is_paid": touch.channel_id.is_paid,
            "is_brand": touch.keyword_id.is_brand,
            "corrected": bool(touch.superseded_by_id),
            "corrects": bool(touch.supersedes_id),
            **{name: text or "" for name, text in texts.items()},
        }
