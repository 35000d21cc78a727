"""The gate: what must be true for a lead to enter a stage.

SPECIFICATIONS

* A stage's protocol points (``leadya.stage.requirement``) whose mode is on must be met by each lead that enters the
  stage; and a lead that is won must have all criteria of its qualification model confirmed, where the company's
  setting *Won Without All Criteria* says so.
* To *enter* is to be written or created into the stage, by whatever way: form, card, list, import, RPC. A lead that
  changes its team or company within a stage enters it for these.
* What is written together counts together: the gate looks at the leads as they would be.
* Mode on refuses with one error that names all that is missing (the web client asks for just that, and fills it
  there); on trial the move is made, the user is warned, and it stands in the decision log.
* Only a manager's override lets a lead pass without, with a reason; see ``leadya_gate_override``. Code that runs
  with all rights (a scheduled action, the import of a company's history) decides by itself.

A move of any number of leads costs the gate some queries in all, none a lead.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ..exceptions import StageGateError
from .leadya_stage_requirement import TICKED

#: Leads that an error names; of others it tells the number.
NAMED_AT_MOST = 10

#: What a lead enters a stage by.
ENTERING = ("stage_id", "team_id", "company_id")

#: Modes, from the mildest to the strictest.
MODES = ("off", "trial", "on")

#: In the context of moves that a manager has let pass: an object, which no request from outside can send.
PASSED = object()


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        chosen = "default_stage_id" in self.env.context
        entering = [lead.id for lead, vals in zip(leads, vals_list, strict=True) if chosen or vals.get("stage_id")]
        # A lead that falls into the first stage by itself has chosen nothing.
        self.browse(entering).with_prefetch(leads.ids)._gate_check(created=True)
        return leads

    def write(self, vals):
        if vals.keys().isdisjoint(ENTERING) or self._gate_is_open_to_user():
            return super().write(vals)
        before = {lead.id: [lead[name] for name in ENTERING] for lead in self}
        result = super().write(vals)
        self.filtered(lambda lead: before[lead.id] != [lead[name] for name in ENTERING])._gate_check()
        return result

    @api.model
    def _has_field_access(self, field, operation):
        """Whether a lead is won follows from its stage; a request that writes it would pass beside the gate."""
        allowed = super()._has_field_access(field, operation)
        return allowed and (field.name != "won_status" or operation != "write" or self._gate_is_open_to_user())

    def _gate_is_open_to_user(self):
        return self.env.su or self.env.context.get("leadya_gate") is PASSED

    # ------------------------------------------------------------
    # CHECKING
    # ------------------------------------------------------------

    def _gate_check(self, created=False):
        """Refuse, or on trial tell of, the leads that stand in a stage without what it asks for.

        :param bool created: whether the leads exist only by what is checked
        :raises StageGateError: where a point whose mode is on is not met
        """
        if not self or self._gate_is_open_to_user():
            return
        for stage, leads in self.grouped("stage_id").items():
            misses = leads._gate_find_misses(stage)
            refused = {
                lead: on for lead, missed in misses.items() if (on := [miss for miss in missed if miss["mode"] == "on"])
            }
            if refused:
                ids = [] if created else [lead.id for lead in refused]
                raise StageGateError(self._gate_describe_refusal(stage, refused), ids, stage)
            if misses:
                self._gate_tell_trial(stage, misses)

    def _gate_find_misses(self, stage):
        """What each lead lacks to stand in a stage, by points that are on or on trial.

        :return: by lead, dicts with ``key``, ``label``, ``mode``, and ``point`` (a leadya.stage.requirement) or
            ``criterion`` (a leadya.criterion that is not confirmed); leads that lack nothing are left out
        :rtype: dict
        """
        misses = {}
        for team, leads in self.grouped("team_id").items():
            points = self.env["leadya.stage.requirement"]._get_points(stage, team).filtered(lambda p: p.mode != "off")
            for lead, unmet in points._find_unmet(leads).items():
                misses[lead] = [miss for point in unmet for miss in lead._gate_prepare_misses(point)]
        if stage.is_won:
            for lead, missed in self._gate_find_unqualified().items():
                misses[lead] = misses.get(lead, []) + missed
        return {lead: self._gate_once(missed) for lead, missed in misses.items()}

    @api.model
    def _gate_once(self, missed):
        """What is asked for twice is missing once, in the stricter mode."""
        by_key = {}
        for miss in sorted(missed, key=lambda miss: miss["mode"] != "on"):
            by_key.setdefault(miss["key"], miss)
        return [by_key.pop(miss["key"]) for miss in missed if miss["key"] in by_key]

    def _gate_prepare_misses(self, point):
        """What a point that is not met asks of the lead: one thing, or each criterion that is not confirmed."""
        if point.kind != "criterion":
            return [{"key": f"point:{point.id}", "label": point.name, "mode": point.mode, "point": point}]
        ids = point.criterion_id.ids or self._criteria_get_unconfirmed()[self.id]
        return self._gate_prepare_criteria(ids, point.mode)

    @api.model
    def _gate_prepare_criteria(self, criterion_ids, mode):
        return [
            {"key": f"criterion:{criterion.id}", "label": criterion.name, "mode": mode, "criterion": criterion}
            for criterion in self.env["leadya.criterion"].sudo().browse(criterion_ids)
        ]

    def _gate_find_unqualified(self):
        """Criteria of its model that keep each lead from being won, by its company's setting.

        A lead of no company goes by the strictest of the user's: which of them is active, a request may say.
        """
        shared = max(self.env.user.company_ids.sudo().mapped("leadya_gate_won_mode"), key=MODES.index)
        mode_by_lead = {
            lead: lead.company_id.sudo().leadya_gate_won_mode if lead.company_id else shared for lead in self
        }
        held = self.filtered(lambda lead: mode_by_lead[lead] != "off")
        unconfirmed = held._criteria_get_unconfirmed()
        return {
            lead: self._gate_prepare_criteria(ids, mode_by_lead[lead]) for lead in held if (ids := unconfirmed[lead.id])
        }

    def _criteria_get_unconfirmed(self):
        """Ids of the criteria that each lead is judged by and that are not confirmed, in the order of asking.

        :rtype: dict[int, list[int]]
        """
        return {
            lead_id: [criterion_id for criterion_id, state in states.items() if state != "confirmed"]
            for lead_id, states in self._criteria_get_states().items()
        }

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    @api.model
    def _gate_describe_refusal(self, stage, misses):
        """One text with all that is missing.

        :param dict misses: see :meth:`_gate_find_misses`
        """
        texts = [
            self.env._(
                "%(lead)s cannot enter %(stage)s yet. Missing: %(missing)s",
                lead=lead.name,
                stage=stage.name,
                missing=self._gate_join_labels(missed),
            )
            for lead, missed in list(misses.items())[:NAMED_AT_MOST]
        ]
        if len(misses) > NAMED_AT_MOST:
            texts.append(self.env._("… and %(count)s more leads.", count=len(misses) - NAMED_AT_MOST))
        return "\n".join(texts)

    @api.model
    def _gate_join_labels(self, missed):
        return ", ".join(miss["label"] for miss in missed)

    def _gate_tell_trial(self, stage, misses):
        """Record what would have been refused, and warn whoever made the move."""
        self.env["leadya.decision.log"].sudo()._log(
            [
                {
                    "lead_id": lead.id,
                    "step": "gate",
                    "code": "gate_refused",
                    "trial": True,
                    "params": {"stage": stage.name, "missing": self._gate_join_labels(missed)},
                }
                for lead, missed in misses.items()
            ]
        )
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "title": self.env._("Still missing"),
                "message": self._gate_describe_trial(stage, misses),
            },
        )

    @api.model
    def _gate_describe_trial(self, stage, misses):
        if len(misses) == 1:
            [(lead, missed)] = misses.items()
            return self.env._(
                "%(lead)s is in %(stage)s without: %(missing)s",
                lead=lead.name,
                stage=stage.name,
                missing=self._gate_join_labels(missed),
            )
        return self.env._(
            "%(count)s leads are in %(stage)s without what it asks for.", count=len(misses), stage=stage.name
        )

    # ------------------------------------------------------------
    # FILLING
    # ------------------------------------------------------------

    def leadya_gate_ask(self, stage_id):
        """What the leads lack to enter a stage, for the dialog that asks for it.

        :param int stage_id: of ``crm.stage``
        :return: ``stage``, ``message``, ``may_override``, and for one lead ``items``: dicts with ``key``, ``label``,
            ``note``, ``mode``, ``kind`` and what names it: ``point_id``, ``field`` or ``criterion_id``
        :rtype: dict
        :raises AccessError: where the user may not write one of the leads
        """
        self.check_access("write")
        stage = self.env["crm.stage"].browse(int(stage_id)).exists()
        if not stage:
            raise UserError(self.env._("This stage is gone."))
        misses = self._gate_find_misses(stage)
        missed = misses.get(self, []) if len(self) == 1 else []
        return {
            "stage": stage.name,
            "lead": self.name if len(self) == 1 else "",
            "message": self._gate_describe_refusal(stage, misses),
            "may_override": self._gate_may_override(),
            "items": [self._gate_describe_item(miss) for miss in missed],
        }

    def _gate_describe_item(self, miss):
        shared = {key: miss[key] for key in ("key", "label", "mode")}
        if criterion := miss.get("criterion"):
            states = self._criteria_get_states()[self.id]
            return {
                **shared,
                "kind": "criterion",
                "note": criterion.question or "",
                "criterion_id": criterion.id,
                "state": states.get(criterion.id, "unknown"),
            }
        point = miss["point"]
        return {
            **shared,
            "kind": point.kind,
            "note": point.note or "",
            "point_id": point.id,
            "field": point.field_name if point.kind == "field" else False,
        }

    def leadya_gate_move(self, stage_id, values=None, answers=None, points=(), documents=None):
        """Fill in what is missing, and move the lead; all of it or nothing.

        :param int stage_id: of ``crm.stage``
        :param dict values: of fields that the stage asks for
        :param dict answers: by the id of a criterion, its ``state`` and ``note``, the evidence in words
        :param list[int] points: information and documents that the customer has
        :param dict documents: by the id of a point, ``name`` and ``data`` (base64) of its document
        :return: what Odoo says to a deal that is won, or False
        :raises StageGateError: where something is missing still
        """
        self.ensure_one()
        self.check_access("write")
        ask = self.leadya_gate_ask(stage_id)
        asked = {item.get("field") for item in ask["items"]}
        values = {name: value for name, value in (values or {}).items() if name in asked}
        self._gate_answer({item.get("criterion_id") for item in ask["items"]}, answers or {})
        self._gate_mark({item.get("point_id") for item in ask["items"]}, points, documents or {})
        # Together, so that the gate sees the lead as it will be.
        self.write({**values, "stage_id": int(stage_id)})
        return self.get_rainbowman_message()

    def _gate_answer(self, asked, answers):
        """Answer the criteria that were asked for."""
        for criterion_id, answer in answers.items():
            if int(criterion_id) in asked:
                self.leadya_answer(int(criterion_id), answer["state"], answer.get("note") or None)

    def _gate_mark(self, asked, points, documents):
        """Tick the points that were asked for and are done."""
        documents = {int(point_id): document for point_id, document in documents.items()}
        ids = asked & ({int(point_id) for point_id in points} | set(documents))
        done = self.env["leadya.stage.requirement"].sudo().browse(ids).filtered(lambda point: point.kind in TICKED)
        attachments = {point.id: self._gate_attach(documents[point.id]) for point in done if point.id in documents}
        self.env["leadya.requirement.mark"].sudo().create(
            [
                {
                    "lead_id": self.id,
                    "requirement_id": point.id,
                    "user_id": self.env.uid,
                    "attachment_id": attachments[point.id].id if point.id in attachments else False,
                }
                for point in done
            ]
        )

    def _gate_attach(self, document):
        """A document of the lead's, with the user's own rights."""
        return self.env["ir.attachment"].create(
            {"name": document["name"], "datas": document["data"], "res_model": self._name, "res_id": self.id}
        )
