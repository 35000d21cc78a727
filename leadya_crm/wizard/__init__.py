from . import leadya_attempt_wizard
from . import leadya_convert_wizard
from . import leadya_merge_wizard
from . import leadya_nurture_wizard
from . import leadya_override_wizard
from . import leadya_pipeline_wizard
from . import leadya_wait_wizard
from . import leadya_import_map_wizard
