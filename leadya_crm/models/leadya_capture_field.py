from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.capture import KEY_FIELD, TOUCHES_FIELD, is_tracking_name, normalise_name
from ..tools.capture_guard import GUARD_FIELDS

# How a text becomes the value of a lead's field, and how many characters it may have.
# Only what stands here can ever be set from outside: no owner, team, stage or money.
TARGET_LIMITS = {
    "contact_name": ("line", 128),
    "first_name": ("line", 64),
    "last_name": ("line", 64),
    "partner_name": ("line", 128),
    "email_from": ("email", 254),
    "phone": ("line", 64),
    "function": ("line", 128),
    "website": ("website", 255),
    "street": ("line", 128),
    "street2": ("line", 128),
    "city": ("line", 128),
    "zip": ("line", 32),
    "state_id": ("state", 64),
    "country_id": ("country", 64),
    "name": ("line", 200),
    "referred": ("line", 128),
    "external_ref": ("line", 128),
    "description": ("lines", 20000),
}


class LeadyaCaptureField(models.Model):
    """One incoming field of a door, and where on the lead its text goes.

    The list of targets is closed: what a stranger sends can't reach any other field.
    """

    _name = "leadya.capture.field"
    _description = "Capture Form Field"
    _order = "sequence, id"

    form_id = fields.Many2one("leadya.capture.form", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Incoming Name", required=True, help="The name of the field on the web page, or the key in the JSON object."
    )
    synonyms = fields.Char("Other Names", help="More names under which the same field may come, separated by commas.")
    label = fields.Char(
        translate=True, help="The text beside the field in the sample form. Empty: the name of the lead's field."
    )
    target = fields.Selection(
        [
            ("contact_name", "Contact Name"),
            ("first_name", "First Name"),
            ("last_name", "Last Name"),
            ("partner_name", "Company Name"),
            ("email_from", "Email"),
            ("phone", "Phone"),
            ("function", "Job Position"),
            ("website", "Website"),
            ("street", "Street"),
            ("street2", "Street 2"),
            ("city", "City"),
            ("zip", "ZIP"),
            ("state_id", "State / Region"),
            ("country_id", "Country"),
            ("name", "Subject"),
            ("referred", "Referred By"),
            ("external_ref", "External Reference"),
            ("description", "Notes"),
        ],
        "Lead Field",
        required=True,
    )
    required = fields.Boolean(help="A post without it is refused, and the sender is told why.")

    # Several questions may end in the notes, each under its label.
    _target_uniq = models.UniqueIndex(
        "(form_id, target) WHERE target != 'description'",
        "Each field of the lead can be filled by one incoming field only. Give further names as other names.",
    )

    @api.depends("label", "target")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._label()

    @api.constrains("name", "synonyms", "form_id")
    def _check_names(self):
        for form in self.form_id:
            seen = {}
            for line in form.field_ids:
                for name in line._incoming_names():
                    self._check_name(form, name)
                    if seen.setdefault(normalise_name(name), line) != line:
                        raise ValidationError(
                            self.env._("The incoming name “%(name)s” stands twice in the field map.", name=name)
                        )

    def _check_name(self, form, name):
        reserved = (KEY_FIELD, TOUCHES_FIELD, form.honeypot_name, form.consent_name, *GUARD_FIELDS)
        if not normalise_name(name) or name in reserved or is_tracking_name(name):
            raise ValidationError(
                self.env._("The incoming name “%(name)s” has a meaning of its own and can't be mapped.", name=name)
            )

    def _incoming_names(self):
        """All names under which the field may come, the main one first."""
        self.ensure_one()
        return [name.strip() for name in [self.name, *(self.synonyms or "").split(",")] if name.strip()]

    def _label(self):
        self.ensure_one()
        return self.label or dict(self._fields["target"]._description_selection(self.env)).get(self.target, "")

    @api.model
    def _default_lines(self, kind="form"):
        """The usual fields of a contact form, under the names that page builders give them.

        :param str kind: of the door
        :return: values of lines
        :rtype: list
        """
        lines = [
            ("contact_name", "name", "full_name, your-name, contact_name, שם, שם מלא, имя", False),
            ("first_name", "first_name", "fname, given-name, firstname", False),
            ("last_name", "last_name", "lname, family-name, surname", False),
            ("email_from", "email", "e-mail, mail, your-email, email_from, email_address, אימייל, דוא״ל, почта", True),
            ("phone", "phone", "tel, telephone, mobile, your-phone, phone_number, טלפון, נייד, телефон", False),
            (
                "partner_name",
                "company",
                "company_name, organization, organisation, your-company, חברה, компания",
                False,
            ),
            ("function", "job_title", "job, position, function, role", False),
            ("website", "website", "site, url, web", False),
            ("street", "street", "address, street_address", False),
            ("city", "city", "town, עיר, город", False),
            ("zip", "zip", "postcode, postal_code, zip_code", False),
            ("country_id", "country", "country_code, מדינה, страна", False),
            ("name", "subject", "your-subject, title, topic, נושא, тема", False),
            (
                "description",
                "message",
                "your-message, comments, comment, notes, description, question, הודעה, сообщение",
                False,
            ),
        ]
        return [
            {"sequence": 10 * position, "target": target, "name": name, "synonyms": synonyms, "required": required}
            for position, (target, name, synonyms, required) in enumerate(lines, 1)
        ]
