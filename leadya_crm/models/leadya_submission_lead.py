"""What submissions become: leads of their own, or part of a lead that the same person has already."""

from collections import defaultdict

from markupsafe import Markup

from odoo import SUPERUSER_ID, Command, models
from odoo.tools import email_normalize

from .leadya_submission import html_table

#: By which a person is known again, strongest first; see ``crm.lead._leadya_find_duplicates``.
_PERSON_KEYS = ("external_ref", "email_normalized", "phone_sanitized")


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    def _make_leads(self, reads):
        """Make leads of submissions, or let them join the lead of the same person.

        :param dict reads: what they say, by submission; what is not in it is left out
        """
        readable = self.filtered(lambda submission: submission in reads)
        for company, submissions in readable.grouped("company_id").items():
            submissions._make_leads_in_company(company, reads)

    def _make_leads_in_company(self, company, reads):
        Lead = self._get_lead_model(company)
        targets = self._find_targets(Lead, reads)
        own = self.filtered(lambda submission: submission not in targets)
        leads = own._create_leads(Lead, reads)
        # Of two submissions of one person in the same batch, the second joins the lead of the first.
        joined = {one: leads.get(to, to) for one, to in targets.items()}
        self._join_leads(Lead, joined, reads)
        # A lead that was made just now is its rep's news as it is.
        Lead.union(*(lead for lead in targets.values() if lead._name == Lead._name))._leadya_wrote_again()
        doors = {form: form._in_company() for form in self.form_id}
        for submission in self:
            lead = leads.get(submission) or joined[submission]
            outcome = doors[submission.form_id]._prepare_outcome(reads[submission])
            submission._note_lead(lead, outcome, "done" if submission in leads else "merged")

    def _note_lead(self, lead, outcome, state):
        self.write({**outcome, "lead_id": lead.id, "made_lead": state == "done", "state": state, "retry_at": False})

    def _get_lead_model(self, company):
        """Leads as the door makes them: in the form's company, whoever is at the keyboard.

        The context is made anew: defaults of the view from which somebody tries again don't belong here.
        """
        env = self.env(
            user=SUPERUSER_ID,
            su=True,
            context={"lang": self.form_id[:1]._get_lang(), "allowed_company_ids": company.ids},
        )
        return env["crm.lead"]

    # ------------------------------------------------------------
    # A LEAD OF ITS OWN
    # ------------------------------------------------------------

    def _create_leads(self, Lead, reads):
        """:return: the lead of each submission, by submission; one ``create`` for all that are linked alike"""
        find_utm = Lead.env["leadya.touch"]._make_utm_finder()
        leads = {}
        for policy, submissions in self.grouped(lambda one: one.form_id._get_duplicate_policy()).items():
            values = [submission._prepare_lead(reads[submission], find_utm) for submission in submissions]
            made = Lead.with_context(leadya_skip_duplicates=policy == "make").create(values)
            leads |= dict(zip(submissions, made.with_env(Lead.env), strict=True))
        return leads

    def _prepare_lead(self, read, find_utm):
        form = self.form_id
        touches = self._prepare_touches(read, find_utm)
        values = {
            **read["values"],
            "company_id": form.company_id.id,
            # Nobody chose an owner: the corridor does. Without this it would be the current user.
            "user_id": False,
            # Named even when empty: Odoo would fill them from cookies of whoever is at the keyboard.
            **self._prepare_utm_defaults(touches),
            "touch_ids": [Command.create(touch) for touch in touches],
        }
        if form.team_id:
            values["team_id"] = form.team_id.id
            values["type"] = "lead" if form.team_id.use_leads else "opportunity"
        return values

    def _prepare_utm_defaults(self, touches):
        """The form's source, medium and campaign where the visits don't tell.

        A click id or a referrer tells source and medium as well: the corridor reads them. The
        values of an only visit are given at once, which spares computing the probability twice.
        """
        form = self.form_id
        only = touches[0] if len(touches) == 1 else {}
        told = {name for touch in touches for name, value in touch.items() if value}
        if told & {"click_id", "referrer_url", "source_id", "medium_id"}:
            told |= {"source_id", "medium_id"}
        return {
            name: only.get(name) or (name not in told and form[name].id)
            for name in ("source_id", "medium_id", "campaign_id")
        }

    def _prepare_touches(self, read, find_utm):
        """The visits that led here, oldest first, as values of ``leadya.touch``.

        :param find_utm: see ``leadya.touch._make_utm_finder``
        :raises ConcurrencyError: see there
        """
        default = {"touched_at": self.received_at, "origin": "form"}
        return [
            {**default, **self.env["leadya.touch"]._prepare_visit(said, find_utm)}
            for said in read["touches"] or self._touches_of_page()
        ]

    def _touches_of_page(self):
        """The visit where the post says nothing of it: the address of the page that posted.

        The bare name of a site (all that browsers tell another site) is no evidence of a direct
        visit, so it makes no touch.
        """
        said = self.env["leadya.touch"]._values_from_url(self.referrer or "")
        return [{**said, "landing_url": self.referrer}] if said else []

    # ------------------------------------------------------------
    # THE SAME PERSON AGAIN
    # ------------------------------------------------------------

    def _find_targets(self, Lead, reads):
        """What each submission joins: an open lead, or an earlier submission of this batch.

        :return: by submission; those that get a lead of their own are left out
        :rtype: dict
        """
        keys = {one: one._prepare_person_keys(Lead, reads[one]["values"]) for one in self}
        known = dict(zip(keys, Lead._leadya_find_duplicates(list(keys.values())), strict=True))
        targets, first = {}, {}
        for submission in self:
            persons = [(name, value) for name in _PERSON_KEYS if (value := keys[submission][name])]
            earlier = next((first[person] for person in persons if person in first), None)
            if submission.form_id._get_duplicate_policy() == "join" and (known[submission] or earlier):
                targets[submission] = known[submission] or earlier
            else:
                for person in persons:
                    first.setdefault(person, submission)
        return targets

    def _prepare_person_keys(self, Lead, values):
        company = self.form_id.company_id
        country = Lead.env["res.country"].browse(values.get("country_id")) or company.country_id
        phone = values.get("phone")
        return {
            "external_ref": values.get("external_ref"),
            "email_normalized": email_normalize(values.get("email_from") or ""),
            "phone_sanitized": phone and Lead._phone_format(number=phone, country=country, force_format="E164"),
            "company_id": company.id,
        }

    def _join_leads(self, Lead, joined, reads):
        """Add visits and messages to leads that are there.

        Fields of a lead stay as they are: whoever knows somebody's e-mail address must not
        be able to change that person's phone number.

        :param dict joined: lead by submission
        """
        if not joined:
            return
        self._join_touches(Lead, joined, reads)
        messages = defaultdict(Markup)
        for submission, lead in joined.items():
            messages[lead.id] += submission._join_message(lead, reads[submission])
        Lead.browse(messages)._message_log_batch(messages)

    def _join_touches(self, Lead, joined, reads):
        Touch = Lead.env["leadya.touch"]
        find_utm = Touch._make_utm_finder()
        touches = [
            {**touch, "lead_id": lead.id}
            for submission, lead in joined.items()
            for touch in submission._prepare_touches(reads[submission], find_utm)
        ]
        Lead.env["leadya.decision.log"]._log(Touch.create(touches)._complete())

    def _join_message(self, lead, read):
        title = lead.env._("Wrote again by “%(form)s”.", form=self.form_id.with_env(lead.env).name)
        return Markup("<p>%s</p>%s%s") % (
            title,
            html_table(read["understood"].items()),
            html_table(read["unknown"].items()),
        )
