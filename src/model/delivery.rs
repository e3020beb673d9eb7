//! What each deployment ships, and when each change arrived.
