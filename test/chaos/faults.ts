// Makes a fault, holds it, and takes it back.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour } from '../support/arm/behaviour.ts';
import { wrongClock } from '../support/faketime.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import type { Fault, FaultKind } from './plan.ts';
import { lookForGateways, type Pushed } from './pushed.ts';
import type { Trouble } from './stand-in.ts';
import type { World } from './world.ts';

/** While it is on, and for GRACE_MS after, an error of the server is explained. */
export type Window = {
  kind: FaultKind;
  from: number;
  to: number;
  /** From the end of the fault until calls that should pass did so at each gateway that judges calls itself. */
  backMs: number;
};
/** What the stand-ins do now. */
export type Troubles = { slack: Trouble; mail: Trouble };

/** How long after a change Azure's reads may be from before it: less than the mirror allows for. */
const LAG_MS = 40_000;

type Making = { world: World; fault: Fault; troubles: Troubles };
type Make = (making: Making) => Promise<void>;

const pause = ({ signal }: World, ms: number) => delay(ms, undefined, { signal });
const slackTrouble =
  (slack: Trouble): Make =>
  async ({ world, troubles, fault }) => {
    troubles.slack = slack;
    await pause(world, fault.forMs);
    troubles.slack = 'none';
  };
const mailTrouble =
  (mail: Trouble): Make =>
  async ({ world, troubles, fault }) => {
    troubles.mail = mail;
    await pause(world, fault.forMs);
    troubles.mail = 'none';
  };
const azureTrouble =
  (trouble: Partial<Behaviour>): Make =>
  async ({ world, fault }) => {
    world.azure.arm.behave(trouble);
    await pause(world, fault.forMs);
    world.azure.arm.behave({ faults: {}, lagMs: 0 });
  };

const MAKERS: Partial<Record<FaultKind, Make>> = {
  'kill a process': ({ world, fault }) => killAndStart(world, [fault.which], fault.forMs),
  'kill both processes': ({ world, fault }) => killAndStart(world, [0, 1], fault.forMs),
  'kill an agent': ({ world, fault }) =>
    ofGateway(world, fault, async (gateway) => {
      await gateway.killAgent();
      await pauseInSilence(world, [gateway], fault.forMs);
      gateway.agent.start();
    }),
  'stop an agent': ({ world, fault }) =>
    ofGateway(world, fault, async (gateway) => {
      gateway.agent.pause();
      await pauseInSilence(world, [gateway], fault.forMs);
      gateway.agent.goOn();
    }),
  'kill a pushed gateway': ({ world, fault }) =>
    ofGateway(world, fault, async (gateway) => {
      await gateway.kill();
      await pause(world, fault.forMs);
      await gateway.start();
    }),
  'stop a pushed gateway': ({ world, fault }) =>
    ofGateway(world, fault, async (gateway) => {
      await gateway.pause();
      await pause(world, fault.forMs);
      await gateway.goOn();
    }),
  'reload a pushed gateway': ({ world, fault }) => ofGateway(world, fault, (gateway) => gateway.reload()),
  'kill an agent and reload its gateway': ({ world, fault }) =>
    ofGateway(world, fault, async (gateway) => {
      await gateway.killAgent();
      const agentAgain = pauseInSilence(world, [gateway], fault.forMs).then(() => gateway.agent.start());
      await Promise.all([gateway.reload(), agentAgain]);
    }),
  'kill the database': ({ world, fault }) => stopDatabase(world, 'SIGKILL', fault.forMs),
  'stop the database': ({ world, fault }) => stopDatabase(world, 'SIGQUIT', fault.forMs),
  async 'terminate connections'({ world }) {
    await terminate(world);
  },
  async 'cut the way to the database'({ world, fault }) {
    const until = performance.now() + fault.forMs;
    while (performance.now() < until) {
      world.toDatabase[fault.which]?.cut();
      await pause(world, 200);
    }
  },
  async 'silence the way to the database'({ world, fault }) {
    world.toDatabase[fault.which]?.silenceOpen();
    await pause(world, fault.forMs);
    world.toDatabase[fault.which]?.cut();
  },
  async 'cut the way to the gateway'({ world, fault }) {
    const until = performance.now() + fault.forMs;
    while (performance.now() < until) {
      world.toGateway[fault.which]?.cut();
      await pause(world, 200);
    }
  },
  async 'read-only database'({ world, fault }) {
    const name = new URL(world.databaseUrl).pathname.slice(1);
    await world.sql.unsafe(`alter database "${name}" set default_transaction_read_only = on`);
    await terminate(world);
    await pause(world, fault.forMs);
    await world.sql.unsafe(`alter database "${name}" reset default_transaction_read_only`);
    await terminate(world);
  },
  async 'disk full'({ world, fault }) {
    await world.disk?.fill();
    await pause(world, fault.forMs);
    await world.disk?.free();
    // Postgres itself ends when it can't write its log.
    const isThere = await world.sql`select 1`.catch(() => null);
    if (!isThere) await world.database.start().catch(() => {});
  },
  'clock forward': ({ world, fault }) => skewClock(world, fault, '+40d'),
  'clock back': ({ world, fault }) => skewClock(world, fault, '-1h'),
  'Slack answers 429': slackTrouble('429'),
  'Slack answers 500': slackTrouble('500'),
  'Slack does not answer': slackTrouble('no answer'),
  'mail is late': mailTrouble('late'),
  'mail is taken, the answer lost': mailTrouble('lost answer'),
  'mail is refused with 429': mailTrouble('429'),
  'mail is refused with 500': mailTrouble('500'),
  'mail is never answered': mailTrouble('no answer'),
  async 'Azure is away'({ world, fault }) {
    world.azure.arm.down();
    await pause(world, fault.forMs);
    world.azure.arm.up();
  },
  'Azure answers 429': azureTrouble({ faults: { '429': 1 } }),
  'Azure answers 500, and did it': azureTrouble({ faults: { '500 after': 1 } }),
  'Azure shows what was before': azureTrouble({ lagMs: LAG_MS, lagShare: 0.7 }),
};

/** What can't be made on this machine, and why. */
export async function unavailableFaults(): Promise<Map<FaultKind, string>> {
  const missing = new Map<FaultKind, string>();
  const disk = await mountSmallDisk();
  if (!disk) missing.set('disk full', 'no file system may be mounted here');
  await disk?.close();
  if (!wrongClock(''))
    for (const kind of ['clock forward', 'clock back'] as const) missing.set(kind, 'there is no faketime');
  const { found, missing: gateways } = lookForGateways();
  if (found.length === 0)
    for (const kind of PUSHED_FAULTS) missing.set(kind, `there is no ${gateways.join(', and no ')}`);
  return missing;
}

/** Resolves when the fault is over and both processes are ready again. */
export async function makeFault(world: World, fault: Fault, troubles: Troubles): Promise<void> {
  await MAKERS[fault.kind]?.({ world, fault, troubles });
  for (const server of world.servers) {
    if (!server.isRunning()) server.start();
    if (!(await server.ready(world.signal)))
      throw new Error(`${server.name} isn't ready after "${fault.kind}": ${server.output()}`);
  }
}

const PUSHED_FAULTS = Object.keys(MAKERS).filter((kind) => /agent|pushed/.test(kind)) as FaultKind[];

/** The other one where there is only one. */
async function ofGateway(
  world: World,
  fault: Fault,
  make: (gateway: Pushed) => Promise<void>,
): Promise<void> {
  const gateway = world.pushed[fault.which] ?? world.pushed[0];
  if (gateway) await make(gateway);
}

/** These gateways hear nothing meanwhile. */
async function pauseInSilence(world: World, gateways: readonly Pushed[], ms: number): Promise<void> {
  const from = performance.now();
  await pause(world, ms);
  for (const { silences } of gateways) silences.push({ from, to: performance.now() });
}

async function killAndStart(world: World, which: number[], awayMs: number): Promise<void> {
  const servers = world.servers.filter((_, at) => which.includes(at));
  await Promise.all(servers.map((server) => server.kill('SIGKILL')));
  // Each agent follows one of them.
  const cutOff = world.pushed.filter((_, at) => which.includes(at));
  await pauseInSilence(world, cutOff, awayMs);
  for (const server of servers) server.start();
}

/** The process starts with a wrong clock, which jumps to the right time while it runs. */
async function skewClock(world: World, fault: Fault, offset: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-clock-'));
  const clock = wrongClock(join(folder, 'offset'));
  if (!clock) return;
  await clock.set(offset);
  const server = world.servers[fault.which];
  await server?.kill('SIGKILL');
  server?.start(clock.env);
  await server?.ready(world.signal);
  await pause(world, fault.forMs);
  await clock.set('+0');
}

async function stopDatabase(world: World, signal: 'SIGKILL' | 'SIGQUIT', awayMs: number): Promise<void> {
  await world.database.kill(signal);
  await pauseInSilence(world, world.pushed, awayMs);
  await world.database.start();
}

/** Of this user only: the connections include a worker of autovacuum at times, which another user can't end. */
const terminate = async ({ sql }: World) =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where usename = current_user and datname = current_database()
      and pid <> pg_backend_pid() and application_name <> 'chaos'`;
