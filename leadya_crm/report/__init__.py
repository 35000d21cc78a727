from . import leadya_activity_report
from . import leadya_completeness_report
from . import leadya_decision_report
from . import leadya_fairness_report
from . import leadya_sla_report
from . import leadya_measures
