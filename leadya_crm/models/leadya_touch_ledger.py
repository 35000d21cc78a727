"""The ledger of touches: what a touch says is never rewritten, by nobody.

How to use: ``action_correct`` opens a new touch with the values of one that is wrong;
saved, it holds instead of it. ``_holding`` filters those that hold.

How it works: what was left open may be filled in, as channel and keyword are when a rule
that knows them comes later; what is said stays, with all rights too. A correction is a row
of its own which names the one that it supersedes; no two may name the same. A lead that
shows what the corrected touch said follows the correction. Merging moves touches to
another lead, which says nothing else of them.
"""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .leadya_touch import VISIT_VALUES

#: What a touch says, once and for all.
SAID = ("touched_at", "origin", *VISIT_VALUES)

#: What a correction takes over from the touch that it corrects, to be changed. The keyword is found
#: anew, from the search term.
TAKEN_OVER = ("touched_at", *(name for name in VISIT_VALUES if name != "keyword_id"))


class LeadyaTouch(models.Model):
    _inherit = "leadya.touch"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("superseded_by_id") for vals in vals_list):
            raise AccessError(self.env._("Which touch holds is told by the touch that corrects another."))
        touches = super().create(vals_list)
        touches.filtered("supersedes_id")._supersede()
        if not (self.env.context.get("leadya_corridor") or self.env.context.get("leadya_touches_later")):
            touches.filtered(lambda touch: touch.origin == "manual")._arrive()
        return touches

    def write(self, vals):
        self.check_access("write")
        self._check_ledger(vals)
        return super().write(vals)

    def _check_ledger(self, vals):
        """Refuse to change what a touch says; what it left open may be filled in.

        :raises UserError: naming the field
        """
        for name in vals.keys() & set(SAID):
            field = self._fields[name]
            for touch in self:
                said = touch[name]
                if said and field.convert_to_cache(vals[name], touch) != field.convert_to_cache(said, touch):
                    raise UserError(
                        self.env._(
                            "A touch is never rewritten. Correct it instead: the field %(field)s stays as it was.",
                            field=field._description_string(self.env),
                        )
                    )

    def _holding(self):
        """Those of the touches that no correction has superseded."""
        return self.filtered(lambda touch: not touch.superseded_by_id)

    # ------------------------------------------------------------
    # CORRECTION
    # ------------------------------------------------------------

    def action_correct(self):
        """Open a new touch, with the values of this one, that is to hold instead of it."""
        self.ensure_one()
        self._check_correctable()
        values = self._convert_to_write({name: self[name] for name in TAKEN_OVER})
        values["term"] = self.term or self.keyword_id.name
        values["match_type"] = self.match_type or self.keyword_id.match_type
        said = {f"default_{name}": value for name, value in values.items() if value}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct a Visit"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(self.env.ref("leadya_crm.leadya_touch_view_form_correct").id, "form")],
            "target": "new",
            "context": {
                **said,
                "default_lead_id": self.lead_id.id,
                "default_supersedes_id": self.id,
                "default_origin": "manual",
            },
        }

    def _check_correctable(self):
        """
        :raises AccessError: where the user may not write the lead
        :raises UserError: where somebody has corrected the touch already
        """
        self.check_access("read")
        self.lead_id.check_access("write")
        if self.sudo().superseded_by_id:
            raise UserError(self.env._("Somebody has corrected this touch already: correct the one that holds."))

    def _supersede(self):
        """These touches hold instead of those that they correct."""
        for touch in self:
            original = touch.supersedes_id
            original._check_correctable()
            if original.lead_id != touch.lead_id:
                raise ValidationError(self.env._("A correction is of the same lead as the touch that it corrects."))
            original.sudo().superseded_by_id = touch

    def _arrive(self):
        """Complete touches that somebody told of by hand, and show on their leads what they say."""
        touches_sudo = self.sudo().with_context(leadya_corridor=True)
        touches_sudo._complete()
        for touch_sudo in touches_sudo.filtered("supersedes_id"):
            touch_sudo.lead_id._leadya_in_corridor()._attribution_follow(touch_sudo)
        touches_sudo.lead_id._leadya_in_corridor()._attribution_take_over()
