{
    "name": "Leadya CRM: Website",
    "version": "19.0.1.0.0",
    "category": "Website/Website",
    "summary": "Odoo's own website forms tell how the visitor found the site",
    "author": "Leadya",
    "website": "https://github.com/leadya/leadya_crm",
    "license": "LGPL-3",
    "depends": ["leadya_crm", "website_crm"],
    "auto_install": True,
    "data": ["views/website_templates.xml"],
    "assets": {
        "web.assets_frontend": ["leadya_crm_website/static/src/*.js"],
    },
}
