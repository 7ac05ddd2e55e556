// The mirror of Azure: how it goes up, what people change in Azure's portal, and whether both sides end alike.
import { setTimeout as delay } from 'node:timers/promises';
import { openAzure } from '../../src/azure/instance.ts';
import { setAzureMode } from '../../src/operations/azure/set-mode.ts';
import { sweepOrders } from '../../src/operations/azure/sweep-orders.ts';
import { sweepPull } from '../../src/operations/azure/sweep-pull.ts';
import { untoldDifferences } from '../azure/mirror/judge.ts';
import { decide, PRODUCT, THERE } from '../azure/mirror/steps.ts';
import { eventually } from '../support/eventually.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export const USERS = 30;
const CHANGES_MS = [200, 900] as const;
const DECIDED = 0.15;
const COMPARED_MS = 120_000;
/** What a comparison takes in or writes may be known to both sides only with the next one. */
const MOST_COMPARISONS = 4;
const ALL = 1_000_000;

/** From now on what changes here is written to Azure. */
export async function goUp({ sql, azure, console }: World): Promise<void> {
  const isCompared = async () =>
    (await sql`select from azure_instances where first_pass_ended_at is not null`).length > 0;
  await eventually('the first comparison with Azure', isCompared, COMPARED_MS);
  const portal = azure.arm.asPortal('portal');
  await portal.put(`products/${PRODUCT}`, { displayName: 'Basic', state: 'published' });
  await setAzureMode(console(), { from: 'watch', mode: 'full', writesAtMost: ALL });
}

type Working = { world: World; random: Random; isOver: () => boolean };

/** As people do it in Azure's portal, with what is Azure's own. At times an operator decides a difference. */
export async function changeInAzure({ world, random, isOver }: Working): Promise<void> {
  const portal = world.azure.arm.asPortal('pat@contoso.example');
  const idsOf = async (what: string): Promise<string[]> =>
    (await portal.get(what)).value.map(({ name }: { name: string }) => name);
  const accounts = [...(await idsOf('users')).filter((id) => id !== '1'), 'person-0', 'person-1', 'person-2'];
  const subscriptions = [...(await idsOf('subscriptions')).filter((id) => id !== 'master'), 'sub-0', 'sub-1'];
  const number = () => random.between(0, 60);
  while (!isOver()) {
    const dice = { pick: number(), other: number(), value: number() };
    const chosen = {
      account: random.pick(accounts),
      subscription: random.pick(subscriptions),
      group: `group-${dice.pick % 3}`,
      ...{ deleted: '', otherGroup: '', drift: '' },
    };
    // What Azure refuses, such as a change of what was deleted, is of no interest.
    const refused = () => {};
    if (random.chance(DECIDED)) await decideOne(world, random).catch(refused);
    else await THERE[random.pick(Object.keys(THERE))]?.({ portal }, { ...dice, ...chosen })?.catch(refused);
    await delay(random.between(...CHANGES_MS));
  }
}

/** Keep ours, or leave alone: taking Azure's may undo what an answer promised here. */
async function decideOne({ sql, console }: World, random: Random): Promise<void> {
  const open = await sql<{ id: string }[]>`select id from azure_drifts where state = 'open' order by id`;
  if (open.length === 0) return;
  const nothing = { account: '', deleted: '', group: '', otherGroup: '', subscription: '' };
  const value = random.between(1, 2);
  await decide(console(), { ...nothing, drift: random.pick(open).id, value, pick: 0, other: 0 });
}

/** Compares until both sides are equal or each difference is told; gives what is still untold after a few comparisons. */
export async function settleMirror(world: World): Promise<string[]> {
  const { sql, azure } = world;
  const [, , subscription = '', , resourceGroup = '', , , , service = ''] = azure.arm.base.split('/');
  const instance = await openAzure(
    {
      ...{ subscription, resourceGroup, service, endpoint: azure.arm.url },
      tokenFile: azure.settings.AZURE_TOKEN_FILE,
    },
    { isPatient: true, ca: azure.arm.certificate.cert, withKeys: false, clock: () => new Date() },
  );
  for (let count = 1; ; count++) {
    const stuck = await compare(world);
    if (stuck) return [stuck];
    const untold = await untoldDifferences({ sql, context: world.system(), azure: instance });
    if (untold.length === 0 || count === MOST_COMPARISONS) return untold;
  }
}

/** Has everything compared anew, and what waits written. Says what isn't done in time. */
async function compare(world: World): Promise<string | null> {
  const { sql, signal } = world;
  await moveTimesBack(world);
  const [begun] = await sql`select pass from azure_instances`;
  const until = performance.now() + COMPARED_MS;
  for (;;) {
    await sweepPull(world.system(), {});
    await sweepOrders(world.system(), {});
    const [now] = await sql<
      { pass: number; phase: string | null; trouble: string | null; orders: number; codes: string }[]
    >`
      select i.pass, i.phase, i.trouble, count(o.number)::int as orders,
        coalesce(string_agg(distinct coalesce(o.code, 'none'), ', '), '') as codes
      from azure_instances i left join azure_orders o
        on o.service_id = i.service_id and o.state = 'waiting' and o.code is distinct from 'missing'
      group by 1, 2, 3`;
    if (now && now.pass > begun?.pass && now.phase === null && now.orders === 0) return null;
    if (performance.now() > until) return `the mirror doesn't come to rest: ${JSON.stringify(now)}`;
    await delay(200, undefined, { signal });
  }
}

/** Azure doesn't lag any more, nobody is killed any more, and two minutes are long. */
async function moveTimesBack({ sql }: World): Promise<void> {
  await sql`update azure_instances set phase = null, cursor = null, leased_until = null,
    pass_ended_at = now() - interval '11 minutes'`;
  await sql`update azure_things set written_at = written_at - interval '3 minutes'`;
  await sql`update azure_orders set not_before = now() where state = 'waiting' and not_before > now()`;
  // A process that lives needs far less.
  await sql`update azure_orders set leased_until = null
    where state = 'waiting' and leased_until < now() + interval '40 seconds'`;
}

/** For the table at the end. */
export async function tellOfMirror({ sql, azure }: World): Promise<string[]> {
  const asked = azure.arm.seen();
  const orders = await sql`select state, count(*)::int as n from azure_orders group by 1 order by 1`;
  const drifts = await sql`select state, count(*)::int as n from azure_drifts group by 1 order by 1`;
  const words = (rows: typeof orders) => rows.map(({ state, n }) => `${n} ${state}`).join(', ');
  return [
    `Azure was asked ${asked.length} times, of which ${asked.filter(({ isWrite }) => isWrite).length} writes`,
    `orders for Azure: ${words(orders)}; differences: ${words(drifts)}`,
  ];
}
