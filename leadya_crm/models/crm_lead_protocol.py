"""The stage's protocol on the lead: what the customer must have received by now, and what was done."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .leadya_stage_requirement import TICKED


class CrmLead(models.Model):
    _inherit = "crm.lead"

    requirement_mark_ids = fields.One2many("leadya.requirement.mark", "lead_id", "Protocol Done", readonly=True)

    def _protocol_get_domain(self):
        """Points of the lead's stage, for its team."""
        self.ensure_one()
        return Domain("stage_id", "=", self.stage_id.id) & Domain("team_id", "in", [False, self.team_id.id])

    def leadya_protocol(self):
        """The protocol of the lead's stage, as a checklist.

        :return: dicts with ``id``, ``name``, ``note``, ``kind``, ``by_hand`` (whether somebody ticks it; all else is
            seen on the lead), ``template_id``, ``done`` (the name of whoever did it, or whether it is so) and
            ``done_at``
        :rtype: list[dict]
        """
        self.ensure_one()
        self.check_access("read")
        points = self.env["leadya.stage.requirement"].search(self._protocol_get_domain())
        if not points:
            return []
        marks = {
            mark.requirement_id: mark
            for mark in self.env["leadya.requirement.mark"].search([("lead_id", "=", self.id)])
        }
        seen = points.filtered(lambda point: point.kind not in TICKED)
        true = seen - seen._find_unmet(self).get(self, seen.browse())
        return [self._protocol_describe(point, marks.get(point), point in true) for point in points]

    @api.model
    def _protocol_describe(self, point, mark, is_true):
        return {
            "id": point.id,
            "name": point.name,
            "note": point.note or "",
            "kind": point.kind,
            "by_hand": point.kind in TICKED,
            "template_id": point.mail_template_id.id or False,
            "done": mark.user_id.name if mark else is_true,
            "done_at": fields.Datetime.to_string(mark.create_date) if mark else False,
        }

    def leadya_protocol_tick(self, requirement_id, done):
        """Tick a point of the protocol, or take the tick back.

        :param int requirement_id: of ``leadya.stage.requirement``
        :param bool done: whether it is done
        :return: the checklist, see :meth:`leadya_protocol`
        :raises AccessError: where the user may not write the lead
        :raises UserError: where the point is not of the lead's stage
        """
        self.ensure_one()
        self.check_access("write")
        point = self.env["leadya.stage.requirement"].search(
            self._protocol_get_domain() & Domain("id", "=", int(requirement_id)) & Domain("kind", "in", TICKED)
        )
        if not point:
            raise UserError(self.env._("The protocol of %(stage)s has no such point.", stage=self.stage_id.name))
        marks_sudo = self.env["leadya.requirement.mark"].sudo()
        mark = marks_sudo.search([("lead_id", "=", self.id), ("requirement_id", "=", point.id)])
        if done and not mark:
            marks_sudo.create({"lead_id": self.id, "requirement_id": point.id})
        elif not done:
            mark.unlink()
        return self.leadya_protocol()

    def _merge_dependences(self, opportunities):
        """What the customer of a merged lead received, this one has received."""
        result = super()._merge_dependences(opportunities)
        done = self.sudo().requirement_mark_ids.requirement_id
        for mark in opportunities.sudo().requirement_mark_ids:
            if mark.requirement_id not in done:
                mark.lead_id = self
                done |= mark.requirement_id
        return result
