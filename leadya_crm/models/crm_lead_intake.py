"""The corridor that every lead walks, whatever door it came in by (design.md, section 2).

How to use: ``create`` does it. A door gives ordinary values, ``user_id=False`` where
nobody was chosen, and what it knows of the visit (see ``crm_lead_attribution``).

Context keys:

* ``leadya_skip_intake``: the data bring all their own values, nothing is done;
* ``leadya_skip_steps``: names of steps to leave out, see ``INTAKE_STEPS``;
* ``leadya_skip_duplicates``: leads of a person who has one already are not linked to it;
* ``leadya_historic``: an old lead, loaded for the record: nobody is given it, nothing is
  promised, nobody is told.

How it works: each step is a method on the whole recordset in a file of its own, which
returns its decisions as values of ``leadya.decision.log``. Steps can be run again on
chosen leads: what a person has set is not overwritten.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import clean_context

INTAKE_STEPS = {
    "attribute": "_leadya_attribute",
    "link": "_leadya_link",
    "classify": "_leadya_classify",
    "assign": "_leadya_assign",
    "clock": "_leadya_start_clocks",
    "first_step": "_leadya_schedule_first_step",
}

#: Steps that act on people; an old lead is spared them.
ACTING_STEPS = ("assign", "clock", "first_step")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    external_ref = fields.Char(
        "External Reference",
        copy=False,
        index="btree_not_null",
        help="What the lead is called in the system that it came from.",
    )
    decision_log_ids = fields.One2many("leadya.decision.log", "lead_id", string="Decisions", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        # Without tracking there are neither followers nor notes.
        as_batch = len(vals_list) > 1 and not self.env.context.get("tracking_disable")
        later = {"mail_create_nolog": True, "leadya_subscribe_later": True} if as_batch else {}
        # Touches that come with the lead are completed in its corridor, with it.
        creator = self.with_context(leadya_touches_later=True, **later)
        if "attribute" in self._leadya_get_steps():
            vals_list = self._attribution_complete(vals_list)
        leads = super(CrmLead, creator).create(vals_list).with_env(self.env)
        if as_batch:
            leads._leadya_subscribe(vals_list)
        if as_batch and not self.env.context.get("mail_create_nolog"):
            leads._leadya_log_creation()
        leads._leadya_intake()
        return leads

    def copy(self, default=None):
        """A copy is made by a person, for a reason of theirs: it does not arrive anew."""
        copies = super(CrmLead, self.with_context(leadya_skip_intake=True)).copy(default)
        return copies.with_env(self.env)

    def _leadya_intake(self):
        """Walk the corridor with new leads, as one batch."""
        self._leadya_run_steps(self._leadya_get_steps())

    @api.model
    def _leadya_get_steps(self):
        """Names of the steps that new leads walk, by the context."""
        if self.env.context.get("leadya_skip_intake"):
            return []
        skipped = set(self.env.context.get("leadya_skip_steps") or ())
        if self.env.context.get("leadya_historic"):
            skipped.update(ACTING_STEPS)
        return [name for name in INTAKE_STEPS if name not in skipped]

    def action_run_intake_steps(self, names):
        """Run steps of the corridor again on leads that a manager chose.

        What a person has set stays as it is; leads that have an owner, a promise or a
        verdict by hand keep them.

        :param list[str] names: of ``INTAKE_STEPS``
        :raises UserError: for a step that does not exist
        :raises AccessError: where the user may not write the leads, or is no manager
        """
        unknown = set(names) - set(INTAKE_STEPS)
        if unknown:
            raise UserError(self.env._("The corridor has no step %(names)s.", names=", ".join(sorted(unknown))))
        # Automation rules run with all rights, whoever has set them off.
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales manager can run the steps of the corridor again."))
        self.check_access("write")
        # Leads that another worker is giving to somebody are left to it.
        leads = self.try_lock_for_update(allow_referencing=True)
        leads.invalidate_recordset(["user_id"])
        leads._leadya_run_steps([name for name in INTAKE_STEPS if name in names])

    def _leadya_run_steps(self, names):
        """Run steps of the corridor in their order.

        With all rights, since the corridor looks beyond what the creating user may see
        (duplicates of other reps, members' load). Values that the corridor sets are
        explained in the decision log, not tracked in the chatter as if a person had
        changed them. Each step gives back the decisions that it took; they are recorded
        at the end, all at once.

        :param names: keys of ``INTAKE_STEPS``
        """
        if not self:
            return
        leads_sudo = self._leadya_in_corridor()
        # What is computed from new values goes to the database with what the steps find, not before it.
        leads_sudo._recompute_recordset()
        decisions = [decision for name in names for decision in getattr(leads_sudo, INTAKE_STEPS[name])()]
        self.env["leadya.decision.log"]._log(decisions)

    def _leadya_in_corridor(self, **context):
        """The leads as the corridor works on them: with all rights, and without notices of each write."""
        return self.sudo().with_context(
            clean_context(self.env.context),
            **{"leadya_corridor": True, "mail_notrack": True, "mail_auto_subscribe_no_notify": True, **context},
        )

    def _leadya_write_each(self, values_by_id):
        """Write different values on the leads with one ``write`` per set of values.

        :param dict values_by_id: lead id → values; leads without values are left alone
        """
        groups = {}
        for lead in self:
            values = values_by_id.get(lead.id)
            if values:
                groups.setdefault(frozenset(values.items()), []).append(lead.id)
        for values, ids in groups.items():
            self.browse(ids).with_prefetch(self._ids).write(dict(values))

    # ------------------------------------------------------------
    # CREATION NOTES
    # ------------------------------------------------------------

    def _leadya_log_creation(self):
        """The creation notes of a batch.

        Stock Odoo posts a message per lead, which is most of what creating a batch
        costs. A message is posted where somebody who follows has asked to be told;
        everywhere else the note is logged, all in one go.
        """
        to_post = self._leadya_get_followed()
        for lead in to_post.sudo():
            lead.message_post(
                subtype_id=lead._creation_subtype().id,
                author_id=self.env.user.partner_id.id,
                body=self._leadya_format_note(lead._creation_message()),
            )
        to_log = self - to_post
        messages = {team: leads[0]._creation_message() for team, leads in to_log.grouped("team_id").items()}
        to_log._message_log_batch({lead.id: self._leadya_format_note(messages[lead.team_id]) for lead in to_log})

    @api.model
    def _leadya_format_note(self, text):
        # The web client hides a body with this summary: it shows the creation by itself.
        return Markup('<div summary="o_mail_notification"><p>%s</p></div>') % text

    def _leadya_get_followed(self):
        """Leads of which somebody else than the creator follows the creation."""
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("partner_id", "!=", self.env.user.partner_id.id),
                    ("subtype_ids", "in", self.env.ref("crm.mt_lead_create").ids),
                ]
            )
        )
        return self.browse(set(followers.mapped("res_id")) & set(self.ids))

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "external_ref"]

    def _merge_dependences(self, opportunities):
        """What the merged leads have gone through becomes part of the one that is left."""
        result = super()._merge_dependences(opportunities)
        logs = self.env["leadya.decision.log"]
        logs.flush_model(["lead_id"])
        # Every lead has some: one statement, in place of reading and writing them.
        self.env.cr.execute(
            SQL("UPDATE leadya_decision_log SET lead_id = %s WHERE lead_id IN %s", self.id, opportunities._ids)
        )
        logs.invalidate_model(["lead_id"])
        (self | opportunities).invalidate_recordset(["decision_log_ids"])
        return result
