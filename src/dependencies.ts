// Opens what the server and the command-line programs share: the database, the keys, and the context of operations.
import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { followDatabaseClock } from './db/connection/clock.ts';
import { type Connection, connect } from './db/connection/connect.ts';
import { enterAsServer } from './db/connection/presence.ts';
import { startEmbeddedPostgres } from './db/embedded/server.ts';
import { createGatewayConfirmation } from './db/gateway/confirmation.ts';
import { demandWritable, migrate } from './db/migrate.ts';
import { hasServices, openService, storeSecretKeyCheck } from './db/operators/services.ts';
import { type DatabaseOutage, databaseOutage } from './domain/database-outage.ts';
import { DEFAULT_SERVICE } from './domain/service-name.ts';
import type { SignInProviders } from './identity/identity.ts';
import { serviceId as resourceIdOf } from './management/address.ts';
import { APPROVABLE_NAMES, isApprovable } from './operations/approvals/approvable.ts';
import type { Clock, Context, People, Policy, Served, Services } from './operations/frame/context.ts';
import { findService } from './operations/frame/services.ts';
import {
  createKeyring,
  isSecretKey,
  type Keyring,
  matchSecretKey,
  secretKeyCheckValue,
} from './security/keyring.ts';
import { createPasswordHasher } from './security/password-hash.ts';
import { type ServiceSettings, type Settings, SettingsError } from './settings/settings.ts';
import type { SignInSettings } from './settings/sign-in-settings.ts';

const RETRY_MS = 1_000;

/** `serviceId`, `policy` and `contextOf` are those of the default service, or of the one that a program was told. */
export type Dependencies = Pick<Connection, 'db' | 'sql'> & {
  databaseUrl: string;
  clock: Clock;
  /** False while the database's clock can't be believed: what destroys or ends something waits. */
  isClockSure(): boolean;
  keyring: Keyring;
  policy: Policy;
  serviceId: string;
  contextOf: Served['contextOf'];
  services: Services;
};

type AtStop = (stop: () => Promise<unknown>) => void;

type Options = {
  /** Instead of the database's clock; for tests. */
  clock?: Clock | undefined;
  /** Called when the database's own clock jumps. */
  onClockJump?: (jumpMs: number) => void;
  people: People;
  /** A function, because the server knows its address only once it listens. */
  publicUrl: () => string;
  poolSize: number;
  passwordCost?: number | undefined;
  /** Makes what speaks with the providers that developers sign in with. Programs have none. */
  providersOf?: (settings: SignInSettings, clock: Clock) => SignInProviders;
  /** Called after a change in the service of this id. */
  wakeWebhooks?: (serviceId: string) => void;
  /** Shows a person how the start proceeds. */
  print?: ((message: string) => void) | undefined;
  /** A program that runs beside the server uses what the server created. It creates and migrates nothing. */
  isBesideServer?: boolean;
  /** Registers what to stop, also when this throws. The caller runs it in reverse order. */
  atStop: AtStop;
};

/** `stop` ends what `atStop` was given, the last first. When one fails the others still end, and `tell` gets its error. */
export function createStops(tell: (error: unknown) => void): { atStop: AtStop; stop(): Promise<void> } {
  const stops: (() => Promise<unknown>)[] = [];
  return {
    atStop: (stop) => void stops.push(stop),
    async stop() {
      for (const stop of stops.splice(0).reverse()) {
        try {
          await stop();
        } catch (error) {
          tell(error);
        }
      }
    },
  };
}

/**
 * Opens the dependencies as soon as the database does its work: reachable, writable, with space left. `onOutage` is
 * called with each outage that a try met, and the error that told of it. Throws a `SettingsError`.
 */
export async function openDependenciesWhenWell(
  settings: Settings,
  options: Options & { onOutage(outage: DatabaseOutage, error: unknown): Promise<void> },
): Promise<Dependencies> {
  for (;;) {
    const { atStop, stop } = createStops(() => {});
    try {
      const opened = await openDependencies(settings, { ...options, atStop });
      options.atStop(stop);
      return opened;
    } catch (error) {
      await stop();
      const outage = databaseOutage(error);
      if (!outage) throw error;
      await options.onOutage(outage, error);
      await delay(RETRY_MS);
    }
  }
}

/** Throws a `SettingsError` when the settings and the database don't fit together. */
export async function openDependencies(settings: Settings, options: Options): Promise<Dependencies> {
  const { people, passwordCost } = options;
  requireApprovable(settings.secondOperatorFor);
  const databaseUrl = await openDatabase(settings, options);
  const { db, sql, close } = connect(databaseUrl, { max: options.poolSize });
  options.atStop(close);
  if (options.isBesideServer && !(await hasServices(db)))
    throw new SettingsError(['DATABASE_URL: nothing is in this database yet; start the server once']);
  const { clock, isClockSure } = await openClock(sql, options);
  const keyring = createKeyring(
    settings.secretKey ?? (await localSecretKey(settings.dataDir, !options.isBesideServer)),
    settings.secretKeyPrevious ?? undefined,
  );
  const passwords = createPasswordHasher({ keyring, ...(passwordCost ? { cost: passwordCost } : {}) });
  const random = (size: number) => randomBytes(size);
  const shared = { db, clock, random, keyring, passwords, people };
  const open = async (named: Context['service'], own: Settings, publicUrl: () => string) => {
    const { id, name } = await openServiceWith(keyring, db, named, { ...options, clock });
    const gateways = createGatewayConfirmation(databaseUrl, id);
    options.atStop(gateways.close);
    const forGateways = { untilGatewaysKnow: gateways.confirm, writeUsage: gateways.writeUsage };
    const signInProviders = options.providersOf?.(own.signIn, clock);
    const { wakeWebhooks } = options;
    const parts = {
      ...{ ...shared, ...forGateways, ...(signInProviders ? { signInProviders } : {}) },
      ...(wakeWebhooks ? { wakeWebhooks: () => wakeWebhooks(id) } : {}),
    };
    return serve({ ...parts, policy: createPolicy(own, name, publicUrl) }, { id, name });
  };
  const { serviceName } = settings;
  const services: [Served, ...Served[]] = [
    await open({ id: DEFAULT_SERVICE, name: serviceName }, settings, options.publicUrl),
  ];
  for (const own of settings.services) {
    const { name } = own;
    // The issuer's claims give roles at the default service only.
    const settingsOf = { ...settings, ...own, oidc: null };
    services.push(await open({ id: name, name }, settingsOf, publicUrlOf(own, options.publicUrl)));
  }
  const chosen = options.isBesideServer ? chosenService(services, settings.service) : services[0];
  const { id: serviceId, policy, contextOf } = chosen;
  return { db, sql, databaseUrl, clock, isClockSure, keyring, services, serviceId, policy, contextOf };
}

function serve(
  parts: Omit<Context, 'service' | 'actor' | 'requestId'>,
  { id, name }: Context['service'],
): Served {
  const contextOf: Served['contextOf'] = (actor, requestId = crypto.randomUUID()) => ({
    ...parts,
    service: { id, name },
    actor,
    requestId,
  });
  return {
    id,
    name,
    policy: parts.policy,
    contextOf,
    system: (by) => contextOf({ kind: 'system', name: by }),
  };
}

async function openClock(sql: Connection['sql'], { clock, onClockJump, atStop }: Options) {
  if (clock) return { clock, isClockSure: () => true };
  const followed = await followDatabaseClock(sql, onClockJump ? { onJump: onClockJump } : {});
  atStop(async () => followed.stop());
  return { clock: followed.now, isClockSure: followed.isSure };
}

function requireApprovable(names: readonly string[]): void {
  const unknown = names.filter((name) => !isApprovable(name));
  if (unknown.length > 0)
    throw new SettingsError([
      `SECOND_OPERATOR_FOR: ${unknown.join(', ')} can't wait for an approval; expected none or some of ${APPROVABLE_NAMES.join(', ')}`,
    ]);
}

/** Throws a `SettingsError` for a name that no service has. */
function chosenService(services: Services, name: string | null): Served {
  const found = name === null ? services[0] : findService(services, name);
  if (found) return found;
  const names = services.map((one) => one.name).join(', ');
  throw new SettingsError([`SERVICE: expected the name of a service: ${names}`]);
}

/** Opens the service. Throws a `SettingsError` when the database was written with another `SECRET_KEY`. */
async function openServiceWith(
  keyring: Keyring,
  db: Connection['db'],
  named: Context['service'],
  { clock, isBesideServer }: Options & { clock: Clock },
) {
  const service = await openService(db, {
    ...named,
    secretKeyCheck: secretKeyCheckValue(keyring),
    now: clock(),
  });
  const match = matchSecretKey(keyring, service.secretKeyCheck);
  if (!match) throw new SettingsError(['SECRET_KEY: is not the key that this database was written with']);
  if (match === 'previous' && !isBesideServer)
    await storeSecretKeyCheck(db, service.id, secretKeyCheckValue(keyring));
  return service;
}

/** On this machine, a service without an address of its own is at `NAME.localhost`. */
function publicUrlOf({ name, publicUrl }: ServiceSettings, ofProcess: () => string): () => string {
  return () => {
    if (publicUrl) return publicUrl;
    const url = new URL(ofProcess());
    url.hostname = `${name}.localhost`;
    return url.origin;
  };
}

function createPolicy(settings: Settings, name: string, publicUrl: () => string): Policy {
  return {
    get publicUrl() {
      return publicUrl();
    },
    organizationName: settings.organizationName,
    brand: settings.brand,
    language: settings.language,
    supportEmail: settings.supportEmail,
    alertEmails: settings.alertEmails,
    passwordMinLength: settings.passwordMinLength,
    invitationLifetimeHours: settings.invitationLifetimeHours,
    passwordResetLifetimeMinutes: settings.passwordResetLifetimeMinutes,
    eraseDeletedAfterDays: settings.eraseDeletedAfterDays,
    mailLinkHosts: settings.mailLinkHosts,
    openapiHosts: settings.openapiHosts,
    webhookHosts: settings.webhookHosts,
    resourceId: resourceIdOf(
      settings.place.subscriptionId,
      settings.place.resourceGroup,
      encodeURIComponent(name),
    ),
    secondOperatorFor: settings.secondOperatorFor,
    secondOperatorForMoreThan: settings.secondOperatorForMoreThan,
    tokenIssuer: settings.oidc?.issuer ?? null,
    gatewayUrl: settings.gatewayUrl,
    keysMayOverlap: settings.azure?.keys !== 'mirrored',
    hasRequests: settings.hasRequests,
    signUp: settings.signUp,
    signIn: {
      hasPasswords: settings.signIn.hasPasswords,
      // Without the client's secret.
      providers: settings.signIn.providers.map(
        ({ name, issuer, label, kind, domains, signUp, signsOut }) => ({
          name,
          issuer,
          label,
          kind,
          domains,
          signUp,
          signsOut,
        }),
      ),
    },
  };
}

async function openDatabase(settings: Settings, options: Options): Promise<string> {
  if (!settings.databaseUrl && options.isBesideServer) await requireEmbedded(settings.dataDir);
  const url = settings.databaseUrl ?? (await openEmbedded(settings.dataDir, options));
  if (!options.isBesideServer) {
    await demandWritable(url).catch(throwAsSetting);
    await enterDatabase(url, options);
    await migrate(url);
  }
  return url;
}

/** No waiting helps when the database refuses who we are, or isn't there. */
const WRONG_URL: Readonly<Record<string, string>> = {
  '28P01': 'the database refuses this user and password',
  '28000': 'the database refuses this user',
  '3D000': 'the server has no database of this name',
};

function throwAsSetting(error: { code?: unknown }): never {
  const problem = WRONG_URL[String(error.code)];
  throw problem ? new SettingsError([`DATABASE_URL: ${problem}`]) : error;
}

/** Marks this database as served, so that no program that must be alone can run meanwhile. */
async function enterDatabase(url: string, { atStop }: Options): Promise<void> {
  const presence = await enterAsServer(url);
  if (!presence)
    throw new SettingsError([
      'DATABASE_URL: after-restore or azure attach is at work on this database; start the server when it has ended',
    ]);
  atStop(presence.leave);
}

async function openEmbedded(dataDir: string, { print, atStop }: Options): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDir, ...(print ? { say: print } : {}) });
  atStop(() => embedded.release());
  return embedded.url;
}

async function requireEmbedded(dataDir: string): Promise<void> {
  await access(join(dataDir, 'postgres.json')).catch(() => {
    throw new SettingsError([
      'DATA_DIR: no database of apim-user is there; set DATABASE_URL or DATA_DIR as the server has them',
    ]);
  });
}

/** The secret key of a machine without `SECRET_KEY`. Only the server creates it. */
async function localSecretKey(dataDir: string, mayCreate: boolean): Promise<string> {
  const file = join(dataDir, 'secret-key');
  if (mayCreate) await createSecretKeyFile(dataDir, file);
  const secretKey = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (isSecretKey(secretKey)) return secretKey;
  throw new SettingsError([
    `DATA_DIR: the file secret-key in it is missing or damaged; put its backup there, or set SECRET_KEY`,
  ]);
}

async function createSecretKeyFile(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}
