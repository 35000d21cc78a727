"""What the module does once, when it leaves a database."""


def uninstall_hook(env):
    """Leave a working CRM behind.

    Fields, tables, views and scheduled actions go with the registry; what the
    module wrote under its own keys elsewhere has to be taken back by hand.
    """
    env["ir.config_parameter"].sudo().search([("key", "=like", "leadya_crm.%")]).unlink()
