// Notices a proxy in front that TRUSTED_PROXIES doesn't name.
import type { Log } from '../log.ts';

export type ProxyWatch = {
  /** Logs the first proxy that is seen, and no other. */
  see(address: string): void;
  /** The first address that was seen; null for none since the start. */
  seen(): string | null;
};

export function createProxyWatch(log: Log): ProxyWatch {
  let first: string | null = null;
  return {
    see(address) {
      if (first !== null) return;
      first = address;
      log.warn(
        { proxy: address },
        'a proxy that TRUSTED_PROXIES does not name: all its visitors count as one client',
      );
    },
    seen: () => first,
  };
}
