import json
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, mute_logger, new_test_user, tagged

from .capture_common import CaptureCommon


@tagged("leadya", "leadya_capture", "leadya_api", "post_install", "-at_install")
class TestIntakeApi(CaptureCommon, HttpCase):
    """The API, by Odoo's JSON-2 over HTTP with the key of a user that has no other rights (L4, L1, C3, issue 7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        cls.door = cls.env["leadya.capture.form"].create(
            {"name": "Shop", "kind": "json", "team_id": cls.team.id, "rate_per_form": 1, "rate_per_address": 1}
        )
        cls.key = cls.door._generate_api_key()
        cls.user = cls.door.api_user_ids

    def _call(self, method, bearer=None, model="leadya.intake", **params):
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(params),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {bearer or self.key}"},
        )
        self.env.invalidate_all()
        return response

    def _create(self, *leads, **params):
        response = self._call("create_leads", leads=leads, **params)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def _refused(self, *leads, **params):
        """The text of the error."""
        before = self.env["leadya.submission"].search_count([])
        with mute_logger("odoo.http"):
            response = self._call("create_leads", leads=leads, **params)
        self.assertEqual(response.status_code, 422, response.text)
        self.assertEqual(self.env["leadya.submission"].search_count([]), before, "all or nothing")
        return response.json()["message"]

    def _states(self, *references):
        response = self._call("lead_state", references=references)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    # Handing in

    def test_l4_lead_with_its_touches(self):
        """L4: one call hands in a lead with its touches; another tells what became of it."""
        (answer,) = self._create(
            {
                "name": "Dana Levi",
                "email": "dana@example.com",
                "phone": "+972 3 555 0100",
                "external_ref": "shop-1",
                "touches": [
                    {"landing_url": "https://www.example.com/?gclid=Abc", "at": "2026-01-02T03:04:05Z"},
                    {"landing_url": "https://www.example.com/price", "utm_source": "news", "utm_medium": "email"},
                ],
                "employees": 25,
                "stage_id": 4,
            }
        )
        self.assertEqual(
            (answer["state"], answer["lead"], answer["unknown"]), ("received", None, ["employees", "stage_id"])
        )
        self._run_action()
        by_reference, by_key = self._states(answer["reference"], "shop-1")
        self.assertEqual((by_reference["asked"], by_key["asked"]), (answer["reference"], "shop-1"))
        self.assertEqual((by_reference["state"], by_reference["lead"]), ("done", by_key["lead"]))
        lead = self.env["crm.lead"].browse(by_reference["lead"]["id"])
        self.assertRecordValues(
            lead, [{"contact_name": "Dana Levi", "external_ref": "shop-1", "team_id": self.team.id}]
        )
        self.assertEqual(lead.touch_ids.mapped("click_id"), ["Abc", False])
        self.assertEqual(by_reference["lead"]["stage"], lead.stage_id.name)
        self.assertEqual((by_reference["lead"]["status"], by_reference["lead"]["owner"]), ("open", ""))

    def test_l4_state_follows_the_lead(self):
        """L4: owner, promise and outcome are told as they are now."""
        (answer,) = self._create({"email": "dana@example.com"})
        self._run_action()
        lead = self.env["leadya.submission"].search([("reference", "=", answer["reference"])]).lead_id
        lead.user_id = self.rep
        deadline = fields.Datetime.now() + timedelta(hours=1)
        lead.write({"sla_deadline": deadline})
        lead.action_set_won()
        told = self._states(answer["reference"])[0]["lead"]
        self.assertEqual((told["status"], told["owner"]), ("won", self.rep.name))
        self.assertEqual(told["promise"]["deadline"], fields.Datetime.to_string(lead.sla_deadline) or None)
        lead.active = False
        self.assertEqual(self._states(answer["reference"])[0]["lead"]["status"], "won")
        (answer,) = self._create({"email": "uri@example.com"})
        self._run_action()
        lead = self.env["leadya.submission"].search([("reference", "=", answer["reference"])]).lead_id
        lead.action_set_lost()
        self.assertEqual(self._states(answer["reference"])[0]["lead"]["status"], "lost")

    def test_c3_once(self):
        """C3: the same key again, in one call or another, is the same answer and one lead."""
        row = {"email": "dana@example.com", "external_ref": "shop-2"}
        first, second = self._create(row, {**row, "email": "other@example.com"})
        (third,) = self._create(row)
        self.assertEqual(first["reference"], second["reference"])
        self.assertEqual(first["reference"], third["reference"])
        self._run_action()
        (fourth,) = self._create(row)
        self.assertEqual((fourth["reference"], fourth["state"]), (first["reference"], "done"))
        self.assertTrue(fourth["lead"]["id"])
        self.assertEqual(self.door.submission_count, 1)
        (other,) = self._create({**row, "idempotency_key": "another"})
        self.assertNotEqual(other["reference"], first["reference"])

    def test_c3_the_same_person_joins(self):
        """C3: duplicate control is the door's: the same person joins the open lead."""
        self._create({"email": "dana@example.com"})
        self._run_action()
        (answer,) = self._create({"email": "DANA@example.com", "name": "Dana"})
        self._run_action()
        (state,) = self._states(answer["reference"])
        self.assertEqual(state["state"], "merged")
        self.assertEqual(self.door.submission_ids.lead_id.id, state["lead"]["id"])

    def test_l1_batch(self):
        """L1: many leads in one call, with a bounded number of queries; no rate holds them up."""
        rows = [{"email": f"a{number}@example.com", "external_ref": f"r{number}"} for number in range(100)]
        intake = self.env["leadya.intake"].with_user(self.user)
        intake.create_leads(rows[:1])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            answers = intake.create_leads(rows[1:])
            self.env.flush_all()
        self.assertEqual(len({answer["reference"] for answer in answers}), 99)
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            self.assertEqual(len(intake.lead_state([row["external_ref"] for row in rows])), 100)

    def test_errors_name_row_and_field(self):
        good = {"email": "a@example.com"}
        for leads, text in [
            ([good, {"email": "nope"}], "Row 2: email: This is not an e-mail address."),
            ([{"name": "x"}], "Row 1: email: This field is required."),
            ([good, good, {**good, "name": "x" * 200}], "Row 3: name: The text is too long"),
            ([{**good, "name": {"a": 1}}], "Row 1: name: This must be a text."),
            ([7], "Row 1: The JSON must be one object"),
            ([{**good, "name": "a\x00"}], "Row 1: name: The text holds a NUL"),
            ([{**good, "idempotency_key": "k" * 300}], "The key is too long"),
            ([{**good, "x": "y" * 300000}], "too large"),
        ]:
            self.assertIn(text, self._refused(*leads))
        for leads in ("x", {"email": "a@example.com"}, None, 7, [good] * 501):
            with mute_logger("odoo.http"):
                response = self._call("create_leads", leads=leads)
            self.assertEqual(response.status_code, 422, leads)
            self.assertIn("at most 500", response.json()["message"])

    def test_visitor_sets_only_what_the_map_allows(self):
        """A closed map: neither a field nor a context key reaches anything else."""
        row = {"email": "a@example.com", "user_id": self.rep.id, "team_id": 1, "probability": 100, "lead_id": 1}
        (answer,) = self._create(
            row,
            context={
                "default_state": "done",
                "default_lead_id": 1,
                "default_form_id": self.form.id,
                "leadya_skip_intake": True,
                "allowed_company_ids": [self.env["res.company"].create({"name": "Other"}).id],
            },
        )
        self.assertEqual((answer["state"], answer["lead"]), ("received", None))
        self._run_action()
        lead = self.door.submission_ids.lead_id
        self.assertEqual((lead.team_id, lead.company_id), (self.team, self.door.company_id))
        self.assertNotEqual(lead.user_id, self.rep)
        self.assertTrue(lead.decision_log_ids)

    # Which door

    def test_door_must_be_clear(self):
        other = self.door.copy({"api_user_ids": self.user.ids})
        self.assertIn(str(other.id), self._refused({"email": "a@example.com"}))
        self._create({"email": "a@example.com"}, form_id=other.id)
        self.assertEqual((self.door.submission_count, other.submission_count), (0, 1))
        self._refused({"email": "a@example.com"}, form_id=self.form.id)
        other.active = False
        self._create({"email": "a@example.com"})
        # What was handed in by a form that has been archived can still be asked for.
        self.assertEqual(self._states(other.submission_ids.reference)[0]["state"], "received")
        self.door.api_user_ids = [Command.clear()]
        other.api_user_ids = [Command.clear()]
        self.assertIn("names this user", self._refused({"email": "a@example.com"}))

    def test_other_company(self):
        """A user hands in leads in its companies only."""
        company = self.env["res.company"].create({"name": "Other"})
        other = self.door.copy({"company_id": company.id, "team_id": False, "api_user_ids": self.user.ids})
        self._refused({"email": "a@example.com"}, form_id=other.id)

    def test_nothing_of_others_is_told(self):
        """What came by another form, or under another user, is unknown."""
        _answer, submission = self._receive({"email": "secret@example.com"}, idempotency_key="k1")
        (by_reference, by_key, nothing) = self._states(submission.reference, "k1", "x")
        for state in (by_reference, by_key, nothing):
            self.assertEqual((state["state"], state["lead"]), ("unknown", None))
        self.assertEqual(self._states(), [])

    # Who may

    def test_key_is_needed(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self._call("create_leads", bearer="x" * 40, leads=[]).status_code, 401)
            response = self.url_open(
                "/json/2/leadya.intake/lead_state", data="{}", headers={"Content-Type": "application/json"}
            )
        self.assertEqual(response.status_code, 401)
        self.door.with_user(self.manager).action_revoke_api_keys()
        with mute_logger("odoo.http"):
            self.assertEqual(self._call("lead_state", references=[]).status_code, 401)

    def test_group_is_needed(self):
        """Not even a sales manager hands in leads without the group; a rep neither."""
        for user in (self.manager, self.rep, self.env.ref("base.public_user")):
            intake = self.env["leadya.intake"].with_user(user)
            with self.assertRaises(AccessError):
                intake.create_leads([])
            with self.assertRaises(AccessError):
                intake.lead_state([])

    def test_nothing_else_over_http(self):
        """The key opens nothing else: no lead, contact, user or message can be read or written."""
        _answer, submission = self._receive({"email": "secret@example.com", "name": "Secret"})
        lead = submission.lead_id
        partner = self.env["res.partner"].create({"name": "Secret"})
        calls = [
            ("crm.lead", "search_read", {"domain": []}),
            ("crm.lead", "read", {"ids": lead.ids, "fields": ["name"]}),
            ("crm.lead", "write", {"ids": lead.ids, "vals": {"name": "x"}}),
            ("crm.lead", "unlink", {"ids": lead.ids}),
            ("crm.lead", "create", {"vals_list": [{"name": "x"}]}),
            ("crm.lead", "action_run_intake_steps", {"ids": lead.ids, "names": ["assign"]}),
            ("crm.lead", "message_post", {"ids": lead.ids, "body": "x"}),
            ("crm.lead", "search_count", {"domain": []}),
            ("crm.lead", "name_search", {"name": "S"}),
            ("crm.lead", "formatted_read_group", {"domain": [], "groupby": ["stage_id"]}),
            ("crm.lead", "export_data", {"ids": lead.ids, "fields_to_export": ["name"]}),
            ("res.partner", "search_read", {"domain": []}),
            ("res.partner", "read", {"ids": partner.ids, "fields": ["name"]}),
            ("res.partner", "write", {"ids": partner.ids, "vals": {"name": "x"}}),
            ("res.users", "search_read", {"domain": [], "fields": ["login"]}),
            ("res.users", "read", {"ids": self.rep.ids, "fields": ["login"]}),
            ("mail.message", "search_read", {"domain": []}),
            ("leadya.submission", "search_read", {"domain": []}),
            ("leadya.submission", "action_retry", {"ids": submission.ids}),
            ("leadya.capture.form", "search_read", {"domain": []}),
            ("leadya.capture.form", "read", {"ids": self.door.ids, "fields": ["token"]}),
            ("leadya.capture.form", "action_rotate_token", {"ids": self.door.ids}),
            ("leadya.capture.form", "action_new_api_key", {"ids": self.door.ids}),
            ("leadya.capture.form", "action_revoke_api_keys", {"ids": self.door.ids}),
            ("leadya.touch", "search_read", {"domain": []}),
            ("leadya.intake", "search_read", {"domain": []}),
            ("ir.config_parameter", "get_param", {"key": "database.secret"}),
            ("res.company", "search_read", {"domain": []}),
        ]
        for model, method, params in calls:
            with self.subTest(model=model, method=method), mute_logger("odoo.http"):
                response = self._call(method, model=model, **params)
                self.assertIn(response.status_code, (403, 422), (model, method, response.text[:300]))
                self.assertNotIn("Secret", response.text)
                self.assertNotIn("secret@", response.text)
        # Odoo lets everybody search attachments, and finds those of readable records only.
        self.assertEqual(self._call("search_read", model="ir.attachment", domain=[]).json(), [])
        for method in ("_get_doors", "_prepare_state"):
            with mute_logger("odoo.http"):
                self.assertEqual(self._call(method).status_code, 403)
        self.assertEqual((lead.name, partner.name), ("Secret (Landing page)", "Secret"))

    def test_no_model_can_be_read(self):
        """No access right of any model is the user's."""
        models = (Model.with_user(self.user) for Model in self.env.values() if not Model._abstract)
        operations = ("read", "write", "create", "unlink")
        open_to_user = [model._name for model in models if any(map(model.has_access, operations))]
        self.assertEqual(open_to_user, [])
        self.assertTrue(self.user.share)
        self.assertEqual(self.user.all_group_ids, self.env.ref("leadya_crm.group_leadya_intake"))

    # The key

    def test_key_for_another_system(self):
        """An administrator makes a user and a key by one click, shown once; a manager alone can't."""
        admin = new_test_user(self.env, "door_admin", "sales_team.group_sale_manager,base.group_erp_manager")
        form = self.form.copy({"kind": "json"}).with_user(admin)
        key = form._generate_api_key()
        self.assertEqual(len(form.api_user_ids), 1)
        self.assertEqual(self._call("create_leads", bearer=key, leads=[{"email": "a@example.com"}]).status_code, 200)
        self.assertEqual(form.submission_count, 1)
        form._generate_api_key()
        self.assertEqual((len(form.api_user_ids), len(form.api_user_ids.sudo().api_key_ids)), (1, 2))
        form.action_revoke_api_keys()
        self.assertFalse(form.api_user_ids.sudo().api_key_ids)
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                self.form.copy({"kind": "json"}).with_user(user)._generate_api_key()

    def test_integration_user_is_no_visitor(self):
        """The user has no password, and no page of the web client for it."""
        self.assertFalse(self.user.sudo()._is_internal())
        self.assertTrue(self.user.login.startswith("leadya-intake-"))
