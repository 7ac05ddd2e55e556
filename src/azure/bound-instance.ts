// The instance that a service is bound to. The first job that needs it opens it.
import type { AzureSettings } from '../settings/azure-settings.ts';
import { type AzureInstance, openAzure } from './instance.ts';

export type BoundInstance = {
  path: string;
  /** Whether keys of subscriptions are read and written too. */
  withKeys: boolean;
  /** Throws an `AzureFault` when there is no credential. */
  open(): Promise<AzureInstance>;
};

export function bindInstance(
  { path, keys, tokenFile, subscription, resourceGroup, service, endpoint }: AzureSettings,
  clock: () => Date,
): BoundInstance {
  const at = { subscription, resourceGroup, service, endpoint, tokenFile: tokenFile ?? undefined };
  const withKeys = keys === 'mirrored';
  let opened: Promise<AzureInstance> | null = null;
  return {
    path,
    withKeys,
    open() {
      opened ??= openAzure(at, { isPatient: false, withKeys, clock });
      // The next job tries again.
      opened.catch(() => {
        opened = null;
      });
      return opened;
    },
  };
}
