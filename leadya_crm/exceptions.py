from odoo.exceptions import UserError


class StageGateError(UserError):
    """A lead may not enter a stage yet. The web client knows the class by its name, and asks for what is missing.

    ``context`` carries ``lead_ids`` (those that were refused; none where they were not created) and ``stage_id``.
    """

    def __init__(self, message, leads, stage):
        super().__init__(message)
        self.context = {"lead_ids": leads, "stage_id": stage.id}
