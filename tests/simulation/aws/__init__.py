"""An AWS in memory: one thread, no network, no clock of its own; what goes wrong is said by a `Faults`.

Tables and queues are those of template.yaml. A `Faults` is asked at the beginning of every call (there a scheduler may
let others go first) and wherever AWS leaves something open: how old a read may be, which of a batch is not taken, which
message is delivered next, whether it is delivered twice. Without one, everything goes right.
"""
