from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools.constants import GC_UNLINK_LIMIT

#: For so many days a merge can be undone, unless the setting says otherwise.
KEEP_DAYS = 180


class LeadyaMerge(models.Model):
    """A merge of leads, with what it takes to undo it.

    Leads are merged by Odoo's own machinery, with the hooks of every module; those that
    became part of another are archived, not deleted. What the merge changed, in rows of
    whatever table refers to the leads, is kept here (see ``leadya_merge_rows``), and can
    be taken back as long as it is kept. Written by the module alone.
    """

    _name = "leadya.merge"
    _description = "Merge of Leads"
    _order = "id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True, index=True, ondelete="cascade")
    # Not stored: else every lead that changes its company, new ones too, would be looked up here.
    company_id = fields.Many2one(related="lead_id.company_id")
    merged_lead_ids = fields.Many2many(
        "crm.lead",
        "leadya_merge_lead_rel",
        "merge_id",
        "lead_id",
        "Merged Leads",
        readonly=True,
        context={"active_test": False},
        help="Became part of the lead; archived since.",
    )
    merged_count = fields.Integer("Leads Merged", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Merged By", readonly=True, default=lambda self: self.env.user, index="btree_not_null"
    )
    merged_at = fields.Datetime("Merged On", readonly=True, required=True, default=lambda self: self.env.cr.now())
    state = fields.Selection(
        [("done", "Merged"), ("undone", "Undone"), ("final", "For Good")],
        default="done",
        required=True,
        readonly=True,
        help="For good: what it takes to undo the merge is kept no longer.",
    )
    undone_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    undone_at = fields.Datetime("Undone On", readonly=True)
    moved = fields.Json(readonly=True, help="How many rows of each model went along.")
    changes = fields.Json(readonly=True, prefetch=False, groups="base.group_system")
    remarks = fields.Json(readonly=True, help="What could not be taken back.")
    summary = fields.Char("Went Along", compute="_compute_summary")
    remark = fields.Text("Not Taken Back", compute="_compute_remark")

    _kept_idx = models.Index("(merged_at) WHERE state = 'done'")

    @api.depends("moved")
    @api.depends_context("lang")
    def _compute_summary(self):
        for merge in self:
            counts = [f"{self._get_model_label(model)}: {count}" for model, count in (merge.moved or {}).items()]
            merge.summary = " · ".join(counts) or False

    @api.depends("remarks")
    @api.depends_context("lang")
    def _compute_remark(self):
        for merge in self:
            merge.remark = "\n".join(self._describe_remark(remark) for remark in merge.remarks or []) or False

    @api.model
    def _get_model_label(self, model):
        return self.env["ir.model"]._get(model).sudo().name or model

    @api.model
    def _describe_remark(self, remark):
        """A remark in the reader's language; see ``_put_back`` for what there is."""
        if "fields" in remark:
            known = self.env["crm.lead"]._fields
            labels = [known[name]._description_string(self.env) for name in remark["fields"] if name in known]
            return self.env._(
                "%(lead)s: changed since, and left as it is: %(fields)s", lead=remark["name"], fields=", ".join(labels)
            )
        label = self._get_model_label(remark["model"])
        if "gone" in remark:
            return self.env._("%(label)s: %(count)s done or deleted since", label=label, count=remark["gone"])
        return self.env._("%(label)s: %(count)s changed since, and left as they are", label=label, count=remark["kept"])

    # ------------------------------------------------------------
    # UNDO
    # ------------------------------------------------------------

    def action_undo(self):
        """Make of the lead again what it was before the merge, and of the merged leads too.

        :raises AccessError: where the user may not write one of the leads
        :raises UserError: where the merge cannot be taken back
        """
        self.ensure_one()
        leads = self._check_undo()
        merge_sudo = self.sudo()
        remarks = merge_sudo._put_back(leads.sudo())
        merge_sudo.write(
            {
                "state": "undone",
                "undone_by_id": self.env.uid,
                "undone_at": self.env.cr.now(),
                "remarks": remarks or False,
                "changes": False,
            }
        )
        self._tell_undone(leads)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if remarks else "success",
                "title": self.env._("The merge is undone"),
                "message": self.remark or "",
                "sticky": bool(remarks),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_undo(self):
        """The leads of the merge, locked, where it can be undone by the current user."""
        self.check_access("read")
        # All of them, those too that a record rule hides: these must not be undone unseen.
        merged_sudo = self.sudo().with_context(active_test=False).merged_lead_ids
        leads = self.env["crm.lead"].browse((self.sudo().lead_id | merged_sudo).ids)
        leads.check_access("write")
        if self.state == "undone":
            raise UserError(self.env._("This merge was undone already."))
        if len(merged_sudo) < self.merged_count:
            raise UserError(self.env._("One of the merged leads was deleted since: the merge cannot be undone."))
        if self.state == "final":
            raise UserError(self.env._("The merge is too old: what it takes to undo it is kept no longer."))
        elsewhere = leads.filtered(lambda lead: lead.merged_into_id and lead.merged_into_id != self.lead_id)
        if elsewhere:
            raise UserError(
                self.env._(
                    "%(lead)s was merged into %(other)s since: undo that first.",
                    lead=elsewhere[0].name,
                    other=elsewhere[0].sudo().merged_into_id.name,
                )
            )
        self._lock(leads)
        return leads

    @api.model
    def _lock(self, leads):
        try:
            leads.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._("Somebody is working on one of these leads right now. Try again in a moment.")
            ) from error

    def _tell_undone(self, leads):
        """A note in the history of each lead, with what was left as it is."""
        title = self.env._("The merge of %(date)s was undone.", date=fields.Date.to_string(self.merged_at))
        lines = [Markup("<li>%s</li>") % line for line in (self.remark or "").splitlines()]
        body = Markup("<p>%s</p>") % title
        if lines:
            body += Markup("<ul>%s</ul>") % Markup().join(lines)
        leads._message_log_batch({lead.id: body for lead in leads})

    # ------------------------------------------------------------
    # FORGETTING
    # ------------------------------------------------------------

    def _forget(self):
        """Keep no longer what it takes to undo: the merge is for good."""
        self.filtered(lambda merge: merge.state == "done").write({"state": "final", "changes": False})

    @api.autovacuum
    def _gc_old_merges(self):
        """Old merges are for good; the archived leads stay archived."""
        days = int(self.env["ir.config_parameter"].sudo().get_param("leadya_crm.merge_keep_days") or KEEP_DAYS)
        limit = fields.Datetime.subtract(self.env.cr.now(), days=days)
        old = self.sudo().search([("state", "=", "done"), ("merged_at", "<", limit)], limit=GC_UNLINK_LIMIT)
        old._forget()
        return len(old), len(old) == GC_UNLINK_LIMIT
