from . import leadya_callback_wizard
from . import leadya_merge_wizard
from . import leadya_nurture_wizard
from . import leadya_pipeline_wizard
from . import leadya_import_map_wizard
