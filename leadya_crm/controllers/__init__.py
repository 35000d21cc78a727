from . import capture
from . import confirm
from . import export
from . import snippet
from . import google_ads
from . import meta
