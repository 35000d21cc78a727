from . import capture
from . import confirm
from . import snippet
