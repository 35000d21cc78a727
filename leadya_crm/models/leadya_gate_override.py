"""A manager's override: a lead enters a stage without what it asks for, with a reason that is kept.

How to use: ``crm.lead.action_gate_override(stage_id, reason)``. There is no other way: nobody has the right to create
an override, and the mark that lets a move pass is an object in the context, which no request from outside can send.
"""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .crm_lead_gate import PASSED

MANAGERS = "sales_team.group_sale_manager"
REASON_LENGTH = 2000


class LeadyaGateOverride(models.Model):
    """One lead that a manager let into a stage without what it asks for: who, why, and what was missing."""

    _name = "leadya.gate.override"
    _description = "Stage Gate Override"
    _order = "id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")
    team_id = fields.Many2one(
        "crm.team", "Sales Team", readonly=True, index="btree_not_null", ondelete="set null", help="At that time."
    )
    salesperson_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", help="At that time.")
    stage_id = fields.Many2one("crm.stage", "Let Into", readonly=True, index=True, ondelete="set null")
    is_won = fields.Boolean("Won by It", readonly=True)
    missing = fields.Char("Was Missing", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, index=True)
    expected_revenue = fields.Monetary(currency_field="currency_id", readonly=True)
    currency_id = fields.Many2one(related="lead_id.company_currency")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    gate_override_ids = fields.One2many("leadya.gate.override", "lead_id", "Overrides", readonly=True)

    def _gate_may_override(self):
        return self.env.user.has_group(MANAGERS)

    def action_open_gate_override(self, stage_id=False):
        """Ask a manager why the leads are to pass without what is missing."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Let Pass"),
            "res_model": "leadya.override.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": self.ids, "default_stage_id": stage_id, "dialog_size": "medium"},
        }

    def action_gate_override(self, stage_id, reason):
        """Let the leads into a stage without what it asks for.

        :param int stage_id: of ``crm.stage``
        :param str reason: why, in words
        :return: the overrides; of leads that lacked nothing there are none
        :raises AccessError: where the user is no sales manager, or may not write one of the leads
        :raises UserError: where no reason is given
        """
        if not self._gate_may_override():
            raise AccessError(self.env._("Only a sales manager lets a lead pass without what its stage asks for."))
        self.check_access("write")
        reason = str(reason or "").strip()[:REASON_LENGTH]
        if not reason:
            raise UserError(self.env._("Say why the lead is to pass: the reason is kept."))
        stage = self.env["crm.stage"].browse(int(stage_id)).exists()
        if not stage:
            raise UserError(self.env._("This stage is gone."))
        misses = self._gate_find_misses(stage)
        self.with_context(leadya_gate=PASSED).write({"stage_id": stage.id})
        overrides_sudo = self.env["leadya.gate.override"].sudo()
        created = overrides_sudo.create(
            [self._gate_prepare_override(lead, missed, stage, reason) for lead, missed in misses.items()]
        )
        self._gate_log_overrides(created)
        return created.with_env(self.env)

    def _gate_prepare_override(self, lead, missed, stage, reason):
        return {
            "lead_id": lead.id,
            "team_id": lead.team_id.id,
            "salesperson_id": lead.user_id.id,
            "stage_id": stage.id,
            "is_won": stage.is_won,
            "missing": self._gate_join_labels(missed),
            "reason": reason,
            "user_id": self.env.uid,
            "expected_revenue": lead.expected_revenue,
        }

    def _gate_log_overrides(self, overrides_sudo):
        self.env["leadya.decision.log"].sudo()._log(
            [
                {
                    "lead_id": override.lead_id.id,
                    "step": "gate",
                    "code": "gate_overridden",
                    "params": {
                        "user": self.env.user.name,
                        "stage": override.stage_id.name,
                        "missing": override.missing,
                        "reason": override.reason,
                    },
                }
                for override in overrides_sudo
            ]
        )

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        """What a manager let pass stays on record when the lead becomes part of another."""
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().gate_override_ids.lead_id = self
        return result
