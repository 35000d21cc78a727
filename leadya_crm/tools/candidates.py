"""Who is next to get a lead. Plain Python."""

from dataclasses import dataclass, field


@dataclass(order=True)
class Candidate:
    """A member of a team who may take leads, in the order of who is next.

    Least busy first, as share of the capacity; then who has waited longest for a lead,
    never who joined first.
    """

    share: float
    last_at: float
    member_id: int
    user_id: int = field(compare=False)
    load: int = field(compare=False)
    capacity: int = field(compare=False)
    taken: set = field(compare=False, default_factory=set)
    preferred: set = field(compare=False, default_factory=set)

    def give(self, order):
        """Count one more lead; ``order`` says when, later being larger."""
        self.load += 1
        self.share = self.load / self.capacity
        self.last_at = order
