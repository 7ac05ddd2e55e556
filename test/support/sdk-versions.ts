// The JavaScript SDK in five versions, as clients of a test's server.
import { createRequire } from 'node:module';
import type { TestManagement } from './management.ts';
import { type Exchange, judge } from './sdk-judge.ts';

// Vite would load their other build, in seconds each.
const require = createRequire(import.meta.url);
/** The version, and the package whose samples it runs: version 10 has none. */
export const VERSIONS = [
  ['8.1.2', () => require('arm-8-1'), 'arm-8-1'],
  ['9.0.0', () => require('arm-9-0'), 'arm-9-0'],
  ['9.1.0', () => require('arm-9-1'), 'arm-9-1'],
  ['9.2.0', () => require('arm-9-2'), 'arm-9-2'],
  ['10.0.0', () => require('@azure/arm-apimanagement'), 'arm-9-2'],
] as const;
/** The newest has a UUID here and nothing else. */
export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';

// biome-ignore lint/suspicious/noExplicitAny: the versions differ in their types.
type Client = any;

/** A client whose exchanges are judged. */
export function judgedClient(load: () => Client, t: TestManagement, token: string) {
  const client: Client = new (load().ApiManagementClient)(
    { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    SUBSCRIPTION,
    { endpoint: t.url, tlsOptions: { ca: t.certificate.cert }, retryOptions: { maxRetries: 0 } },
  );
  // Version 10 has no other way to delete these two.
  for (const group of [client.user, client.api]) group.delete ??= group.beginDeleteAndWait;
  const exchanges: Exchange[] = judge(client);
  return { client, exchanges };
}

export type Failure = {
  name: string;
  statusCode?: number;
  code?: string;
  message: string;
  details?: unknown;
};

/** Properties that an SDK doesn't know, and why they are there. */
const UNKNOWN: readonly [fault: RegExp, why: string][] = [
  [/\.(developer|legacy)PortalStatus is unknown/, 'the contract has them since 2024-05-01'],
  [/^\$\.properties is unknown to the SDK: \{"format"/, 'an export has them for az'],
  [/^\$\.count is unknown/, 'every list here has it; the contract of some collections lacks it'],
];

export const faultsIn = (exchanges: readonly Exchange[]): string[] =>
  exchanges.flatMap(({ faults }) => faults).filter((fault) => !UNKNOWN.some(([known]) => known.test(fault)));
