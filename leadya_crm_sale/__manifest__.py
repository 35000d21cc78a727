{
    "name": "Leadya CRM: Sales",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "A quotation or a discount to a lead that is not ripe comes with a warning",
    "author": "Leadya",
    "website": "https://github.com/leadya/leadya_crm",
    "license": "LGPL-3",
    "depends": ["leadya_crm", "sale_crm"],
    "auto_install": True,
    "data": ["views/sale_order_views.xml"],
}
