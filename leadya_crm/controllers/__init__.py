from . import capture
from . import snippet
