from . import leadya_sla_report
