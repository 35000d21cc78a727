"""What a post means: its names and texts, read by the door's map."""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools import capture, capture_guard
from ..tools.capture import CaptureError
from .leadya_capture_field import TARGET_LIMITS

_YES = {"1", "true", "on", "yes", "y", "checked", "כן", "да"}


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    def _read_submission(self, submission):
        """What a submission says, by the kind of the door.

        A kind of door has a ``_read_submission_<kind>``, which gives back what :meth:`_read_fields` does.

        :rtype: dict
        :raises CaptureError: it can't be used as it is
        :raises SubmissionNotReady: not yet; it is read again later
        """
        return getattr(self, f"_read_submission_{self.kind}")(submission)

    @api.model
    def _get_remote_kinds(self):
        """Kinds of doors whose submissions can only be read with the help of another system."""
        return ["meta"]

    def _read_submission_form(self, submission):
        return self._read_fields(capture.parse_post(submission._body(), submission.content_type))

    def _read_submission_json(self, submission):
        return self._read_submission_form(submission)

    def _read_fields(self, post):
        """What the post says, by the form's map.

        :param Post post: see ``tools.capture``
        :return: ``values`` (of a lead), ``understood`` and ``unknown`` (texts by name), ``touches``,
            ``consent`` (whether it was given)
        :rtype: dict
        :raises CaptureError: ``missing``, ``email``, ``long``, ``not_text``, ``consent``
        """
        lines = self._lines_by_name()
        texts, understood, unknown, tracking = {}, {}, {}, {}
        for name, text in post.fields.items():
            line = lines.get(capture.normalise_name(name))
            if name in (self.honeypot_name, self.consent_name) or name in capture_guard.GUARD_FIELDS:
                continue
            if line and (value := self._read_text(line, name, text, name in post.structured)):
                texts.setdefault(line, []).append(value)
            elif not line and capture.is_tracking_name(name):
                tracking[name] = text
            elif not line:
                unknown[name] = text
        self._check_required(texts)
        self._check_consent(post)
        values = self._read_lines(texts, understood, unknown)
        self._compose_names(values)
        return {
            "values": values,
            "understood": {**understood, **{name: text for name, text in tracking.items() if text}},
            "unknown": unknown,
            "touches": self._read_touches(post, tracking),
            "consent": post.fields.get(self.consent_name, "").strip().casefold() in _YES,
        }

    def _lines_by_name(self):
        """The lines of the map by the names under which their fields come, see ``normalise_name``."""
        return {name: line for line in self._get_map() for name in line.names}

    def _read_touches(self, post, tracking):
        """The visits that the snippet tells of, and what the form's own fields tell beyond them."""
        own = capture.touch_from_fields(tracking)
        return [*post.touches, {**own, "origin": "form"}] if capture.tells_more(own, post.touches) else post.touches

    def _read_text(self, line, name, text, structured):
        kind, limit = TARGET_LIMITS[line.target]
        if structured:
            raise CaptureError("not_text", name)
        if len(text) > limit:
            raise CaptureError("long", name, limit=limit, length=len(text))
        text = capture.many_lines(text) if kind == "lines" else capture.one_line(text)
        if kind == "email" and text and not capture.is_email(text):
            raise CaptureError("email", name)
        return text

    def _check_required(self, texts):
        for line in self._get_map():
            if line.required and line not in texts and not self._is_given_otherwise(line, texts):
                raise CaptureError("missing", line.name)

    def _check_consent(self, post):
        if self.consent_required and post.fields.get(self.consent_name, "").strip().casefold() not in _YES:
            raise CaptureError("consent", self.consent_name)

    def _is_given_otherwise(self, line, texts):
        """A full name is given as well by its parts."""
        return line.target == "contact_name" and {"first_name", "last_name"} & {other.target for other in texts}

    def _read_lines(self, texts, understood, unknown):
        """Values of a lead, by the texts that were found for each line of the map.

        :param dict understood: texts by label, to be added to
        :param dict unknown: texts by incoming name, to be added to
        """
        values = {}
        # The country first: it tells states of the same code apart.
        for line, found in sorted(texts.items(), key=lambda item: item[0].target == "state_id"):
            self._read_line(line, found, values, understood, unknown)
        return values

    def _read_line(self, line, found, values, understood, unknown):
        kind = TARGET_LIMITS[line.target][0]
        text = "\n".join(found) if kind == "lines" else found[0]
        value = self._lead_value(kind, text, values)
        if value:
            if line.target == "description":
                value = (
                    values.get("description", "")
                    + ("\n\n" if values.get("description") else "")
                    + self._note(line, value)
                )
            values[line.target] = value
            understood[line.label] = text
        else:
            unknown[line.name] = text
        if kind != "lines" and len(found) > 1:
            unknown[line.name] = ", ".join(found[1:])

    def _note(self, line, text):
        """Several questions in the notes are told apart by their labels."""
        alone = sum(other.target == "description" for other in self._get_map()) == 1
        return text if alone else f"{line.label}: {text}"

    def _lead_value(self, kind, text, values):
        if kind == "website":
            return text if capture.is_web_address(text) else False
        if kind == "country":
            return self._remember(text, lambda: self._find_country(text).id)
        if kind == "state":
            country_id = values.get("country_id")
            return self._remember((text, country_id), lambda: self._find_state(text, country_id).id)
        return text

    def _remember(self, key, find):
        """What is found for a name, once for all submissions that are read together."""
        known = self.env.cr.cache.setdefault("leadya_crm.places", {})
        if key not in known:
            known[key] = find()
        return known[key]

    def _find_country(self, text):
        Country = self.env["res.country"].sudo()
        if len(text) == 2 and text.isalpha():
            return Country.search([("code", "=", text.upper())], limit=1)
        for lang, _name in self.env["res.lang"].get_installed():
            if found := Country.with_context(lang=lang).search([("name", "=ilike", _like_literal(text))], limit=1):
                return found
        return Country

    def _find_state(self, text, country_id):
        domain = Domain("name", "=ilike", _like_literal(text)) | Domain("code", "=", text.upper())
        if country_id:
            domain &= Domain("country_id", "=", country_id)
        found = self.env["res.country.state"].sudo().search(domain, limit=2)
        # The same code stands for a state of several countries: then it says nothing.
        return found if len(found) == 1 else found.browse()

    def _compose_names(self, values):
        parts = [values.pop("first_name", ""), values.pop("last_name", "")]
        name = " ".join(filter(None, parts))
        if name and not values.get("contact_name"):
            values["contact_name"] = name
        if values.get("description"):
            values["description"] = plaintext2html(values["description"])
        if not values.get("name"):
            who = (
                values.get("contact_name")
                or values.get("partner_name")
                or values.get("email_from")
                or values.get("phone")
            )
            values["name"] = f"{who} ({self.name})" if who else self.name


def _like_literal(text):
    """The text for ``=ilike``: its own % and _ are no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
