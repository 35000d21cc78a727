from odoo import api, fields, models


class LeadyaPipelineWizard(models.TransientModel):
    """Adds the recommended stages to a team, and shows beforehand what it will do.

    Stages that exist stay as they are: one of the same name is used, no stage is
    renamed, moved or removed, and no lead changes its stage. Stages that are added come with
    what they ask for, on trial: nobody is kept out of a stage until somebody switches it on.
    """

    _name = "leadya.pipeline.wizard"
    _description = "Recommended Pipeline"

    team_ids = fields.Many2many(
        "crm.team", string="Sales Teams", help="Empty: the stages are for all teams, as Odoo's own first ones are."
    )
    line_ids = fields.One2many(
        "leadya.pipeline.wizard.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=True
    )
    new_count = fields.Integer(compute="_compute_new_count")
    limit_note = fields.Char(compute="_compute_limit_note")

    @api.model
    def _get_recommended_stages(self):
        """The recommended pipeline (Powerlink P1), in order.

        :return: values of crm.stage
        :rtype: list[dict]
        """
        return [
            {
                "name": self.env._("New"),
                "requirements": self.env._("Nobody has spoken to the customer yet. No lead stays here over a day."),
            },
            {
                "name": self.env._("No answer"),
                "requirements": self.env._("Tried without reaching anybody. Six attempts, at varied times."),
            },
            {
                "name": self.env._("First contact"),
                "requirements": self.env._("Spoken to: the need is recorded, a follow-up is set two days ahead."),
            },
            {
                "name": self.env._("In process"),
                "requirements": self.env._("Qualified and worked on. There is always a next action."),
            },
            {
                "name": self.env._("Not interested"),
                "fold": True,
                "requirements": self.env._("Not lost: written to now and then, called every few months."),
            },
            {"name": self.env._("Won"), "is_won": True, "requirements": self.env._("A customer.")},
        ]

    @api.model
    def _get_recommended_points(self):
        """What the recommended stages ask for, by the name of the stage.

        :return: values of leadya.stage.requirement
        :rtype: dict[str, list[dict]]
        """
        asked = self.env["leadya.criterion"].search([("lead_field", "in", ["bant_need", "bant_timeframe"])])
        return {
            self.env._("First contact"): [
                {"name": self.env._("Phone"), "kind": "field", "field_name": "phone"},
                {"name": self.env._("What we do, in short"), "kind": "information"},
            ],
            self.env._("In process"): [
                *({"name": criterion.name, "kind": "criterion", "criterion_id": criterion.id} for criterion in asked),
                {"name": self.env._("Expected revenue"), "kind": "field", "field_name": "expected_revenue"},
                {"name": self.env._("Data sheet and prices"), "kind": "information"},
            ],
            self.env._("Won"): [
                {"name": self.env._("All criteria confirmed"), "kind": "criterion"},
                {"name": self.env._("Signed order"), "kind": "document"},
            ],
        }

    @api.depends("team_ids")
    def _compute_line_ids(self):
        for wizard in self:
            existing = wizard._get_existing_stages()
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(wizard._prepare_line(values, existing))
                    for values in self._get_recommended_stages()
                ),
            ]

    @api.depends("line_ids.action")
    def _compute_new_count(self):
        for wizard in self:
            wizard.new_count = len(wizard.line_ids.filtered(lambda line: line.action == "create"))

    @api.depends("team_ids")
    def _compute_limit_note(self):
        for wizard in self:
            count = len(wizard._get_categories_to_limit())
            wizard.limit_note = bool(count) and self.env._(
                "No lead stays new over a day: SLA categories that get a limit of one working day for the first "
                "stage: %(count)s. Those that have a limit for it keep theirs.",
                count=count,
            )

    def _get_existing_stages(self):
        """Stages that the chosen teams already see."""
        self.ensure_one()
        domain = [("team_ids", "=", False)]
        if self.team_ids:
            domain = ["|", *domain, ("team_ids", "in", self.team_ids.ids)]
        return self.env["crm.stage"].search(domain)

    def _prepare_line(self, values, existing):
        stage = existing.filtered(lambda stage: stage.name.casefold() == values["name"].casefold())[:1]
        if not stage and values.get("is_won"):
            stage = existing.filtered("is_won")[:1]
        return {
            "name": values["name"],
            "fold": values.get("fold", False),
            "is_won": values.get("is_won", False),
            "stage_id": stage.id,
            "action": "keep" if stage else "create",
        }

    def _get_sequence(self, values, stages):
        """Where a stage goes without moving any other: behind the open ones, before the won."""
        still_open = stages.filtered(lambda stage: not stage.is_won)
        if values.get("is_won"):
            return max(stages.mapped("sequence"), default=0) + 10
        return max(still_open.mapped("sequence"), default=0) + 1

    def action_apply(self):
        """Add the stages that are missing; those in place are not touched."""
        self.ensure_one()
        existing = self._get_existing_stages()
        created = self.env["crm.stage"]
        for values in self._get_recommended_stages():
            if not self._prepare_line(values, existing)["stage_id"]:
                values["sequence"] = self._get_sequence(values, existing | created)
                values["team_ids"] = [fields.Command.set(self.team_ids.ids)]
                created |= self.env["crm.stage"].create(values)
        self._add_points(created)
        self._limit_new_stage()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s stages added; the others were there already.", count=len(created)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _add_points(self, stages):
        """What the stages ask for; on trial, as everything that acts by itself."""
        points = self._get_recommended_points()
        self.env["leadya.stage.requirement"].create(
            [
                {**values, "stage_id": stage.id, "mode": "trial", "sequence": number * 10}
                for stage in stages
                for number, values in enumerate(points.get(stage.name, ()), 1)
            ]
        )

    # ------------------------------------------------------------
    # NO LEAD STAYS NEW OVER A DAY
    # ------------------------------------------------------------

    def _get_new_stage(self):
        """The first recommended stage, as the chosen teams see it; none where it is still to be added."""
        first = self._get_recommended_stages()[0]
        return self.env["crm.stage"].browse(self._prepare_line(first, self._get_existing_stages())["stage_id"])

    def _get_categories_to_limit(self):
        """SLA categories that say nothing of how long a lead may stay new (Powerlink P3)."""
        limits = self.env["leadya.sla.stage.limit"].search([("stage_id", "=", self._get_new_stage().id)])
        return self.env["leadya.sla.category"].search([("id", "not in", limits.category_id.ids)])

    def _limit_new_stage(self):
        """Let no lead stay new for longer than a working day, where nothing else is said.

        Leads that are in the stage already are promised nothing; the limit is for those that come.
        """
        stage = self._get_new_stage()
        self.env["leadya.sla.stage.limit"].create(
            [{"category_id": category.id, "stage_id": stage.id} for category in self._get_categories_to_limit()]
        )


class LeadyaPipelineWizardLine(models.TransientModel):
    _name = "leadya.pipeline.wizard.line"
    _description = "Recommended Stage"

    wizard_id = fields.Many2one("leadya.pipeline.wizard", required=True, ondelete="cascade")
    name = fields.Char("Recommended Stage")
    fold = fields.Boolean("Folded")
    is_won = fields.Boolean("Won")
    stage_id = fields.Many2one("crm.stage", string="Stage in Place")
    action = fields.Selection([("create", "Will be added"), ("keep", "Stays as it is")], string="What Will Happen")
