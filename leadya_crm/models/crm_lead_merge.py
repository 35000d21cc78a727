"""Merging duplicates so that it can be undone, and telling those that are none.

How to use: ``action_merge_duplicates`` opens the dialog that shows the leads side by side;
``_leadya_merge`` merges. ``leadya.merge`` keeps what it takes to undo, and undoes.

How it works: Odoo's own machinery merges, with the hooks of every module, but deletes
nothing: a lead that became part of another is archived and says which one it is. It is
neither lost nor won, and counts nowhere as a lead of its own.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_lead_cadence import CALL
from .leadya_sla_clock import OPEN_STATES


class CrmLead(models.Model):
    _inherit = "crm.lead"

    merged_into_id = fields.Many2one(
        "crm.lead",
        copy=False,
        readonly=True,
        measured=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead that this one became part of.",
    )
    merge_id = fields.Many2one(
        "leadya.merge",
        "Last Merge",
        copy=False,
        readonly=True,
        measured=True,
        index="btree_not_null",
        ondelete="set null",
    )

    # Of a new lead Odoo knows by it that there are none, and does not look for those whose company may change.
    merge_ids = fields.One2many("leadya.merge", "lead_id", "Merges", readonly=True)

    # ------------------------------------------------------------
    # NEITHER LOST NOR A DUPLICATE
    # ------------------------------------------------------------

    @api.depends("merged_into_id")
    def _compute_won_status(self):  # pylint: disable=missing-return; a compute returns nothing
        """What became part of another lead was not lost, whatever its probability."""
        merged = self.filtered("merged_into_id")
        merged.won_status = "pending"
        super(CrmLead, self - merged)._compute_won_status()

    def write(self, vals):
        """Who restores a merged lead by hand has a lead of its own again, without what went along."""
        if vals.get("active") and "merged_into_id" not in vals:
            merged = self.filtered("merged_into_id")
            if merged:
                merged.sudo().write({"merged_into_id": False})
        return super().write(vals)

    def unlink(self):
        """Of a lead that is deleted nothing is kept, and its merges are for good."""
        merges_sudo = self.env["leadya.merge"].sudo()
        merges_sudo.search([("merged_lead_ids", "in", self.ids), ("state", "=", "done")])._forget()
        return super().unlink()

    @api.model
    def _leadya_count_merged(self, name, records):
        """How many leads that refer to each of the records became part of another.

        :param str name: a many2one of the lead
        :rtype: dict
        """
        domain = [(name, "in", records.ids), ("merged_into_id", "!=", False)]
        return dict(self.with_context(active_test=False)._read_group(domain, [name], ["__count"]))

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def action_merge_duplicates(self):
        """Show leads side by side, to merge them; of a single lead, with its duplicates.

        :raises UserError: where there is nothing to merge the lead with
        """
        leads = self
        if len(self) == 1:
            leads |= self._duplicates_get_own()
        if len(leads) < 2:
            raise UserError(self.env._("Choose at least two leads to merge."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Duplicates"),
            "res_model": "leadya.merge.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": leads.ids, "dialog_size": "extra-large"},
        }

    def action_undo_merge(self):
        """Undo the merge that the lead was last part of."""
        self.ensure_one()
        if not self.merge_id:
            raise UserError(self.env._("This lead was not merged, or it is too long ago."))
        return self.merge_id.action_undo()

    def action_view_merges(self):
        """Which leads became part of this one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_merge_action")
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def _leadya_merge(self, head=None):
        """Merge leads into one, and keep what it takes to undo it.

        :param head: the lead that stays; unless told, the one that Odoo would choose
        :return: the merge; its ``lead_id`` is the lead that is left
        :raises AccessError: where the user may not write one of the leads
        :raises UserError: where these leads cannot be merged
        """
        merges_sudo = self.env["leadya.merge"].sudo()
        leads = self.with_context(active_test=False)
        leads._merge_check(head)
        merges_sudo._lock(leads)
        ordered = leads.with_context(leadya_merge_head=head and head.id)._sort_by_confidence_level(reverse=True)
        kept, others = ordered[0], ordered[1:]
        merge_sudo = merges_sudo.create(
            {"lead_id": kept.id, "merged_lead_ids": others.ids, "merged_count": len(others), "user_id": self.env.uid}
        )
        before = merge_sudo._read_state(leads)
        kept = ordered._merge_opportunity(auto_unlink=False).with_env(self.env)
        kept._merge_archive(others.with_env(self.env), merge_sudo)
        merge_sudo._keep_changes(leads, before)
        return merge_sudo.with_env(self.env)

    def _merge_check(self, head):
        """Refuse what would harm: leads that somebody else has, that are won, or of two companies."""
        self.check_access("write")
        merged = self.filtered("merged_into_id")
        won = self.filtered(lambda lead: lead.won_status == "won")
        if merged:
            raise UserError(
                self.env._(
                    "%(lead)s is part of %(other)s already.",
                    lead=merged[0].name,
                    other=merged[0].sudo().merged_into_id.name,
                )
            )
        if won:
            raise UserError(self.env._("%(lead)s is won: it stays as it is.", lead=won[0].name))
        if len(self.company_id) > 1:
            raise UserError(self.env._("Leads of different companies are not merged."))
        if head and not head.active and any(self.mapped("active")):
            raise UserError(self.env._("%(lead)s is closed: keep one that is open.", lead=head.name))

    def _sort_by_confidence_level(self, reverse=False):
        """With ``leadya_merge_head`` in the context, the lead that a person chose comes first."""
        ordered = super()._sort_by_confidence_level(reverse=reverse)
        chosen = ordered.filtered(lambda lead: lead.id == self.env.context.get("leadya_merge_head"))
        return chosen + (ordered - chosen) if reverse else (ordered - chosen) + chosen

    def _merge_archive(self, others, merge_sudo):
        """Mark the leads that became part of this one, and archive those that were open."""
        for other in others:
            other._message_log(
                body=Markup("<p>%s</p>")
                % self.env._("Merged into %(lead)s.", lead=self._get_html_link(title=self.display_name))
            )
        # It was not lost: neither tracked as such nor told to anybody.
        others_sudo = others.sudo().with_context(mail_notrack=True)
        others_sudo.write(
            {
                "merged_into_id": self.id,
                "merge_id": merge_sudo.id,
                "possible_duplicate_id": False,
                # Of the rep's load it is part no more.
                "date_open": False,
            }
        )
        # Writing this on a lead that was lost would change what the predicted probability has learnt.
        others_sudo.filtered("active").write({"active": False})
        self.sudo().merge_id = merge_sudo

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        self._merge_note_empty()
        return super()._merge_opportunity(user_id, team_id, auto_unlink, max_length)

    def _merge_note_empty(self):
        """Find by one query which leads have nothing of a kind that moves along, for all kinds.

        Most leads have few kinds, and each would be asked for by a query of its own at every merge.
        """
        kinds = [
            field
            for field in self._fields.values()
            if field.type == "one2many" and field.comodel_name.startswith("leadya.")
        ]
        queries = []
        for field in kinds:
            rows_sudo = self.env[field.comodel_name].sudo().with_context(active_test=False)
            query = rows_sudo._search([(field.inverse_name, "in", self.ids)])
            # In no order, that of the database is none of a union.
            query.order = None
            column = SQL.identifier(query.table, field.inverse_name)
            queries.append(query.select(SQL("%s AS name", field.name), SQL("%s AS lead_id", column)))
        found = set(self.env.execute_query(SQL(" UNION ").join(queries)))
        for field in kinds:
            empty = self.filtered(lambda lead, name=field.name: (name, lead.id) not in found)
            field._update_cache(empty, ())

    def _merge_dependences(self, opportunities):
        """Whatever pointed to a merged lead points to the one that is left."""
        result = super()._merge_dependences(opportunities)
        self.sudo()._merge_move_pointers(opportunities.sudo())
        return result

    def _merge_dependences_calendar_events(self, opportunities):
        """A meeting that is private to a colleague is a meeting of the lead all the same."""
        leads = self.sudo() if "leadya_merge_head" in self.env.context else self
        return super(CrmLead, leads)._merge_dependences_calendar_events(opportunities)

    def _merge_move_pointers(self, others):
        every = self.with_context(active_test=False)
        pointing = every.search(
            Domain("possible_duplicate_id", "in", others.ids) | Domain("merged_into_id", "in", others.ids)
        )
        alike = pointing.filtered(lambda lead: lead.possible_duplicate_id in others)
        (alike - self - others).write({"possible_duplicate_id": self.id})
        pointing.filtered(lambda lead: lead.merged_into_id in others).write({"merged_into_id": self.id})
        if self.possible_duplicate_id in others:
            self.possible_duplicate_id = (others.possible_duplicate_id - others - self)[:1]
        self._duplicates_set_distinct(others.distinct_lead_ids - self - others)

    # ------------------------------------------------------------
    # UNDO
    # ------------------------------------------------------------

    @api.model
    def _unmerge_get_counters(self):
        """Names of fields that count: what was counted after the merge is counted on when it is undone.

        :rtype: list[str]
        """
        return ["attempt_count"]

    def _leadya_settle_unmerged(self, since):
        """What was done since a merge still holds for the leads after its undoing.

        :param datetime since: when the leads were merged
        """
        for lead in self:
            lead._unmerge_keep_promises(since)
        without = self.filtered(lambda lead: lead.next_action_at and lead.active and not lead.nurture_resume_at)
        without -= self.browse(without._cadence_get_activities().mapped("res_id"))
        self._cadence_schedule([(lead, CALL, lead.next_action_at, "retry") for lead in without if lead.user_id])

    def _unmerge_keep_promises(self, since):
        """A promise that runs again was kept, where the customer was contacted meanwhile."""
        # Attempts are logged to the second.
        second = since.replace(microsecond=0)
        attempts = self.attempt_ids.filtered(lambda attempt: attempt.attempted_at >= second).sorted("attempted_at")
        clocks = self.sla_clock_ids.filtered(
            lambda clock: clock.state in OPEN_STATES and clock.kind != "stage" and clock.start_at <= since
        )
        if attempts and clocks:
            clocks._stop(attempts[0].attempted_at, attempts[0])
