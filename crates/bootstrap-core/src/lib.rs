//! The run: the order of steps, events, the script, the lock.
