from .common import LeadyaCommon

BANT = ("bant_budget", "bant_authority", "bant_need", "bant_timeframe")


class GateCommon(LeadyaCommon):
    """Three stages: first, gated, won; and a lead of the rep's in the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.gated, cls.won = cls.env["crm.stage"].create(
            [
                {"name": "First", "sequence": -3, "team_ids": cls.team.ids},
                {"name": "Proposal", "sequence": -2, "team_ids": cls.team.ids},
                {"name": "Sold", "sequence": 900, "is_won": True, "team_ids": cls.team.ids},
            ]
        )
        cls.company.leadya_gate_won_mode = "off"
        cls.lead = cls._make_gated()

    @classmethod
    def _make_gated(cls, **values):
        values = {"name": "Laser", "type": "opportunity", "user_id": cls.rep.id, "team_id": cls.team.id, **values}
        return cls.env["crm.lead"].create({"stage_id": cls.first.id, **values}).with_user(cls.rep)

    @classmethod
    def _require(cls, **values):
        return cls.env["leadya.stage.requirement"].create(
            {"name": "Data sheet sent", "stage_id": cls.gated.id, "mode": "on", **values}
        )

    def _qualify(self, lead):
        lead.write(dict.fromkeys(BANT, "confirmed"))
