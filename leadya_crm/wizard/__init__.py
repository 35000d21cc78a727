from . import leadya_attempt_wizard
from . import leadya_import_map_wizard
from . import leadya_conversion_wizard
from . import leadya_merge_wizard
from . import leadya_nurture_wizard
from . import leadya_pipeline_wizard
from . import leadya_sla_forecast
from . import leadya_wait_wizard
