from . import leadya_activity_report
from . import leadya_attribution_figures
from . import leadya_attribution_query
from . import leadya_attribution_share
from . import leadya_cost_match_report
from . import leadya_fairness_report
from . import leadya_sla_report
from . import leadya_measures
