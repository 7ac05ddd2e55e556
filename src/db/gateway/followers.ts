// The processes and agents that follow changes, by their heartbeats. All times are by the database's clock.
import { FOLLOWER_FRESH_MS } from '../../domain/gateway-rows.ts';

/** SQL: a follower's last heartbeat is recent, and not from a time when the database's clock was wrong. */
export const IS_THERE = `last_beat_at between now() - interval '${FOLLOWER_FRESH_MS} milliseconds'
  and now() + interval '1 second'`;
