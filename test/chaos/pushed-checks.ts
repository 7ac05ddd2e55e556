// What must hold for gateways that judge calls themselves, beside what holds for each gateway.
import { setTimeout as delay } from 'node:timers/promises';
import { GATEWAY_LEASE_MS } from '../../src/domain/gateway-rows.ts';
import type { Recorded } from './checks.ts';
import type { Window } from './faults.ts';
import type { Untouched } from './keys.ts';
import type { Call, Pushed } from './pushed.ts';
import type { World } from './world.ts';

/** How long calls may be refused once a fault is over: as long as a process may take to start. */
export const MAX_BACK_MS = 300_000;
/** A machine that gives an agent no time for two seconds silences its gateway. */
const MAX_OUTAGE_MS = 30_000;
/** A signal takes a moment. */
const SIGNAL_MS = 50;
/** An agent takes what was counted each five seconds, and hands it on at once unless a fault is on. */
const UNWRITTEN_MS = 7_000;
const WRITTEN_WITHIN_MS = 60_000;

type Silenced = Pick<Pushed, 'silences' | 'calls'> & { name: string };

/** Whether it began when the gateway had heard nothing for longer than it may go on, and ended before it heard again. */
export const isInSilence = ({ silences }: Silenced, { calledAt, returnedAt }: Call): boolean =>
  silences.some(({ from, to }) => calledAt > from + GATEWAY_LEASE_MS + SIGNAL_MS && returnedAt < to);

export const passedInSilence = (pushed: readonly Silenced[]): string[] =>
  pushed.flatMap((gateway) =>
    gateway.calls
      .filter((call) => call.status !== null && call.status !== 503 && isInSilence(gateway, call))
      .map(
        ({ status, calledAt }) => `${gateway.name} answered ${status} in silence (${calledAt.toFixed(0)})`,
      ),
  );

export function notBack({ windows, untouched }: Pick<Recorded, 'windows' | 'untouched'>): string[] {
  const late = windows
    .filter(({ backMs }) => backMs >= MAX_BACK_MS)
    .map(({ kind }) => `calls did not pass again after "${kind}"`);
  return [...late, ...untouched.flatMap((one) => outagesOf(one, windows))];
}

/** Times without a fault in which no call passed for long. */
function outagesOf({ gateway, history }: Untouched, windows: readonly Window[]): string[] {
  const lines: string[] = [];
  let since: number | null = null;
  for (const { status, calledAt, returnedAt } of callsOf({ gateway, history })) {
    const isExplained = windows.some(({ from, to }) => returnedAt >= from && calledAt <= to);
    if (status === 200 || isExplained) since = null;
    else since ??= calledAt;
    if (since === null || returnedAt - since < MAX_OUTAGE_MS) continue;
    lines.push(`${gateway.name} refused calls for ${MAX_OUTAGE_MS} ms without a fault (${since.toFixed(0)})`);
    since = null;
  }
  return lines;
}

const callsOf = ({ gateway, history }: Untouched): Call[] =>
  gateway.calls.filter(({ key }) => key === history.key);

export async function countedOf({ sql }: World, { history }: Untouched): Promise<number> {
  const [row] = await sql`select coalesce(sum(calls), 0)::int as calls from subscription_calls
    where subscription_id = ${history.subscriptionId} and outcome = 'passed' and span in ('hour', 'day')`;
  return Number(row?.calls);
}

export async function miscounted(world: World, { untouched, windows }: Recorded): Promise<string[]> {
  const until = performance.now() + WRITTEN_WITHIN_MS;
  for (const one of untouched)
    while ((await countedOf(world, one)) < boundsOf(one, windows).least && performance.now() < until)
      await delay(500);
  // Nothing comes twice later.
  await delay(UNWRITTEN_MS);
  const lines: string[] = [];
  for (const one of untouched) {
    const { least, most } = boundsOf(one, windows);
    const counted = await countedOf(world, one);
    if (counted < least || counted > most)
      lines.push(`${one.gateway.name} counted ${counted} calls; there were ${least} to ${most}`);
  }
  return lines;
}

/** How many calls may be counted: those without an answer may or may not, and so those just before a kill. */
export function boundsOf(one: Untouched, windows: readonly Window[]): { least: number; most: number } {
  const calls = callsOf(one);
  const passed = calls.filter(({ status }) => status === 200);
  const spans = one.gateway.losses.map((at) => ({ from: unwrittenSince(at, windows), at }));
  const kept = passed.filter(({ returnedAt, calledAt }) =>
    spans.every(({ from, at }) => returnedAt < from || calledAt > at),
  );
  return {
    least: kept.length,
    most: passed.length + calls.filter(({ status }) => status === null).length,
  };
}

/** While a fault was on, calls may have waited to be written. */
function unwrittenSince(at: number, windows: readonly Window[]): number {
  let since = at - UNWRITTEN_MS;
  for (const { from, to } of windows.toReversed())
    if (from < at && to + UNWRITTEN_MS > since) since = Math.min(since, from);
  return since;
}
