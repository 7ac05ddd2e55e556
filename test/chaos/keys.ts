// Subjects of the gateway: an account with a subscription, which some change while others call with its keys.
import { setTimeout as delay } from 'node:timers/promises';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { newApiKey } from '../../src/security/api-key.ts';
import type { KeyInput, KeyOutput } from './key-model.ts';
import type { KeyHistory, KeyOperation } from './key-rule.ts';
import type { Person } from './person.ts';
import type { Programs } from './programs.ts';
import type { Pushed } from './pushed.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const CALLS_MS = [5, 40] as const;
const CHANGES_MS = [50, 400] as const;
/** The search takes long over many operations that may take effect at any later time. */
const MAX_UNANSWERED = 5;
const MAX_OPERATIONS = 2_500;
const MAX_TRIES = 20;
export const PATH = '/orders/1';

type Parts = { world: World; person: Person; programs: Programs; random: Random; isOver: () => boolean };

/** Records histories, one after the other, until it is over. */
export async function watchKeys(parts: Parts, histories: KeyHistory[]): Promise<void> {
  for (let count = 1; !parts.isOver(); count++) {
    const history = await makeSubject(
      parts.world,
      parts.world.gateways,
      `key-${parts.person.id}-${count}@example.com`.toLowerCase(),
    );
    if (!history) continue;
    histories.push(history);
    let isFull = false;
    const isDone = () => isFull || parts.isOver();
    const callers = parts.world.gateways.map((gateway) => call(parts, history, gateway, isDone));
    while (!isDone()) {
      await change(parts, history);
      await delay(parts.random.between(...CHANGES_MS));
      const unanswered = history.operations.filter(({ output }) => output === null).length;
      isFull = unanswered >= MAX_UNANSWERED || history.operations.length >= MAX_OPERATIONS;
    }
    await Promise.all(callers);
  }
}

/** A subject that nothing is done to, and which only this gateway is asked about. */
export type Untouched = { gateway: Pushed; history: KeyHistory };

export async function makeUntouched(world: World, gateway: Pushed): Promise<Untouched> {
  for (let count = 1; count < MAX_TRIES; count++) {
    world.signal.throwIfAborted();
    const email = `untouched-${world.pushed.indexOf(gateway)}-${count}@example.com`;
    const history = await makeSubject(world, [gateway], email);
    if (history) return { gateway, history };
  }
  throw new Error(`${gateway.name} passes no call; its agent said: ${gateway.agent.output()}`);
}

export const callUntouched = (
  world: World,
  { gateway, history }: Untouched,
  random: Random,
  isOver: () => boolean,
): Promise<void> => call({ world, random }, history, gateway, isOver);

/** Null while the database is away. */
async function makeSubject(
  world: World,
  gateways: World['gateways'],
  email: string,
): Promise<KeyHistory | null> {
  try {
    const admin = world.console();
    const { key } = newApiKey(admin.random);
    const { account } = await addAccount(admin, { email, firstName: 'Ann', lastName: 'Lee' });
    const { subscription } = await grantSubscription(admin, { accountId: account.id, primaryKey: key });
    // Nobody was promised that a new key is known at once.
    await eventuallyKnown(gateways, key);
    return {
      email,
      accountId: account.id,
      subscriptionId: subscription.id,
      key,
      operations: [] as KeyOperation[],
    };
  } catch {
    await delay(500);
    return null;
  }
}

async function eventuallyKnown(gateways: World['gateways'], key: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const all = await Promise.all(gateways.map((gateway) => gateway.check(PATH, key)));
    if (all.every(({ status }) => status === 200)) return;
    await delay(100);
  }
  throw new Error('no process knows the key');
}

async function call(
  { world, random }: Pick<Parts, 'world' | 'random'>,
  history: KeyHistory,
  gateway: World['gateways'][number],
  isDone: () => boolean,
): Promise<void> {
  let former = history.key;
  while (!isDone()) {
    const shown = history.operations.findLast(({ input }) => input.do === 'read')?.output;
    const newest = shown && typeof shown === 'object' ? shown.key : history.key;
    const key = random.chance(0.75) ? newest : former;
    if (random.chance(0.05)) former = newest;
    const calledAt = performance.now();
    const { status, by } = await gateway.check(PATH, key);
    // One that judges calls itself is silent when its agent gets no time; `notBack` says for how long it may be.
    if (status !== null && !(status === 503 && world.pushed.some(({ name }) => name === gateway.name)))
      world.note(status, `check by ${gateway.name}`, calledAt);
    // Any other answer says nothing about the key.
    if (status === 200 || status === 401 || status === 403) {
      if (by === null) throw new Error(`${gateway.name} did not say which process it asked`);
      history.operations.push({
        by,
        input: { do: 'check', key },
        output: status,
        calledAt,
        returnedAt: performance.now(),
      });
    }
    await delay(random.between(...CALLS_MS));
  }
}

async function change({ person, programs, random }: Parts, history: KeyHistory) {
  const record = async (by: string, input: KeyInput, run: () => Promise<KeyOutput | 'nothing' | null>) => {
    const operation: KeyOperation = {
      by,
      input,
      output: null,
      calledAt: performance.now(),
      returnedAt: Number.POSITIVE_INFINITY,
    };
    history.operations.push(operation);
    const output = await run();
    if (output === 'nothing') history.operations.splice(history.operations.indexOf(operation), 1);
    else if (output !== null) Object.assign(operation, { output, returnedAt: performance.now() });
  };
  const { email, subscriptionId } = history;
  const way = random.between(1, 10);
  if (way <= 3) await record('a command', { do: 'block' }, () => person.types('block', email));
  else if (way <= 5) await record('a command', { do: 'activate' }, () => person.types('activate', email));
  else if (way === 6) await record('a modal', { do: 'block' }, () => person.blocksInModal(email));
  else if (way <= 8) await record('a click', { do: 'activate' }, () => person.clicksActivate(email));
  else {
    await record('a program', { do: 'regenerate' }, () => programs.regenerate(subscriptionId));
    await record('a program', { do: 'read' }, () => programs.readKey(subscriptionId));
  }
}
