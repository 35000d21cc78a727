import json

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import capture
from ..tools.capture import CaptureError

#: Leads, and references, of one call.
MAX_ROWS = 500
_META = {"content_type": capture.JSON}


class LeadyaIntake(models.AbstractModel):
    """SPECIFICATIONS: the API for another system, by Odoo's JSON-2 (see docs/api.md).

    What it promises:

    - **Two things, and nothing else.** Leads are handed in, and what became of those can be asked.
      A user of the group "Lead Intake API" alone can read and write no record of Odoo.
    - **The same door.** What is handed in is a submission of the form that names the user: the same
      map of fields, the same duplicate control, the same corridor.
    - **All or nothing.** An error names row and field, and nothing of the call is kept.
    - **Once.** A row that comes again under the same key is answered as the first time.
    """

    _name = "leadya.intake"
    _description = "Lead Intake API"

    @api.model
    def create_leads(self, leads, form_id=None):
        """Hand in leads; they are made in the background, within seconds.

        :param list[dict] leads: fields by the names of the form's map, and ``touches`` (a list of objects
            with ``landing_url``, ``referrer_url``, ``at`` and tracking parameters), ``idempotency_key``
            (else ``external_ref`` stands for it)
        :param int form_id: needed where several forms name the user
        :return: for each lead ``reference``, ``state``, ``lead`` (see :meth:`lead_state`) and ``unknown``: names that
            the map doesn't know, which were kept and not used
        :rtype: list[dict]
        :raises UserError: with the number of the row, from 1, and the field
        :raises AccessError: the user is not of the group
        """
        door = self._get_door(form_id)
        rows = [self._read_row(door, number, row) for number, row in enumerate(self._check_list(leads), 1)]
        submissions = door._keep_batch(rows)
        return [
            {**self._prepare_state(submission), "unknown": [name for name, _text in submission.unknown_fields or []]}
            for submission in submissions
        ]

    @api.model
    def lead_state(self, references):
        """What became of leads that were handed in by the forms which name the user.

        :param list[str] references: as :meth:`create_leads` gave them, or the keys that were given to it
        :return: for each one ``asked``, ``reference``, ``state`` (that of the submission; ``unknown`` where nothing
            came under it) and ``lead``: None, or ``id``, ``status`` (``open``, ``won``, ``lost``, ``archived``),
            ``stage``, ``owner`` and ``promise`` (``state``, ``deadline``, ``answered_at``, in UTC)
        :rtype: list[dict]
        :raises AccessError: the user is not of the group
        """
        doors = self._get_doors().with_context(active_test=False)
        asked = [str(reference) for reference in self._check_list(references)]
        found = doors.env["leadya.submission"].search(
            Domain("form_id", "in", doors.ids)
            & (Domain("reference", "in", asked) | Domain("idempotency_key", "in", asked))
        )
        by_name = {name: one for one in found for name in (one.idempotency_key, one.reference) if name}
        return [
            {**self._prepare_state(by_name[name]), "asked": name}
            if name in by_name
            else {"reference": "", "state": "unknown", "lead": None, "asked": name}
            for name in asked
        ]

    # Who may

    def _get_doors(self):
        """The forms that name the user, with the rights to receive, free of whatever context the caller sent."""
        if not self.env.user.has_group("leadya_crm.group_leadya_intake"):
            raise AccessError(self.env._("Only users of the group “Lead Intake API” can hand in leads."))
        forms_sudo = self.env(su=True, context={"lang": self.env.lang})["leadya.capture.form"]
        return forms_sudo.with_context(active_test=False).search(
            Domain("kind", "=", "json")
            & Domain("api_user_ids", "in", self.env.uid)
            & Domain("company_id", "in", self.env.user.company_ids.ids)
        )

    def _get_door(self, form_id):
        """:raises UserError: it is not clear which form is meant"""
        doors = self._get_doors().filtered("active")
        if form_id:
            doors = doors.filtered(lambda door: door.id == form_id)
        if len(doors) == 1:
            return doors
        if not doors:
            raise UserError(self.env._("No form of the kind “JSON from another system” names this user."))
        raise UserError(self.env._("Say which form: form_id is one of %(ids)s.", ids=", ".join(map(str, doors.ids))))

    @api.model
    def _check_list(self, rows):
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise UserError(self.env._("Send a list of at most %(limit)s.", limit=MAX_ROWS))
        return rows

    # Rows

    def _read_row(self, door, number, row):
        """The row as values of a submission.

        :raises UserError: it can't be used
        """
        try:
            return self._prepare_row(door, row)
        except CaptureError as error:
            text = door._error_text(error.code, error.field, **error.params)
            raise UserError(self.env._("Row %(row)s: %(error)s", row=number, error=text)) from error

    def _prepare_row(self, door, row):
        if not isinstance(row, dict):
            raise CaptureError("json_object")
        row = {capture.TOUCHES_FIELD if name == "touches" else name: value for name, value in row.items()}
        body = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")
        post = capture.parse_post(body, capture.JSON)
        door = door._in_company()
        read = door._read_fields(post)
        key = post.key or capture.check_key(read["values"].get("external_ref") or "")
        return {
            **door._prepare_submission(body, _META),
            **door._prepare_outcome(read),
            **door._prepare_hold(read),
            "idempotency_key": key or False,
        }

    def _prepare_state(self, submission):
        lead = submission.lead_id
        return {
            "reference": submission.reference,
            "state": submission.state,
            "lead": self._prepare_lead_state(lead) if lead else None,
        }

    def _prepare_lead_state(self, lead):
        status = {"pending": "open" if lead.active else "archived"}.get(lead.won_status, lead.won_status)
        return {
            "id": lead.id,
            "status": status,
            "stage": lead.stage_id.name or "",
            "owner": lead.user_id.name or "",
            "promise": {
                "state": lead.sla_state or "",
                "deadline": lead.sla_deadline or None,
                "answered_at": lead.first_response_at or None,
            },
        }
