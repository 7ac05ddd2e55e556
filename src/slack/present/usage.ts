// How much was called, in the words of a message.
import type { KnownBlock } from '@slack/types';
import type { Limits } from '../../domain/call-limits.ts';
import { figure, limitWords } from '../../domain/limit-words.ts';
import { USAGE_TIMES, type UsageTime } from '../../domain/usage-times.ts';
import {
  describeCalls,
  partsOf,
  refusalWords,
  sparkline,
  sumOfCalls,
  totalOf,
} from '../../domain/usage-words.ts';
import type { showUsage, TopRow } from '../../operations/usage/show.ts';
import { nameOf } from './account.ts';
import { actions, button, context, type Message, section } from './blocks.ts';
import { escapeText, formatDate } from './text.ts';

type ShownUsage = Awaited<ReturnType<typeof showUsage>>;

type About = {
  /** In plain text: "Ann Lee". */
  of: string;
  /** Those of `limitsText`. */
  limits: readonly string[];
  note: readonly string[];
  /** The value of the button that shows another time. */
  carry: (time: UsageTime) => string;
};

/** "Calls of Ann Lee", in plain text. */
export const usageTitle = (of: string): string => `Calls of ${of}`;

export function usageMessage(usage: ShownUsage, { of, limits, note, carry }: About): Message {
  const { time, points, top } = usage;
  const title = `*${escapeText(usageTitle(of))}*`;
  const isEmpty = sumOfCalls(points).all === 0;
  const lines = [title, describeCalls(time, points), ...(isEmpty ? [] : [sparkline(points.map(totalOf))])];
  return {
    text: `${escapeText(usageTitle(of))}: ${describeCalls(time, points)}`,
    blocks: [
      section(lines.join('\n')),
      ...topSection('Subscriptions', top.subscriptions),
      ...topSection('Products', top.products),
      ...topSection('APIs', top.apis),
      ...refusalSection(usage),
      ...usedUpSection(usage),
      ...(limits.length > 0 ? [section(['*Limits*', ...limits].join('\n'))] : []),
      ...note.map((one) => context(one)),
      actions(
        USAGE_TIMES.map((one, at) =>
          button(`usage-time/${at}`, one, carry(one), {
            ...(one === time ? { style: 'primary' as const } : {}),
            label: `${usageTitle(of)} in the last ${one}`,
          }),
        ),
      ),
    ],
  };
}

/** "• Starter: 100 calls per minute and 10,000 per day", in mrkdwn. Empty without limits. */
export function limitsText({ name, limits }: { name: string; limits: Limits }): string[] {
  const words = limitWords(limits);
  return words === null ? [] : [`• ${escapeText(name)}: ${words}`];
}

/** "• Starter of Ann Lee: 1,204 (1,180 answered, 24 refused)". */
function topSection(title: string, rows: readonly TopRow[]): KnownBlock[] {
  if (rows.length === 0) return [];
  const lines = rows.map((row) => {
    const owner = row.owner ? ` of ${escapeText(nameOf(row.owner))}` : '';
    const name = row.name === null ? `\`${escapeText(row.id)}\`, deleted` : escapeText(row.name);
    return `• ${name}${owner}: ${figure(totalOf(row))} (${partsOf(row)})`;
  });
  return [section([`*${title} with the most calls*`, ...lines].join('\n'))];
}

function refusalSection({ refusals }: ShownUsage): KnownBlock[] {
  if (refusals.length === 0) return [];
  const lines = refusals.map(({ outcome, calls }) => `• ${figure(calls)}: ${refusalWords(outcome)}`);
  return [section(['*Refused*', ...lines].join('\n'))];
}

function usedUpSection({ usedUp }: ShownUsage): KnownBlock[] {
  if (usedUp.length === 0) return [];
  const lines = usedUp.map(({ name, endsAt }) => `• ${escapeText(name)}, until ${formatDate(endsAt)}`);
  return [section(['*Quota used up*', ...lines].join('\n'))];
}
