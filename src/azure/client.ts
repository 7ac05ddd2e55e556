// Opens Azure's SDK for one service: who asks, where a token may go, and how long a request may take.
import { readFile } from 'node:fs/promises';
import type { ApiManagementClient, getContinuationToken } from '@azure/arm-apimanagement';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { AccessToken, TokenCredential } from '@azure/identity';
import { isAzureEndpoint } from '../domain/azure-instance.ts';
import { AzureFault } from './fault.ts';
import { pacePolicy } from './pace.ts';

export type AzureService = {
  subscription: string;
  resourceGroup: string;
  service: string;
  /** `https://HOST`, without a slash at its end. */
  endpoint: string;
  /** A file with a bearer token. Without one, the default credential of `@azure/identity` applies. */
  tokenFile: string | undefined;
};

const REQUEST_LIMIT_MS = 30_000;
/** After a 429 or 503 the SDK waits as long as Retry-After says. */
const PATIENT_RETRIES = 10;
/** Few, because a job is repeated. */
const JOB_RETRIES = 2;
const JOB_RETRY_DELAY_MS = 300;
const ASK_AGAIN = 0;
const RENEW_BEFORE_MS = 120_000;

export type ClientOptions = {
  /** For a person who waits at a terminal: repeats for long. Otherwise the caller repeats. */
  isPatient: boolean;
  /** How long a request may take, 30 seconds unless given. */
  limitMs?: number;
  /** A certificate to trust beside the public ones; for tests. */
  ca?: string | undefined;
};

export type Connection = {
  client: ApiManagementClient;
  nextOf: typeof getContinuationToken;
  service: AzureService;
  /** The first two arguments of each call. */
  at: readonly [resourceGroup: string, service: string];
};

/** Loads Azure's packages only here: a server without Azure doesn't need them. */
export async function connect(
  service: AzureService,
  { isPatient, limitMs = REQUEST_LIMIT_MS, ca }: ClientOptions,
): Promise<Connection> {
  const credential = await credentialOf(service);
  const { ApiManagementClient, getContinuationToken } = await import('@azure/arm-apimanagement');
  const client = new ApiManagementClient(credential, service.subscription, {
    endpoint: service.endpoint,
    retryOptions: isPatient
      ? { maxRetries: PATIENT_RETRIES }
      : { maxRetries: JOB_RETRIES, retryDelayInMs: JOB_RETRY_DELAY_MS },
    redirectOptions: { maxRetries: 0 },
    ...(ca ? { tlsOptions: { ca } } : {}),
    additionalPolicies: [
      // Before the SDK's own policy asks for a token.
      { policy: guardPolicy(service.endpoint, limitMs), position: 'perCall' },
      { policy: pacePolicy(isPatient), position: 'perRetry' },
    ],
  });
  return { client, nextOf: getContinuationToken, service, at: [service.resourceGroup, service.service] };
}

/** Each request has a token, and an answer may name where to go next: a page, or where a long operation is to be asked for. */
function guardPolicy(endpoint: string, limitMs: number): PipelinePolicy {
  const { origin } = new URL(endpoint);
  return {
    name: 'guard',
    sendRequest(request, next) {
      if (new URL(request.url).origin !== origin)
        throw new AzureFault('failed', {
          words: 'Azure named an address on another host. It was not asked.',
        });
      request.timeout ||= limitMs;
      return next(request);
    },
  };
}

async function credentialOf({ endpoint, tokenFile }: AzureService): Promise<TokenCredential> {
  if (tokenFile !== undefined) {
    const getToken = async () => ({ token: await readToken(tokenFile), expiresOnTimestamp: ASK_AGAIN });
    await getToken();
    return { getToken };
  }
  if (!isAzureEndpoint(endpoint))
    throw new AzureFault('credential', { words: `${endpoint} is not Azure's, so it takes a token file.` });
  const { DefaultAzureCredential } = await import('@azure/identity');
  return holdToken(new DefaultAzureCredential());
}

/**
 * The SDK renews a token that it holds in a promise that it doesn't wait for, and whose failure would end the process. So it
 * holds none, and asks here before each request.
 */
function holdToken(credential: TokenCredential): TokenCredential {
  let held: AccessToken | null = null;
  return {
    async getToken(scopes, options) {
      if (held === null || options?.claims || held.expiresOnTimestamp - RENEW_BEFORE_MS < Date.now())
        held = await credential.getToken(scopes, options);
      return held && { token: held.token, expiresOnTimestamp: ASK_AGAIN };
    },
  };
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new AzureFault('credential', { words: `There is no token in ${file}.` });
  return token;
}
