// What the server and the programs beside it stand on: the database, the keys, the service, and the context of operations.
import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connect } from './db/connection/connect.ts';
import { enterAsServer } from './db/connection/presence.ts';
import { startEmbeddedPostgres } from './db/embedded/server.ts';
import { migrate } from './db/migrate.ts';
import { hasServices, keepSecretKeyCheck, openService } from './db/operators/services.ts';
import { APPROVABLE_NAMES, isApprovable } from './operations/approvals/approvable.ts';
import type { Actor, Clock, Context, People, Policy } from './operations/frame/context.ts';
import { createKeyring, fittingSecretKey, isSecretKey, secretKeyCheckValue } from './security/keyring.ts';
import { createPasswordHasher } from './security/password-hash.ts';
import { type Settings, SettingsError } from './settings/settings.ts';

const DEFAULT_SERVICE = 'default';

export type Dependencies = Pick<Connection, 'db' | 'sql'> & {
  databaseUrl: string;
  keyring: Context['keyring'];
  policy: Policy;
  serviceId: string;
  contextOf(actor: Actor, requestId?: string): Context;
};

type Options = {
  clock: Clock;
  people: People;
  /** Asked at each use: the server knows its address only once it listens. */
  publicUrl: () => string;
  poolSize: number;
  passwordCost?: number | undefined;
  say?: ((message: string) => void) | undefined;
  /** Told of each commit of this process. */
  afterCommit?: () => void;
  /** A program beside the server works on what the server made: it makes and migrates nothing. */
  isBesideServer?: boolean;
  /** Told what to do, in reverse, at the end; also what was begun when this throws. */
  atEnd: (stop: () => Promise<unknown>) => void;
};

/** Throws a `SettingsError` when the settings and the database don't fit together. */
export async function openDependencies(settings: Settings, options: Options): Promise<Dependencies> {
  const { clock, people } = options;
  demandApprovable(settings.secondOperatorFor);
  const databaseUrl = await openDatabase(settings, options);
  const { db, sql, close } = connect(databaseUrl, { max: options.poolSize });
  options.atEnd(close);
  if (options.isBesideServer && !(await hasServices(db)))
    throw new SettingsError(['DATABASE_URL: nothing is in this database yet; start the server once']);
  const keyring = createKeyring(
    settings.secretKey ?? (await localSecretKey(settings.dataDir, !options.isBesideServer)),
    settings.secretKeyPrevious ?? undefined,
  );
  const service = await openService(db, {
    id: DEFAULT_SERVICE,
    name: settings.serviceName,
    secretKeyCheck: secretKeyCheckValue(keyring),
    now: clock(),
  });
  const fitting = fittingSecretKey(keyring, service.secretKeyCheck);
  if (!fitting) throw new SettingsError(['SECRET_KEY: is not the key that this database was written with']);
  if (fitting === 'previous' && !options.isBesideServer)
    await keepSecretKeyCheck(db, service.id, secretKeyCheckValue(keyring));
  const policy: Policy = {
    get publicUrl() {
      return options.publicUrl();
    },
    organizationName: settings.organizationName,
    supportEmail: settings.supportEmail,
    alertEmails: settings.alertEmails,
    passwordMinLength: settings.passwordMinLength,
    invitationLifetimeHours: settings.invitationLifetimeHours,
    passwordResetLifetimeMinutes: settings.passwordResetLifetimeMinutes,
    eraseDeletedAfterDays: settings.eraseDeletedAfterDays,
    mailLinkHosts: settings.mailLinkHosts,
    secondOperatorFor: settings.secondOperatorFor,
    tokenIssuer: settings.oidc?.issuer ?? null,
    hasRequests: settings.hasRequests,
    signUp: settings.signUp,
  };
  const cost = options.passwordCost;
  const passwords = createPasswordHasher({ keyring, ...(cost ? { cost } : {}) });
  const random = (size: number) => randomBytes(size);
  return {
    db,
    sql,
    databaseUrl,
    keyring,
    policy,
    serviceId: service.id,
    contextOf: (actor, requestId = crypto.randomUUID()) => ({
      db,
      clock,
      random,
      keyring,
      passwords,
      people,
      policy,
      service: { id: service.id, name: service.name },
      actor,
      requestId,
      ...(options.afterCommit ? { afterCommit: options.afterCommit } : {}),
    }),
  };
}

function demandApprovable(names: readonly string[]): void {
  const unknown = names.filter((name) => !isApprovable(name));
  if (unknown.length > 0)
    throw new SettingsError([
      `SECOND_OPERATOR_FOR: ${unknown.join(', ')} can't wait for an approval; expected none or some of ${APPROVABLE_NAMES.join(', ')}`,
    ]);
}

async function openDatabase(settings: Settings, options: Options): Promise<string> {
  if (!settings.databaseUrl && options.isBesideServer) await demandEmbedded(settings.dataDir);
  const url = settings.databaseUrl ?? (await openEmbedded(settings.dataDir, options));
  if (!options.isBesideServer) {
    await enter(url, options);
    await migrate(url);
  }
  return url;
}

async function enter(url: string, { atEnd }: Options): Promise<void> {
  const presence = await enterAsServer(url);
  if (!presence)
    throw new SettingsError([
      'DATABASE_URL: after-restore is at work on this database; start the server when it has ended',
    ]);
  atEnd(presence.leave);
}

async function openEmbedded(dataDir: string, { say, atEnd }: Options): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDir, ...(say ? { say } : {}) });
  atEnd(() => embedded.release());
  return embedded.url;
}

async function demandEmbedded(dataDir: string): Promise<void> {
  await access(join(dataDir, 'postgres.json')).catch(() => {
    throw new SettingsError([
      'DATA_DIR: no database of apim-user is there; set DATABASE_URL or DATA_DIR as the server has them',
    ]);
  });
}

/** Made once and kept with mode 0600; in production the settings must give it. */
async function localSecretKey(dataDir: string, mayMake: boolean): Promise<string> {
  const file = join(dataDir, 'secret-key');
  if (mayMake) await makeSecretKey(dataDir, file);
  const secretKey = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (isSecretKey(secretKey)) return secretKey;
  throw new SettingsError([
    `DATA_DIR: the file secret-key in it is missing or damaged; put its backup there, or set SECRET_KEY`,
  ]);
}

async function makeSecretKey(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}
