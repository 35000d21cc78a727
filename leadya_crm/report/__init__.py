from . import leadya_fairness_report
from . import leadya_sla_report
