from . import capture
from . import google_ads
from . import meta
from . import confirm
from . import snippet
