from . import capture
from . import confirm
from . import snippet
from . import google_ads
from . import meta
